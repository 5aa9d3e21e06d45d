// A trustee's part in a later closing time: its signature over the same body that the organizer signs. Nothing of it is
// published by the trustee; the organizer gathers t of them.
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import { ownsItsKeys, signedStep } from "./endorse.ts"
import type { SignedStep } from "./endorse.ts"
import type { TrusteeView } from "./next-step.ts"
import { signOnce } from "./sign-once.ts"
import type { CeremonyWork, TrusteeState } from "./trustee-state.ts"

/**
 * Signs the next extension of an open election. One closing time a number: an organizer cannot gather two of them.
 * @param closesAt - Unix seconds; later than the current closing time
 * @returns the entry with this trustee's signature alone, as `assembleExtension` takes it
 */
export function signExtension(
  { log, entries }: TrusteeView,
  closesAt: number,
  work: CeremonyWork,
  state: TrusteeState,
): Verdict<SignedStep, "not-my-definition" | "phase-refused"> {
  if (log.phase !== "open" || closesAt <= log.closesAt) return refuse("phase-refused")
  if (!ownsItsKeys(log.trusteeKeys, work)) return refuse("not-my-definition")
  const number = entries.filter(({ kind }) => kind === "extension").length + 1
  const slot = `extension ${number}`
  const body = { electionId: log.electionId, number, closesAt }
  return accept(signedStep(signOnce(work, "extension", body, state.signing, slot), slot, state))
}
