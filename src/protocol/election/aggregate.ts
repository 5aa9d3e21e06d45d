// The sum of the counted ballots: what anyone adds up from the log, and all that trustees ever open.
import { IDENTITY } from "../primitives/babyjubjub.ts"
import type { CurvePoint } from "../primitives/babyjubjub.ts"
import type { Ciphertexts } from "../primitives/elgamal.ts"

/** The sum of no ballots. @param pairs - ciphertexts of one ballot, 4 or 8 */
export function emptyAggregate(pairs: number): Ciphertexts {
  return { R: IDENTITY, C: Array<CurvePoint>(pairs).fill(IDENTITY) }
}

/** The sum with one more ballot. @param ballot - on the curve, its proof accepted: else the sum cannot be opened */
export function includeBallot(sum: Ciphertexts, ballot: Ciphertexts): Ciphertexts {
  return pointwise(sum, ballot, (left, right) => left.add(right))
}

/** The sum without a ballot that it includes: a later one of the same nullifier takes its place. */
export function excludeBallot(sum: Ciphertexts, ballot: Ciphertexts): Ciphertexts {
  return pointwise(sum, ballot, (left, right) => left.subtract(right))
}

function pointwise(
  left: Ciphertexts,
  right: Ciphertexts,
  operation: (left: CurvePoint, right: CurvePoint) => CurvePoint,
): Ciphertexts {
  if (left.C.length !== right.C.length) throw new RangeError(`expected ${left.C.length} ciphertexts`)
  return {
    R: operation(left.R, right.R),
    C: left.C.map((point, c) => operation(point, right.C[c] ?? IDENTITY)),
  }
}
