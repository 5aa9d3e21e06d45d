// The two lemmas of lib/curve-point: no addition inside a multiplication is under-constrained, and one has no witness.
import fc from "fast-check"
import { beforeAll, describe, expect, test } from "vitest"
import { EXCEPTIONAL_LOW_BITS as REDRAWN } from "../../../src/protocol/primitives/ballot-randomness.ts"
import { divide, reduce } from "../../support/circuit-attacks.ts"
import { BALLOT_SHAPES, BallotBuilder } from "../../support/circuit-ballot.ts"
import { openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import { part, shipped } from "../../support/circuit-instances.ts"
import {
  anyMultiplication,
  exceptions,
  EXCEPTIONAL_LOW_BITS,
  fixedMultiplication,
  meetsIdentity,
  type Multiplication,
} from "../../support/circuit-multiples.ts"
import { openOracle, SUBGROUP_ORDER, type Oracle, type PlainPoint } from "../../support/circuit-oracle.ts"
import type { CircuitInput } from "../../support/circuit-witness.ts"

const SCALAR_BITS = 251
const WEIGHT_BITS = 32
const top = (bits: number): bigint => (1n << BigInt(bits)) - 1n
const QUARTERS = [0n, 1n, 2n, 3n].map((k) => EXCEPTIONAL_LOW_BITS + (k << 249n))
const EDGES = [0n, 1n, 2n, SUBGROUP_ORDER - 1n, SUBGROUP_ORDER, SUBGROUP_ORDER + 1n, top(250), top(251)]
const scalars = fc
  .oneof(fc.bigInt(0n, top(SCALAR_BITS)), fc.constantFrom(...EDGES))
  .filter((scalar) => !QUARTERS.includes(scalar))
const spelled = (scalar: bigint, bits: number): bigint[] =>
  Array.from({ length: bits }, (_, b) => (scalar >> BigInt(b)) & 1n)

let oracle: Oracle
let fixed: Circuit
let any: Circuit
beforeAll(async () => {
  oracle = await openOracle()
  fixed = await openCircuit(part("lib/curve-point.circom", "FixedMultiple", SCALAR_BITS))
  any = await openCircuit(part("lib/curve-point.circom", "AnyMultiple", SCALAR_BITS))
})

describe("lemma 1: AnyMultiple(251) of a base of order l", () => {
  test("meets no equal and no opposite points, for any number", () => {
    fc.assert(
      fc.property(scalars, (scalar) => {
        const steps = anyMultiplication(scalar, SCALAR_BITS)
        expect(steps.result).toBe(scalar)
        expect(exceptions(steps)).toEqual([])
        expect(meetsIdentity(steps)).toBe(false)
      }),
      { numRuns: 200 },
    )
  })

  test("adds a power of two to an odd number below it, so that sum and difference stay below 2^148 of the segment's base", () => {
    fc.assert(
      fc.property(scalars, (scalar) => {
        for (const { at, left, right } of anyMultiplication(scalar, SCALAR_BITS).additions) {
          const base = at.startsWith("segments[0]") ? 1n : 1n << 148n
          expect([left % base, right % base, (right / base) & 1n]).toEqual([0n, 0n, 1n])
          expect(right < left && (left + right) / base < 1n << 148n).toBe(true)
        }
      }),
      { numRuns: 20 },
    )
  })
})

describe("lemma 2: FixedMultiple", () => {
  test("of 251 bits meets no equal and no opposite points, but for the four numbers", () => {
    fc.assert(
      fc.property(scalars, (scalar) => {
        const steps = fixedMultiplication(scalar, SCALAR_BITS)
        expect(steps.result).toBe(scalar)
        expect(exceptions(steps)).toEqual([])
        expect(meetsIdentity(steps)).toBe(false)
      }),
      { numRuns: 200 },
    )
  })

  test("of 32 bits stays far below l", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, top(WEIGHT_BITS)), (weight) => {
        const steps = fixedMultiplication(weight, WEIGHT_BITS)
        expect(steps.result).toBe(weight)
        for (const { left, right } of steps.additions)
          expect(left !== right && left + right < 1n << 40n).toBe(true)
      }),
    )
  })

  test("keeps the accumulator within 2^250 and 1.08 * 2^250 before the last window, whose point is at most 2^249", () => {
    for (const scalar of [0n, top(SCALAR_BITS)]) {
      const steps = fixedMultiplication(scalar, SCALAR_BITS)
      const last = steps.additions.find(({ at }) => at === "segments[0].adders[82]")
      expect(last?.left).toBeGreaterThanOrEqual(1n << 250n)
      expect((last?.left ?? 0n) * 100n).toBeLessThanOrEqual(108n << 250n)
      expect(last?.right).toBeLessThanOrEqual(1n << 249n)
    }
  })

  test("rho* is l - 2^250 - (2^249 - 1) / 7, and the client redraws exactly that", () => {
    expect(EXCEPTIONAL_LOW_BITS).toBe(SUBGROUP_ORDER - (1n << 250n) - top(249) / 7n)
    expect(REDRAWN).toBe(EXCEPTIONAL_LOW_BITS)
  })

  test.each(QUARTERS)(
    "has no witness for %d: opposite points in the last window, equal ones nowhere",
    (scalar) => {
      const met = exceptions(fixedMultiplication(scalar, SCALAR_BITS))
      expect(met.map(({ at, isEqual }) => [at, isEqual])).toEqual([["segments[0].adders[82]", false]])
      expect(fixed.refusal({ bits: spelled(scalar, SCALAR_BITS) })).toBeDefined()
    },
  )

  test.each(QUARTERS.flatMap((scalar) => [scalar - 1n, scalar + 1n]))("has one for %d", (scalar) => {
    const witness = fixed.witness({ bits: spelled(scalar, SCALAR_BITS) })
    const expected = oracle.multiply(scalar % SUBGROUP_ORDER)
    expect([witness.get("multiple[0]"), witness.get("multiple[1]")]).toEqual(expected)
  })
})

