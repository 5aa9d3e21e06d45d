// The body of a proving thread: one job at a time, everything it reports is public.
import type { Fr } from "../../protocol/primitives/field.ts"
import type { CircuitId, WireProof } from "../../protocol/primitives/prove.ts"
import type { ArtifactEntry } from "../groth16/artifacts.ts"
import type { Stage } from "../groth16/backend.ts"
import { Groth16Error } from "../groth16/errors.ts"
import type { CompiledKernel } from "../groth16/accelerated/accelerated-backend.ts"
import type { ProvenStatement, ProvingCircuit } from "../groth16/prove.ts"
import { prepareVerificationKey } from "../groth16/verification-key.ts"
import type { VerificationKey } from "../groth16/verification-key.ts"
import type { CompiledModule } from "../groth16/webassembly.ts"
import { openThreadProver } from "./backend-choice.ts"
import type { BackendFailure, BackendSetting, ThreadProver } from "./backend-choice.ts"
import type { ProveFault } from "./prover-error.ts"

/** What a thread starts with: public data, checked by `openArtifacts`, one copy for all threads. */
export interface ThreadCircuit {
  readonly entry: ArtifactEntry
  readonly witnessCode: CompiledModule
  /** Over shared memory. */
  readonly zkey: Uint8Array
  readonly vkey: VerificationKey
}

/** Everything a thread starts with. */
export interface ThreadData {
  readonly circuits: ReadonlyMap<CircuitId, ThreadCircuit>
  readonly backend: BackendSetting
  /** Compiled once for all threads; null with snarkjs alone. */
  readonly kernel: CompiledKernel | null
}

/** One proof to make. `input` is secret: 32-byte little-endian elements in manifest order, transferred, zeroed here. */
export interface ProveJob {
  readonly circuit: CircuitId
  readonly input: Uint8Array
  readonly expected: readonly Fr[]
  readonly deadlineUnixMs: number
}

/** A verified proof, or a code. `stageMs` depends on the witness and stays inside the process. */
export type ProveOutcome = (
  | {
      readonly ok: true
      readonly proof: WireProof
      readonly stageMs: Readonly<Partial<Record<Stage, number>>>
    }
  | { readonly ok: false; readonly code: ProveFault }
) & {
  /** The accelerated back end failed in this job and is off in this thread. */
  readonly failure?: BackendFailure
}

/**
 * Warms a thread (curve, kernel, prepared keys) and gives its function. What that function throws is a broken machine;
 * every foreseen failure is a code, because an error class does not survive the way out of a thread and a text may quote.
 */
export async function openProveJob(
  { circuits, backend, kernel }: ThreadData,
  openProver: typeof openThreadProver = openThreadProver,
): Promise<(job: ProveJob) => Promise<ProveOutcome>> {
  const prover = await openProver(backend, kernel)
  const ready = new Map<CircuitId, ProvingCircuit>()
  for (const [id, circuit] of circuits) {
    const proving = { ...circuit, key: await prepareVerificationKey(circuit.vkey) }
    await prover.prepare(proving)
    ready.set(id, proving)
  }
  return async (job) => {
    let failure: BackendFailure | undefined
    const onFailure = (told: BackendFailure): void => {
      failure = told
    }
    const told = (): { failure?: BackendFailure } => (failure === undefined ? {} : { failure })
    try {
      const { proof, stageMs } = await runJob(prover, ready.get(job.circuit), job, onFailure)
      return { ok: true, proof, stageMs, ...told() }
    } catch (error) {
      const code = error instanceof Groth16Error ? FAULTS.get(error.code) : undefined
      if (code === undefined) throw new Error("the proving thread failed") // eslint-disable-line preserve-caught-error -- the cause may quote the witness
      return { ok: false, code, ...told() }
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
      "backend-unavailable",
    ] as const
  ).map((code) => [code, code]),
)

async function runJob(
  prover: ThreadProver,
  circuit: ProvingCircuit | undefined,
  { input, expected, deadlineUnixMs }: ProveJob,
  onFailure: (failure: BackendFailure) => void,
): Promise<ProvenStatement> {
  if (circuit === undefined) throw new Groth16Error("artifact-refused", "the thread has no such circuit")
  if (Date.now() > deadlineUnixMs) {
    throw new Groth16Error("deadline-passed", "the job was taken up after its deadline")
  }
  return prover.prove({ circuit, input, expected, deadlineUnixMs }, onFailure)
}
