// The one decryption of an election. The trustee's program takes no aggregate from anyone: it recomputes the sum from the
// log that it read from two places, and refuses whatever is not the cosigned close of an election with enough ballots.
import { isIdentity } from "../../protocol/primitives/babyjubjub.ts"
import { equalBytes } from "../../protocol/primitives/bytes.ts"
import type { RandomBytes } from "../../protocol/primitives/scalar.ts"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import { checkClose } from "../../protocol/election/close.ts"
import { checkCloseTimes } from "../../protocol/election/close-times.ts"
import type { DatedHead } from "../../protocol/election/close-times.ts"
import type { TrusteeRefusal } from "../../protocol/election/refusal.ts"
import { parseEntry } from "../../protocol/log/entry.ts"
import { hasSignedOther, ownsItsKeys, signedStep } from "./endorse.ts"
import type { SignedStep } from "./endorse.ts"
import type { TrusteeView } from "./next-step.ts"
import { signOnce } from "./sign-once.ts"
import { closedShares } from "./shares.ts"
import type { CeremonyWork, TrusteeState } from "./trustee-state.ts"

/** What the program saw of the log. */
export interface DecryptionSources {
  readonly view: TrusteeView
  /**
   * True when the Groth16 proof of every ballot in the view was verified. A service could else surround one voter's ballot
   * with ballots of nobody, and the sum would be that voter's.
   */
  readonly areBallotsProven: boolean
  /** The same log from another place: a mirror, a cosigner, a file. The shorter of the two must begin the longer. */
  readonly second: { readonly size: number; readonly rootAt: (size: number) => Uint8Array | null }
  /** Checkpoints seen in either place, signed by the log, with the times of the policy's cosigners. */
  readonly heads: readonly DatedHead[]
  /** With `quorum none`, or when nobody dated the close in time, only the service says when voting ended. */
  readonly acceptsServiceWord: boolean
}

/**
 * Signs this trustee's share of the closed sum.
 * @param work - with the secrets and all that was ever signed; a restored one may have forgotten, hence the log is asked too
 */
export function decryptShare(
  sources: DecryptionSources,
  work: CeremonyWork,
  state: TrusteeState,
  randomBytes: RandomBytes,
): Verdict<SignedStep, TrusteeRefusal> {
  const refusal = refusalOf(sources, work)
  if (refusal !== null) return refuse(refusal)
  const { log } = sources.view
  const { electionId, closeHash } = log
  const { secrets, index } = work
  if (secrets === null) return refuse("not-my-definition")
  const shares = closedShares(log, { index, secrets }, randomBytes)
  const body = { electionId, trustee: index, closeHash, shares }
  return accept(
    signedStep(signOnce(work, "decryption-share", body, state.signing), "decryption-share", state),
  )
}

function refusalOf(sources: DecryptionSources, work: CeremonyWork): TrusteeRefusal | null {
  const { view, second, heads, acceptsServiceWord, areBallotsProven } = sources
  const { log } = view
  const { close } = log
  if (close === null) return "close-not-cosigned"
  const common = Math.min(second.size, log.size)
  const [shared, own] = [second.rootAt(common), view.rootAt(common)]
  if (shared === null || own === null || second.size <= close.logSize || !equalBytes(shared, own))
    return "log-inconsistent"
  if (!areBallotsProven) return "log-inconsistent"
  if (!ownsItsKeys(log.trusteeKeys, work)) return "not-my-definition"
  if (!hasDrilled(view, work.index)) return "drill-missing"
  const at = { electionId: log.electionId, size: close.logSize, counts: log.counts, aggregate: log.aggregate }
  if (!checkClose(at, close).ok) return "aggregate-mismatch"
  if (isIdentity(log.aggregate.R)) return "aggregate-identity"
  if (log.counts.counted < log.definition.minAnonymity) return "below-min-anonymity"
  if (hasDecryptedOther(view, work)) return "already-decrypted"
  if (hasSignedOther(work, log.electionId)) return "not-my-definition"
  const covering = heads.filter(({ size, hasQuorum }) => hasQuorum && size > close.logSize)
  if (covering.length === 0) return "close-not-cosigned"
  const times = checkCloseTimes(heads, close.logSize, log.closesAt)
  if (times.refusal !== null) return times.refusal
  return times.isDated || acceptsServiceWord ? null : "close-not-cosigned"
}

function hasDrilled({ entries }: TrusteeView, index: number): boolean {
  const rounds = entries.flatMap((entry) =>
    entry.kind === "drill-share" && entry.body.trustee === index ? [entry.body.round] : [],
  )
  return rounds.includes(1) && rounds.includes(2)
}

/** Another close of this election in the trustee's own record, or a share of it in the log. */
function hasDecryptedOther({ log, entries }: TrusteeView, work: CeremonyWork): boolean {
  const signed = work.signed.get("decryption-share")
  const remembered = signed === undefined ? [] : [parseEntry(signed)]
  return [...remembered, ...entries].some(
    (entry) =>
      entry.kind === "decryption-share" &&
      entry.body.trustee === work.index &&
      entry.body.closeHash !== log.closeHash,
  )
}
