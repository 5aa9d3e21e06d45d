// What the code around the kernel knows of the two groups.
import type { Bn254, Point } from "../curve.ts"
import { PAIR_BYTES, SINGLE_BYTES } from "./layout.ts"

/** One group: the names of its functions, the sizes of its points, and its arithmetic outside of the kernel. */
export interface GroupShape {
  readonly name: "g1" | "g2"
  /** Bytes of a point in the kernel, and as a key has it. */
  readonly pointBytes: number
  readonly keyBytes: number
  /** Additions in one step of a batch. */
  readonly additions: 1 | 2
}

export const G1_SHAPE: GroupShape = { name: "g1", pointBytes: 2 * SINGLE_BYTES, keyBytes: 64, additions: 2 }
export const G2_SHAPE: GroupShape = { name: "g2", pointBytes: 2 * PAIR_BYTES, keyBytes: 128, additions: 1 }

/** The few operations that finish a sum, on points as ffjavascript has them. */
export interface GroupArithmetic {
  readonly zero: Point
  add(a: Point, b: Point): Point
  neg(point: Point): Point
  toAffine(point: Point): Point
  isZero(point: Point): boolean
}

/** The arithmetic of a group. */
export function arithmeticOf(curve: Bn254, { name }: GroupShape): GroupArithmetic {
  const group = name === "g1" ? curve.G1 : curve.G2
  return {
    zero: new Uint8Array(name === "g1" ? 96 : 192),
    add: (a, b) => group.add(a, b),
    neg: (point) => group.neg(point),
    toAffine: (point) => group.toAffine(point),
    isZero: (point) => group.isZero(point),
  }
}
