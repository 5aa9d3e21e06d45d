// The close of an election: unsigned, because anyone recomputes it from the entries before it.
import { encodePoint } from "../primitives/babyjubjub.ts"
import { i32 } from "../primitives/big-endian.ts"
import { bytesToHex } from "../primitives/bytes.ts"
import type { Ciphertexts } from "../primitives/elgamal.ts"
import type { Fr } from "../primitives/field.ts"
import { digestPart, taggedHash } from "../primitives/tagged-hash.ts"
import { accept } from "../primitives/verdict.ts"
import { canonicalText } from "../wire/canonical-json.ts"
import type { ElectionClose } from "../wire/election-entries.ts"
import type { BallotCounts } from "./ballot-order.ts"
import { refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"

/** What a close is computed from; an `ElectionLog` in phase open has it. */
export interface ClosableLog {
  readonly electionId: Fr
  /** Number of entries so far: the close comes at this index. */
  readonly size: number
  readonly counts: BallotCounts
  readonly aggregate: Ciphertexts
}

/** The close of an election after the entries so far: the same for everyone who read them. */
export function computeClose({ electionId, size, counts, aggregate }: ClosableLog): ElectionClose {
  const { accepted, counted, superseded, challenged } = counts
  return {
    kind: "election-close",
    v: 1,
    electionId,
    logSize: size,
    accepted,
    counted,
    superseded,
    challenged,
    R: encodePoint(aggregate.R),
    C: aggregate.C.map(encodePoint),
  }
}

/** Checks a close against the entries before it. @param close - attacker-controlled, as from `parseEntry` */
export function checkClose(
  log: ClosableLog,
  close: ElectionClose,
): ElectionVerdict<true, "aggregate-mismatch"> {
  const expected: ElectionClose = computeClose(log)
  const members = [
    "electionId",
    "logSize",
    "accepted",
    "counted",
    "superseded",
    "challenged",
    "R",
    "C",
  ] as const
  const wrong = members.find((member) => canonicalText(close[member]) !== canonicalText(expected[member]))
  return wrong === undefined ? accept(true) : refuseAt("aggregate-mismatch", wrong)
}

/**
 * hash("sotto/close/1"; i32(electionId), root), 64 hexadecimal digits: what shares are made for.
 * @param root - of the log at size logSize + 1, the close included
 */
export const computeCloseHash = (electionId: Fr, root: Uint8Array): string =>
  bytesToHex(taggedHash("sotto/close/1", i32(BigInt(electionId)), digestPart(root)))
