import { describe, expect, it } from "vitest"
import { checkFreeze, checkLeaf, checkPlan } from "../../../src/protocol/election/census-documents.ts"
import { freezeCensus } from "../../../src/protocol/election/census-freeze.ts"
import { signBody } from "../../../src/protocol/log/signed-entry.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import type { Fr } from "../../../src/protocol/primitives/field.ts"
import { encodeVerifierKey, makeSigningKey } from "../../../src/protocol/primitives/note-key.ts"
import { canonicalBytes } from "../../../src/protocol/wire/canonical-json.ts"
import { parseCensusPlan } from "../../../src/protocol/wire/census.ts"
import type { CensusBodies, CensusPlan } from "../../../src/protocol/wire/census.ts"
import { codeOf } from "../../support/code-of.ts"
import { GATE_CATALOGUE } from "../../support/gate-catalogue.ts"
import {
  CLOSES,
  commitmentOf,
  gatedPlan,
  leafOf,
  namedPlan,
  OPENS,
  ORGANIZER,
  people,
  REGISTRARS,
  sampleGate,
  signPlan,
  STRANGER,
} from "../../support/sample-census.ts"

/** The point of order 1 as a key: some verifiers accept one signature under it for every message. */
const SMALL_ORDER = smallOrderKey()
const plan = namedPlan()
const refusalOf = (verdict: { ok: boolean; reason?: string; at?: string }) =>
  verdict.ok ? "accepted" : `${verdict.reason} ${verdict.at}`
const planRefusal = (change: Partial<CensusPlan>) =>
  refusalOf(checkPlan(signPlan(namedPlan(change)), GATE_CATALOGUE))

describe("a plan", () => {
  it("is accepted as its organizer signed it, named and gated", () => {
    expect(checkPlan(signPlan(plan), GATE_CATALOGUE).ok).toBe(true)
    expect(refusalOf(checkPlan(signPlan(gatedPlan()), GATE_CATALOGUE))).toBe("accepted")
  })

  it("is read back from its bytes", () => {
    const document = signPlan(gatedPlan())
    expect(parseCensusPlan(canonicalBytes(document as never))).toEqual(document)
  })

  it.each<[string, Partial<CensusPlan>]>([
    ["organizer.key", { organizer: { name: "Chamber", key: SMALL_ORDER } }],
    ["verifier.key", { verifier: { ...plan.verifier, key: "no key" } }],
    ["registrars.1.key", { registrars: [plan.registrars[0]!, { name: "B", key: SMALL_ORDER }] }],
    ["registrars", { registrars: [plan.registrars[0]!, { ...plan.registrars[0]!, name: "Another desk" }] }],
    ["registrars", { registrars: [plan.registrars[0]!, { ...plan.registrars[1]!, name: "Desk 1" }] }],
    ["registrars", { registrars: [plan.registrars[0]!, sameKeyOtherName()] }],
    ["enrolmentClosesAt", { enrolmentClosesAt: OPENS }],
    ["gate", { gate: sampleGate() }],
    ["gate", { mode: "gated" }],
    ["weighted", { mode: "gated", gate: sampleGate(), weighted: true }],
  ])("is refused at %s", (member, change) => {
    expect(planRefusal(change)).toBe(`definition-invalid ${member}`)
  })

  it("is the organizer's alone", () => {
    const wrong = [signPlan(plan, STRANGER), signPlan(plan, ORGANIZER, STRANGER)]
    const changed = { ...signPlan(plan), body: { ...plan, enrolmentClosesAt: CLOSES + 1 } }
    for (const document of [...wrong, changed, { ...signPlan(plan), signatures: [] }]) {
      expect(refusalOf(checkPlan(document, GATE_CATALOGUE))).toBe("signature-refused signatures")
    }
  })

  it.each([
    ["an origin that no request could repeat", { verifier: { ...plan.verifier, origin: "votes.example" } }],
    ["a title with a line that runs the other way", { title: "Chamber \u202e rebmahC" }],
    ["one registrar", { registrars: plan.registrars.slice(0, 1) }],
    ["a minimum below 10", { minSize: 9 }],
  ])("is malformed with %s", (_, change) => {
    const document = signPlan(namedPlan(change))
    expect(codeOf(() => parseCensusPlan(canonicalBytes(document as never)))).toBe("malformed-census")
  })
})

