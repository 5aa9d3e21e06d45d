// The pool with its verdicts counted: which circuit, which verdict, how long; never for whom.
import { SottoError } from "../../protocol/primitives/errors.ts"
import type { Metrics } from "../http/metrics.ts"
import type { VerificationPool } from "./pool.ts"

type Circuit = "presentation" | "ballot"

/** The same pool, seen by metrics. */
export function measured(
  pool: VerificationPool,
  metrics: Pick<Metrics, "countVerdict" | "countRefusedVerification">,
): VerificationPool {
  const count = async <V extends { readonly ok: true } | { readonly ok: false; readonly reason: string }>(
    circuit: Circuit,
    pending: Promise<V>,
  ): Promise<V> => {
    const started = performance.now()
    try {
      const verdict = await pending
      const word = verdict.ok ? "accepted" : verdict.reason
      metrics.countVerdict(circuit, word, (performance.now() - started) / 1000)
      return verdict
    } catch (error) {
      const known = error instanceof SottoError ? (error as SottoError<string>).code : "internal"
      metrics.countRefusedVerification(known)
      throw error
    }
  }
  return {
    ...pool,
    verify: (job, caller) => count("presentation", pool.verify(job, caller)),
    verifyBallot: (job, caller) => count("ballot", pool.verifyBallot(job, caller)),
  }
}
