// Which arithmetic a proving thread uses, and what happens when the fast one fails.
import type { Fr } from "../../protocol/primitives/field.ts"
import { openAcceleratedBackend } from "../groth16/accelerated/accelerated-backend.ts"
import type { AcceleratedBackend, CompiledKernel } from "../groth16/accelerated/accelerated-backend.ts"
import { Groth16Error } from "../groth16/errors.ts"
import type { Groth16ErrorCode } from "../groth16/errors.ts"
import { proveStatement } from "../groth16/prove.ts"
import type { ProvenStatement, ProvingCircuit } from "../groth16/prove.ts"
import { snarkjsBackend } from "../groth16/snarkjs-backend.ts"

/** `auto`: the accelerated back end, and snarkjs where that one fails. The others: that one and no other. */
export type BackendSetting = "auto" | "snarkjs" | "accelerated"

/** Said once per thread: the accelerated back end failed and stays off there. No secret, no text of an error. */
export interface BackendFailure {
  readonly circuit: string
  readonly code: Groth16ErrorCode | "crashed"
  /** SHA-256 of the kernel, `none` where there is no kernel. */
  readonly kernel: string
}

/** One statement to prove. */
interface StatementJob {
  readonly circuit: ProvingCircuit
  /** Secret; the caller's to zero. */
  readonly input: Uint8Array
  readonly expected: readonly Fr[]
  readonly deadlineUnixMs: number
}

/** The arithmetic of one thread. */
export interface ThreadProver {
  /** Converts a circuit's key ahead of its first proof. */
  readonly prepare: (circuit: ProvingCircuit) => Promise<void>
  /** @param onFailure - told when this job's proof had to be made by snarkjs after all */
  readonly prove: (
    job: StatementJob,
    onFailure: (failure: BackendFailure) => void,
  ) => Promise<ProvenStatement>
}

/** Codes that say something about the job and not about the arithmetic: another back end would say the same. */
const OF_THE_JOB: ReadonlySet<string> = new Set<Groth16ErrorCode>([
  "artifact-refused",
  "input-malformed",
  "witness-refused",
  "signals-unexpected",
  "randomness-broken",
  "randomness-unavailable",
  "deadline-passed",
])

/**
 * Opens the arithmetic of the calling thread and checks it.
 * @param open - for tests: another accelerated back end, or none
 */
export async function openThreadProver(
  setting: BackendSetting,
  kernel: CompiledKernel | null,
  open: (kernel: CompiledKernel) => Promise<AcceleratedBackend | null> = openAcceleratedBackend,
): Promise<ThreadProver> {
  let accelerated = setting === "snarkjs" || kernel === null ? null : await open(kernel)
  let unreported = setting !== "snarkjs" && accelerated === null // failed its check, or there was none to check
  const failed = (circuit: string, error: unknown): BackendFailure => {
    const code = error instanceof Groth16Error ? error.code : "crashed"
    return { circuit, code, kernel: kernel?.sha256 ?? "none" }
  }
  return {
    prepare: async ({ entry, zkey }) => {
      // A key that is refused here is refused again with its job, where somebody hears of it.
      await accelerated?.prepare(entry, zkey).catch(() => undefined)
    },
    prove: async ({ circuit, input, expected, deadlineUnixMs }, onFailure) => {
      if (setting === "snarkjs") return proveStatement(circuit, input, expected, snarkjsBackend)
      if (accelerated === null) {
        if (setting === "accelerated") throw UNAVAILABLE
        if (unreported) onFailure(failed(circuit.entry.id, UNAVAILABLE))
        unreported = false
        return proveStatement(circuit, input, expected, snarkjsBackend)
      }
      const copy = input.slice()
      try {
        return await proveStatement(circuit, input, expected, accelerated.prove)
      } catch (error) {
        const isOfTheJob = error instanceof Groth16Error && OF_THE_JOB.has(error.code)
        if (isOfTheJob || setting === "accelerated") throw error
        accelerated = null
        onFailure(failed(circuit.entry.id, error))
        if (Date.now() > deadlineUnixMs) {
          throw new Groth16Error("deadline-passed", "no time is left for another attempt", { cause: error })
        }
        return await proveStatement(circuit, copy, expected, snarkjsBackend) // with fresh blinding
      } finally {
        copy.fill(0)
      }
    },
  }
}

const UNAVAILABLE = new Groth16Error("backend-unavailable", "no accelerated back end in this thread")
