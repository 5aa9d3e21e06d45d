// The rollback guard where no durable disk exists: the cosigners remember in its place. Weaker than the file: a head that no
// cosigner has seen yet, a second's worth of entries, is not remembered.
import type { CosignerClient } from "./cosigner-client.ts"
import { readOwn } from "./cosigner-evidence.ts"
import { LedgerError } from "./errors.ts"
import type { RollbackGuard } from "./rollback-guard.ts"
import { createSigner } from "./signer.ts"
import type { CheckpointSigner } from "./signer.ts"
import type { SigningKey } from "../../protocol/primitives/note-key.ts"

/**
 * Opens the guard of a log out of what every cosigner shows of it.
 * @param key - secret; of the main log, the log's own has the same seed
 * @param cosigners - all of them must answer; that they have never seen the log is an answer
 * @throws LedgerError `guard-missing` when one does not
 */
export async function openCosignerGuard(
  origin: string,
  key: SigningKey,
  cosigners: readonly CosignerClient[],
): Promise<RollbackGuard> {
  const { key: own } = createSigner(origin, key) satisfies CheckpointSigner
  if (cosigners.length === 0) throw new LedgerError("guard-missing", "no cosigner remembers this log")
  const shown = await Promise.all(cosigners.map((cosigner) => cosigner.monitor(origin)))
  let newest: { readonly size: number; readonly note: Uint8Array } | null = null
  for (const [i, note] of shown.entries()) {
    const name = cosigners[i]?.key.name ?? ""
    if (note === "unreachable")
      throw new LedgerError("guard-missing", `the cosigner ${name} does not answer, and it is the guard`)
    const head = note === "nothing" ? null : readOwn(note, own)
    if (head !== null && note !== "nothing" && head.size > (newest?.size ?? -1))
      newest = { size: head.size, note }
  }
  return { ...VOLATILE_GUARD, read: () => newest?.note ?? null }
}

/** Remembers nothing: a restored backup becomes an equivocation. For tests and for whoever says so aloud. */
export const VOLATILE_GUARD: RollbackGuard = {
  mayBeEmpty: true,
  read: () => null,
  record: () => Promise.resolve(),
  close: () => Promise.resolve(),
}
