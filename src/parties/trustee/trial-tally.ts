// The rehearsal: shares of a sum that everyone derives. Round 1 from the working file; round 2 from the restored backup, so
// that a lost key shows before voting and not after it.
import type { RandomBytes } from "../../protocol/primitives/scalar.ts"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import { hasSignedOther, ownsItsKeys, signedStep } from "./endorse.ts"
import type { SignedStep } from "./endorse.ts"
import type { TrusteeView } from "./next-step.ts"
import { drillShares } from "./shares.ts"
import { signOnce } from "./sign-once.ts"
import type { CeremonyWork, TrusteeState } from "./trustee-state.ts"

/**
 * Signs this trustee's shares of a drill round. The point is derived from the definition and the round: nobody can have a
 * key applied to a point of their choice here.
 * @param work - the working file's, where the signature is remembered
 * @param secretsOf - whose secrets are used: the working file's in round 1, the restored backup's in round 2
 */
export function trialTally(
  { log }: TrusteeView,
  round: 1 | 2,
  work: CeremonyWork,
  secretsOf: Pick<CeremonyWork, "secrets">,
  state: TrusteeState,
  randomBytes: RandomBytes,
): Verdict<SignedStep, "not-my-definition"> {
  const { index } = work
  const { secrets } = secretsOf
  const { electionId } = log
  if (
    secrets === null ||
    !ownsItsKeys(log.trusteeKeys, { index, secrets }) ||
    hasSignedOther(work, electionId)
  )
    return refuse("not-my-definition")
  const shares = drillShares(log, round, { index, secrets }, randomBytes)
  const slot = `drill-share ${round}`
  const signed = signOnce(
    work,
    "drill-share",
    { electionId, trustee: index, round, shares },
    state.signing,
    slot,
  )
  return accept(signedStep(signed, slot, state))
}
