// What an insurer reads first of a verdict: per item what was proved, and what it may connect.
import { parseEvidence } from "../parties/verifier/evidence.ts"
import { parseReceipt } from "../protocol/log/receipt.ts"
import { canonicalBytes } from "../protocol/wire/canonical-json.ts"
import type { Json } from "../protocol/wire/canonical-json.ts"
import { parsePresentationRequest } from "../protocol/wire/presentation-request.ts"

/** One item of an answered request. */
interface ItemSummary {
  readonly item: number
  readonly statement: string
  readonly registry: string
  /** Which of the offered ways the holder took; absent when there was one. */
  readonly alternative?: number
  readonly satisfied: true
  readonly proofs: number
  readonly use: string
  readonly pool?: string
  readonly nullifier: string
  readonly linkTag: string
  readonly credentialTag: string
}

/** An answered request in short. Link tags are of this request alone: another request of the same person has others. */
interface VerdictSummary {
  readonly items: readonly ItemSummary[]
  readonly linkTags: readonly string[]
  readonly links: readonly { readonly kind: string; readonly items: readonly number[] }[]
}

/**
 * Sums up a verdict of the service. It is the service's word; `sotto verify answer --evidence` checks it.
 * @param verdict - the `verdict` member of the service's answer
 * @throws ProtocolError when it is no verdict
 */
export function summariseVerdict(verdict: Readonly<Record<string, Json | undefined>>): VerdictSummary {
  const receipt = parseReceipt(canonicalBytes(verdict["receipt"] ?? {}))
  const request = parsePresentationRequest(canonicalBytes(receipt.request ?? {}))
  const { presentation } = parseEvidence(verdict["evidence"] ?? {})
  const items = presentation.items.flatMap(({ alternative, parts }, item) => {
    const asked = request.items[item]
    const way = asked?.alternatives[alternative]
    const [part] = parts
    if (asked === undefined || way === undefined || part === undefined) return []
    const { nullifier: use } = asked
    const summary: ItemSummary = {
      ...{ item, statement: way.statement.id, registry: way.registry },
      ...(asked.alternatives.length > 1 ? { alternative } : {}),
      ...{ satisfied: true as const, proofs: parts.length, use: use.use },
      ...(use.use === "once" && use.pool !== undefined ? { pool: use.pool } : {}),
      ...{ nullifier: part.nullifier, linkTag: part.linkTag, credentialTag: part.credentialTag },
    }
    return [summary]
  })
  return { items, linkTags: [...new Set(items.map(({ linkTag }) => linkTag))], links: request.links }
}