describe("a leaf of a named census", () => {
  type Body = CensusBodies["census-leaf"]
  const refusal = (change: Partial<Body>, signers = 1, own: CensusPlan = plan) =>
    refusalOf(checkLeaf(leafOf(plan, 0, change, REGISTRARS.slice(0, signers)), own))

  it("gives the record of its commitment and roll entry", () => {
    const verdict = checkLeaf(leafOf(plan, 3), plan)
    expect(verdict.ok && verdict.value.commitment).toBe(commitmentOf(3))
  })

  it.each<[string, Partial<Body>, number]>([
    ["leaf-reserved commitment", { commitment: "0" as Fr }, 1],
    ["leaf-not-canonical weight", { weight: 2 }, 1],
    ["signature-refused censusId", { censusId: "0".repeat(64) }, 1],
    ["registrar-signature-missing signatures", { replaces: encodeFr(5n) }, 1],
    ["registrar-signature-missing signatures", {}, 0],
    ["accepted", { replaces: encodeFr(5n) }, 2],
  ])("%s", (expected, change, signers) => {
    expect(refusal(change, signers)).toBe(expected)
  })

  it("is of no gated census, and of no other named one", () => {
    const gated = gatedPlan()
    expect(refusalOf(checkLeaf(leafOf(gated, 0), gated))).toBe("signature-refused censusId")
    expect(refusal({}, 1, gated)).toBe("signature-refused censusId")
    expect(refusal({}, 1, namedPlan({ title: "Others" }))).toBe("signature-refused censusId")
  })

  it("counts registrars and nobody else", () => {
    const foreign = leafOf(plan, 0, {}, [REGISTRARS[0]!, STRANGER])
    const twice = leafOf(plan, 0, { replaces: encodeFr(5n) }, [REGISTRARS[0]!, REGISTRARS[0]!])
    const changed = { ...leafOf(plan, 0), body: leafOf(plan, 1).body }
    for (const document of [foreign, twice, changed]) {
      expect(refusalOf(checkLeaf(document, plan))).toBe("signature-refused signatures")
    }
  })
})

describe("a freeze", () => {
  const frozen = freezeCensus(
    plan,
    people(10).map((i) => leafOf(plan, i)),
  )
  if (!frozen.ok) throw new Error(frozen.reason)
  const { body } = frozen.value
  const refusal = (signed: CensusBodies["census"], signers = 2) =>
    refusalOf(checkFreeze(signBody("census", signed, ...REGISTRARS.slice(0, signers)), plan, body))

  it("stands with two registrars and falls with one", () => {
    expect(refusal(body)).toBe("accepted")
    expect(refusal(body, 1)).toBe("registrar-signature-missing signatures")
  })

  it.each(Object.keys(body))("is refused when its %s is not the recomputed one", (member) => {
    const old = body[member as keyof typeof body]
    const changed = typeof old === "number" ? old + 1 : `${old.slice(0, -1)}${old.endsWith("1") ? "2" : "1"}`
    expect(refusal({ ...body, [member]: changed })).toBe(`definition-invalid ${member}`)
  })
})

function sameKeyOtherName() {
  const key = makeSigningKey("desk-a.elsewhere", REGISTRARS[0]!.seed)
  return { name: "Elsewhere", key: encodeVerifierKey(key) }
}

function smallOrderKey(): string {
  const publicKey = new Uint8Array(32)
  publicKey[0] = 1
  return encodeVerifierKey({ ...makeSigningKey("small.example", publicKey), publicKey })
}
