// Endorsing a definition: the trustee's program signs what it derived itself, never what it was told.
import { BASE8 } from "../../protocol/primitives/babyjubjub.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import { parseEntry } from "../../protocol/log/entry.ts"
import type { TrusteeView } from "./next-step.ts"
import { signOnce } from "./sign-once.ts"
import { withWork } from "./trustee-state.ts"
import type { CeremonyWork, TrusteeState } from "./trustee-state.ts"

/** A message of this trustee with the state that remembers it. */
export interface SignedStep {
  readonly bytes: Uint8Array
  /** To be made durable before the bytes are sent. */
  readonly state: TrusteeState
}

/**
 * Signs the definition in the log: one a ceremony, whatever another copy of the log shows later. That it keeps every rule, names the derived keys and a census whose root was
 * recomputed is the replay's word: the view's log accepted it from sources of the trustee's own. Here the trustee compares
 * its own secrets with the keys that everybody will encrypt to.
 * @param work - with the secrets of this ceremony
 */
export function endorse(
  { log }: TrusteeView,
  work: CeremonyWork,
  state: TrusteeState,
): Verdict<SignedStep, "not-my-definition"> {
  const { electionId, keysHash } = log
  if (!ownsItsKeys(log.trusteeKeys, work) || hasSignedOther(work, electionId))
    return refuse("not-my-definition")
  const body = { electionId, trustee: work.index, keysHash }
  return accept(
    signedStep(signOnce(work, "definition-signature", body, state.signing), "definition-signature", state),
  )
}

/** True when the secrets at hand are those of this trustee's public keys D_(k,j). */
export function ownsItsKeys(
  trusteeKeys: TrusteeView["log"]["trusteeKeys"],
  { index, secrets }: Pick<CeremonyWork, "index" | "secrets">,
): boolean {
  const own = trusteeKeys[index - 1] ?? []
  return (
    secrets !== null &&
    own.length === secrets.length &&
    own.every((key, j) => BASE8.multiply(secrets[j] ?? 1n).equals(key))
  )
}

/** True when this trustee ever spoke for another election of the same ceremony. */
export function hasSignedOther({ signed }: Pick<CeremonyWork, "signed">, electionId: Fr): boolean {
  return [...signed.values()].some((bytes) => {
    const entry = parseEntry(bytes)
    return "body" in entry && "electionId" in entry.body && entry.body.electionId !== electionId
  })
}

/** The message of a slot, ready to be sent once the state is durable. */
export function signedStep(work: CeremonyWork, slot: string, state: TrusteeState): SignedStep {
  const bytes = work.signed.get(slot)
  if (bytes === undefined) throw new RangeError(`no ${slot} was signed`)
  return { bytes, state: withWork(state, work) }
}
