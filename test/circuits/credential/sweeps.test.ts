// What a prover can choose: nothing beyond the 103 private inputs, shown wire by wire.
import { beforeAll, describe, expect, test } from "vitest"
import { openCircuit, type Circuit, type Witness } from "../../support/circuit-harness.ts"
import {
  code,
  DIFFERENCE_OFFSET,
  LARGEST_BOUND,
  ordered,
  PresentationBuilder,
  slot,
  SLOTS,
  LIST,
} from "../../support/circuit-input.ts"
import type { PresentationOptions } from "../../support/circuit-input.ts"
import { named, part, shipped } from "../../support/circuit-instances.ts"
import { openOracle } from "../../support/circuit-oracle.ts"
import { freeWires, undetermined } from "../../support/circuit-sweeps.ts"
import type { CircuitInput } from "../../support/circuit-witness.ts"

const STATEMENTS: [string, PresentationOptions][] = [
  ["every op once, credential nullifier", { mode: 1n, slots: [
    slot("eq", 0, { lo: code(1) }),
    slot("in", 1, { list: [code(2), code(3)] }),
    slot("diff", 2, { second: 3, lo: DIFFERENCE_OFFSET, hi: LARGEST_BOUND }),
    slot("between", 7, { lo: ordered(400), hi: ordered(600) }),
    slot("same", 1, { second: 8 }),
    slot("inSet", 1),
  ] }],
  ["one slot, person nullifier", { slots: [slot("present", 7)] }],
  ["negated and absent", { slots: [
    slot("eq", 0, { lo: code(9), negated: true }),
    slot("in", 1, { list: [code(3), code(4)], negated: true }),
    slot("present", 9, { negated: true }),
    slot("between", 7, { lo: ordered(600), hi: ordered(601), negated: true }),
  ] }],
] // prettier-ignore

let input: (options: PresentationOptions) => CircuitInput
let full: Circuit
let small: Circuit
beforeAll(async () => {
  const builder = new PresentationBuilder(await openOracle())
  const credential = builder.issue(builder.issuerKey(7))
  input = (options) => builder.input(credential, options)
  full = await openCircuit(named("presentation"))
  small = await openCircuit(shipped("presentation"))
})

describe.each(STATEMENTS)("%s", (_, options) => {
  test("inputs determine every wire but the inverse hint of an IsZero at zero", () => {
    const witness = full.witness(input(options))
    const isStrict = (signal: string): boolean =>
      signal.startsWith("IssuerSignature#0.EdDSAPoseidonVerifier#0.")
    const left = undetermined(witness, isStrict)
    expect(left.filter((name) => !isHintAtZero(witness, name))).toEqual([])
  })

  test("no wire of the shipped instance can move alone, but such hints and request values without influence", () => {
    const witness = small.witness(input(options))
    expect(witness.broken()).toEqual([])
    const unexplained = freeWires(witness).filter(({ wire, other }) => {
      const name = small.symbols.namesOf.get(wire)?.[0] ?? ""
      return !isHintAtZero(witness, name) && !isWithoutInfluence(witness, name, other)
    })
    expect(unexplained.map(({ wire }) => small.symbols.namesOf.get(wire))).toEqual([])
  })
})

test("the sweeps see a choice where there is one: a mixing bit, a value nobody looks at", async () => {
  const loose = await openCircuit(part("lib/choose.circom", "Choose", 1))
  const witness = loose.witness({ entries: [5n, 5n], bits: [0n] })
  expect(freeWires(witness).map(({ wire }) => loose.symbols.namesOf.get(wire)?.[0])).toContain("bits[0]")
  const hint = full.witness(input({ slots: [slot("eq", 0, { lo: code(1) })] }))
  expect(undetermined(hint, () => true)).toContain("StatementSlot#0[0].IsEqual#0.isz.inv")
  expect(undetermined(hint, () => false).length).toBeGreaterThan(254)
})

/** in * inv = 1 - out and in * out = 0: at in = 0 the output is pinned to 1 and the hint is anything. */
function isHintAtZero(witness: Witness, name: string): boolean {
  return name.endsWith(".inv") && witness.get(name) === 0n
}

/**
 * Public values that the statement ignores: `hi` of an op without order, entries of a list in which another matches, and
 * the place of a false slot in a clause that is true without it.
 */
function isWithoutInfluence(witness: Witness, name: string, other: bigint | undefined): boolean {
  const [, signal = "", k = "", i = ""] = /^(\w+)(?:\[(\d)\])?(?:\[(\d+)\])?$/.exec(name) ?? []
  if (signal === "clauses" && other !== undefined) {
    const bit = Array.from({ length: 36 }, (_, n) => n).find(
      (n) => (other ^ witness.get(signal)) === 1n << BigInt(n),
    )
    return bit !== undefined && witness.get(`isTrue[${bit % SLOTS}]`) === 0n
  }
  const slotCode = witness.get(`slotCode[${k}]`)
  const op = Number((slotCode >> 8n) & 7n)
  if (signal === "hi") return op !== 2 && op !== 4
  const v = witness.get(`attrs[${slotCode & 15n}]`)
  const matches = Array.from({ length: LIST }, (_, n) => n).filter(
    (n) => witness.get(`list[${k}][${n}]`) === v,
  )
  return signal === "list" && matches.some((n) => n !== Number(i))
}
