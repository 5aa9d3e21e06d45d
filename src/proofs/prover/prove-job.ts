// The body of a proving thread: one job at a time, everything it reports is public.
import type { Fr } from "../../protocol/primitives/field.ts"
import type { CircuitId, WireProof } from "../../protocol/primitives/prove.ts"
import type { ArtifactEntry } from "../groth16/artifacts.ts"
import type { Stage } from "../groth16/backend.ts"
import { Groth16Error } from "../groth16/errors.ts"
import { proveStatement } from "../groth16/prove.ts"
import type { ProvingCircuit } from "../groth16/prove.ts"
import { prepareVerificationKey } from "../groth16/verification-key.ts"
import type { VerificationKey } from "../groth16/verification-key.ts"
import type { CompiledModule } from "../groth16/webassembly.ts"
import type { ProveFault } from "./prover-error.ts"

/** What a thread starts with: public data, checked by `openArtifacts`, one copy for all threads. */
export interface ThreadCircuit {
  readonly entry: ArtifactEntry
  readonly witnessCode: CompiledModule
  /** Over shared memory. */
  readonly zkey: Uint8Array
  readonly vkey: VerificationKey
}

/** One proof to make. `input` is secret: 32-byte little-endian elements in manifest order, transferred, zeroed here. */
export interface ProveJob {
  readonly circuit: CircuitId
  readonly input: Uint8Array
  readonly expected: readonly Fr[]
  readonly deadlineUnixMs: number
}

/** A verified proof, or a code. `stageMs` depends on the witness and stays inside the process. */
export type ProveOutcome =
  | {
      readonly ok: true
      readonly proof: WireProof
      readonly stageMs: Readonly<Partial<Record<Stage, number>>>
    }
  | { readonly ok: false; readonly code: ProveFault }

/**
 * Warms a thread (curve, prepared keys) and gives its function. What that function throws is a broken machine; every
 * foreseen failure is a code, because an error class does not survive the way out of a thread and a text may quote.
 */
export async function openProveJob(
  circuits: ReadonlyMap<CircuitId, ThreadCircuit>,
): Promise<(job: ProveJob) => Promise<ProveOutcome>> {
  const ready = new Map<CircuitId, ProvingCircuit>()
  for (const [id, circuit] of circuits) {
    ready.set(id, { ...circuit, key: await prepareVerificationKey(circuit.vkey) })
  }
  return async (job) => {
    try {
      return await runJob(ready.get(job.circuit), job)
    } catch (error) {
      const code = error instanceof Groth16Error ? FAULTS.get(error.code) : undefined
      if (code === undefined) throw new Error("the proving thread failed") // eslint-disable-line preserve-caught-error -- the cause may quote the witness
      return { ok: false, code }
    } finally {
      job.input.fill(0)
    }
  }
}

const FAULTS: ReadonlyMap<string, ProveFault> = new Map(
  (
    [
      "input-malformed",
      "witness-refused",
      "signals-unexpected",
      "self-check-failed",
      "deadline-passed",
      "randomness-broken",
      "artifact-refused",
    ] as const
  ).map((code) => [code, code]),
)

async function runJob(circuit: ProvingCircuit | undefined, job: ProveJob): Promise<ProveOutcome> {
  if (circuit === undefined) throw new Groth16Error("artifact-refused", "the thread has no such circuit")
  if (Date.now() > job.deadlineUnixMs) {
    throw new Groth16Error("deadline-passed", "the job was taken up after its deadline")
  }
  const { proof, stageMs } = await proveStatement(circuit, job.input, job.expected)
  return { ok: true, proof, stageMs }
}
