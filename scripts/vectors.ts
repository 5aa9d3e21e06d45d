// Writes circuits/keys/<id>.sample.json: one real proof under each committed key. A verifier that starts shows itself
// with it that it accepts what is right and refuses what is not. Run after a change of circuit or key; reviewed like one.
import { join } from "node:path"
import { loadCircuit } from "../src/cli/circuit-artifacts.ts"
import { writeFileDurably } from "../src/ledger/durable/write-file.ts"
import { openProver } from "../src/proofs/prover/pool.ts"
import type { Fr } from "../src/protocol/primitives/field.ts"
import type { CircuitId, CircuitInput } from "../src/protocol/primitives/prove.ts"
import { canonicalBytes } from "../src/protocol/wire/canonical-json.ts"
import type { Json } from "../src/protocol/wire/canonical-json.ts"
import { firstBallot } from "../test/support/first-ballot.ts"
import { oneCredential } from "../test/support/one-credential.ts"

interface Job {
  readonly input: CircuitInput
  readonly expected: readonly Fr[]
}

const JOBS: readonly (readonly [CircuitId, () => Job])[] = [
  ["presentation", () => oneCredential().input()],
  ["ballot8", () => firstBallot("ballot8")],
  ["ballot16", () => firstBallot("ballot16")],
]

for (const [id, job] of JOBS) {
  const artifacts = await loadCircuit(id, { cache: process.env["SOTTO_CACHE"] })
  const prover = await openProver(new Map([[id, artifacts]]), { threads: 1 })
  const { input, expected } = job()
  const proof = await prover.prove(id, input, expected)
  await prover.close()
  const sample = { signals: expected, proof, vkeySha256: artifacts.entry.vkeySha256 }
  const path = join("circuits", "keys", `${id}.sample.json`)
  await writeFileDurably(path, canonicalBytes(sample as unknown as Json))
  console.log(`${path} written`)
}
