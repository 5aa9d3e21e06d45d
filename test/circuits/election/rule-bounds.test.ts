// Bounds of rules near r: no comparator is fed with what it was not made for, because there is none. What is left to the
// caller is the range of the bounds themselves.
import fc from "fast-check"
import { beforeAll, expect, test } from "vitest"
import { openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import { part } from "../../support/circuit-instances.ts"
import { FIELD_ORDER as R } from "../../support/circuit-r1cs.ts"

const SUM_BITS = 4
let circuit: Circuit
beforeAll(async () => {
  circuit = await openCircuit(part("election/ballot-choices.circom", "BallotChoices", 8, 8, SUM_BITS))
})
const ALL = 255n
const input = (marked: number, ruleMin: bigint, ruleMax: bigint, coefficients = ALL) => ({
  choiceMask: ALL,
  marks: Array.from({ length: 8 }, (_, j) => (j < marked ? 1n : 0n)),
  ruleCoefficients: [coefficients, 0n, 0n, 0n, 0n, 0n, 0n, 0n],
  ruleMin: [ruleMin, 0n, 0n, 0n, 0n, 0n, 0n, 0n],
  ruleMax: [ruleMax, 0n, 0n, 0n, 0n, 0n, 0n, 0n],
})
const fits = (distance: bigint): boolean => ((distance % R) + R) % R < 1n << BigInt(SUM_BITS)
const bound = fc.oneof(
  fc.bigInt(0n, 24n),
  fc.bigInt(R - 40n, R - 1n),
  fc.bigInt(R / 2n - 8n, R / 2n + 8n),
  fc.bigInt((1n << 253n) - 8n, (1n << 253n) + 8n),
  fc.bigInt(0n, R - 1n),
)

test("with any bounds, accepts exactly what lies within 15 of both, in the field", () => {
  fc.assert(
    fc.property(fc.nat(8), bound, bound, fc.boolean(), (marked, min, max, isNegative) => {
      const sum = isNegative ? -BigInt(marked) : BigInt(marked)
      const refusal = circuit.refusal(input(marked, min, max, isNegative ? ALL << 8n : ALL))
      expect(refusal?.rule).toBe(fits(sum - min) && fits(max - sum) ? undefined : 6)
    }),
    { numRuns: 400 },
  )
})

test("with bounds of 0 to CHOICES, which every reader demands, that is min <= sum <= max", () => {
  const counts = Array.from({ length: 9 }, (_, n) => n)
  for (const marked of counts) {
    for (const min of counts.filter((n) => n % 2 === marked % 2 || n > 6)) {
      for (const max of [0, min, marked, 8]) {
        const refusal = circuit.refusal(input(marked, BigInt(min), BigInt(max)))
        expect(refusal?.rule, `${min} <= ${marked} <= ${max}`).toBe(
          min <= marked && marked <= max ? undefined : 6,
        )
      }
    }
  }
})

test("a lower bound of -1 is a bound like any other to the circuit: a definition that has one is refused before any ballot", () => {
  expect(circuit.refusal(input(0, R - 1n, 8n))).toBeUndefined()
  expect(circuit.refusal(input(8, R - 8n, 8n))?.rule).toBe(6) // 16 apart: the distance does not fit
})
