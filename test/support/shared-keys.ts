// Keys of an election as n trustees hold them after an honest ceremony, without its messages.
import { BABYJUBJUB } from "../../src/protocol/primitives/babyjubjub.ts"
import type { CurvePoint } from "../../src/protocol/primitives/babyjubjub.ts"
import { reduce } from "../../src/protocol/primitives/scalar.ts"
import {
  commitPolynomial,
  drawPolynomial,
  evaluateCommitments,
  evaluatePolynomial,
  sumCommitments,
} from "../../src/protocol/primitives/secret-sharing.ts"
import { seededBytes } from "./seeded-bytes.ts"

interface Trustee {
  readonly index: number
  /** d_(k,j), one a key. */
  readonly secrets: readonly bigint[]
  /** D_(k,j), computed from commitments alone. */
  readonly keys: readonly CurvePoint[]
}

export interface SharedKeys {
  readonly t: number
  readonly n: number
  readonly keys: readonly CurvePoint[]
  readonly trustees: readonly Trustee[]
}

/** Every one of n dealers shares one polynomial per key; trustees add up what they get. */
export function shareKeys(t: number, n: number, pairs: number, seed = "shared-keys"): SharedKeys {
  const randomBytes = seededBytes(seed)
  const indices = Array.from({ length: n }, (_, i) => i + 1)
  const columns = Array.from({ length: pairs }, () => {
    const polynomials = indices.map(() => drawPolynomial(t, randomBytes))
    return { polynomials, sum: sumCommitments(polynomials.map(commitPolynomial)) }
  })
  return {
    t,
    n,
    keys: columns.map(({ sum }) => sum[0]!),
    trustees: indices.map((index) => ({
      index,
      secrets: columns.map(({ polynomials }) =>
        polynomials.reduce((total, f) => reduce(total + evaluatePolynomial(f, index)), 0n),
      ),
      keys: columns.map(({ sum }) => evaluateCommitments(BABYJUBJUB, sum, index)),
    })),
  }
}
