// What a verifier is opened from: the committed key, the committed sample proof, and what the manifest pins.
import { readFile } from "node:fs/promises"
import type { VerifierParts } from "../parties/verifier/open-verifier.ts"
import { isDevelopmentKey } from "../proofs/ceremony/is-development-key.ts"
import { Groth16Error } from "../proofs/groth16/errors.ts"
import { parseFr } from "../protocol/primitives/field.ts"
import type { CircuitId } from "../protocol/primitives/prove.ts"
import { parseProof } from "../protocol/wire/proof.ts"
import { loadVerificationKey, locateCircuit } from "./circuit-artifacts.ts"
import type { ArtifactPlaces } from "./circuit-artifacts.ts"

/** The parts, and whether anybody can forge under the key whatever the manifest says of it. */
export interface LoadedVerifier {
  readonly parts: VerifierParts
  readonly isDevelopmentKey: boolean
}

/**
 * Key and sample of a circuit.
 * @throws Groth16Error `artifact-refused`, `verification-key-refused`
 */
export async function loadVerifierParts(
  places: ArtifactPlaces = {},
  circuit: CircuitId = "presentation",
): Promise<LoadedVerifier> {
  const { entry, key } = await loadVerificationKey(circuit, places)
  const { paths } = await locateCircuit(circuit, places)
  const sample = JSON.parse(await readFile(paths.sample, "utf8")) as Readonly<Record<string, unknown>>
  if (sample["vkeySha256"] !== entry.vkeySha256) {
    throw new Groth16Error("artifact-refused", "the sample proof is of another key: run npm run vectors")
  }
  return {
    parts: {
      vkey: new Uint8Array(await readFile(paths.vkey)),
      circuit: { id: entry.id, publicSignals: entry.publicSignals, vkeySha256: entry.vkeySha256 },
      sample: {
        signals: (sample["signals"] as readonly unknown[]).map(parseFr),
        proof: parseProof(sample["proof"]),
      },
    },
    isDevelopmentKey: isDevelopmentKey(key.json, entry),
  }
}
