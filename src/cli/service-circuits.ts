// What a service says of its circuits and verifies with: the committed keys, proved by their samples, and the files it hands out.
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { Groth16Error } from "../proofs/groth16/errors.ts"
import type { Digest } from "../protocol/primitives/hash.ts"
import type { CircuitFacts, ServedArtifact } from "../service/routes/route-deps.ts"
import type { ServiceParts } from "../service/start-service.ts"
import { loadBallotDigests } from "./ballot-digests.ts"
import { locateCircuit } from "./circuit-artifacts.ts"
import { loadVerifierParts } from "./verifier-parts.ts"

/** The circuits of a service. @throws Groth16Error `artifact-refused`, `verification-key-refused` */
export async function loadServiceCircuits(): Promise<ServiceParts["circuit"]> {
  const places = { cache: process.env["SOTTO_CACHE"] }
  const { parts, isDevelopmentKey } = await loadVerifierParts(places)
  const ballots = await Promise.all(
    (["ballot8", "ballot16"] as const).map((id) => loadVerifierParts(places, id)),
  )
  const { entry, paths } = await locateCircuit("presentation", places)
  const artifacts: ServedArtifact[] = []
  for (const file of ["wasm", "zkey", "vkey"] as const) {
    // Wallets check what they download; a service without a build serves verdicts but no proving files.
    const bytes = await readOrNull(paths[file])
    if (bytes === null) continue
    const sha256 = createHash("sha256").update(bytes).digest("hex")
    if (file !== "vkey" && sha256 !== entry[file].sha256) {
      throw new Groth16Error("artifact-refused", `the ${file} of ${entry.id} is not the pinned one`)
    }
    artifacts.push({ sha256, file, path: paths[file], bytes: bytes.length })
  }
  const facts: CircuitFacts = {
    id: "presentation",
    vkey: `sha256:${entry.vkeySha256}` as Digest,
    r1csSha256: entry.r1cs.sha256,
    ceremony: isDevelopmentKey ? "dev" : entry.ceremony,
    artifacts,
  }
  return {
    facts,
    ballotCircuits: await loadBallotDigests(),
    parts: { presentation: parts, ballots: ballots.map((ballot) => ballot.parts) },
  }
}

async function readOrNull(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null
    throw error
  }
}
