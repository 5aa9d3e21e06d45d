// What a verification thread does: the whole checklist over public values, never a bare pairing.
import { openBallotVerifiers } from "../../parties/verifier/open-ballot-verifiers.ts"
import { openVerifier } from "../../parties/verifier/open-verifier.ts"
import type { VerifierParts } from "../../parties/verifier/open-verifier.ts"
import type { RequestSnapshot } from "../../parties/verifier/request-snapshot.ts"
import type { BallotProofRefusal } from "../../parties/verifier/verify-ballot.ts"
import type { PresentationRefusal, VerifiedPresentation } from "../../parties/verifier/verify-presentation.ts"
import { CATALOGUE } from "../../protocol/catalogue/released.ts"
import { accept } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import type { Ballot } from "../../protocol/wire/ballot.ts"
import type { ElectionDefinition } from "../../protocol/wire/election-definition.ts"
import type { Presentation } from "../../protocol/wire/presentation.ts"
import type { PresentationRequest } from "../../protocol/wire/presentation-request.ts"

/** What a thread is opened from: keys and sample proofs of every circuit. Plain data. */
export interface VerifyParts {
  readonly presentation: VerifierParts
  readonly ballots: readonly VerifierParts[]
}

/** One task: a whole answer or ballot with the verifier's own copy of what was asked, or a sign of life. */
export type VerifyJob =
  | {
      readonly kind: "presentation"
      readonly presentation: Presentation
      readonly request: PresentationRequest
      readonly snapshot: RequestSnapshot
      readonly now: number
    }
  | { readonly kind: "ballot"; readonly ballot: Ballot; readonly definition: ElectionDefinition }
  | { readonly kind: "self-test" }

/** The verdict; null says that the thread passed its self-test, or that a ballot holds. */
export type VerifyOutcome = Verdict<VerifiedPresentation | null, PresentationRefusal | BallotProofRefusal>

/** Opens the thread's function; a thread whose self-test fails never answers a job. @throws as openVerifier */
export async function openVerifyJob(parts: VerifyParts): Promise<(job: VerifyJob) => Promise<VerifyOutcome>> {
  const verifier = await openVerifier(parts.presentation, CATALOGUE)
  const verifyBallot = await openBallotVerifiers(parts.ballots)
  return async (job) => {
    switch (job.kind) {
      case "self-test":
        return accept(null)
      case "ballot": {
        const verdict = await verifyBallot(job.ballot, job.definition)
        return verdict.ok ? accept(null) : verdict
      }
      case "presentation": {
        const { presentation, request, snapshot, now } = job
        return verifier.verify(presentation, request, snapshot, now)
      }
    }
  }
}
