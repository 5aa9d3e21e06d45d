// The rule of a cosigner, C2SP tlog-witness: sign only what extends what was signed before. A log that shows two histories
// finds nobody who signs both.
import type { AddCheckpoint } from "../../protocol/log/add-checkpoint.ts"
import { parseCheckpoint, verifyLogSignature } from "../../protocol/log/checkpoint.ts"
import { cosign as signCheckpoint } from "../../protocol/log/cosignature.ts"
import type { SignatureLine } from "../../protocol/log/note.ts"
import { EMPTY_ROOT, verifyConsistency } from "../../protocol/log/tree.ts"
import { equalBytes } from "../../protocol/primitives/bytes.ts"
import type { SigningKey, VerifierKey } from "../../protocol/primitives/note-key.ts"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import type { CosignedHead, SplitView } from "./store.ts"

/** Why nothing is signed; the HTTP status of the protocol stands behind each. */
export type CosignRefusal =
  | "origin-unknown" // 404
  | "signature-refused" // 403
  | "size-conflict" // 409: our size is another; the answer carries it
  | "root-conflict" // 409: another root at the size that we signed
  | "size-backwards" // 400
  | "proof-refused" // 422: a fork, or a wrong proof

/** The answer; of a log that contradicts itself with the evidence. */
export type CosignVerdict =
  | Verdict<Cosigned, CosignRefusal>
  | { readonly ok: false; readonly reason: "root-conflict"; readonly evidence: SplitView }

/** What is signed, and what must be durable before it leaves. */
interface Cosigned {
  readonly line: SignatureLine
  readonly head: CosignedHead
}

/**
 * Cosigns a checkpoint that extends the last one.
 * @param last - what was made durable for this origin; null when it was never seen
 * @param logs - keys of the logs that this cosigner watches
 * @param nowUnixSeconds - the cosigner's own clock: the only time that an auditor of the log has
 * @throws ProtocolError `malformed-log` for what is no checkpoint
 */
export function cosignCheckpoint(
  last: CosignedHead | null,
  { oldSize, proof, checkpoint: bytes }: AddCheckpoint,
  logs: readonly VerifierKey[],
  key: SigningKey,
  nowUnixSeconds: number,
): CosignVerdict {
  const { checkpoint, note } = parseCheckpoint(bytes)
  const keys = logs.filter(({ name }) => name === checkpoint.origin)
  if (keys.length === 0) return refuse("origin-unknown")
  if (!verifyLogSignature(note, keys).ok) return refuse("signature-refused")
  const { origin, size, root } = checkpoint
  // Before all else, whatever else is wrong with the request: it may be the only time that this head is shown to us.
  if (last?.size === size && !equalBytes(last.root, root))
    return {
      ok: false,
      reason: "root-conflict",
      evidence: { origin, size, checkpoints: [last.checkpoint, bytes] },
    }
  if (oldSize > size) return refuse("size-backwards")
  const known = last ?? { size: 0, root: EMPTY_ROOT }
  if (oldSize !== known.size) return refuse("size-conflict")
  // A proof from the empty tree is empty and says nothing of the root: an empty head has one.
  if (size === 0 && !equalBytes(root, EMPTY_ROOT)) return refuse("proof-refused")
  if (!verifyConsistency(known, checkpoint, proof)) return refuse("proof-refused")
  return accept({
    line: signCheckpoint(key, note.text, nowUnixSeconds),
    head: { size, root, checkpoint: bytes },
  })
}
