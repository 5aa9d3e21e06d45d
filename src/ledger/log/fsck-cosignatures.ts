// K7: every stored cosignature is its cosigner's, over the text of the checkpoint that it claims.
import { parseCheckpoint } from "../../protocol/log/checkpoint.ts"
import { verifyCosignatures } from "../../protocol/log/cosignature.ts"
import { equalBytes } from "../../protocol/primitives/bytes.ts"
import type { VerifierKey } from "../../protocol/primitives/note-key.ts"
import type { Report } from "./fsck-tree.ts"
import { headAt } from "./proofs.ts"
import type { ProvenLog } from "./proofs.ts"
import type { CosignatureRow, LedgerReads } from "./store.ts"

/** Rows of one read. */
const ROWS_AT_A_TIME = 1000

/**
 * Checks what known cosigners signed; a row of an unknown one cannot be judged and publishes nothing.
 * @param cosigners - of the service's policy
 * @param size - of the log
 */
export async function checkCosignatures(
  reads: LedgerReads,
  log: ProvenLog,
  size: number,
  cosigners: readonly VerifierKey[],
  report: Report,
): Promise<void> {
  if (cosigners.length === 0) return
  for (let to = size; to >= 0;) {
    const rows = await reads.listCosignatures(log.logId, 0, to, ROWS_AT_A_TIME)
    for (const row of rows) {
      const key = cosigners.find((one) => one.name === row.name && equalBytes(one.keyId, row.keyId))
      if (key === undefined || (await isGenuine(reads, log, row, key))) continue
      report("K7", `cosignature of ${row.name}, size ${row.size}`, "its signature", "another")
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < ROWS_AT_A_TIME) return
    // A size that was cut is read again whole; one that fills a read by itself has been judged as far as it goes.
    to = last.size === to ? to - 1 : last.size
  }
}

async function isGenuine(
  reads: LedgerReads,
  log: ProvenLog,
  { size, name, keyId, timeUnixSeconds, signature }: CosignatureRow,
  key: VerifierKey,
): Promise<boolean> {
  const head = await headAt(reads, log, size)
  if (head === null) return false
  const { text } = parseCheckpoint(head.note).note
  const verified = verifyCosignatures({ text, lines: [{ name, keyId, signature }] }, [key])
  return verified.ok && verified.value[0]?.timeUnixSeconds === timeUnixSeconds
}
