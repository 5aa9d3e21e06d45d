// What a verifier keeps of an accepted answer: the answer and the signals its proofs were verified under.
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { parseFr } from "../../protocol/primitives/field.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import { canonicalBytes, parseStrictJson } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { MAX_PRESENTATION_BYTES, parsePresentation } from "../../protocol/wire/presentation.ts"
import type { Presentation } from "../../protocol/wire/presentation.ts"

/** Evidence of one answer. */
export interface Evidence {
  readonly type: "sotto/evidence/1"
  readonly presentation: Presentation
  /** Item, part, 125 values. */
  readonly signals: readonly (readonly (readonly Fr[])[])[]
}

/** Eight parts of 125 signals of at most 80 bytes each, beside the answer. */
const MAX_EVIDENCE_BYTES = MAX_PRESENTATION_BYTES + 8 * 125 * 81

/** The canonical bytes of evidence. */
export const encodeEvidence = (evidence: Evidence): Uint8Array => canonicalBytes(evidence as unknown as Json)

/**
 * Reads evidence; whether it proves anything is `verifyEvidence`'s question.
 * @param input - attacker-controlled bytes, or a value out of the strict JSON reader
 * @throws ProtocolError `malformed-presentation`, `proof-malformed`, `field-element-not-canonical`, `too-large`
 */
export function parseEvidence(input: Uint8Array | string | Json): Evidence {
  const value =
    typeof input === "string" || input instanceof Uint8Array
      ? parseStrictJson(input, { maxBytes: MAX_EVIDENCE_BYTES, maxDepth: 12 })
      : input
  const { type, presentation, signals, ...rest } = objectOf(value)
  if (type !== "sotto/evidence/1" || presentation === undefined || Object.keys(rest).length > 0)
    throw malformed()
  const items = listOf(signals).map((item) => listOf(item).map((part) => listOf(part).map(parseFr)))
  return { type, presentation: parsePresentation(canonicalBytes(presentation)), signals: items }
}

function objectOf(value: Json): Readonly<Record<string, Json | undefined>> {
  if (typeof value !== "object" || Array.isArray(value)) throw malformed()
  return value as Readonly<Record<string, Json | undefined>>
}

function listOf(value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value)) throw malformed()
  return value as readonly Json[]
}

function malformed(): ProtocolError {
  return new ProtocolError("malformed-presentation", "expected sotto/evidence/1")
}
