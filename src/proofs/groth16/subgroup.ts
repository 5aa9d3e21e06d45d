// Membership in the order-r subgroup of BN254's G2, after eprint 2022/348 and Consensys/gnark-crypto:ecc/bn254/g2.go.
import { Q } from "../../protocol/primitives/field.ts"
import type { Bn254, Point } from "./curve.ts"

const X = 4965661367192848881n // the curve's parameter: q and r are polynomials in it, eprint 2010/429

/** ξ = 9 + u: the twist is y² = x³ + 3/ξ. */
export const TWIST = [9n, 1n] as const

/**
 * True when a point of the twist has order r, by `[x+1]B + ψ([x]B) + ψ²([x]B) = ψ³([2x]B)`: a third of the work of
 * r·B, and equal to it on every point of the twist.
 * @param point - on the twist and finite, affine
 */
export function isInG2(curve: Bn254, point: Point): boolean {
  const { G2 } = curve
  const psi = frobenius(curve)
  const xB = G2.timesScalar(point, X)
  const psiXB = psi(xB)
  const left = G2.add(G2.add(G2.add(xB, G2.toJacobian(point)), psiXB), psi(psiXB))
  return G2.eq(left, psi(psi(psi(G2.add(xB, xB)))))
}

const cache = new WeakMap<Bn254, TwistFactors>()

/** What ψ multiplies the conjugated coordinates of a point with. */
export interface TwistFactors {
  readonly x: Uint8Array
  readonly y: Uint8Array
}

/** Of ψ(x, y) = (x̄·ξ^((q-1)/3), ȳ·ξ^((q-1)/2)), the untwist-Frobenius-twist map. */
export function twistFactors(curve: Bn254): TwistFactors {
  const { F2 } = curve
  const known = cache.get(curve)
  if (known !== undefined) return known
  const xi = F2.fromObject(TWIST)
  const factors = { x: F2.exp(xi, (Q - 1n) / 3n), y: F2.exp(xi, (Q - 1n) / 2n) }
  cache.set(curve, factors)
  return factors
}

/** ψ in Jacobian coordinates. */
function frobenius(curve: Bn254): (jacobian: Point) => Point {
  const { F1, F2 } = curve
  const factors = twistFactors(curve)
  const conjugate = (element: Uint8Array): Uint8Array => {
    const result = element.slice()
    result.set(F1.neg(element.slice(32)), 32)
    return result
  }
  return (point) => {
    const image = new Uint8Array(192)
    image.set(F2.mul(conjugate(point.subarray(0, 64)), factors.x), 0)
    image.set(F2.mul(conjugate(point.subarray(64, 128)), factors.y), 64)
    image.set(conjugate(point.subarray(128, 192)), 128)
    return image
  }
}
