// How the audit asks for verdicts on proofs: in batches, and if wanted once more one by one and by other code.
import { decodeProof } from "../../../proofs/groth16/canonical.ts"
import { verifyWithSecondVerifier } from "../../../proofs/groth16/second-verifier.ts"
import type { PreparedVerificationKey, VerificationKey } from "../../../proofs/groth16/verification-key.ts"
import { verifyMany } from "../../../proofs/groth16/verify-many.ts"
import type { ProofClaim } from "../../../proofs/groth16/verify-many.ts"
import { verifyProof } from "../../../proofs/groth16/verify.ts"
import { SottoError } from "../../../protocol/primitives/errors.ts"
import type { RandomBytes } from "../../../protocol/primitives/scalar.ts"
import type { StepProgress } from "./outcome.ts"

/** Two verdicts that differ: a fault of the machine or of one way to judge, never a verdict about the proof. */
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

/** What two ways to judge the same proofs took, milliseconds. */
export interface JudgeTimes {
  readonly proofs: number
  readonly batchedMs: number
  readonly singlyMs: number
}

/** How proofs are judged. */
export interface ProofJudgeOptions {
  /** The operating system's. */
  readonly randomBytes: RandomBytes
  /** Judges each proof by itself as well, by the caller's clock in milliseconds, and tells what both ways took. */
  readonly compare?: { readonly now: () => number; readonly onTimes: (times: JudgeTimes) => void }
  /** Asks the second verifier about every proof as well. */
  readonly secondOpinion?: boolean
}

/** A judge with these options. Its `firstRefused` throws AuditError `verifiers-disagree`. */
export function openProofJudge(options: ProofJudgeOptions): ProofJudge {
  return {
    firstRefused: async (prepared, claims, progress) => {
      for (let first = 0; first < claims.length; first += CHUNK) {
        const chunk = claims.slice(first, first + CHUNK)
        const { compare } = options
        const started = compare?.now() ?? 0
        const verdicts = await verifyMany(prepared, chunk, options.randomBytes)
        if (compare !== undefined) {
          const between = compare.now()
          await assertSameSingly(prepared, chunk, verdicts)
          const singlyMs = compare.now() - between
          compare.onTimes({ proofs: chunk.length, batchedMs: between - started, singlyMs })
        }
        if (options.secondOpinion === true) assertSameOpinion(prepared.key, chunk, verdicts)
        const refused = verdicts.indexOf(false)
        if (refused >= 0) return first + refused
        progress(first + chunk.length, claims.length)
      }
      return null
    },
  }
}

async function assertSameSingly(
  prepared: PreparedVerificationKey,
  claims: readonly ProofClaim[],
  verdicts: readonly boolean[],
): Promise<void> {
  for (const [i, { signals, proof }] of claims.entries()) {
    const decoded = await decodeProof(proof)
    const verdict = decoded.ok && (await verifyProof(prepared, signals, decoded.value))
    if (verdict !== verdicts[i])
      throw new AuditError("verifiers-disagree", `about proof ${i} of ${claims.length}`)
  }
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
