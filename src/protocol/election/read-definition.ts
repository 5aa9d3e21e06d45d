// The document behind a `definition` entry: its bytes lie elsewhere, its digest and its id are in the log.
import { bytesToHex, equalBytes } from "../primitives/bytes.ts"
import { ProtocolError } from "../primitives/errors.ts"
import { sha256 } from "../primitives/hash.ts"
import { accept } from "../primitives/verdict.ts"
import { canonicalBytes } from "../wire/canonical-json.ts"
import { parseDefinition } from "../wire/election-definition.ts"
import type { ElectionDefinition } from "../wire/election-definition.ts"
import type { ElectionBodies } from "../wire/election-entries.ts"
import { computeElectionId } from "./definition.ts"
import { refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"

/**
 * The definition that an entry names: exactly its canonical bytes, under exactly its id.
 * @param body - of the `definition` entry
 * @param bytes - attacker-controlled; null where the document is missing
 */
export function readDefinition(
  body: ElectionBodies["definition"],
  bytes: Uint8Array | null,
): ElectionVerdict<ElectionDefinition, "definition-invalid"> {
  if (bytes === null || bytesToHex(sha256(bytes)) !== body.definitionSha256)
    return refuseAt("definition-invalid", "definitionSha256")
  let definition
  try {
    definition = parseDefinition(bytes)
  } catch (error) {
    if (error instanceof ProtocolError) return refuseAt("definition-invalid", "definition")
    throw error
  }
  if (!equalBytes(canonicalBytes(definition), bytes)) return refuseAt("definition-invalid", "definition")
  return computeElectionId(definition) === body.electionId
    ? accept(definition)
    : refuseAt("definition-invalid", "electionId")
}