test("a ballot8 has 1,091 additions whose inputs vary: what a guard on each would cost", () => {
  const accumulated = ({ additions }: Multiplication) =>
    additions.filter(({ at }) => /\.(?:adders|bits)\[/.test(at))
  const counted = [
    anyMultiplication(0n, SCALAR_BITS),
    fixedMultiplication(0n, SCALAR_BITS),
    fixedMultiplication(0n, WEIGHT_BITS),
  ]
  const [perKey = 0, randomness = 0, weight = 0] = counted.map((steps) => accumulated(steps).length)
  expect([perKey, randomness, weight]).toEqual([249, 84, 11])
  expect(4 * perKey + randomness + weight).toBe(1_091)
})

test("a ballot with rho* is refused on rule (8), with rho* - 1 and rho* + 1 it is not", async () => {
  const ballot = await openCircuit(shipped("ballot8"))
  const builder = new BallotBuilder(oracle, BALLOT_SHAPES.ballot8)
  const rule = (randomness: bigint) => ballot.refusal(builder.input({ randomness }))?.rule
  expect(QUARTERS.map(rule)).toEqual([8, 8, 8, 8])
  expect(QUARTERS.flatMap((scalar) => [rule(scalar - 1n), rule(scalar + 1n)])).toEqual(
    Array.from({ length: 8 }),
  )
})

test("opposite points have no witness, not even a dishonest one; equal points have many, which is what the lemmas exclude", async () => {
  const adder = await openCircuit(
    part("../node_modules/circomlib/circuits/montgomery.circom", "MontgomeryAdd"),
  )
  const [u, v] = montgomery(oracle.multiply(5n))
  expect(adder.refusal({ in1: [u, v], in2: [u, reduce(-v)] })).toBeDefined() // slope * 0 = -2v, and v is not 0
  const equal = adder.witness({ in1: [u, v], in2: [u, v] })
  const slope = 123456789n
  const x = reduce(slope * slope * divide(4n, 4n) - 168698n - 2n * u) // B = 4 / (a - d) = 1, A = 168698
  const forged = equal.edit({ lamda: slope, "out[0]": x, "out[1]": reduce(slope * (u - x) - v) })
  expect(forged.broken()).toEqual([])
})

describe("the model's integers are the points on the wires: each addition gives the sum it says", () => {
  const scalar = (0x5a5a_1234_9876_0fedn ** 4n) & top(SCALAR_BITS) // any number of 251 bits
  const sampled = ({ additions }: Multiplication, pattern: RegExp) =>
    additions.filter(({ at }) => pattern.test(at))
  // Every kind of addition, early, in the middle, in the last windows and in both segments.
  test.each<[string, () => [Circuit, CircuitInput, string, Multiplication, RegExp]]>([
    [
      "FixedMultiple(251)",
      () => [
        fixed,
        { bits: spelled(scalar, SCALAR_BITS) },
        "EscalarMulFix#0",
        fixedMultiplication(scalar, SCALAR_BITS),
        /adders\[(?:0|1|41|81|82)\]|windows\[(?:0|40|82)\]\.adr[37]/,
      ],
    ],
    [
      "AnyMultiple(251)",
      () => [
        any,
        { point: oracle.multiply(1n), bits: spelled(scalar, SCALAR_BITS) },
        "EscalarMulAny#0",
        anyMultiplication(scalar, SCALAR_BITS),
        /bits\[(?:0|1|50|101|102|146)\]/,
      ],
    ],
  ])("%s", (_, setUp) => {
    const [circuit, input, component, steps, pattern] = setUp()
    const witness = circuit.witness(input)
    const met = sampled(steps, pattern)
    expect(met.length).toBeGreaterThan(9)
    for (const { at, left, right } of met) {
      const wires = [0, 1].map((i) => witness.get(`${component}.${at}.out[${i}]`))
      expect(wires, at).toEqual(montgomery(oracle.multiply((left + right) % SUBGROUP_ORDER)))
    }
  })
})

/** [u, v] of a point that is not O. */
function montgomery([x, y]: PlainPoint): [u: bigint, v: bigint] {
  const u = divide(1n + y, 1n - y)
  return [u, divide(u, x)]
}
