// A cosigner's memory against ours: the one thing outside our walls that knows whether we have signed another history.
import { parseCheckpoint, verifyLogSignature } from "../../protocol/log/checkpoint.ts"
import { rightEdge } from "../../protocol/log/tile.ts"
import { equalBytes } from "../../protocol/primitives/bytes.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import type { VerifierKey } from "../../protocol/primitives/note-key.ts"
import type { CosignerClient } from "./cosigner-client.ts"
import { LedgerError } from "./errors.ts"
import type { SignedHead } from "./ledger.ts"
import type { LedgerReads } from "./store.ts"
import { edgeFromTiles } from "./tree-growth.ts"

/** What a cosigner's newest head says of our log: nothing against it, or that we signed what our database has not. */
type Comparison = "unknown" | "behind" | "ahead" | "forked"

/**
 * Compares a note that a cosigner shows with the stored log. Only our own signature makes it evidence: a cosigner that
 * lies must not be able to stop us.
 * @param note - attacker-controlled
 * @param key - of the log, under its own name
 */
export async function compareHead(
  reads: LedgerReads,
  key: VerifierKey,
  note: Uint8Array | "nothing" | "unreachable",
): Promise<Comparison> {
  const seen = typeof note === "string" ? null : readOwn(note, key)
  const row = seen === null ? null : await reads.findLog(key.name)
  if (seen === null || row === null) return "unknown"
  if (seen.size > row.size) return "ahead"
  if (seen.size === 0) return "behind"
  const edge = edgeFromTiles(seen.size, await reads.readTiles(row.id, rightEdge(seen.size)))
  return edge !== null && equalBytes(edge.root, seen.root) ? "behind" : "forked"
}

/** The head in a note under our signature; null for anything else. */
export function readOwn(note: Uint8Array, key: VerifierKey): { size: number; root: Uint8Array } | null {
  try {
    const { checkpoint, note: parsed } = parseCheckpoint(note)
    const isOwn = checkpoint.origin === key.name && verifyLogSignature(parsed, [key]).ok
    return isOwn ? checkpoint : null
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}

/** What cosigners said at a start. */
interface CosignerReport {
  readonly asked: number
  readonly answered: number
}

/**
 * Start check (f), before anything is appended: every reachable cosigner is asked for its head of the log, and where it
 * shows none it is offered ours. At a start its bare word that it has a larger size is enough to stay out.
 * @throws LedgerError `cosigner-ahead`
 */
export async function checkCosigners(
  reads: LedgerReads,
  key: VerifierKey,
  head: SignedHead,
  cosigners: readonly CosignerClient[],
): Promise<CosignerReport> {
  const answers = await Promise.all(
    cosigners.map(async (cosigner) => ({ cosigner, found: await askOne(reads, key, head, cosigner) })),
  )
  for (const { cosigner, found } of answers) {
    if (found === "ahead" || found === "forked")
      throw new LedgerError(
        "cosigner-ahead",
        `${cosigner.key.name} has ${found === "ahead" ? "a larger head" : "another tree"} of ${head.origin}`,
      )
  }
  return { asked: answers.length, answered: answers.filter(({ found }) => found !== "unknown").length }
}

async function askOne(
  reads: LedgerReads,
  key: VerifierKey,
  head: SignedHead,
  cosigner: CosignerClient,
): Promise<Comparison> {
  const shown = await compareHead(reads, key, await cosigner.monitor(head.origin))
  if (shown !== "unknown") return shown
  const answer = await cosigner.add({ oldSize: head.size, proof: [], checkpoint: head.note })
  if (answer.kind === "signed") return "behind"
  if (answer.kind === "failed") return "unknown"
  if (answer.size === head.size) return "forked" // it has our size and does not sign our head
  return answer.size > head.size ? "ahead" : "behind"
}
