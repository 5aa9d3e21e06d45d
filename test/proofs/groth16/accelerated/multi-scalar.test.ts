import { beforeAll, describe, expect, test } from "vitest"
import { R } from "../../../../src/protocol/primitives/field.ts"
import { concatBytes } from "../../../../src/protocol/primitives/bytes.ts"
import { openCurve } from "../../../../src/proofs/groth16/curve.ts"
import type { Bn254, Point } from "../../../../src/proofs/groth16/curve.ts"
import { encodeElements } from "../../../../src/proofs/groth16/input.ts"
import { G1_SHAPE, G2_SHAPE } from "../../../../src/proofs/groth16/accelerated/groups.ts"
import type { GroupShape } from "../../../../src/proofs/groth16/accelerated/groups.ts"
import { chooseWindows } from "../../../../src/proofs/groth16/accelerated/workspace.ts"
import { numbers, openSumming } from "../../../support/proof-kernel.ts"

let curve: Bn254

beforeAll(async () => {
  curve = await openCurve()
})

/** Multiples of the generator: equal and opposite neighbours, infinity, all others different. */
async function basesOf({ name }: GroupShape, count: number): Promise<Point[]> {
  const group = name === "g1" ? curve.G1 : curve.G2
  const bytes = name === "g1" ? 64 : 128
  const jacobian: Uint8Array[] = []
  let point = group.toJacobian(group.gAffine)
  for (let i = 0; i < count; i++) {
    point = group.add(point, i % 50 === 3 ? point : group.gAffine)
    jacobian.push(point)
  }
  const affine = await group.batchToAffine(concatBytes(...jacobian))
  return Array.from({ length: count }, (_, i) => {
    if (i % 97 === 5) return new Uint8Array(bytes)
    const at = i % 41 === 7 || i % 43 === 7 ? i - 1 : i
    const base = affine.slice(bytes * at, bytes * (at + 1))
    return i % 43 === 7 ? group.neg(base) : base
  })
}

const EDGES = [0n, 1n, 2n, R - 1n, R - 2n, (1n << 128n) - 1n, 1n << 128n, (1n << 128n) + 1n]

/** The affine bytes of our sum and of ffjavascript's. */
async function both(group: GroupShape, bases: readonly Point[], scalars: readonly bigint[], width: number) {
  const arithmetic = group.name === "g1" ? curve.G1 : curve.G2
  const { sum } = await openSumming(curve, group, Math.max(1, bases.length), width)
  const theirs = await arithmetic.multiExpAffine(concatBytes(...bases), encodeElements(scalars))
  return [arithmetic.toAffine(sum(bases, scalars)), arithmetic.toAffine(theirs)] as const
}

describe.each([
  ["G1", G1_SHAPE],
  ["G2", G2_SHAPE],
] as const)("%s: the same bytes as ffjavascript", (_, group) => {
  test.each([0, 1, 2, 3, 31, 32, 500])("for %i terms, edges among scalars and bases", async (count) => {
    const random = numbers(BigInt(count), R)
    const scalars = Array.from({ length: count }, (_, i) => (i % 3 === 0 ? (EDGES[i % 8] ?? 0n) : random()))
    const [ours, theirs] = await both(group, await basesOf(group, count), scalars, chooseWindows(count).width)
    expect(ours).toEqual(theirs)
  })

  test.each([4, 8, 11, 13])("for windows of %i bits", async (width) => {
    const random = numbers(3n, R)
    const scalars = Array.from({ length: 60 }, random)
    const [ours, theirs] = await both(group, await basesOf(group, 60), scalars, width)
    expect(ours).toEqual(theirs)
  })

  test("for scalars that are all equal, and all with one digit", async () => {
    const bases = await basesOf(group, 130)
    for (const scalar of [1n, R - 1n, 1n << 77n]) {
      const [ours, theirs] = await both(group, bases, new Array<bigint>(130).fill(scalar), 8)
      expect(ours).toEqual(theirs)
    }
  })
})

test("for 16,384 terms in G1", async () => {
  const random = numbers(5n, R)
  const scalars = Array.from({ length: 16_384 }, (_, i) => (i % 5 === 0 ? (EDGES[i % 8] ?? 0n) : random()))
  const [ours, theirs] = await both(G1_SHAPE, await basesOf(G1_SHAPE, 16_384), scalars, 11)
  expect(ours).toEqual(theirs)
})
