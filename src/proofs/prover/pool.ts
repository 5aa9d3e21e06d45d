// The proving pool: private inputs go in, verified proofs come out, and nothing about the inputs is told elsewhere.
import type { Fr } from "../../protocol/primitives/field.ts"
import type { CircuitId, CircuitInput, Prove, WireProof } from "../../protocol/primitives/prove.ts"
import type { Artifacts } from "../groth16/artifacts.ts"
import { Groth16Error } from "../groth16/errors.ts"
import { compileKernel } from "../groth16/accelerated/accelerated-backend.ts"
import { encodeInput } from "../groth16/input.ts"
import { compileWitnessCode } from "../groth16/witness.ts"
import { openBoundedPool } from "../pool/bounded-pool.ts"
import type { BoundedPool, PoolFault } from "../pool/bounded-pool.ts"
import { siblingModule } from "../pool/sibling-module.ts"
import type { BackendFailure, BackendSetting } from "./backend-choice.ts"
import type { ProveJob, ProveOutcome, ThreadCircuit, ThreadData } from "./prove-job.ts"
import { ProverError } from "./prover-error.ts"
import type { ProverErrorCode } from "./prover-error.ts"

/** How much proving at once. */
export interface ProverOptions {
  /** Threads at most; each proves one statement on one core. */
  readonly threads: number
  /** Jobs queued and running together, 8 by default; the next is refused with `queue-full`. */
  readonly bound?: number
  /** For one proof, queue time included, in milliseconds; 60,000 by default. */
  readonly timeoutMs?: number
  /** Idle threads above the first end after this time, in milliseconds; 60,000 by default: keys leave memory. */
  readonly idleTimeoutMs?: number
  /** `auto` by default. */
  readonly backend?: BackendSetting
  /** Told when a thread gave the accelerated back end up: worth a line in a log, since proofs are slower from then on. */
  readonly onBackendFailure?: (failure: BackendFailure) => void
}

/** A pool of proving threads. */
export interface Prover {
  /** @throws ProverError (as a rejection), see `ProverErrorCode` */
  readonly prove: Prove
  /** Jobs that wait and jobs in a thread; no names, no times. */
  readonly load: () => { readonly queued: number; readonly running: number }
  /** Refuses new jobs, drops queued ones, waits `graceMs` (0 by default) for running ones, then ends the threads. */
  readonly close: (options?: { readonly graceMs: number }) => Promise<void>
}

/** Starts the proving pool. @param circuits - out of `openArtifacts`: nothing that is not pinned proves */
export async function openProver(
  circuits: ReadonlyMap<CircuitId, Artifacts>,
  options: ProverOptions,
): Promise<Prover> {
  const { threads, bound = 8, timeoutMs = 60_000, idleTimeoutMs = 60_000, backend = "auto" } = options
  const shared = new Map<CircuitId, ThreadCircuit>()
  for (const [id, artifacts] of circuits) shared.set(id, await shareCircuit(artifacts))
  const kernel = backend === "snarkjs" ? null : await compileKernel()
  const workerData: ThreadData = { circuits: shared, backend, kernel }
  const pool = openBoundedPool<ProveJob, ProveOutcome>({
    worker: siblingModule(import.meta.url, "worker"),
    threads: { min: 1, max: threads },
    bound,
    timeoutMs,
    idleTimeoutMs,
    workerData,
  })
  const prove: Prove = (circuit, input, expected, signal) => {
    const artifacts = circuits.get(circuit)
    if (artifacts === undefined) {
      return Promise.reject(new ProverError("circuit-unknown", "this prover has no such circuit"))
    }
    const { onBackendFailure } = options
    return proveInPool(pool, artifacts, { circuit, input, expected, timeoutMs, signal, onBackendFailure })
  }
  return {
    prove,
    load: () => pool.load(),
    close: (how = { graceMs: 0 }) => pool.close(how),
  }
}

/** One copy of the key and one compiled module for all threads. */
async function shareCircuit({ entry, wasm, zkey, vkey }: Artifacts): Promise<ThreadCircuit> {
  const shared = new Uint8Array(new SharedArrayBuffer(zkey.byteLength))
  shared.set(zkey)
  return { entry, witnessCode: await compileWitnessCode(wasm), zkey: shared, vkey }
}

interface Order {
  readonly circuit: CircuitId
  readonly input: CircuitInput
  readonly expected: readonly Fr[]
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  readonly onBackendFailure: ProverOptions["onBackendFailure"]
}

async function proveInPool(
  pool: BoundedPool<ProveJob, ProveOutcome>,
  { entry }: Artifacts,
  { circuit, input, expected, timeoutMs, signal, onBackendFailure }: Order,
): Promise<WireProof> {
  const bytes = secretBytes(entry, input)
  try {
    const deadlineUnixMs = Date.now() + timeoutMs
    const job: ProveJob = { circuit, input: bytes, expected, deadlineUnixMs }
    const answer = await pool.run(job, { signal, transfer: [bytes.buffer] })
    if (!answer.ok) throw failed(circuit, POOL_CODES[answer.reason])
    if (answer.value.failure !== undefined) onBackendFailure?.(answer.value.failure)
    if (!answer.value.ok) throw failed(circuit, answer.value.code)
    return answer.value.proof
  } finally {
    if (bytes.byteLength > 0) bytes.fill(0) // zero length: moved to a thread, which zeroes it
  }
}

function secretBytes(entry: Artifacts["entry"], input: CircuitInput): Uint8Array<ArrayBuffer> {
  try {
    return encodeInput(entry, input)
  } catch (error) {
    if (error instanceof Groth16Error) throw new ProverError("input-malformed", error.message)
    throw error
  }
}

const POOL_CODES = {
  "queue-full": "queue-full",
  "pool-closed": "pool-closed",
  aborted: "aborted",
  "timed-out": "prover-timeout",
  crashed: "prover-crashed",
} as const satisfies Record<PoolFault, ProverErrorCode>

function failed(circuit: CircuitId, code: ProverErrorCode): ProverError {
  return new ProverError(code, `no proof of ${circuit}: ${code}`)
}
