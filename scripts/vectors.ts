// Writes circuits/keys/<id>.sample.json: one real proof under the committed key. A verifier that starts shows itself
// with it that it accepts what is right and refuses what is not. Run after a change of circuit or key; reviewed like one.
import { join } from "node:path"
import { loadCircuit } from "../src/cli/circuit-artifacts.ts"
import { writeFileDurably } from "../src/ledger/durable/write-file.ts"
import { openProver } from "../src/proofs/prover/pool.ts"
import { canonicalBytes } from "../src/protocol/wire/canonical-json.ts"
import type { Json } from "../src/protocol/wire/canonical-json.ts"
import { oneCredential } from "../test/support/one-credential.ts"

const artifacts = await loadCircuit("presentation", { cache: process.env["SOTTO_CACHE"] })
const prover = await openProver(new Map([["presentation", artifacts]]), { threads: 1 })
const { input, expected } = oneCredential().input()
const proof = await prover.prove("presentation", input, expected)
const sample = { signals: expected, proof, vkeySha256: artifacts.entry.vkeySha256 }
await writeFileDurably(
  join("circuits", "keys", "presentation.sample.json"),
  canonicalBytes(sample as unknown as Json),
)
await prover.close()
console.log("circuits/keys/presentation.sample.json written")
