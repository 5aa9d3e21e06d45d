// A pool lets several verifiers count one entitlement together: its scope names neither who asks nor in which words.
import { describe, expect, it } from "vitest"
import {
  assertConsistent,
  computePolicy,
  computeRequestHash,
  computeScope,
  isRequestSigned,
  poolOf,
  signRequest,
} from "../../../src/protocol/credential/presentation-request.ts"
import { computeNullifier } from "../../../src/protocol/primitives/nullifier.ts"
import {
  parsePresentationRequest,
  parsePresentationRequestDraft,
  parseVerifierRecord,
} from "../../../src/protocol/wire/presentation-request.ts"
import type {
  ClaimPool,
  NullifierUse,
  PresentationRequest,
} from "../../../src/protocol/wire/presentation-request.ts"
import { codeOf } from "../../support/code-of.ts"
import { oneCredential, VERIFIER_KEY } from "../../support/one-credential.ts"

const { signature: _, ...plain } = oneCredential().request
const POOL: ClaimPool = { name: "treatments", mode: "credential", period: "always" }
const USE = { mode: "credential", use: "once", epoch: "always", pool: "treatments" } as const

function asking(nullifier: NullifierUse, pools: readonly ClaimPool[] = [POOL]): PresentationRequest {
  const items = plain.items.map((item) => ({ ...item, nullifier }))
  return signRequest({ ...plain, items, verifier: { ...plain.verifier, pools: [...pools] } }, VERIFIER_KEY)
}
const pooled = asking(USE)
const scopeOf = (change: Partial<PresentationRequest> = {}) => computeScope({ ...pooled, ...change }, 0)

describe("the scope of a pool", () => {
  it("is the same whoever of the pool asks, for which purpose and in which request", () => {
    const verifier = { ...pooled.verifier, id: "other-insurance", name: "Other Insurance" }
    const purpose = { code: "claim", text: { en: "Pay for a treatment" }, retainDays: 3650 }
    expect(scopeOf({ verifier, purpose, id: pooled.id, expiresAt: pooled.expiresAt + 1 })).toBe(scopeOf())
  })

  it("differs by pool, epoch and origin", () => {
    const scopes = [
      scopeOf(),
      computeScope(asking({ ...USE, pool: "dental" }), 0),
      computeScope(asking({ ...USE, epoch: "2022" }), 0),
      scopeOf({ verifier: { ...pooled.verifier, origin: "https://other.example" } }),
    ]
    expect(new Set(scopes).size).toBe(scopes.length)
  })

  it("is no scope of a verifier alone, also when a verifier is called like the pool", () => {
    const alone = asking({ mode: "credential", use: "once", epoch: "always" })
    const namesake = { ...alone, verifier: { ...alone.verifier, id: "treatments" } }
    const pseudonym = asking({ mode: "credential", use: "pseudonym", epoch: "always" })
    const scopes = [scopeOf(), ...[alone, namesake, pseudonym].map((request) => computeScope(request, 0))]
    expect(new Set(scopes).size).toBe(scopes.length)
    const nullifiers = scopes.map((scope) => computeNullifier("credential", 7n, 9n, scope))
    expect(new Set(nullifiers).size).toBe(nullifiers.length)
  })

  it("is bound by the request: the pool is inside the policy and the request's hash", () => {
    const other = asking({ ...USE, pool: "dental" }, [{ ...POOL, name: "dental" }, POOL])
    const same = asking(USE, [{ ...POOL, name: "dental" }, POOL])
    expect(computePolicy(other)).not.toBe(computePolicy(same))
    expect(computeRequestHash(other)).not.toBe(computeRequestHash(same))
  })

  it("survives the wire and the signature", () => {
    const read = parsePresentationRequest(JSON.stringify(pooled))
    expect(isRequestSigned(read)).toBe(true)
    expect(computeScope(read, 0)).toBe(scopeOf())
    expect(poolOf(USE, read.verifier)).toEqual(POOL)
  })
})

