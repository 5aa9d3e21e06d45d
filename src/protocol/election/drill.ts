// The rehearsal of a decryption over a sum that everyone derives: its openings are known, so its shares reveal nothing.
import { BASE8 } from "../primitives/babyjubjub.ts"
import type { CurvePoint } from "../primitives/babyjubjub.ts"
import { i32, u8 } from "../primitives/big-endian.ts"
import { packCounters } from "../primitives/elgamal.ts"
import type { Ciphertexts } from "../primitives/elgamal.ts"
import type { Fr } from "../primitives/field.ts"
import { hashToScalar } from "../primitives/tagged-hash.ts"

/** Round 1 with the working keys, round 2 with the restored backups. */
export type DrillRound = 1 | 2

/** A sum with the counters in it; rho is public, which makes delta = rho*D the only right share, known beforehand. */
export interface Drill {
  readonly rho: bigint
  readonly sum: Ciphertexts
  /** T_j = 100*round + j. */
  readonly counts: readonly number[]
}

/** The drill of a round. @param keys - PK_c of the definition, of order l */
export function deriveDrill(electionId: Fr, round: DrillRound, keys: readonly CurvePoint[]): Drill {
  const rho = hashToScalar("sotto/drill/1", i32(BigInt(electionId)), u8(round))
  const counts = Array.from({ length: 2 * keys.length }, (_, j) => 100 * round + j)
  const C = keys.map((key, c) => {
    const [even = 0, odd = 0] = counts.slice(2 * c, 2 * c + 2)
    return key.multiplyUnsafe(rho).add(packCounters(BigInt(even), BigInt(odd)))
  })
  return { rho, sum: { R: BASE8.multiplyUnsafe(rho), C }, counts }
}

/** The share that the owner of a trustee key D must show in this drill: rho*D. */
export const drillDelta = ({ rho }: Drill, key: CurvePoint): CurvePoint => key.multiplyUnsafe(rho)

/** A bound on the drill's counters for `recoverCounts`. */
export const drillBound = ({ counts }: Drill): number => Math.max(...counts)
