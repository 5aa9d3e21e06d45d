import { expect, test } from "vitest"
import { R } from "../../../src/protocol/primitives/field.ts"
import { drawBlinding, systemRandomness } from "../../../src/proofs/groth16/blinding.ts"

const zkey = "00".repeat(32)
const witness = Uint8Array.of(1, 2, 3)
const constant = (length: number): Uint8Array => new Uint8Array(length).fill(7)

test("a constant generator still blinds two witnesses, and two keys, differently", () => {
  const seen = new Set<bigint>()
  for (const key of [zkey, "11".repeat(32)]) {
    for (let i = 0; i < 50; i++) {
      const { r, s } = drawBlinding(constant, key, Uint8Array.of(i))
      seen.add(r).add(s)
    }
  }
  expect(seen.size).toBe(200)
})

test("asks for 64 fresh bytes per scalar and attempt", () => {
  const asked: number[] = []
  const random = (length: number): Uint8Array => (asked.push(length), systemRandomness()(length))
  const first = drawBlinding(random, zkey, witness)
  const second = drawBlinding(random, zkey, witness)
  expect(asked).toEqual([64, 64, 64, 64])
  expect(new Set([first.r, first.s, second.r, second.s]).size).toBe(4)
})

test("a generator that answers zeros still gives scalars in range that differ from each other", () => {
  const { r, s } = drawBlinding((length) => new Uint8Array(length), zkey, witness)
  for (const scalar of [r, s]) {
    expect(scalar).toBeGreaterThan(0n)
    expect(scalar).toBeLessThan(R)
  }
  expect(r).not.toBe(s)
})

test("is uniform modulo small primes and in the top bits", () => {
  const random = systemRandomness()
  const draws = 10_000
  const tally = new Map<string, number>()
  const count = (key: string): unknown => tally.set(key, (tally.get(key) ?? 0) + 1)
  for (let i = 0; i < draws / 2; i++) {
    const { r, s } = drawBlinding(random, zkey, witness)
    for (const scalar of [r, s]) {
      for (const prime of [2n, 3n, 7n]) count(`mod ${prime} = ${scalar % prime}`)
      count(`top = ${(scalar * 8n) / R}`)
    }
  }
  for (const [bucket, buckets] of [
    ["mod 2", 2],
    ["mod 3", 3],
    ["mod 7", 7],
    ["top", 8],
  ] as const) {
    const counts = [...tally].filter(([key]) => key.startsWith(bucket)).map(([, n]) => n)
    expect(counts).toHaveLength(buckets)
    const mean = draws / buckets
    for (const n of counts) expect(Math.abs(n - mean)).toBeLessThan(6 * Math.sqrt(mean)) // six sigma
  }
})

test("without the operating system's generator there is no proof", () => {
  const { crypto } = globalThis
  Object.defineProperty(globalThis, "crypto", { value: undefined, configurable: true })
  try {
    expect(() => systemRandomness()).toThrow(expect.objectContaining({ code: "randomness-unavailable" }))
  } finally {
    Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true })
  }
})
