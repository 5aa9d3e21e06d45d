import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { checkRequest, checkSpent, onceNullifiers } from "../../../src/parties/verifier/check-request.ts"
import { isEpochAccepted } from "../../../src/parties/verifier/request-snapshot.ts"
import type { KnownEpoch, RequestSnapshot } from "../../../src/parties/verifier/request-snapshot.ts"
import { areLinksKept } from "../../../src/parties/verifier/verify-presentation.ts"
import { CATALOGUE } from "../../../src/protocol/catalogue/released.ts"
import type { StatementSources } from "../../../src/protocol/credential/sources.ts"
import type { Presentation, PresentationPart } from "../../../src/protocol/wire/presentation.ts"
import type { PresentationRequest } from "../../../src/protocol/wire/presentation-request.ts"
import { AS_OF, oneCredential } from "../../support/one-credential.ts"

const { request } = oneCredential()
const ROOT = request.registries["demo"]!.root
const EPOCH: KnownEpoch = { number: 4, root: ROOT, notBeforeUnixSeconds: AS_OF - 60, urgent: false }
const SNAPSHOT: RequestSnapshot = {
  state: "open",
  circuitVkey: request.circuit.vkey,
  isCatalogueCurrent: true,
  registries: { demo: [EPOCH] },
  spent: [],
}

function part(
  members: Partial<Record<"nullifier" | "linkTag" | "credentialTag", string>> = {},
): PresentationPart {
  const proof = {
    a: ["1", "2"],
    b: [
      ["1", "2"],
      ["3", "4"],
    ],
    c: ["1", "2"],
  }
  return {
    nullifier: "11",
    linkTag: "12",
    credentialTag: "13",
    ...members,
    proof,
  } as unknown as PresentationPart
}

function answer(items: readonly (readonly PresentationPart[])[], alternative = 0): Presentation {
  const parts = items.map((list) => ({ alternative, parts: list }))
  return { type: "sotto/presentation/1", request: request.id, items: parts }
}

const ANSWER = answer([[part()]])
const SOURCES: StatementSources = CATALOGUE
const check = (
  snapshot: Partial<RequestSnapshot> = {},
  { now = AS_OF, presentation = ANSWER, sources = SOURCES } = {},
) => {
  const verdict = checkRequest(presentation, request, { ...SNAPSHOT, ...snapshot }, sources, now)
  return verdict.ok ? "accepted" : verdict.reason
}

describe("the records of a verifier", () => {
  it("accept an answer to an open request in time", () => {
    expect(check()).toBe("accepted")
    expect(check({}, { now: request.expiresAt })).toBe("accepted")
  })

  it("refuse by V3 to V9, each with its code", () => {
    const foreign = { ...ANSWER, request: `pr_${"Z".repeat(22)}` } as Presentation
    expect(check({}, { presentation: foreign })).toBe("request-unknown")
    expect(check({ circuitVkey: `sha256:${"0".repeat(64)}` as never })).toBe("circuit-not-current")
    expect(check({}, { now: request.createdAt - 1 })).toBe("request-expired")
    expect(check({}, { now: request.expiresAt + 1 })).toBe("request-expired")
    expect(check({ state: "expired" })).toBe("request-expired")
    expect(check({ state: "satisfied" })).toBe("request-answered")
    expect(check({}, { presentation: answer([[part()], [part()]]) })).toBe("items-mismatch")
    expect(check({}, { presentation: answer([[part(), part()]]) })).toBe("items-mismatch")
    expect(check({}, { presentation: answer([[part()]], 1) })).toBe("items-mismatch")
    expect(check({ isCatalogueCurrent: false })).toBe("statement-withdrawn")
    expect(check({ registries: {} })).toBe("registry-stale")
  })

  it("name the first of several faults, in the order of the list", () => {
    const faults: Partial<RequestSnapshot>[] = [
      { circuitVkey: `sha256:${"0".repeat(64)}` as never },
      { state: "satisfied" },
      { isCatalogueCurrent: false },
      { registries: {} },
    ]
    const codes = faults.map((_, i) =>
      check(Object.assign({}, ...faults.slice(i)) as Partial<RequestSnapshot>),
    )
    expect(codes).toEqual([
      "circuit-not-current",
      "request-answered",
      "statement-withdrawn",
      "registry-stale",
    ])
  })

  it("refuse what the catalogue no longer knows instead of failing", () => {
    const sources = { findSchemaById: () => null, findValueSet: () => null }
    expect(check({}, { sources })).toBe("statement-withdrawn")
  })
})

