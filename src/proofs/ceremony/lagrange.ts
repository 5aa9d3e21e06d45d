import { R } from "../../protocol/primitives/field.ts"
import { invert, power, reduce, rootOfUnity } from "./scalar-field.ts"

/**
 * The Lagrange basis of the 2^log2-th roots of unity at one point: value j is 1 at root j, 0 at the others, so a
 * polynomial's value at the point is the sum of its values at the roots times these.
 * @param point - no 2^log2-th root of unity itself (RangeError otherwise)
 */
export function computeLagrangeBasis(point: bigint, log2: number): bigint[] {
  const size = 2 ** log2
  const root = rootOfUnity(log2)
  // basis[j] = scale * root^j / (point - root^j), scale = (point^size - 1) / size
  const scale = reduce((power(point, BigInt(size)) - 1n) * invert(BigInt(size)))
  const roots: bigint[] = []
  const prefixes: bigint[] = [] // products of the differences before j: one inversion serves all
  let current = 1n
  let product = 1n
  for (let j = 0; j < size; j++) {
    roots.push(current)
    prefixes.push(product)
    product = (product * reduce(point - current)) % R
    current = (current * root) % R
  }
  let inverse = invert(product)
  const basis = new Array<bigint>(size)
  for (let j = size - 1; j >= 0; j--) {
    const rootJ = roots[j] ?? 0n
    basis[j] = (((scale * rootJ) % R) * ((inverse * (prefixes[j] ?? 0n)) % R)) % R
    inverse = (inverse * reduce(point - rootJ)) % R
  }
  return basis
}
