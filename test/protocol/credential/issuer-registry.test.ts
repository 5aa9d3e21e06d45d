import { describe, expect, it } from "vitest"
import { issuerKeyOf } from "../../../src/protocol/credential/credential.ts"
import { buildRegistry, verifyBundle, verifyLists } from "../../../src/protocol/credential/issuer-registry.ts"
import { setStatus, signStatusList } from "../../../src/protocol/credential/status-list.ts"
import { encodeFr, R } from "../../../src/protocol/primitives/field.ts"
import { encodeVerifierKey, makeSigningKey } from "../../../src/protocol/primitives/note-key.ts"
import type { IssuerEntry, RegistryBundle } from "../../../src/protocol/wire/credential.ts"
import { signDocument } from "../../../src/protocol/wire/signed-document.ts"
import { codeOf } from "../../support/code-of.ts"

const operations = (n: number) => makeSigningKey(`issuer-${n}.example`, new Uint8Array(32).fill(100 + n))
const entry = (n: number): IssuerEntry => {
  const [x, y] = issuerKeyOf(new Uint8Array(32).fill(n))
  return {
    id: `issuer-${n}`,
    operator: `op-${n}`,
    name: `Issuer ${n}`,
    key: [x, y],
    operationsKey: encodeVerifierKey(operations(n)),
  }
}
interface ListOptions {
  readonly schemaId?: bigint
  readonly number?: number
  readonly words?: readonly bigint[]
  readonly suspension?: boolean
  readonly registry?: string
}
const list = (
  n: number,
  { schemaId = 5n, number = 1, words = [], suspension = false, registry = "demo" }: ListOptions = {},
) =>
  signStatusList(
    {
      registry,
      issuer: `issuer-${n}`,
      schemaId: encodeFr(schemaId),
      number,
      signedAt: 1_665_835_200,
      suspension,
      words,
    },
    operations(n),
  )
const bundle = (change: Partial<RegistryBundle> = {}): RegistryBundle => ({
  type: "sotto/registry-bundle/1",
  registry: "demo",
  number: 4,
  issuers: [entry(1), entry(2)],
  leaves: [
    { index: 0, list: list(1) },
    { index: 4095, list: list(2) },
  ],
  ...change,
})
/** The verdict on a bundle and all its lists by an epoch that says what the bundle itself would. */
const verdict = (given: RegistryBundle, previous?: RegistryBundle) => {
  const expected = {
    registry: "demo",
    number: 4,
    root: encodeFr(buildRegistry(given).root),
    leafCount: given.leaves.length,
  }
  const verified = verifyBundle(given, expected)
  if (!verified.ok) return verified.reason
  const lists = verifyLists(verified.value, previous)
  return lists.ok ? "ok" : lists.reason
}
const withKey = (key: readonly [string, string]): RegistryBundle =>
  bundle({ issuers: [{ ...entry(1), key: key as IssuerEntry["key"] }, entry(2)] })

describe("a bundle", () => {
  it("gives the registry of its epoch, with each leaf to be found and proved", () => {
    const registry = buildRegistry(bundle())
    expect(verdict(bundle())).toBe("ok")
    expect(registry.find("issuer-2", encodeFr(5n))?.index).toBe(4095)
    expect(registry.find("issuer-2", encodeFr(6n))).toBeNull()
    expect(registry.path(4095)).toHaveLength(6)
  })

  it.each([
    ["another root", { root: encodeFr(1n) }],
    ["another leaf count", { leafCount: 3 }],
    ["another number", { number: 5 }],
    ["another registry", { registry: "other" }],
  ])("is refused against %s: bundle-mismatch", (_, change) => {
    const root = encodeFr(buildRegistry(bundle()).root)
    const expected = { registry: "demo", number: 4, root, leafCount: 2, ...change }
    expect(verifyBundle(bundle(), expected)).toEqual({ ok: false, reason: "bundle-mismatch" })
  })

  it("does not depend on the order of its leaves, but on their positions", () => {
    const { leaves } = bundle()
    expect(buildRegistry(bundle({ leaves: [...leaves].reverse() })).root).toBe(buildRegistry(bundle()).root)
    expect(
      buildRegistry(bundle({ leaves: leaves.map((leaf) => ({ ...leaf, index: leaf.index ^ 1 })) })).root,
    ).not.toBe(buildRegistry(bundle()).root)
  })
})