describe("an epoch", () => {
  const wanted = { epoch: 4, root: ROOT }
  const successor = (urgent: boolean): KnownEpoch => ({
    number: 5,
    root: "5",
    notBeforeUnixSeconds: AS_OF,
    urgent,
  })

  it("is accepted while it is the newest and younger than 25 hours", () => {
    expect(isEpochAccepted(wanted, [EPOCH], EPOCH.notBeforeUnixSeconds + 25 * 3600 - 1)).toBe(true)
    expect(isEpochAccepted(wanted, [EPOCH], EPOCH.notBeforeUnixSeconds + 25 * 3600)).toBe(false)
  })

  it("is accepted for 120 s after its successor, and not at all after an urgent one", () => {
    expect(isEpochAccepted(wanted, [successor(false), EPOCH], AS_OF + 119)).toBe(true)
    expect(isEpochAccepted(wanted, [successor(false), EPOCH], AS_OF + 120)).toBe(false)
    expect(isEpochAccepted(wanted, [successor(true), EPOCH], AS_OF)).toBe(false)
  })

  it("with another root, or before its predecessor's grace, is refused", () => {
    expect(isEpochAccepted({ epoch: 4, root: "9" }, [EPOCH], AS_OF)).toBe(false)
    expect(
      isEpochAccepted(wanted, [{ ...successor(false), number: 6 }, successor(false), EPOCH], AS_OF),
    ).toBe(false)
    expect(isEpochAccepted(wanted, [], AS_OF)).toBe(false)
  })

  it("once refused for its age stays refused", () => {
    const seconds = fc.integer({ min: 0, max: 200_000 })
    fc.assert(
      fc.property(seconds, seconds, fc.boolean(), (first, later, urgent) => {
        const known = [successor(urgent), EPOCH]
        const [a, b] = [AS_OF + first, AS_OF + first + later]
        expect(isEpochAccepted(wanted, known, b) && !isEpochAccepted(wanted, known, a)).toBe(false)
      }),
    )
  })
})

describe("nullifiers of once items", () => {
  const items = (...uses: readonly ("once" | "pseudonym")[]): PresentationRequest => ({
    ...request,
    items: uses.map((use) => ({ ...request.items[0]!, nullifier: { mode: "person", use, epoch: "2022" } })),
  })

  it("count once inside one answer, and those of other uses not at all", () => {
    const two = answer([[part(), part()], [part({ nullifier: "11" })], [part({ nullifier: "99" })]])
    expect(onceNullifiers(two, items("once", "once", "pseudonym"))).toEqual(["11"])
    expect(checkSpent(two, items("once", "once", "pseudonym"), { spent: ["99" as never] })).toMatchObject({
      ok: true,
    })
    expect(checkSpent(two, items("once", "once", "once"), { spent: ["99" as never] })).toEqual({
      ok: false,
      reason: "nullifier-spent",
    })
  })
})

describe("links", () => {
  const linked = (kind: PresentationRequest["links"][number]["kind"]): PresentationRequest => ({
    ...request,
    links: [{ kind, items: [0, 1] }],
  })

  it.each(["nullifier", "linkTag", "credentialTag"] as const)(
    "parts of one item share their %s",
    (member) => {
      expect(areLinksKept(answer([[part(), part()]]), request)).toBe(true)
      expect(areLinksKept(answer([[part(), part({ [member]: "99" })]]), request)).toBe(false)
    },
  )

  it("samePerson joins link tags, sameCredential credential tags", () => {
    expect(areLinksKept(answer([[part()], [part({ credentialTag: "99" })]]), linked("samePerson"))).toBe(true)
    expect(areLinksKept(answer([[part()], [part({ linkTag: "99" })]]), linked("samePerson"))).toBe(false)
    expect(areLinksKept(answer([[part()], [part({ linkTag: "99" })]]), linked("sameCredential"))).toBe(true)
    expect(areLinksKept(answer([[part()], [part({ credentialTag: "99" })]]), linked("sameCredential"))).toBe(
      false,
    )
  })

  it("differentCredentials needs one person and two nullifiers: a re-issue counts as the same", () => {
    expect(
      areLinksKept(answer([[part()], [part({ nullifier: "99" })]]), linked("differentCredentials")),
    ).toBe(true)
    expect(
      areLinksKept(answer([[part()], [part({ credentialTag: "99" })]]), linked("differentCredentials")),
    ).toBe(false)
    const strangers = answer([[part()], [part({ nullifier: "99", linkTag: "99" })]])
    expect(areLinksKept(strangers, linked("differentCredentials"))).toBe(false)
  })
})
