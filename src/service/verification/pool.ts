// Gate, then threads: the one way a route gets a verdict.
import type { BallotProofRefusal } from "../../parties/verifier/verify-ballot.ts"
import type { PresentationRefusal, VerifiedPresentation } from "../../parties/verifier/verify-presentation.ts"
import { openBoundedPool } from "../../proofs/pool/bounded-pool.ts"
import type { BoundedPool, PoolFault } from "../../proofs/pool/bounded-pool.ts"
import { siblingModule } from "../../proofs/pool/sibling-module.ts"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import { AdmissionGate } from "./gate.ts"
import type { Caller, GateOptions } from "./gate.ts"
import { VerificationError } from "./verification-error.ts"
import type { VerifyJob, VerifyOutcome, VerifyParts } from "./verify-job.ts"

/** How the pool is built. */
export interface VerificationOptions extends GateOptions {
  readonly parts: VerifyParts
  /** Of one task, from its turn on, in milliseconds; the thread is ended. */
  readonly timeoutMs: number
  /** 0 <= value < 1; spreads the retries of refused callers. */
  readonly jitter: () => number
  /** The threads; those of this room by default. Named fakes that hang or die replace it in tests. */
  readonly worker?: URL
}

type PresentationJob = Omit<Extract<VerifyJob, { kind: "presentation" }>, "kind">
type BallotJob = Omit<Extract<VerifyJob, { kind: "ballot" }>, "kind">

/** Verifies in threads, bounded and fair between callers. */
export interface VerificationPool {
  /**
   * The verdict of a thread. A timeout or a dead thread is a fault, never a "no".
   * @throws VerificationError `queue-full`, `client-queue-full`, `caller-gone`, `verification-timeout`
   */
  readonly verify: (
    job: PresentationJob,
    caller: Caller,
  ) => Promise<Verdict<VerifiedPresentation, PresentationRefusal>>
  /** L5, L6 and L10 of a ballot, under the folded key of its election. @throws as `verify` */
  readonly verifyBallot: (job: BallotJob, caller: Caller) => Promise<Verdict<true, BallotProofRefusal>>
  /** Every thread has accepted a right proof and refused a wrong one. @throws VerificationError `self-test-failed` */
  readonly selfTest: () => Promise<void>
  readonly load: () => { readonly queued: number; readonly running: number; readonly maxQueued: number }
  /** Refuses new tasks, waits for running ones, ends the threads. */
  readonly close: (graceMs: number) => Promise<void>
}

/** Jobs that the pool below the gate may hold: one per thread, and room for threads that are being ended. */
const BOUND_PER_THREAD = 4
/** A thread must load the verifier and pass its self-test within this, milliseconds. */
const SELF_TEST_MS = 60_000

/** Opens the pool; threads start at once. */
export function openVerificationPool(options: VerificationOptions): VerificationPool {
  const { threads, timeoutMs, parts } = options
  const worker = options.worker ?? siblingModule(import.meta.url, "worker")
  const pool = openBoundedPool<VerifyJob, VerifyOutcome>({
    worker,
    threads: { min: threads, max: threads },
    bound: BOUND_PER_THREAD * threads,
    timeoutMs,
    workerData: parts,
  })
  const gate = new AdmissionGate(options, options.jitter)
  return {
    verify: (job, caller) => gate.run(caller, () => verifyPresentation(pool, job)),
    verifyBallot: (job, caller) => gate.run(caller, () => verifyBallot(pool, job)),
    selfTest: () => testThreads(pool, threads),
    load: () => gate.load(),
    close: (graceMs) => pool.close({ graceMs }),
  }
}

async function verifyPresentation(
  pool: BoundedPool<VerifyJob, VerifyOutcome>,
  job: PresentationJob,
): Promise<Verdict<VerifiedPresentation, PresentationRefusal>> {
  const verdict = await verdictOf(pool, { kind: "presentation", ...job })
  if (!verdict.ok) return refuse(verdict.reason as PresentationRefusal)
  if (verdict.value === null) throw faultOf("crashed")
  return accept(verdict.value)
}

async function verifyBallot(
  pool: BoundedPool<VerifyJob, VerifyOutcome>,
  job: BallotJob,
): Promise<Verdict<true, BallotProofRefusal>> {
  const verdict = await verdictOf(pool, { kind: "ballot", ...job })
  return verdict.ok ? accept(true) : refuse(verdict.reason as BallotProofRefusal)
}

async function verdictOf(
  pool: BoundedPool<VerifyJob, VerifyOutcome>,
  job: VerifyJob,
): Promise<VerifyOutcome> {
  let outcome = await pool.run(job)
  if (!outcome.ok && outcome.reason === "crashed") outcome = await pool.run(job) // once elsewhere
  if (!outcome.ok) throw faultOf(outcome.reason)
  return outcome.value
}

async function testThreads(pool: BoundedPool<VerifyJob, VerifyOutcome>, threads: number): Promise<void> {
  const deadline = performance.now() + SELF_TEST_MS
  // One job per thread; a slow start on a busy machine may exceed the limit of a verification.
  const test = async (): Promise<boolean> => {
    for (;;) {
      const outcome = await pool.run({ kind: "self-test" })
      if (outcome.ok) return true
      if (outcome.reason !== "timed-out" || performance.now() > deadline) return false
    }
  }
  const passed = await Promise.all(Array.from({ length: threads }, test))
  if (!passed.every(Boolean))
    throw new VerificationError("self-test-failed", "a verification thread is not sound")
}

function faultOf(fault: PoolFault): VerificationError {
  return fault === "queue-full"
    ? new VerificationError("queue-full", "too many proofs wait", 1)
    : new VerificationError("verification-timeout", "the verification gave no verdict")
}
