// The Miller loops of many pairings at once: one squaring and one inversion a step serve them all.
// Optimal ate pairing of BN254, eprint 2010/354; affine points, lines divided by what the final exponentiation kills.
import type { Bn254 } from "./curve.ts"
import { nativeOf } from "./native.ts"
import type { Native } from "./native.ts"
import { TWIST, twistFactors } from "./subgroup.ts"

const G1_BYTES = 64
const G2_BYTES = 128
const FQ_BYTES = 32
const FQ2_BYTES = 64
const FQ12_BYTES = 384

/** 6x + 2 in signed digits, highest first: 64 doublings and 21 additions. */
const LOOP = "++0+000-0-000-0+0-00-00000+00-0+00-0000-0+000-0-00+000-00-0+0+000"

/** Pairs that walk together: their 600 bytes each stay in the processor's cache, and more would save under 1 %. */
const TOGETHER = 128

/** What a pair keeps, by offset: Q, -y of Q, what its lines are multiplied by, and the multiple T of Q reached so far. */
const PAIR = { qx: 0, qy: 64, minusQy: 128, byX: 192, byY: 256, tx: 320, ty: 384, bytes: 448 } as const

/**
 * The product of the loops of all (P_i, Q_i), ready for the final exponentiation; null when some Q_i has not order r.
 *
 * The order comes for nothing: the loop ends at T = [6x+2]Q + ψ(Q) - ψ²(Q), which is -ψ³(Q) for points of order r and
 * for no other point of the twist, since the norm of 6x+2 + ψ - ψ² + ψ³ and the order of the twist have r as their
 * greatest common divisor (the method of eprint 2022/348). In the same way no finite point of the twist meets T = ±Q on the
 * way, where the affine formulas fail; a denominator of zero is a null all the same.
 * @param g1 - P_i: on the curve, affine, one after another; infinity is all zeros and its pairing 1, for then the lines
 *   lie in the field that the final exponentiation kills
 * @param g2 - as many Q_i: finite, on the twist; their order is attacker-controlled
 */
export function multiMillerLoop(curve: Bn254, g1: Uint8Array, g2: Uint8Array): Uint8Array | null {
  const pairs = g1.length / G1_BYTES
  if (!Number.isInteger(pairs) || g2.length !== pairs * G2_BYTES)
    throw new RangeError("expected pairs of points")
  const { tm } = curve
  tm.startSyncOp()
  try {
    const walk = openWalk(curve, Math.min(pairs, TOGETHER))
    for (let first = 0; first < pairs; first += TOGETHER) {
      const count = Math.min(TOGETHER, pairs - first)
      load(walk, count, g1.subarray(first * G1_BYTES), g2.subarray(first * G2_BYTES))
      if (!multiplyLoops(walk, count)) return null
    }
    return tm.u8.slice(walk.product, walk.product + FQ12_BYTES)
  } finally {
    tm.endSyncOp()
  }
}

/** Pointers into the curve's memory, valid within one synchronous operation. */
interface Walk {
  readonly native: Native
  readonly memory: Uint8Array
  readonly pairs: number
  readonly denominators: number
  readonly inverses: number
  /** One element of scratch each. */
  readonly slope: number
  readonly term: number
  readonly line: number
  /** The loops of the pairs that walk now, and the product of those that did. */
  readonly loops: number
  readonly product: number
  readonly constants: Readonly<Record<"inverseXi" | "minusInverseXi" | "psiX" | "psiY", number>>
}

function openWalk(curve: Bn254, capacity: number): Walk {
  const { tm, F2 } = curve
  const native = nativeOf(curve)
  const place = (element: Uint8Array): number => {
    const at = tm.alloc(FQ2_BYTES)
    tm.u8.set(element, at)
    return at
  }
  const factors = twistFactors(curve)
  const xi = F2.fromObject(TWIST)
  const constants = {
    inverseXi: place(xi),
    minusInverseXi: place(xi),
    psiX: place(factors.x),
    psiY: place(factors.y),
  }
  native.f2m_inverse(constants.inverseXi, constants.inverseXi)
  native.f2m_neg(constants.inverseXi, constants.minusInverseXi)
  const product = tm.alloc(FQ12_BYTES)
  native.ftm_one(product)
  return {
    native,
    memory: tm.u8,
    pairs: tm.alloc(capacity * PAIR.bytes),
    denominators: tm.alloc(capacity * FQ2_BYTES),
    inverses: tm.alloc(capacity * FQ2_BYTES),
    slope: tm.alloc(FQ2_BYTES),
    term: tm.alloc(FQ2_BYTES),
    line: tm.alloc(FQ2_BYTES),
    loops: tm.alloc(FQ12_BYTES),
    product,
    constants,
  }
}

