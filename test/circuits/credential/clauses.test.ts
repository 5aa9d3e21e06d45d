import fc from "fast-check"
import { beforeAll, expect, test } from "vitest"
import { names, openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import { part } from "../../support/circuit-instances.ts"

const SLOTS = 6
const CLAUSES = 6
let circuit: Circuit
beforeAll(async () => {
  circuit = await openCircuit(part("credential/clauses.circom", "Clauses", SLOTS, CLAUSES))
})

const everyClause = (slots: bigint): bigint =>
  Array.from({ length: CLAUSES }, (_, c) => slots << BigInt(SLOTS * c)).reduce((all, one) => all | one, 0n)
const input = (clauses: bigint, truths: bigint) => ({
  clauses,
  isTrue: Array.from({ length: SLOTS }, (_, k) => (truths >> BigInt(k)) & 1n),
})

test("accepts exactly the masks in which each clause has a true slot", () => {
  const bits = (count: number): fc.Arbitrary<bigint> => fc.bigInt(0n, (1n << BigInt(count)) - 1n)
  fc.assert(
    fc.property(bits(SLOTS * CLAUSES), bits(SLOTS), (mask, truths) => {
      const satisfied = Array.from(
        { length: CLAUSES },
        (_, c) => (mask >> BigInt(SLOTS * c)) & truths & 0x3fn,
      )
      expect(circuit.refusal(input(mask, truths))?.rule).toBe(
        satisfied.every((hit) => hit !== 0n) ? undefined : 19,
      )
    }),
    { numRuns: 300 },
  )
})

test.each([
  ["no clause at all", 0n, 0b111111n],
  ["one empty clause", everyClause(1n) ^ (1n << 30n), 0b111111n],
  ["true slots that no clause mentions", everyClause(0b100n), 0b111011n],
  ["a 37th bit", everyClause(1n) + (1n << 36n), 0b1n],
  ["a negative mask", -1n, 0b111111n],
])("refuses %s on rule (19)", (_, mask, truths) => {
  expect(circuit.refusal(input(mask, truths))?.rule).toBe(19)
})

test.each([
  ["a slot counted as true in one clause only", { "hits[3][1]": 1n }, "hits[3][1]"],
  ["a clause product forced to 0", { "misses[2][4]": 0n }, "misses[2][4]"],
  ["a mask bit nobody asked for", { "mask[13]": 1n, "hits[2][1]": 1n }, "mask[13]"],
  ["mask bits that are no bits but spell the mask", { "mask[0]": 3n, "mask[1]": -1n }, "mask[0]"],
])("a dishonest witness with %s fails", (_, edits, signal) => {
  const honest = circuit.witness(input(everyClause(0b100000n), 0b100000n))
  expect(names(honest.edit(edits).broken(), [signal])).toBe(true)
})
