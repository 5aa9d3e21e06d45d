// The kernel of the accelerated prover with every function in reach, and numbers written into and read out of it.
import type { Q, R } from "../../src/protocol/primitives/field.ts"
import { encodeElements } from "../../src/proofs/groth16/input.ts"
import { webAssembly } from "../../src/proofs/groth16/webassembly.ts"
import { biasOf } from "../../src/proofs/groth16/accelerated/digits.ts"
import { arithmeticOf } from "../../src/proofs/groth16/accelerated/groups.ts"
import type { GroupShape } from "../../src/proofs/groth16/accelerated/groups.ts"
import { openKernel, writeKernel } from "../../src/proofs/groth16/accelerated/kernel.ts"
import type { Kernel } from "../../src/proofs/groth16/accelerated/kernel.ts"
import { limbsOf, valueOf } from "../../src/proofs/groth16/accelerated/layout.ts"
import { multiScalar } from "../../src/proofs/groth16/accelerated/multi-scalar.ts"
import { writePoint } from "../../src/proofs/groth16/accelerated/group-sums.ts"
import type { Summing } from "../../src/proofs/groth16/accelerated/group-sums.ts"
import { layWorkspace } from "../../src/proofs/groth16/accelerated/workspace.ts"
import type { Bn254, Point } from "../../src/proofs/groth16/curve.ts"

/** Every function of the kernel, those too that only other functions call. */
export type TestKernel = Omit<Kernel, "call"> & {
  readonly call: Readonly<Record<string, (...args: number[]) => number>>
}

/** A kernel over a memory of its own. */
export async function openTestKernel(memoryBytes = 2 ** 20): Promise<TestKernel> {
  return openKernel(await webAssembly.compile(writeKernel()), memoryBytes)
}

/** What Montgomery form multiplies with. */
export const MONTGOMERY = 1n << 261n

/** 1/2^261 modulo a prime. */
export function inverseMontgomery(modulus: typeof Q | typeof R): bigint {
  let [result, square, rest] = [1n, MONTGOMERY % modulus, modulus - 2n]
  for (; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

/** Writes two numbers below 2^261 side by side. */
export function writePair({ words }: Pick<Kernel, "words">, at: number, first: bigint, second: bigint): void {
  limbsOf(first).forEach((limb, i) => (words[at / 4 + 2 * i] = limb))
  limbsOf(second).forEach((limb, i) => (words[at / 4 + 2 * i + 1] = limb))
}

/** Both numbers of a pair, as they stand. */
export function readPair({ words }: Pick<Kernel, "words">, at: number): readonly [bigint, bigint] {
  return [valueOf(words, at / 4, 2), valueOf(words, at / 4 + 1, 2)]
}

/** One group over a workspace at the end of a fresh kernel; `points` is where test points may lie. */
export async function openSumming(
  curve: Bn254,
  group: GroupShape,
  terms: number,
  width: number,
): Promise<
  Summing & {
    readonly points: number
    readonly sum: (bases: readonly Point[], scalars: readonly bigint[]) => Point
  }
> {
  const windows = { width, windows: Math.ceil(256 / width) }
  const points = 16_384
  let next = points + group.pointBytes * (terms + 1)
  const take = (bytes: number): number => {
    const at = Math.ceil(next / 16) * 16
    next = at + bytes
    return at
  }
  const at = {
    terms: take(4 * terms),
    scalars: take(32 * terms + 16),
    raised: take(40 * terms),
    bias: take(64),
  }
  const work = layWorkspace(take(0), [{ group, terms, windows }])
  const kernel = await openKernel(await webAssembly.compile(writeKernel()), work.end)
  const summing: Summing = { kernel, group, arithmetic: arithmeticOf(curve, group), work }
  return {
    ...summing,
    points,
    sum: (bases, scalars) => {
      const finite = bases.flatMap((base, i) => (base.some((byte) => byte !== 0) ? [i] : [])) // as a key is loaded
      finite.forEach((i, place) => {
        writePoint(kernel, group, points + group.pointBytes * place, bases[i] ?? new Uint8Array())
        kernel.words[at.terms / 4 + place] = i
      })
      kernel.bytes.set(encodeElements(scalars), at.scalars)
      kernel.bytes.set(biasOf(windows), at.bias)
      kernel.call.raise(at.raised, at.scalars, scalars.length, at.bias)
      const given = { points, terms: at.terms, count: finite.length, scalars: at.raised, windows }
      return multiScalar(summing, given)
    },
  }
}

/** Numbers that look random and are the same in every run. */
export function numbers(seed: bigint, modulus: bigint): () => bigint {
  let state = seed
  return () => {
    let value = 0n
    for (let i = 0; i < 5; i++) {
      state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n)
      value = (value << 56n) | (state >> 8n)
    }
    return value % modulus
  }
}
