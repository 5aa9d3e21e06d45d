// Where a trustee's secrets meet a point: the drill's, which everyone derives, or the sum of the log that was replayed. No
// function that leaves this room applies a secret to a point of its caller's choice: it would decrypt whatever it is given.
import type { CurvePoint } from "../../protocol/primitives/babyjubjub.ts"
import { hexToBytes } from "../../protocol/primitives/bytes.ts"
import { encodeShare, proveShare } from "../../protocol/primitives/chaum-pedersen.ts"
import type { ShareContext } from "../../protocol/primitives/chaum-pedersen.ts"
import type { RandomBytes } from "../../protocol/primitives/scalar.ts"
import { deriveDrill } from "../../protocol/election/drill.ts"
import type { ElectionLog } from "../../protocol/election/election-log.ts"
import type { WireShare } from "../../protocol/wire/election-entries.ts"

/** A trustee with what it opens sums with. */
interface KeyHolder {
  readonly index: number
  readonly secrets: readonly bigint[]
}

/** Shares of a drill round of the defined election; they reveal nothing, since everyone knows them beforehand. */
export function drillShares(
  log: ElectionLog,
  round: 1 | 2,
  holder: KeyHolder,
  randomBytes: RandomBytes,
): WireShare[] {
  const { electionId, keys } = log
  const context = { kind: "drill-share", electionId, round, trustee: holder.index } as const
  const base = deriveDrill(electionId, round, keys).sum.R
  return sharesOf(holder, base, (ciphertext) => ({ ...context, ciphertext }), randomBytes)
}

/** Shares of the sum of the counted ballots of a closed election: the only sum it ever opens. */
export function closedShares(log: ElectionLog, holder: KeyHolder, randomBytes: RandomBytes): WireShare[] {
  const { electionId, R } = log.closedSum
  const closeHash = hexToBytes(log.closeHash)
  const context = { kind: "decryption-share", electionId, closeHash, trustee: holder.index } as const
  return sharesOf(holder, R, (ciphertext) => ({ ...context, ciphertext }), randomBytes)
}

function sharesOf(
  { secrets }: KeyHolder,
  base: CurvePoint,
  contextOf: (ciphertext: number) => ShareContext,
  randomBytes: RandomBytes,
): WireShare[] {
  return secrets.map((secret, c) => encodeShare(proveShare(contextOf(c), secret, base, randomBytes)))
}
