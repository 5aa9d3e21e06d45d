// V7: ballots are verified under the one key that definition, main log and provenance name, and that the auditor allows.
import { Groth16Error } from "../../../proofs/groth16/errors.ts"
import { readProvenance } from "../../../protocol/election/audit-bundle.ts"
import { ballotSignalNames } from "../../../protocol/election/ballot-signals.ts"
import { checkCircuit } from "../../../protocol/election/definition.ts"
import { bytesToHex } from "../../../protocol/primitives/bytes.ts"
import { sha256 } from "../../../protocol/primitives/hash.ts"
import { accept } from "../../../protocol/primitives/verdict.ts"
import type { ElectionDefinition } from "../../../protocol/wire/election-definition.ts"
import { openBallotVerifier } from "../verify-ballot.ts"
import type { BallotVerifier } from "../verify-ballot.ts"
import { readKey } from "./enrolment-proofs.ts"
import { stop } from "./outcome.ts"
import type { Outcome } from "./outcome.ts"
import type { Bundle } from "./v01-container.ts"
import type { AuditedLog } from "./v02-log.ts"

/** V7. @param allowDevelopmentKeys - the auditor's choice: under such a key anyone can forge any ballot */
export async function checkElectionCircuit(
  bundle: Bundle,
  { main }: AuditedLog,
  terms: ElectionDefinition,
  allowDevelopmentKeys: boolean,
): Promise<Outcome<BallotVerifier>> {
  const { id, vkeySha256, r1csSha256, ceremony } = terms.circuit
  const provenance = readProvenance(bundle.read("circuit/provenance.json"))
  if (provenance?.id !== id) return refused("circuit/provenance.json: malformed or of another circuit")
  const named = checkCircuit(terms, provenance, { allowDevelopmentKeys })
  if (!named.ok) return refused(`definition.json: ${named.at ?? named.reason}`)
  const anchored = main.get("circuit-key")
  const isAnchored =
    anchored?.kind === "circuit-key" &&
    anchored.circuitId === id &&
    anchored.vkeySha256 === vkeySha256 &&
    anchored.r1csSha256 === r1csSha256 &&
    anchored.ceremony === ceremony
  if (!isAnchored) return refused("main/circuit-key.entry: not the circuit of the definition")
  const bytes = bundle.read("circuit/vkey.json")
  if (bytesToHex(sha256(bytes)) !== vkeySha256)
    return refused("circuit/vkey.json: not the key of the definition")
  const key = await readKey(bytes, { id, publicSignals: ballotSignalNames(id).length, vkeySha256 })
  if (key === null) return refused("circuit/vkey.json: not a sound key of this circuit")
  try {
    return accept(await openBallotVerifier(terms, key.key))
  } catch (error) {
    if (error instanceof Groth16Error && error.code === "verification-key-refused") {
      return refused("circuit/vkey.json: cannot be folded with this definition")
    }
    throw error
  }
}

const refused = (place: string): Outcome<never> => stop("circuit-invalid", place)
