// One verified proof of the sample circuit, made in the calling thread by the real code.
import type { Fr } from "../../src/protocol/primitives/field.ts"
import type { WireProof } from "../../src/protocol/primitives/prove.ts"
import { decodeProof } from "../../src/proofs/groth16/canonical.ts"
import type { Proof } from "../../src/proofs/groth16/canonical.ts"
import { encodeInput } from "../../src/proofs/groth16/input.ts"
import { proveStatement } from "../../src/proofs/groth16/prove.ts"
import type { ProvingCircuit } from "../../src/proofs/groth16/prove.ts"
import { prepareVerificationKey } from "../../src/proofs/groth16/verification-key.ts"
import { compileWitnessCode } from "../../src/proofs/groth16/witness.ts"
import { sampleStatement } from "./proof-fixture.ts"
import type { ProofFixture } from "./proof-fixture.ts"

/** The sample circuit as a proving thread holds it. */
export async function provingCircuit({ entry, artifacts }: ProofFixture): Promise<ProvingCircuit> {
  return {
    entry,
    zkey: artifacts.zkey,
    witnessCode: await compileWitnessCode(artifacts.wasm),
    key: await prepareVerificationKey(artifacts.vkey),
  }
}

/** A proof of one statement, with its signals. */
export async function proveSample(
  circuit: ProvingCircuit,
  statement = sampleStatement(3n, 5n),
): Promise<{ readonly proof: WireProof; readonly signals: readonly Fr[] }> {
  const { input, expected } = statement
  return proveStatement(circuit, encodeInput(circuit.entry, input), expected)
}

/** The decoded form of a proof that is known to be good. */
export async function decodedProof(wire: WireProof): Promise<Proof> {
  const verdict = await decodeProof(wire)
  if (!verdict.ok) throw new Error(`a good proof was refused: ${verdict.reason}`)
  return verdict.value
}
