import { describe, expect, it } from "vitest"
import { computeCensusId } from "../../../src/protocol/election/census.ts"
import {
  checkEnrolmentTime,
  compileEnrolment,
  enrolmentEvidence,
  enrolmentRequest,
  enrolmentSlot,
  isEnrolmentRequest,
  isGateEpoch,
  openEnrolmentSignals,
} from "../../../src/protocol/election/enrolment.ts"
import {
  computeScope,
  encodeChallenge,
  signRequest,
} from "../../../src/protocol/credential/presentation-request.ts"
import { rebuildSignals } from "../../../src/protocol/credential/presentation-signals.ts"
import type { RegistryEpochBody } from "../../../src/protocol/log/entry.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { deriveCensusLeaf } from "../../../src/protocol/primitives/voter.ts"
import { canonicalText } from "../../../src/protocol/wire/canonical-json.ts"
import { parseEnrolmentEvidence } from "../../../src/protocol/wire/census.ts"
import { parsePresentationRequest } from "../../../src/protocol/wire/presentation-request.ts"
import type { PresentationRequest } from "../../../src/protocol/wire/presentation-request.ts"
import type { RequestId } from "../../../src/protocol/wire/scalars.ts"
import { GATE_CATALOGUE, BOUND_VACCINATION } from "../../support/gate-catalogue.ts"
import { oneCredential } from "../../support/one-credential.ts"
import {
  AS_OF,
  CLOSES,
  commitmentOf,
  evidenceOf,
  gatedPlan,
  namedPlan,
  OPENS,
  sampleGate,
  SERVICE,
} from "../../support/sample-census.ts"

const plan = gatedPlan()
const leaf = deriveCensusLeaf(commitmentOf(1), 1)
const draw = { id: "pr_BBBBBBBBBBBBBBBBBBBBBB" as RequestId, challenge: encodeChallenge(99n), leaf }
const request = signRequest(enrolmentRequest(plan, draw), SERVICE)

describe("the enrolment request", () => {
  it("is a request like others, of the census's own purpose, moment and life", () => {
    expect(parsePresentationRequest(canonicalText(request))).toEqual(request)
    expect(request).toMatchObject({
      createdAt: AS_OF,
      asOf: AS_OF,
      expiresAt: CLOSES,
      zone: "Z",
      boundData: leaf,
      purpose: {
        code: `enrol-${computeCensusId(plan).slice(0, 32)}`,
        text: { en: plan.title },
        retainDays: 0,
      },
      links: [],
      items: [{ nullifier: { mode: "person", use: "pseudonym", epoch: "always" } }],
    })
    expect("pools" in request.verifier).toBe(false)
  })

  it("gives nullifiers that no other census of the same service can compare", () => {
    const other = enrolmentRequest(gatedPlan({ title: "Next year" }), draw)
    expect(computeScope(other, 0)).not.toBe(computeScope(request, 0))
    expect(computeScope(enrolmentRequest(plan, { ...draw, challenge: encodeChallenge(1n) }), 0)).toBe(
      computeScope(request, 0),
    )
  })

  it("does not exist for a named census", () => {
    expect(() => enrolmentRequest(namedPlan(), draw)).toThrow(RangeError)
  })
})

describe("C6: enrolments told apart by their request", () => {
  it("leaves id, challenge, leaf and signature to differ and nothing else", () => {
    const other = signRequest(
      enrolmentRequest(plan, {
        id: "pr_CCCCCCCCCCCCCCCCCCCCCC" as RequestId,
        challenge: encodeChallenge(7n),
        leaf: deriveCensusLeaf(commitmentOf(2), 1),
      }),
      SERVICE,
    )
    const differing = Object.keys(request).filter(
      (member) => canonicalText(request[member as "id"]) !== canonicalText(other[member as "id"]),
    )
    expect(differing.sort()).toEqual(["boundData", "challenge", "id", "signature"])
  })

  it("lets a wallet refuse a request that marks it", () => {
    expect(isEnrolmentRequest(request, plan, leaf)).toBe(true)
    const marked: Partial<PresentationRequest>[] = [
      { asOf: AS_OF + 1 },
      { createdAt: AS_OF + 1 },
      { expiresAt: CLOSES - 1 },
      { zone: "+00:00" },
      { boundData: encodeFr(5n) },
      { purpose: { ...request.purpose, retainDays: 1 } },
      { registries: { demo: { epoch: 5, root: encodeFr(78n) } } },
      { registries: { ...request.registries, extra: { epoch: 1, root: encodeFr(1n) } } },
      { verifier: { ...request.verifier, name: "Votes of the chambers" } },
      { items: [{ ...request.items[0]!, nullifier: { mode: "person", use: "request" } }] },
      { items: [...request.items, ...request.items] },
    ]
    for (const change of marked) expect(isEnrolmentRequest({ ...request, ...change }, plan, leaf)).toBe(false)
    expect(isEnrolmentRequest(request, plan, encodeFr(5n))).toBe(false)
    expect(isEnrolmentRequest(request, gatedPlan({ title: "Others" }), leaf)).toBe(false)
  })
})

