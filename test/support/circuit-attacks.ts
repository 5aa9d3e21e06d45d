// What an attacker computes to forge a witness: field arithmetic, and the values inside templates fed with what they do not expect.
import { FIELD_ORDER } from "./circuit-r1cs.ts"

/** The canonical representative, 0..r-1. */
export function reduce(value: bigint): bigint {
  return ((value % FIELD_ORDER) + FIELD_ORDER) % FIELD_ORDER
}

/** numerator / denominator in the field, by Fermat; a denominator of 0 gives 0. */
export function divide(numerator: bigint, denominator: bigint): bigint {
  let inverse = 1n
  let square = reduce(denominator)
  for (let exponent = FIELD_ORDER - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) inverse = (inverse * square) % FIELD_ORDER
    square = (square * square) % FIELD_ORDER
  }
  return reduce(numerator * inverse)
}

/**
 * The values inside Choose when its bits may be any field element: all levels flat, as the template keeps them.
 * An honest prover has bits of 0 and 1; an attacker solves for others.
 */
export function chooseValues(entries: readonly bigint[], bits: readonly bigint[]): bigint[] {
  const values = [...entries]
  let start = 0
  for (const bit of bits) {
    const end = values.length
    for (let i = start; i < end; i += 2) {
      const [low = 0n, high = 0n] = [values[i], values[i + 1]]
      values.push(reduce(low + bit * (high - low)))
    }
    start = end
  }
  return values
}

/** The "bit" for which the first two children mix to the target, so that a non-child seems to be a child. */
export function mixingBit([first = 0n, second = 0n]: readonly bigint[], target: bigint): bigint {
  return divide(target - first, second - first)
}

type Pair = readonly [x: bigint, y: bigint]

/** The values inside circomlib's BabyAdd for any pair of inputs, points of the curve or not. */
export function babyAddValues([x1, y1]: Pair, [x2, y2]: Pair) {
  const [a, d] = [168700n, 168696n]
  const [beta, gamma] = [reduce(x1 * y2), reduce(y1 * x2)]
  const [delta, tau] = [reduce((y1 - a * x1) * (x2 + y2)), reduce(beta * gamma)]
  const sum = [divide(beta + gamma, 1n + d * tau), divide(delta + a * beta - gamma, 1n - d * tau)] as const
  return { sum, inner: { beta, gamma, delta, tau } }
}