describe("a request in a pool is consistent only", () => {
  const code = (nullifier: NullifierUse, pools?: readonly ClaimPool[]) =>
    codeOf(() => assertConsistent(asking(nullifier, pools)))

  it("when the verifier's record names the pool", () => {
    expect(code(USE)).toBe("no error")
    expect(code({ ...USE, pool: "dental" })).toBe("request-inconsistent")
    const stranger = { ...pooled, verifier: plain.verifier }
    expect(codeOf(() => assertConsistent(stranger))).toBe("request-inconsistent")
  })

  it("when it counts what the pool counts: a person is no credential", () => {
    expect(code({ ...USE, mode: "person" })).toBe("request-inconsistent")
    expect(code({ ...USE, mode: "person" }, [{ ...POOL, mode: "person" }])).toBe("no error")
  })

  it.each([
    ["always", "always"],
    ["year", "2022"],
    ["quarter", "2022-Q4"],
    ["month", "2022-10"],
    ["day", "2022-10-15"],
  ] as const)("when its epoch is of the pool's period, %s", (period, epoch) => {
    const epochs = ["always", "2022", "2022-Q4", "2022-10", "2022-10-15"]
    const kept = epochs.filter((text) => code({ ...USE, epoch: text }, [{ ...POOL, period }]) === "no error")
    expect(kept).toEqual([epoch])
  })

  it("when entitlements that must differ are counted in one pool", () => {
    const ask = (second: NullifierUse) => {
      const [item] = pooled.items
      if (item === undefined) throw new Error("a request has an item")
      const items = [item, { ...item, nullifier: second }]
      const links = [{ kind: "differentCredentials" as const, items: [0, 1] }]
      return codeOf(() => assertConsistent({ ...pooled, items, links }))
    }
    expect(ask(USE)).toBe("no error")
    // Under two scopes one record has two nullifiers, and would pass for two entitlements.
    expect(ask({ mode: "credential", use: "once", epoch: "always" })).toBe("request-inconsistent")
  })
})

describe("two items of one pool", () => {
  const ask = (links: PresentationRequest["links"], count = 2) => {
    const [item] = pooled.items
    if (item === undefined) throw new Error("a request has an item")
    const items = Array.from({ length: count }, () => item)
    return codeOf(() => assertConsistent({ ...pooled, items, links }))
  }

  it("say whether they are one entitlement or two: unsaid, one would be paid for twice", () => {
    expect(ask([])).toBe("request-inconsistent")
    expect(ask([{ kind: "samePerson", items: [0, 1] }])).toBe("request-inconsistent")
    expect(ask([{ kind: "differentCredentials", items: [0, 1] }])).toBe("no error")
    expect(ask([{ kind: "sameCredential", items: [0, 1] }])).toBe("no error") // two questions about one claim
    expect(ask([{ kind: "differentCredentials", items: [0, 1] }], 3)).toBe("request-inconsistent")
    expect(ask([{ kind: "differentCredentials", items: [0, 1, 2] }], 3)).toBe("no error")
  })
})

describe("the wire", () => {
  const draft = (nullifier: unknown) =>
    JSON.stringify({
      purpose: plain.purpose,
      zone: "Z",
      links: [],
      items: [
        { alternatives: [{ registry: "demo", statement: "vaccination-count/1", parameters: {} }], nullifier },
      ],
    })

  it("takes a pool with use once only: a shared pseudonym would be a shared name", () => {
    expect(codeOf(() => parsePresentationRequestDraft(draft(USE)))).toBe("no error")
    for (const use of ["pseudonym", "request"]) {
      expect(codeOf(() => parsePresentationRequestDraft(draft({ ...USE, use })))).toBe("malformed-request")
    }
    expect(codeOf(() => parsePresentationRequestDraft(draft({ ...USE, pool: "" })))).toBe("malformed-request")
    expect(codeOf(() => parsePresentationRequestDraft(draft({ ...USE, pool: ["treatments"] })))).toBe(
      "malformed-request",
    )
  })

  it("takes pools ascending, each once, at least one and at most eight", () => {
    const named = (...names: readonly string[]) =>
      codeOf(() =>
        parseVerifierRecord({ ...plain.verifier, pools: names.map((name) => ({ ...POOL, name })) }),
      )
    const many = Array.from({ length: 9 }, (_, i) => `pool-${i}`)
    expect(named("dental", "treatments")).toBe("no error")
    expect(named("treatments", "dental")).toBe("malformed-request")
    expect(named("treatments", "treatments")).toBe("malformed-request")
    expect(named()).toBe("malformed-request")
    expect(named(...many.slice(1))).toBe("no error")
    expect(named(...many)).toBe("malformed-request")
  })
})