describe("what enrolments compare with the plan", () => {
  it.each([
    [OPENS - 1, "enrolmentOpensAt"],
    [OPENS, null],
    [CLOSES, null],
    [CLOSES + 1, "enrolmentClosesAt"],
  ])("V5: at %i", (now, at) => {
    const expected = at === null ? { ok: true, value: true } : { ok: false, reason: "census-closed", at }
    expect(checkEnrolmentTime(plan, now)).toEqual(expected)
  })

  it("V9, E4, E5: the epoch that was current at asOf, and no newer one", () => {
    const gate = sampleGate()
    const epoch: RegistryEpochBody = {
      registry: "demo",
      number: 4,
      root: encodeFr(77n),
      leafCount: 1,
      bundleDigest: "0".repeat(64),
      previousRoot: encodeFr(76n),
      notBefore: AS_OF,
      urgent: false,
    }
    expect(isGateEpoch(epoch, gate)).toBe(true)
    expect(isGateEpoch({ ...epoch, notBefore: AS_OF - 25 * 3600 + 1 }, gate)).toBe(true)
    expect(isGateEpoch({ ...epoch, notBefore: AS_OF - 25 * 3600 }, gate)).toBe(false)
    expect(isGateEpoch({ ...epoch, notBefore: AS_OF + 1 }, gate)).toBe(false)
    expect(isGateEpoch({ ...epoch, number: 5 }, gate)).toBe(false)
    expect(isGateEpoch({ ...epoch, root: encodeFr(78n) }, gate)).toBe(false)
    expect(isGateEpoch({ ...epoch, registry: "other" }, gate)).toBe(false)
    expect(isGateEpoch({ ...epoch, registry: "toString" }, gate)).toBe(false)
  })
})

describe("the signals of an enrolment proof", () => {
  it("are rebuilt from plan and evidence as from the request itself", () => {
    const evidence = { ...evidenceOf(1), id: draw.id, challenge: draw.challenge }
    const rebuilt = openEnrolmentSignals(plan, GATE_CATALOGUE).of(evidence)
    expect(rebuilt).toEqual({ ok: true, value: rebuildSignals(request, 0, 0, 0, evidence, GATE_CATALOGUE) })
    expect(rebuilt.ok && rebuilt.value).toHaveLength(125)
  })

  it("change with every member of the evidence but the proof", () => {
    const signals = openEnrolmentSignals(plan, GATE_CATALOGUE)
    const base = signals.of(evidenceOf(1))
    for (const member of [
      "commitment",
      "id",
      "challenge",
      "nullifier",
      "linkTag",
      "credentialTag",
    ] as const) {
      expect(signals.of({ ...evidenceOf(1), [member]: evidenceOf(2)[member] })).not.toEqual(base)
    }
    expect(signals.of({ ...evidenceOf(1), proof: evidenceOf(2).proof })).toEqual(base)
  })

  it("refuse an alternative that the gate has not", () => {
    const verdict = openEnrolmentSignals(plan, GATE_CATALOGUE).of(evidenceOf(1, { alternative: 1 }))
    expect(verdict).toEqual({ ok: false, reason: "enrolment-not-qualified", at: "alternative" })
  })

  it("are those that a holder of a fitting record proves", () => {
    const scene = oneCredential({ catalogue: GATE_CATALOGUE, statement: BOUND_VACCINATION })
    const gate = sampleGate({ registryEpochs: { demo: scene.request.registries["demo"]! } })
    const own = gatedPlan({}, gate)
    const asked = enrolmentRequest(own, { ...draw, leaf })
    const holder = oneCredential({ catalogue: GATE_CATALOGUE, statement: BOUND_VACCINATION, request: asked })
    const { expected, outputs } = holder.input()
    const answer = {
      type: "sotto/presentation/1" as const,
      request: draw.id,
      items: [{ alternative: 0, parts: [{ ...outputs, proof: evidenceOf(1).proof }] }],
    }
    const evidence = enrolmentEvidence(commitmentOf(1), holder.request, answer)
    expect(parseEnrolmentEvidence(canonicalText(evidence as never))).toEqual(evidence)
    expect(openEnrolmentSignals(own, GATE_CATALOGUE).of(evidence)).toEqual({ ok: true, value: expected })
  })
})

describe("enrolment", () => {
  it("compiles to one part an alternative, longer than other requests may live", () => {
    expect(CLOSES - AS_OF).toBeGreaterThan(900)
    const [item] = compileEnrolment(plan, GATE_CATALOGUE)
    expect(item?.map((parts) => parts.length)).toEqual([1])
  })

  it("takes the slot of its nullifier, as 32 bytes", () => {
    const { nullifier } = evidenceOf(1)
    expect(BigInt(`0x${enrolmentSlot(nullifier)}`)).toBe(BigInt(nullifier))
    expect(enrolmentSlot(nullifier)).toHaveLength(64)
  })
})
