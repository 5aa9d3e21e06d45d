// What a verification thread does: the whole checklist over public values, never a bare pairing.
import { openVerifier } from "../../parties/verifier/open-verifier.ts"
import type { VerifierParts } from "../../parties/verifier/open-verifier.ts"
import type { RequestSnapshot } from "../../parties/verifier/request-snapshot.ts"
import type { PresentationRefusal, VerifiedPresentation } from "../../parties/verifier/verify-presentation.ts"
import { CATALOGUE } from "../../protocol/catalogue/released.ts"
import { accept } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import type { Presentation } from "../../protocol/wire/presentation.ts"
import type { PresentationRequest } from "../../protocol/wire/presentation-request.ts"

/** One task: a whole answer with the verifier's own copy of what it asked, or a sign of life. */
export type VerifyJob =
  | {
      readonly kind: "presentation"
      readonly presentation: Presentation
      readonly request: PresentationRequest
      readonly snapshot: RequestSnapshot
      readonly now: number
    }
  | { readonly kind: "self-test" }

/** The verdict; null says that the thread passed its self-test. */
export type VerifyOutcome = Verdict<VerifiedPresentation | null, PresentationRefusal>

/** Opens the thread's function; a thread whose self-test fails never answers a job. @throws as openVerifier */
export async function openVerifyJob(
  parts: VerifierParts,
): Promise<(job: VerifyJob) => Promise<VerifyOutcome>> {
  const verifier = await openVerifier(parts, CATALOGUE)
  return async (job) => {
    if (job.kind === "self-test") return accept(null)
    const { presentation, request, snapshot, now } = job
    return verifier.verify(presentation, request, snapshot, now)
  }
}
