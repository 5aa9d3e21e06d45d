// How the audit asks for verdicts on proofs: in batches or one by one, with or without a second opinion.
import { decodeProof } from "../../../proofs/groth16/canonical.ts"
import { verifyWithSecondVerifier } from "../../../proofs/groth16/second-verifier.ts"
import type { PreparedVerificationKey, VerificationKey } from "../../../proofs/groth16/verification-key.ts"
import { verifyMany } from "../../../proofs/groth16/verify-many.ts"
import type { ProofClaim } from "../../../proofs/groth16/verify-many.ts"
import { verifyProof } from "../../../proofs/groth16/verify.ts"
import { SottoError } from "../../../protocol/primitives/errors.ts"
import type { RandomBytes } from "../../../protocol/primitives/scalar.ts"
import type { StepProgress } from "./outcome.ts"

/** Two verifiers that disagree: a fault of the machine or of one of them, never a verdict about the proof. */
class AuditError extends SottoError<"verifiers-disagree"> {}

/** Proofs that one equation takes: proving.md 5.2. */
const CHUNK = 1024

/** Judges proofs under one key. */
export interface ProofJudge {
  /** The position of the first claim that does not hold, or null. */
  readonly firstRefused: (
    prepared: PreparedVerificationKey,
    claims: readonly ProofClaim[],
    progress: StepProgress,
  ) => Promise<number | null>
}

/** How proofs are judged. */
export interface ProofJudgeOptions {
  /** The operating system's. */
  readonly randomBytes: RandomBytes
  /** Each proof by itself instead of in batches: slower, for comparison. */
  readonly oneByOne?: boolean
  /** Asks the second verifier about every proof as well. */
  readonly secondOpinion?: boolean
}

/** A judge with these options. Its `firstRefused` throws AuditError `verifiers-disagree`. */
export function openProofJudge(options: ProofJudgeOptions): ProofJudge {
  const judge = (prepared: PreparedVerificationKey, claims: readonly ProofClaim[]) =>
    options.oneByOne === true
      ? verifySingly(prepared, claims)
      : verifyMany(prepared, claims, options.randomBytes)
  return {
    firstRefused: async (prepared, claims, progress) => {
      for (let first = 0; first < claims.length; first += CHUNK) {
        const chunk = claims.slice(first, first + CHUNK)
        const verdicts = await judge(prepared, chunk)
        if (options.secondOpinion === true) assertSameOpinion(prepared.key, chunk, verdicts)
        const refused = verdicts.indexOf(false)
        if (refused >= 0) return first + refused
        progress(first + chunk.length, claims.length)
      }
      return null
    },
  }
}

async function verifySingly(
  prepared: PreparedVerificationKey,
  claims: readonly ProofClaim[],
): Promise<readonly boolean[]> {
  const verdicts: boolean[] = []
  for (const { signals, proof } of claims) {
    const decoded = await decodeProof(proof)
    verdicts.push(decoded.ok && (await verifyProof(prepared, signals, decoded.value)))
  }
  return verdicts
}

function assertSameOpinion(
  key: VerificationKey,
  claims: readonly ProofClaim[],
  verdicts: readonly boolean[],
): void {
  const differs = claims.findIndex(
    ({ signals, proof }, i) => verifyWithSecondVerifier(key, signals, proof) !== verdicts[i],
  )
  if (differs >= 0) throw new AuditError("verifiers-disagree", `about proof ${differs} of ${claims.length}`)
}