describe("an inconsistent registry is refused", () => {
  it("with one key in two entries", () => {
    expect(verdict(bundle({ issuers: [entry(1), { ...entry(2), key: entry(1).key }] }))).toBe(
      "registry-inconsistent",
    )
  })

  it("with one id in two entries", () => {
    expect(verdict(bundle({ issuers: [entry(1), entry(2), { ...entry(3), id: "issuer-1" }] }))).toBe(
      "registry-inconsistent",
    )
  })

  it("with two leaves of one (key, schemaId), although each is well formed and the circuit would accept both", () => {
    const leaves = [...bundle().leaves, { index: 7, list: list(1, { number: 2 }) }]
    expect(verdict(bundle({ leaves }))).toBe("registry-inconsistent")
    expect(
      verdict(bundle({ leaves: [...bundle().leaves, { index: 7, list: list(1, { schemaId: 6n }) }] })),
    ).toBe("ok")
  })

  it.each([
    ["of order 2", ["0", (R - 1n).toString()]],
    ["that is the identity", ["0", "1"]],
    ["off the curve", ["1", "1"]],
  ] as const)("with a key %s", (_, key) => {
    expect(verdict(withKey(key))).toBe("registry-inconsistent")
  })

  it("with a list of another issuer's operations key", () => {
    const forged = signDocument({ ...list(1), signature: undefined }, operations(2))
    expect(verdict(bundle({ leaves: [{ index: 0, list: forged }] }))).toBe("registry-inconsistent")
  })

  it("with a signed list whose words do not give its root", () => {
    const lying = signDocument({ ...list(1), statusRoot: encodeFr(5n), signature: undefined }, operations(1))
    expect(verdict(bundle({ leaves: [{ index: 0, list: lying }] }))).toBe("registry-inconsistent")
  })

  it("with a list for another registry", () => {
    expect(verdict(bundle({ leaves: [{ index: 0, list: list(1, { registry: "other" }) }] }))).toBe(
      "registry-inconsistent",
    )
  })

  it("with a list without an entry, or two lists at one index", () => {
    const stray = bundle({ leaves: [{ index: 0, list: list(3) }] })
    const double = bundle({ leaves: bundle().leaves.map((leaf) => ({ ...leaf, index: 1 })) })
    for (const broken of [stray, double]) {
      expect(codeOf(() => buildRegistry(broken))).toBe("registry-inconsistent")
      const expected = { registry: "demo", number: 4, root: encodeFr(1n), leafCount: broken.leaves.length }
      expect(verifyBundle(broken, expected)).toEqual({ ok: false, reason: "registry-inconsistent" })
    }
  })
})

describe("a bundle after another", () => {
  const revoked = setStatus([], 300, true)
  const only = (options: ListOptions) => bundle({ leaves: [{ index: 0, list: list(1, options) }] })

  it.each([
    ["one more bit", { number: 1 }, { number: 2, words: revoked }, "ok"],
    ["nothing new", { number: 2 }, { number: 2 }, "ok"],
    ["a number that fell", { number: 2 }, { number: 1 }, "registry-inconsistent"],
    ["other words under one number", { number: 2 }, { number: 2, words: revoked }, "registry-inconsistent"],
    ["a cleared bit", { number: 1, words: revoked }, { number: 2 }, "registry-inconsistent"],
    [
      "a bit cleared in a suspension list",
      { number: 1, words: revoked, suspension: true },
      { number: 2, suspension: true },
      "ok",
    ],
    ["suspension declared too late", { number: 1 }, { number: 2, suspension: true }, "registry-inconsistent"],
  ])("with %s", (_, before, after, expected) => {
    expect(verdict(only(after), only(before))).toBe(expected)
  })
})
