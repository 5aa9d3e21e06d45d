// The multiplicative groups that other published elections are written over, as the same small interface.
import type { Group } from "../../src/protocol/primitives/group.ts"

/** The subgroup of prime order q of the integers modulo p; "adding" multiplies, "multiplying" raises to a power. */
export function modularGroup(p: bigint, order: bigint, generator: bigint): Group<bigint> {
  const power = (base: bigint, exponent: bigint): bigint => {
    let [square, result] = [base % p, 1n]
    for (let rest = exponent; rest > 0n; rest >>= 1n) {
      if (rest & 1n) result = (result * square) % p
      square = (square * square) % p
    }
    return result
  }
  return {
    order,
    generator,
    identity: 1n,
    add: (left, right) => (left * right) % p,
    // Members of a group of this order only: their inverse is their power of order - 1.
    negate: (element) => power(element, order - 1n),
    multiply: power,
    equals: (left, right) => left === right,
  }
}
