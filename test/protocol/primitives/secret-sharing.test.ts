import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { BABYJUBJUB, BASE8, SUBGROUP_ORDER } from "../../../src/protocol/primitives/babyjubjub.ts"
import { R } from "../../../src/protocol/primitives/field.ts"
import { reduce } from "../../../src/protocol/primitives/scalar.ts"
import {
  commitPolynomial,
  drawPolynomial,
  evaluateCommitments,
  evaluatePolynomial,
  interpolateAtZero,
  isShareConsistent,
  lagrangeAtZero,
  sumCommitments,
} from "../../../src/protocol/primitives/secret-sharing.ts"
import { constantBytes, seededBytes } from "../../support/seeded-bytes.ts"
import { shareKeys } from "../../support/shared-keys.ts"

const randomBytes = seededBytes("secret-sharing")
const polynomial = drawPolynomial(3, randomBytes)
const commitments = commitPolynomial(polynomial)

/** All ways to choose `size` of `items`. */
function subsets<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]]
  return items.flatMap((item, i) => subsets(items.slice(i + 1), size - 1).map((rest) => [item, ...rest]))
}

describe("shares", () => {
  it("are values of a polynomial of degree t - 1 without zero coefficients", () => {
    expect(polynomial).toHaveLength(3)
    const [a0 = 0n, a1 = 0n, a2 = 0n] = polynomial
    for (const k of [1, 2, 15]) {
      const x = BigInt(k)
      expect(evaluatePolynomial(polynomial, k)).toBe((a0 + a1 * x + a2 * x * x) % SUBGROUP_ORDER)
    }
    expect(commitPolynomial(polynomial).every((A, x) => A.equals(BASE8.multiply(polynomial[x] ?? 0n)))).toBe(
      true,
    )
    const zeroFirst = [new Uint8Array(64), ...Array.from({ length: 2 }, () => new Uint8Array(64).fill(1))]
    expect(drawPolynomial(2, () => zeroFirst.shift() ?? constantBytes(1)(64))).not.toContain(0n)
  })

  it("are checked against the commitments by whoever holds one", () => {
    for (const k of [1, 2, 5, 15]) {
      const share = evaluatePolynomial(polynomial, k)
      expect(isShareConsistent(share, k, commitments)).toBe(true)
      expect(isShareConsistent(reduce(share + 1n), k, commitments)).toBe(false)
      expect(isShareConsistent(share, k === 1 ? 2 : 1, commitments)).toBe(false)
      if (k > 1) expect(isShareConsistent(share, k, [...commitments].reverse())).toBe(false)
    }
  })

  it("A13: are refused from l on, also when the residue is right", () => {
    const share = evaluatePolynomial(polynomial, 1)
    expect(isShareConsistent(share + SUBGROUP_ORDER, 1, commitments)).toBe(false)
    expect(isShareConsistent(share - SUBGROUP_ORDER, 1, commitments)).toBe(false)
  })

  it("have the public key that their commitments give, summed over dealers", () => {
    const { keys, trustees } = shareKeys(2, 3, 2)
    for (const { secrets, keys: publicKeys } of trustees)
      expect(publicKeys.every((D, j) => D.equals(BASE8.multiply(secrets[j] ?? 0n)))).toBe(true)
    expect(keys[0]?.equals(keys[1] ?? BASE8)).toBe(false)
    expect(() => sumCommitments([commitments, commitments.slice(1)])).toThrow(RangeError)
  })

  it("never exist for index 0, which is the secret itself", () => {
    for (const k of [0, 16, -1, 1.5]) {
      expect(() => evaluatePolynomial(polynomial, k)).toThrow(RangeError)
      expect(() => evaluateCommitments(BABYJUBJUB, commitments, k)).toThrow(RangeError)
    }
  })
})

describe("A11: any t of n rebuild, fewer do not", () => {
  const [t, n] = [3, 5]
  const points = [1, 2, 3, 4, 5].map((index) => ({
    index,
    point: evaluateCommitments(BABYJUBJUB, commitments, index),
  }))

  it("every subset of t gives the same point", () => {
    for (const chosen of subsets(points, t))
      expect(interpolateAtZero(BABYJUBJUB, chosen, n).equals(commitments[0] ?? BASE8)).toBe(true)
    expect(interpolateAtZero(BABYJUBJUB, points, n).equals(commitments[0] ?? BASE8)).toBe(true)
  })

  it("no subset of t - 1 does", () => {
    for (const chosen of subsets(points, t - 1))
      expect(interpolateAtZero(BABYJUBJUB, chosen, n).equals(commitments[0] ?? BASE8)).toBe(false)
  })

  it("for every t and n up to 15, over the scalars", () => {
    const sizes = fc.integer({ min: 2, max: 15 }).chain((of) =>
      fc.tuple(
        fc.constant(of),
        fc.shuffledSubarray(
          Array.from({ length: of }, (_, i) => i + 1),
          { minLength: 1 },
        ),
      ),
    )
    fc.assert(
      fc.property(sizes, ([of, indices]) => {
        const f = drawPolynomial(indices.length, randomBytes)
        const factors = lagrangeAtZero(indices, of)
        const rebuilt = indices.reduce((sum, k, i) => sum + (factors[i] ?? 0n) * evaluatePolynomial(f, k), 0n)
        expect(reduce(rebuilt)).toBe(f[0])
      }),
      { numRuns: 40 },
    )
  })

  it("the factors of 1, 2, 3 are 3, -3, 1 modulo l, and not modulo r", () => {
    expect(lagrangeAtZero([1, 2, 3], 5)).toEqual([3n, SUBGROUP_ORDER - 3n, 1n])
    const wrong = lagrangeAtZero([1, 3, 4], 5, R)
    const right = lagrangeAtZero([1, 3, 4], 5)
    expect(wrong.map((factor) => factor % SUBGROUP_ORDER)).not.toEqual(right)
  })
})

describe("A14: indices", () => {
  it.each([
    ["0", [0, 1, 2]],
    ["above n", [1, 2, 6]],
    ["negative", [-1, 1, 2]],
    ["not whole", [1, 2.5, 3]],
    ["twice", [1, 2, 2]],
    ["no number", [1, NaN, 2]],
  ])("%s is refused", (_, indices) => {
    expect(() => lagrangeAtZero(indices, 5)).toThrow(RangeError)
  })
})
