import { bn254 } from "@noble/curves/bn254.js"
import { beforeAll, describe, expect, test } from "vitest"
import { R } from "../../../../src/protocol/primitives/field.ts"
import { openCurve } from "../../../../src/proofs/groth16/curve.ts"
import type { Bn254, Point } from "../../../../src/proofs/groth16/curve.ts"
import { G1_SHAPE, G2_SHAPE } from "../../../../src/proofs/groth16/accelerated/groups.ts"
import type { GroupShape } from "../../../../src/proofs/groth16/accelerated/groups.ts"
import { readPoint, sumGroups, writePoint } from "../../../../src/proofs/groth16/accelerated/group-sums.ts"
import { numbers, openSumming } from "../../../support/proof-kernel.ts"

let curve: Bn254
const COUNT = 400

beforeAll(async () => {
  curve = await openCurve()
})

describe.each([
  ["G1", G1_SHAPE],
  ["G2", G2_SHAPE],
] as const)("%s", (_, group) => {
  test("P+Q, P+P and P-P in one batch, against a second implementation", async () => {
    const summing = await openSumming(curve, group, COUNT, 6)
    const { kernel, work, points } = summing
    const random = numbers(11n, R)
    const multiples = Array.from({ length: COUNT }, (_, i) => {
      const before = i % 2 === 1 ? (i % 8 === 3 ? "same" : i % 8 === 5 ? "opposite" : null) : null
      return { value: random(), before }
    })
    const scalars: bigint[] = []
    for (const { value, before } of multiples) {
      const last = scalars.at(-1) ?? 1n
      scalars.push(before === "same" ? last : before === "opposite" ? R - last : value)
    }
    scalars.forEach((scalar, i) => {
      writePoint(kernel, group, points + group.pointBytes * i, nobleBytes(group, scalar))
      const isNegated = i % 3 === 1 ? 1 : 0
      kernel.words[work.references / 4 + i] = (points + group.pointBytes * i) | isNegated
    })
    const pairs = COUNT / 2
    for (let i = 0; i < pairs; i++) kernel.words[work.counts / 4 + i] = 2
    sumGroups(summing, pairs, work.arena)
    let reference = work.references / 4
    for (let i = 0; i < pairs; i++) {
      const signed = [0, 1].map(
        (k) => (((2 * i + k) % 3 === 1 ? -1n : 1n) * (scalars[2 * i + k] ?? 0n) + R) % R,
      )
      const sum = ((signed[0] ?? 0n) + (signed[1] ?? 0n)) % R
      if (sum === 0n) expect(kernel.words[work.counts / 4 + i]).toBe(0)
      else expect(readPoint(summing, kernel.words[reference++] ?? 0)).toEqual(nobleBytes(group, sum))
    }
  })

  test("groups of every size from 0 to 40 add up, whatever order equal points come in", async () => {
    const summing = await openSumming(curve, group, 1000, 6)
    const { kernel, work, points } = summing
    const multiples = [1n, 2n, 3n, R - 1n, R - 2n, 5n, 5n, 8n]
    multiples.forEach((by, i) => {
      writePoint(kernel, group, points + group.pointBytes * i, nobleBytes(group, by))
    })
    const wanted: bigint[] = []
    let place = work.references / 4
    for (let size = 0; size <= 40; size++) {
      let sum = 0n
      for (let k = 0; k < size; k++) {
        const pick = (k * size + k) % multiples.length
        kernel.words[place++] = points + group.pointBytes * pick
        sum += multiples[pick] ?? 0n
      }
      kernel.words[work.counts / 4 + size] = size
      wanted.push(sum % R)
    }
    sumGroups(summing, 41, work.arena)
    let reference = work.references / 4
    wanted.forEach((sum, size) => {
      if (sum === 0n) expect(kernel.words[work.counts / 4 + size]).toBe(0)
      else expect(readPoint(summing, kernel.words[reference++] ?? 0)).toEqual(nobleBytes(group, sum))
    })
  })
})

/** A multiple of the generator as ffjavascript has affine points, computed by noble. */
function nobleBytes(group: GroupShape, by: bigint): Point {
  if (group.name === "g1") {
    const { x, y } = bn254.G1.Point.BASE.multiply(by).toAffine()
    return curve.G1.fromObject([x, y, 1n]).slice(0, 64)
  }
  const { x, y } = bn254.G2.Point.BASE.multiply(by).toAffine()
  return curve.G2.fromObject([
    [x.c0, x.c1],
    [y.c0, y.c1],
    [1n, 0n],
  ]).slice(0, 128)
}
