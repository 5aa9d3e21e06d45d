// The x coordinates of many equally spaced points, in affine form with shared inversions: for searches over 10^6 points.
import type { CurvePoint } from "./babyjubjub.ts"
import { R } from "./field.ts"
import { invert } from "./scalar.ts"

const A = 168700n // coefficients of ERC-2494: the addition law below has no exceptional inputs
const D = 168696n
/** Offsets on each side of a block's middle: one inversion serves 257 points and costs as much as about 30 of them. */
const HALF_BLOCK = 128

/** An affine point with D*x*y, which the denominators need. */
interface Offset {
  readonly x: bigint
  readonly y: bigint
  readonly dxy: bigint
}

/** Walks in steps of one point; what does not depend on the start is computed once. */
export interface PointWalk {
  /**
   * Calls `visit` with the x coordinate of start + i*step once for each 0 <= i < count, in no promised order, until it
   * returns true. On the prime subgroup x tells points apart: the other point with this x has even order.
   * @param onBlock - called with how many points were visited since it was last called
   */
  walk: (
    start: CurvePoint,
    visit: (x: bigint, i: number) => boolean,
    onBlock?: (visited: number) => void,
  ) => void
}

/** A walk of `count` points in steps of `step`. @param count - at least 1 */
export function openPointWalk(step: CurvePoint, count: number): PointWalk {
  const half = Math.min(HALF_BLOCK, count >> 1)
  const size = 2 * half + 1
  const offsets: Offset[] = []
  let multiple = step
  for (let i = 1; i <= half; i++, multiple = multiple.add(step)) offsets.push(offsetOf(multiple))
  const stride = offsetOf(multiple.add(step.multiplyUnsafe(BigInt(half)))) // from one middle to the next
  const middleOffset = step.multiplyUnsafe(BigInt(half))

  return {
    walk: (start, visit, onBlock) => {
      let middle = offsetOf(start.add(middleOffset))
      for (let first = 0; first < count; first += size) {
        const block = blockAround(middle, offsets, stride)
        for (const [at, x] of block.xs.entries()) {
          // xs: the middle, then the points one step after and before it, two steps after and before, ..
          const i = first + half + (at % 2 === 1 ? (at + 1) / 2 : -at / 2)
          if (i < count && visit(x, i)) return
        }
        onBlock?.(Math.min(size, count - first))
        middle = block.next
      }
    },
  }
}

// x(P + Q) = (x1*y2 + y1*x2) / (1 + t), x(P - Q) = (x1*y2 - y1*x2) / (1 - t), t = d*x1*x2*y1*y2: the two share all
// products and, as (1 + t)(1 - t), one inversion; that one is shared by the whole block (Montgomery's trick).
function blockAround(
  middle: Offset,
  offsets: readonly Offset[],
  stride: Offset,
): { xs: bigint[]; next: Offset } {
  const pairs = [...offsets, stride]
  const ts = pairs.map(({ x, y }) => (((middle.dxy * x) % R) * y) % R)
  const inverses = invertAll(ts.map((t) => 1n - ((t * t) % R)))
  const xs = [middle.x]
  for (const [i, { x, y }] of offsets.entries()) {
    const [t, inverse] = [ts[i] ?? 0n, inverses[i] ?? 0n]
    const [left, right] = [(middle.x * y) % R, (middle.y * x) % R]
    xs.push(modulo((((left + right) * (1n - t)) % R) * inverse))
    xs.push(modulo((((left - right) * (1n + t)) % R) * inverse))
  }
  const [t, inverse] = [ts[offsets.length] ?? 0n, inverses[offsets.length] ?? 0n]
  const x = modulo(((((middle.x * stride.y + middle.y * stride.x) % R) * (1n - t)) % R) * inverse)
  const y = modulo(((((middle.y * stride.y - A * middle.x * stride.x) % R) * (1n + t)) % R) * inverse)
  return { xs, next: { x, y, dxy: (D * x * y) % R } }
}

function offsetOf(point: CurvePoint): Offset {
  const { x, y } = point.toAffine()
  return { x, y, dxy: (D * x * y) % R }
}

// One inversion for all; the values are never 0 on this curve, where d is no square.
function invertAll(values: readonly bigint[]): bigint[] {
  const products: bigint[] = []
  let product = 1n
  for (const value of values) {
    products.push(product)
    product = (product * value) % R
  }
  let inverse = invert(product, R)
  const inverses = Array<bigint>(values.length)
  for (let i = values.length - 1; i >= 0; i--) {
    inverses[i] = (inverse * (products[i] ?? 1n)) % R
    inverse = (inverse * (values[i] ?? 1n)) % R
  }
  return inverses
}

function modulo(value: bigint): bigint {
  const remainder = value % R
  return remainder < 0n ? remainder + R : remainder
}
