// From a private input to a verified proof: the door for secrets, open to the rooms that prove and to no other.
import { encodeFr } from "../../protocol/primitives/field.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import type { WireProof } from "../../protocol/primitives/prove.ts"
import type { ArtifactEntry } from "./artifacts.ts"
import type { ProofBackend, Stage } from "./backend.ts"
import { drawBlinding, systemRandomness } from "./blinding.ts"
import { decodeProof } from "./canonical.ts"
import { Groth16Error } from "./errors.ts"
import { ELEMENT_BYTES, readElement } from "./input.ts"
import { snarkjsBackend } from "./snarkjs-backend.ts"
import type { PreparedVerificationKey } from "./verification-key.ts"
import { verifyProof } from "./verify.ts"
import type { CompiledModule } from "./webassembly.ts"
import { calculateWitness } from "./witness.ts"

/** One circuit, ready in this thread; made of files that `openArtifacts` checked. */
export interface ProvingCircuit {
  readonly entry: ArtifactEntry
  readonly witnessCode: CompiledModule
  readonly zkey: Uint8Array
  readonly key: PreparedVerificationKey
}

/** A proof that was verified here, under the pinned key, for the signals the caller expects. */
export interface ProvenStatement {
  readonly proof: WireProof
  readonly signals: readonly Fr[]
  /** Milliseconds per stage. Time inside a stage depends on the witness: never leaves the process. */
  readonly stageMs: Readonly<Partial<Record<Stage, number>>>
}

/**
 * Proves one statement. What leaves is re-encoded canonically, verified against the pinned key and equal to `expected`
 * in every signal: a wrong group element would let anyone test guesses about the witness.
 * @param input - secret, out of `encodeInput`; zeroed before this resolves or rejects
 * @param expected - every public signal, as the caller computed it without the circuit
 * @throws Groth16Error `input-malformed`, `witness-refused`, `signals-unexpected`, `self-check-failed`,
 *   `randomness-broken`, `randomness-unavailable`, `curve-replaced`
 */
export async function proveStatement(
  circuit: ProvingCircuit,
  input: Uint8Array,
  expected: readonly Fr[],
  backend: ProofBackend = snarkjsBackend,
): Promise<ProvenStatement> {
  const clock = stageClock()
  const { entry, zkey, key } = circuit
  let witness: Uint8Array | undefined
  try {
    clock.enter("witness")
    witness = await calculateWitness(circuit.witnessCode, entry, input)
    requireSignals(entry.id, publicSignals(witness, entry.publicSignals), expected)
    const blinding = drawBlinding(systemRandomness(), entry.zkey.sha256, witness)
    const made = await backend({ entry, zkey, witness, blinding, onStage: clock.enter })
    clock.enter("check")
    requireSignals(entry.id, made.signals, expected)
    await requireSound(entry.id, key, made.proof, expected)
    return { ...made, stageMs: clock.stop() }
  } finally {
    input.fill(0)
    witness?.fill(0)
  }
}

/** Wires 1 to n, which circom 2 gives to outputs and public inputs. */
function publicSignals(witness: Uint8Array, count: number): Fr[] {
  return Array.from({ length: count }, (_, i) => encodeFr(readElement(witness, ELEMENT_BYTES * (i + 1))))
}

function requireSignals(circuit: string, signals: readonly Fr[], expected: readonly Fr[]): void {
  if (signals.length === expected.length && signals.every((signal, i) => signal === expected[i])) return
  throw new Groth16Error("signals-unexpected", `the signals of ${circuit} differ from the caller's`)
}

async function requireSound(
  circuit: string,
  key: PreparedVerificationKey,
  proof: WireProof,
  signals: readonly Fr[],
): Promise<void> {
  const decoded = await decodeProof(proof)
  if (!decoded.ok || !(await verifyProof(key, signals, decoded.value))) {
    throw new Groth16Error("self-check-failed", `a proof of ${circuit} failed its own verification`)
  }
}

function stageClock(): { enter: (stage: Stage) => void; stop: () => Partial<Record<Stage, number>> } {
  const spent: Partial<Record<Stage, number>> = {}
  let current: Stage | undefined
  let since = 0
  const leave = (): void => {
    if (current !== undefined) spent[current] = performance.now() - since
  }
  const enter = (stage: Stage): void => {
    leave()
    current = stage
    since = performance.now()
  }
  return { enter, stop: () => (leave(), spent) }
}
