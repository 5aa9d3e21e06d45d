// What an election's definition says of its circuit, as this program's own manifest has it.
import type { BallotCircuitId } from "../protocol/election/ballot-signals.ts"
import type { CircuitDigests } from "../protocol/election/definition.ts"
import { isDevelopmentKey } from "../proofs/ceremony/is-development-key.ts"
import { loadVerificationKey } from "./circuit-artifacts.ts"

/** The circuits of ballots. */
const BALLOT_CIRCUITS: readonly BallotCircuitId[] = ["ballot8", "ballot16"]

/**
 * Digests of every ballot circuit; a key that anybody can forge under is `dev`, whatever the manifest calls it.
 * @throws Groth16Error `artifact-refused`, `verification-key-refused`
 */
export async function loadBallotDigests(): Promise<Readonly<Record<BallotCircuitId, CircuitDigests>>> {
  const places = { cache: process.env["SOTTO_CACHE"] }
  const digests = await Promise.all(
    BALLOT_CIRCUITS.map(async (id) => {
      const { entry, key } = await loadVerificationKey(id, places)
      const ceremony = isDevelopmentKey(key.json, entry) ? "dev" : entry.ceremony
      const { vkeySha256 } = entry
      const own = { r1csSha256: entry.r1cs.sha256, zkeySha256: entry.zkey.sha256, vkeySha256, ceremony }
      return [id, own] as const
    }),
  )
  return Object.fromEntries(digests) as Record<BallotCircuitId, CircuitDigests>
}
