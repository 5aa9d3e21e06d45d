// The shipped instance: size, order of its signals, its three outputs, and what its honest calculator accepts.
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { compileCircuit, PROJECT_ROOT } from "../../support/circuit-compile.ts"
import { openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import {
  ATTRIBUTES, code, DIFFERENCE_OFFSET, LARGEST_BOUND, LEVELS, ordered, PresentationBuilder, slot,
} from "../../support/circuit-input.ts" // prettier-ignore
import type { Credential, IssuerKey, PresentationOptions } from "../../support/circuit-input.ts"
import { listedCircuit, shipped } from "../../support/circuit-instances.ts"
import { openOracle, SUBGROUP_ORDER, type PlainPoint } from "../../support/circuit-oracle.ts"
import { FIELD_ORDER as R } from "../../support/circuit-r1cs.ts"

interface Manifest {
  readonly circuits: {
    readonly presentation: {
      readonly constraints: number
      readonly publicSignals: number
      readonly r1cs: { readonly sha256: string }
      readonly wasm: { readonly sha256: string }
    }
  }
}
let circuit: Circuit
let builder: PresentationBuilder
let key: IssuerKey
let credential: Credential
beforeAll(async () => {
  builder = new PresentationBuilder(await openOracle())
  key = builder.issuerKey(7)
  credential = builder.issue(key)
  circuit = await openCircuit(shipped("presentation"))
})

const indexed = (name: string, ...sizes: number[]): string[] =>
  sizes.reduce<string[]>(
    (prefixes, size) =>
      prefixes.flatMap((prefix) => Array.from({ length: size }, (_, i) => `${prefix}[${i}]`)),
    [name],
  )

describe("the shipped instance", () => {
  test("has exactly 15,890 constraints over 16,030 wires, all quadratic", () => {
    expect(circuit.r1cs.constraints).toHaveLength(15_890)
    expect(circuit.r1cs.wires).toBe(16_030)
    expect(circuit.r1cs.constraints.filter(({ a, b }) => a.length === 0 || b.length === 0)).toHaveLength(0)
  })

  test("fits the domain 2^14 with its public signals and the constant", () => {
    const { outputs, publicInputs, privateInputs, constraints } = circuit.r1cs
    expect({ outputs, publicInputs, privateInputs }).toEqual({
      outputs: 3,
      publicInputs: 122,
      privateInputs: 103,
    })
    expect(constraints.length + outputs + publicInputs + 1).toBe(16_016)
    expect(16_016).toBeLessThanOrEqual(2 ** 14)
  })

  test("is what circuits/artifacts.json pins, byte for byte", async () => {
    const manifest = JSON.parse(
      await readFile(join(PROJECT_ROOT, "circuits/artifacts.json"), "utf8"),
    ) as Manifest
    const pinned = manifest.circuits.presentation
    const files = await compileCircuit(shipped("presentation"))
    const sha256 = async (path: string): Promise<string> =>
      createHash("sha256")
        .update(await readFile(path))
        .digest("hex")
    expect(pinned.constraints).toBe(circuit.r1cs.constraints.length)
    expect(pinned.publicSignals).toBe(125)
    expect([pinned.r1cs.sha256, pinned.wasm.sha256]).toEqual([
      await sha256(files.r1cs),
      await sha256(files.wasm),
    ])
  })

  test("numbers its public and private signals in the order of the specification", () => {
    const order = [
      ...["nullifier", "linkTag", "credentialTag"],
      ...["schemaId", "registryRoot", "setRoot", "scope", "nullifierMode", "requestHash", "now"],
      ...[
        indexed("slotCode", 6),
        indexed("lo", 6),
        indexed("hi", 6),
        indexed("list", 6, 16),
        ["clauses"],
      ].flat(),
      ...["secret", "blind", "credId", ...indexed("attrs", 16), "statusIndex", "validFrom", "validUntil"],
      ...["Ax", "Ay", "R8x", "R8y", "S", "statusWord", ...indexed("statusChildren", LEVELS, 4)],
      ...["issuerIndex", ...indexed("issuerChildren", LEVELS, 4)],
      ...["member", "memberIndex", ...indexed("memberChildren", LEVELS, 4)],
    ]
    expect(order).toHaveLength(3 + 122 + 103)
    expect(order.map((name) => circuit.symbols.wireOf.get(name))).toEqual(order.map((_, index) => index + 1))
    expect(order.indexOf("list[4][3]")).toBe(28 + 16 * 4 + 3)
    expect(order.indexOf("clauses")).toBe(124)
  })

  test("lists its public inputs in circuits.json in the order of its wires", () => {
    const first = (name: string): number =>
      [name, `${name}[0]`, `${name}[0][0]`]
        .map((each) => circuit.symbols.wireOf.get(each))
        .find((w) => w !== undefined) ?? -1
    const wires = listedCircuit("presentation").public.map(first)
    expect(wires).toEqual([...wires].sort((a, b) => a - b))
    expect(wires).not.toContain(-1)
  })
})

describe("golden values of the specification, recomputed by circomlibjs", () => {
  test("holder of (1, 2), the root of no value set, the root of an empty status list", () => {
    const { hash } = builder.oracle
    expect(hash(1001n, 1n, 2n)).toBe(
      18857085097996548378262666901446219189284199556530624222069786491784695809683n,
    )
    expect(builder.valueSet([0n]).root).toBe(
      11066888649466774231496806550906254722877871437083536582393186188607486622203n,
    )
    expect(builder.statusTree(new Map()).root).toBe(
      4716599715003762139816406224410903695292041118772159408386010674513445309311n,
    )
  })
})

const outputs = (of: Credential, options: PresentationOptions = {}) => {
  const witness = circuit.witness(builder.input(of, options))
  return {
    nullifier: witness.get("nullifier"),
    linkTag: witness.get("linkTag"),
    credentialTag: witness.get("credentialTag"),
  }
}

describe("the outputs", () => {
  test("are the three tagged hashes, in both nullifier modes", () => {
    const { hash } = builder.oracle
    const { secret, credId } = credential
    for (const [mode, bound] of [
      [0n, 0n],
      [1n, credId],
    ] as const) {
      // prettier-ignore
      expect(outputs(credential, { mode, scope: 31n, requestHash: 32n })).toEqual({
        nullifier: hash(1004n, mode, secret, bound, 31n),
        linkTag: hash(1005n, secret, 32n),
        credentialTag: hash(1007n, secret, credential.hash, 32n, 0n),
      })
    }
  })

  test("read secret and secret + r as one person", () => {
    const aliased = { signals: { secret: credential.secret + R } }
    expect(outputs(credential, aliased)).toEqual(outputs(credential))
  })

  test("are unlinked across scope and request, mode and person, and differ from one another", () => {
    const noCredId = builder.issue(key, { credId: 0n })
    const seen = [
      outputs(credential),
      outputs(credential, { mode: 1n }),
      outputs(noCredId, { mode: 1n }),
      outputs(credential, { scope: 10n, requestHash: 11n }),
      outputs(builder.issue(key, { secret: 5n })),
    ]
    expect(new Set(seen.map(({ nullifier }) => nullifier)).size).toBe(5)
    const all = [
      ...Object.values(seen[0] ?? {}),
      builder.oracle.hash(1001n, credential.secret, credential.blind),
    ]
    expect(new Set(all).size).toBe(4)
  })

  test("give two unrevoked versions of one entitlement one nullifier and two credential tags", () => {
    const corrected = ATTRIBUTES.map((value, i) => (i === 7 ? ordered(100) : value))
    const reissue = builder.issue(key, { statusIndex: credential.statusIndex + 1n, attributes: corrected })
    const other = builder.issue(key, { statusIndex: credential.statusIndex + 2n, credId: 2n })
    const [first, second, third] = [credential, reissue, other].map((each) => outputs(each, { mode: 1n }))
    expect(second?.nullifier).toBe(first?.nullifier)
    expect(second?.credentialTag).not.toBe(first?.credentialTag)
    expect(third?.nullifier).not.toBe(first?.nullifier)
    expect(third?.linkTag).toBe(first?.linkTag)
  })

  test("agree for two parts of one record within one request", () => {
    expect(outputs(credential, { slots: [slot("present", 2)] })).toEqual(outputs(credential))
  })
})

const TOP = LARGEST_BOUND
const present = slot("present", 7)
const firstOf = (slots: bigint): bigint =>
  Array.from({ length: 6 }, (_, c) => slots << BigInt(6 * c)).reduce((a, b) => a | b)
/** Name, the input, and the rule that refuses it; `undefined`: accepted. */
type Case = [name: string, input: () => readonly [Credential, PresentationOptions?], rule?: number]
const issued = (options: Parameters<PresentationBuilder["issue"]>[1]): Credential =>
  builder.issue(key, options)
const listedAs = (issuer: PlainPoint): Credential => ({ ...credential, issuer })

const CASES: Record<string, Case[]> = {
  statement: [
    ["six slots in six clauses", () => [credential, { slots: [
      slot("eq", 0, { lo: code(1) }),
      slot("in", 1, { list: [code(3), code(2)] }),
      slot("diff", 2, { second: 3, lo: DIFFERENCE_OFFSET, hi: TOP }),
      slot("between", 7, { lo: ordered(400), hi: ordered(600) }),
      slot("same", 1, { second: 8 }),
      slot("inSet", 1),
    ] }]],
    ["a false literal or a true one", () => [credential, { slots: [slot("present", 9), present], clauses: [[0, 1]] }]],
    ["one true slot in all six clauses", () => [credential, { clauses: firstOf(1n) }]],
    ["no clause", () => [credential, { clauses: 0n }], 19],
    ["one empty clause", () => [credential, { clauses: firstOf(1n) ^ (1n << 30n) }], 19],
    ["a clause of off slots only", () => [credential, { clauses: [[0], [1]] }], 19],
    ["an off slot alone, negated", () => [credential, { slots: [slot("off", 7, { negated: true })] }], 19],
    ["clauses + 2^36", () => [credential, { clauses: firstOf(1n) + (1n << 36n) }], 19],
    ["slotCode + 4096", () => [credential, { slots: [{ ...present, code: present.code + 4096n }] }], 14],
    ["a false literal", () => [credential, { slots: [slot("eq", 0, { lo: code(2) })] }], 19],
    ["an absent value, even negated", () => [credential, { slots: [slot("eq", 9, { lo: 5n, negated: true })] }], 19],
    ["a value of 64 bits and one more", () => [issued({ attributes: ATTRIBUTES.map((a, i) => (i === 7 ? TOP + 1n : a)) }), { slots: [slot("between", 7, { lo: 0n, hi: TOP })] }], 16],
    ["not in set by showing another member", () => [credential, { slots: [slot("inSet", 1, { negated: true })], memberAt: 1 }], 18],
    ["in set by showing another member", () => [credential, { slots: [slot("inSet", 1)], memberAt: 1 }], 19],
    ["in set over the set of the single value 0", () => [credential, { slots: [slot("inSet", 1)], values: [0n] }], 19],
    ["in set, absent value, over the set of the single value 0", () => [credential, { slots: [slot("inSet", 9)], values: [0n] }], 19],
    ["no set in use, root of the single value 0", () => [credential, { values: [0n] }]],
    ["an empty leaf as a member", () => [credential, { signals: { member: 0n, memberIndex: 7n, memberChildren: builder.valueSet([code(2), code(9), code(10)]).path(7) } }], 13],
    ["memberIndex + 4096", () => [credential, { signals: { memberIndex: 4096n } }], 13],
  ],
  status: [
    ["a revoked bit", () => [credential, { words: new Map([[5, 1n << 17n]]) }], 7],
    ["bit 0", () => [issued({ statusIndex: 5n * 256n })]],
    ["bit 247", () => [issued({ statusIndex: 5n * 256n + 247n })]],
    ["bit 248, which no word has", () => [issued({ statusIndex: 5n * 256n + 248n })], 7],
    ["bit 255, which no word has", () => [issued({ statusIndex: 5n * 256n + 255n })], 7],
    ["the last position", () => [issued({ statusIndex: 4095n * 256n })]],
    ["index + 2^20", () => [issued({ statusIndex: (1n << 20n) + 5n * 256n + 17n })], 6],
    ["a listed word of 249 bits", () => [credential, { words: new Map([[5, 1n << 248n]]) }], 7],
    ["the word of the next position", () => {
      const words = new Map([[5, 1n << 17n], [6, 0n]])
      return [credential, { words, signals: { statusWord: 0n, statusChildren: builder.statusTree(words).path(6) } }]
    }, 8],
    ["another word under the same leaf", () => [credential, { words: new Map([[5, 1n << 17n]]), signals: { statusWord: 0n } }], 8],
  ],
  registry: [
    ["an issuer that is not listed", () => [credential, { registry: registryOf([1, builder.issuerKey(8).point, 42n]) }], 9],
    ["a key listed for another schema", () => [credential, { registry: registryOf([9, key.point, 43n]) }], 9],
    ["a credential of another schema than asked", () => [issued({ schemaId: 43n }), { signals: { schemaId: 42n } }], 5],
    ["the list of another issuer", () => [credential, { registry: registryOf([9, key.point, 42n]) }], 9],
    ["issuerIndex + 4096", () => [credential, { signals: { issuerIndex: 9n + 4096n } }], 9],
    ["the root of another epoch", () => [credential, { signals: { registryRoot: registryOf([9, key.point, 42n]).root } }], 9],
  ],
  time: [
    ["one second early", () => [credential, { now: credential.validFrom - 1n }], 11],
    ["the first second", () => [credential, { now: credential.validFrom }]],
    ["the last second", () => [credential, { now: credential.validUntil }]],
    ["one second late", () => [credential, { now: credential.validUntil + 1n }], 12],
    ["milliseconds where seconds are expected", () => [credential, { now: 1_750_000_000_000n }], 10],
    ["now 2^40", () => [credential, { now: 1n << 40n }], 10],
    ["now -1", () => [credential, { now: R - 1n }], 10],
    ["the last second of 40 bits", () => [issued({ validUntil: (1n << 40n) - 1n }), { now: (1n << 40n) - 1n }]],
    ["validUntil 2^40", () => [issued({ validUntil: 1n << 40n })], 10],
    ["validFrom -1", () => [issued({ validFrom: R - 1n })], 10],
  ],
  signature: [
    ["S + l", () => [{ ...credential, S: credential.S + SUBGROUP_ORDER }], 5],
    ["R8 = (0, 0)", () => [{ ...credential, R8: [0n, 0n] }], 4],
    ["R8 = (0, -1)", () => [{ ...credential, R8: [0n, R - 1n] }], 5],
    ["a listed key off the curve", () => [listedAs([3n, 4n])], 4],
    ["a listed identity, trivial signature", () => [{ ...listedAs([0n, 1n]), R8: [0n, 1n], S: 0n }], 5],
    ["a listed key of order 2, trivial signature", () => [{ ...listedAs([0n, R - 1n]), R8: [0n, 1n], S: 0n }], 5],
    ["a listed key of order 8, trivial signature", () => [{ ...listedAs(builder.oracle.torsion(1n)), R8: [0n, 1n], S: 0n }], 5],
    ["another secret", () => [{ ...credential, secret: 5n }], 5],
    ["another blind", () => [{ ...credential, blind: 78n }], 5],
    ["another attribute", () => [{ ...credential, attributes: ATTRIBUTES.map((a, i) => (i === 7 ? ordered(1) : a)) }], 5],
    ["a later end", () => [{ ...credential, validUntil: credential.validUntil + 86_400n }], 5],
    ["another credId", () => [{ ...credential, credId: 1n }], 5],
    ["another status index", () => [{ ...credential, statusIndex: 1n }], 5],
  ],
  mode: [
    ["2", () => [credential, { mode: 2n }], 20],
    ["1/2", () => [credential, { mode: (R + 1n) / 2n }], 20],
    ["-1", () => [credential, { mode: R - 1n }], 20],
  ],
} // prettier-ignore

/** A registry in which the list of each entry is empty of revocations: another list than the one the inputs show. */
function registryOf(...entries: [number, PlainPoint, bigint][]) {
  const { root } = builder.statusTree(new Map())
  const leaves = entries.map(([index, issuer, schemaId]): [number, bigint] => [
    index,
    builder.issuerLeaf(issuer, schemaId, root),
  ])
  return builder.oracle.tree(new Map(leaves), LEVELS)
}

describe.each(Object.entries(CASES))("%s", (_, cases) => {
  const accepted = cases.filter(([, , rule]) => rule === undefined)
  const refused = cases.filter(([, , rule]) => rule !== undefined)
  if (accepted.length > 0) {
    test.each(accepted)("accepts %s", (_name, input) => {
      expect(circuit.witness(builder.input(...input())).broken()).toEqual([])
    })
  }
  test.each(refused)("refuses %s", (_name, input, rule) => {
    expect(circuit.refusal(builder.input(...input()))?.rule).toBe(rule)
  })
})

test("accepts a revoked holder under a second list of the same key and schema: one leaf per (key, schemaId) is the registry's duty", () => {
  const revoking = new Map([[5, 1n << 17n]])
  const [first, second] = [revoking, new Map<number, bigint>()].map((words) =>
    builder.issuerLeaf(key.point, credential.schemaId, builder.statusTree(words).root),
  )
  const registry = builder.oracle.tree(new Map([[9, first ?? 0n], [10, second ?? 0n]]), LEVELS) // prettier-ignore
  const shown = (words: Map<number, bigint>, issuerIndex: number) =>
    circuit.refusal(builder.input(credential, { registry, words, issuerIndex }))?.rule
  expect(shown(revoking, 9)).toBe(7)
  expect(shown(new Map(), 10)).toBeUndefined()
})
