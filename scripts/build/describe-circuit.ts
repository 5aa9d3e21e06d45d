import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { domainLog2Of } from "../../src/proofs/ceremony/queries.ts"
import { parseR1cs, publicSignalsOf } from "../../src/proofs/ceremony/r1cs.ts"
import { readVerificationKey } from "../../src/proofs/ceremony/zkey-verification-key.ts"
import type { ArtifactEntry, FileDigest } from "../../src/proofs/groth16/artifacts.ts"
import type { Json } from "../../src/protocol/wire/canonical-json.ts"
import { digestOfJson, sha256Hex } from "./digest.ts"
import { readMainSignals } from "./symbols.ts"

/** What one compile made, as the manifest states it. */
export type CompiledEntry = Omit<ArtifactEntry, "id" | "sourcesSha256" | "zkey" | "vkeySha256" | "ceremony">

/**
 * Describes the compiled files of a circuit, read back from the disk.
 * @throws CeremonyError `r1cs-malformed`, BuildError `sources-malformed`, or ENOENT where a file is missing
 */
export async function describeCompiled(folder: string, id: string): Promise<CompiledEntry> {
  const [r1cs, wasm, symbols] = await Promise.all([
    readFile(join(folder, `${id}.r1cs`)),
    readFile(join(folder, `${id}.wasm`)),
    readFile(join(folder, `${id}.sym`), "utf8"),
  ])
  const circuit = parseR1cs(r1cs)
  const { publicSignals, inputs } = readMainSignals(symbols, circuit)
  return {
    constraints: circuit.constraints,
    wires: circuit.wires,
    publicSignals: publicSignalsOf(circuit),
    domainLog2: domainLog2Of(circuit),
    inputs,
    signalsSha256: digestOfJson(publicSignals),
    r1cs: fileDigestOf(r1cs),
    wasm: fileDigestOf(wasm),
  }
}

/** What making the development key added. */
export type KeyEntry = Pick<ArtifactEntry, "zkey" | "vkeySha256" | "ceremony">

/** Describes the key of a circuit, read back from the disk. @throws CeremonyError `zkey-malformed`, or ENOENT */
export async function describeKey(folder: string, id: string): Promise<KeyEntry> {
  const zkey = await readFile(join(folder, `${id}.zkey`))
  const vkey = readVerificationKey(zkey) as unknown as Json
  return { zkey: fileDigestOf(zkey), vkeySha256: digestOfJson(vkey), ceremony: "dev" }
}

const fileDigestOf = (bytes: Uint8Array): FileDigest => ({ bytes: bytes.length, sha256: sha256Hex(bytes) })