function load(
  { native, memory, pairs, term, constants }: Walk,
  count: number,
  g1: Uint8Array,
  g2: Uint8Array,
): void {
  for (let i = 0; i < count; i++) {
    const at = pairs + i * PAIR.bytes
    const q = g2.subarray(i * G2_BYTES, (i + 1) * G2_BYTES)
    memory.set(q, at + PAIR.qx)
    memory.set(q, at + PAIR.tx)
    native.f2m_neg(at + PAIR.qy, at + PAIR.minusQy)
    memory.set(g1.subarray(i * G1_BYTES, (i + 1) * G1_BYTES), term)
    native.f2m_mul1(constants.minusInverseXi, term, at + PAIR.byX)
    native.f2m_mul1(constants.inverseXi, term + FQ_BYTES, at + PAIR.byY)
  }
}

function multiplyLoops(walk: Walk, count: number): boolean {
  const { native, loops, product } = walk
  native.ftm_one(loops)
  for (const digit of LOOP.slice(1)) {
    native.ftm_square(loops, loops)
    if (!stepAll(walk, count, null)) return false
    if (digit !== "0" && !stepAll(walk, count, digit === "+" ? PAIR.qy : PAIR.minusQy)) return false
  }
  applyPsi(walk, count)
  if (!stepAll(walk, count, PAIR.qy)) return false
  applyPsi(walk, count)
  if (!stepAll(walk, count, PAIR.minusQy)) return false
  applyPsi(walk, count)
  native.ftm_mul(product, loops, product)
  return haveArrived(walk, count)
}

/**
 * One step of every pair and its line at P: T becomes 2T, or T + Q with the ordinate of Q at offset `qy`.
 * The line through T and (x, y) with slope λ is (λ·x - y) + (P_y/ξ)·vw - (λ·P_x/ξ)·vv in ffjavascript's basis.
 */
function stepAll(walk: Walk, count: number, qy: number | null): boolean {
  const { native, pairs, denominators, inverses, slope, term, line, loops } = walk
  for (let i = 0; i < count; i++) {
    const [at, denominator] = [pairs + i * PAIR.bytes, denominators + i * FQ2_BYTES]
    if (qy === null) native.f2m_add(at + PAIR.ty, at + PAIR.ty, denominator)
    else native.f2m_sub(at + PAIR.tx, at + PAIR.qx, denominator)
  }
  native.f2m_batchInverse(denominators, FQ2_BYTES, count, inverses, FQ2_BYTES) // the inverse of zero is zero
  for (let i = 0; i < count; i++) {
    const [at, inverse] = [pairs + i * PAIR.bytes, inverses + i * FQ2_BYTES]
    if (native.f2m_isZero(inverse) !== 0) return false
    const [tx, ty] = [at + PAIR.tx, at + PAIR.ty]
    const [x, y] = qy === null ? [tx, ty] : [at + PAIR.qx, at + qy]
    if (qy === null) {
      native.f2m_square(tx, term)
      native.f2m_add(term, term, slope)
      native.f2m_add(slope, term, slope)
    } else native.f2m_sub(ty, y, slope)
    native.f2m_mul(slope, inverse, slope)
    native.f2m_mul(slope, x, line)
    native.f2m_sub(line, y, line)
    native.f2m_mul(slope, at + PAIR.byX, term)
    native.bn128__mulBy024(line, at + PAIR.byY, term, loops)
    native.f2m_square(slope, term)
    native.f2m_sub(term, tx, term)
    native.f2m_sub(term, x, tx)
    native.f2m_mul(slope, tx, term)
    native.f2m_sub(line, term, ty)
  }
  return true
}

/** Q becomes ψ(Q). */
function applyPsi({ native, pairs, constants }: Walk, count: number): void {
  for (let i = 0; i < count; i++) {
    const [qx, qy] = [pairs + i * PAIR.bytes + PAIR.qx, pairs + i * PAIR.bytes + PAIR.qy]
    native.f2m_conjugate(qx, qx)
    native.f2m_mul(qx, constants.psiX, qx)
    native.f2m_conjugate(qy, qy)
    native.f2m_mul(qy, constants.psiY, qy)
    native.f2m_neg(qy, pairs + i * PAIR.bytes + PAIR.minusQy)
  }
}

/** Every T is -Q, Q being ψ³ of what it was. */
function haveArrived({ native, pairs }: Walk, count: number): boolean {
  for (let i = 0; i < count; i++) {
    const at = pairs + i * PAIR.bytes
    if (native.f2m_eq(at + PAIR.tx, at + PAIR.qx) === 0) return false
    if (native.f2m_eq(at + PAIR.ty, at + PAIR.minusQy) === 0) return false
  }
  return true
}
