import { beforeAll, describe, expect, test } from "vitest"
import { Q, R } from "../../../../src/protocol/primitives/field.ts"
import { requireFits } from "../../../../src/proofs/groth16/accelerated/field-product.ts"
import {
  inverseMontgomery,
  numbers,
  openTestKernel,
  readPair,
  writePair,
} from "../../../support/proof-kernel.ts"
import type { TestKernel } from "../../../support/proof-kernel.ts"

let kernel: TestKernel
const [A, B, C, OUT, TABLE] = [8192, 8272, 8352, 8432, 9000]

beforeAll(async () => {
  kernel = await openTestKernel()
})

/** 0, 1, p - 1, p and the borders of limbs; random ones make the rest. */
function operands(modulus: bigint): bigint[] {
  const borders = [29n, 58n, 87n, 116n, 145n, 174n, 203n, 232n].flatMap((bits) => [
    (1n << bits) - 1n,
    1n << bits,
    (1n << bits) + 1n,
  ])
  const random = numbers(7n, modulus)
  return [0n, 1n, 2n, modulus - 1n, modulus - 2n, ...borders, ...Array.from({ length: 60 }, random)]
}

const same = (modulus: bigint, got: bigint, want: bigint): boolean =>
  got >= 0n && got < modulus + modulus / 10n && (got - want) % modulus === 0n

describe.each([
  ["fq", Q],
  ["fr", R],
] as const)("%s, every operation against plain arithmetic on all pairs of edges", (name, p) => {
  const inverse = inverseMontgomery(p)
  const cases: readonly (readonly [string, (a: bigint, b: bigint) => bigint])[] = [
    ["mul", (a, b) => a * b * inverse],
    ["add", (a, b) => a + b],
    ["sub", (a, b) => a - b],
  ]
  test.each(cases)("%s", (operation, plain) => {
    const list = operands(p)
    let wrong = 0
    list.forEach((a, i) => {
      list.forEach((b, j) => {
        const [c, d] = [list[(i * 7 + j) % list.length] ?? 0n, list[(j * 5 + i) % list.length] ?? 0n]
        writePair(kernel, A, a, c)
        writePair(kernel, B, b, d)
        kernel.call[`${name}_${operation}`]?.(OUT, A, B)
        const [first, second] = readPair(kernel, OUT)
        if (!same(p, first, plain(a, b)) || !same(p, second, plain(c, d))) wrong++
      })
    })
    expect(wrong).toBe(0)
  })

  test("values up to 1.1p and negated ordinates are operands too", () => {
    const high = [p, p + 1n, p + p / 10n, p + p / 10n - 1n]
    for (const a of [...high, 0n, 1n]) {
      for (const b of [...high, 0n, p - 1n]) {
        writePair(kernel, A, a, b)
        writePair(kernel, B, b, a)
        kernel.call[`${name}_sub`]?.(OUT, A, B)
        expect(same(p, readPair(kernel, OUT)[0], a - b)).toBe(true)
        kernel.call[`${name}_subTwice`]?.(OUT, A, B, B)
        expect(same(p, readPair(kernel, OUT)[0], a - 2n * b)).toBe(true)
        kernel.call[`${name}_subLazy`]?.(C, A, B)
        kernel.call[`${name}_mul`]?.(OUT, A, C)
        expect(same(p, readPair(kernel, OUT)[0], a * (a - b) * inverse)).toBe(true)
        kernel.call[`${name}_square`]?.(OUT, A)
        expect(same(p, readPair(kernel, OUT)[0], a * a * inverse)).toBe(true)
      }
    }
  })

  test("the canonical number is below p, the inverse of zero is zero", () => {
    for (const a of [...operands(p).slice(0, 40), p, p + 1n, p + p / 10n]) {
      writePair(kernel, A, a, 0n)
      kernel.call[`${name}_canonical`]?.(OUT, A)
      expect(readPair(kernel, OUT)).toEqual([a % p, 0n])
      kernel.call[`${name}_plain`]?.(OUT, A)
      expect(readPair(kernel, OUT)).toEqual([(a * inverse) % p, 0n])
      kernel.call[`${name}_inverse`]?.(OUT, A, TABLE)
      kernel.call[`${name}_mul`]?.(OUT, OUT, A)
      kernel.call[`${name}_canonical`]?.(OUT, OUT)
      expect(readPair(kernel, OUT)).toEqual([a % p === 0n ? 0n : (1n << 261n) % p, 0n])
    }
  })
})

test("the writer refuses a product whose columns might overflow", () => {
  expect(() => {
    requireFits([1, 5])
    requireFits([1, 1], [1, 2])
    requireFits([2, 3])
  }).not.toThrow()
  expect(() => {
    requireFits([1, 7])
  }).toThrow(RangeError)
  expect(() => {
    requireFits([1, 3], [1, 4])
  }).toThrow(RangeError)
})

test("Fq2: products, squares and inverses against plain arithmetic", () => {
  const inverse = inverseMontgomery(Q)
  const list = operands(Q)
  list.forEach((a0, i) => {
    const [a1, b0, b1] = [
      list[(i + 3) % list.length],
      list[(i * 5 + 1) % list.length],
      list[(i * 3 + 2) % list.length],
    ]
    if (a1 === undefined || b0 === undefined || b1 === undefined) throw new RangeError("out of the list")
    writePair(kernel, A, a0, a1)
    writePair(kernel, B, b0, b1)
    kernel.call["fq2_mul"]?.(OUT, A, B)
    const [c0, c1] = readPair(kernel, OUT)
    expect(same(Q, c0, (a0 * b0 - a1 * b1) * inverse) && same(Q, c1, (a0 * b1 + a1 * b0) * inverse)).toBe(
      true,
    )
    kernel.call["fq2_square"]?.(OUT, A)
    const [s0, s1] = readPair(kernel, OUT)
    expect(same(Q, s0, (a0 * a0 - a1 * a1) * inverse) && same(Q, s1, 2n * a0 * a1 * inverse)).toBe(true)
    kernel.call["fq2_inverse"]?.(C, A, TABLE)
    kernel.call["fq2_mul"]?.(OUT, C, A)
    kernel.call["fq_canonical"]?.(OUT, OUT)
    const isZero = a0 % Q === 0n && a1 % Q === 0n
    expect(readPair(kernel, OUT)).toEqual([isZero ? 0n : (1n << 261n) % Q, 0n])
  })
})
