// Receipts of a test election's entries, under its log's own key.
import type { Receipt } from "../../src/protocol/log/receipt.ts"
import { makeTestLog } from "./wallet-log.ts"
import type { SmallElection } from "./small-election.ts"

/** The receipt of the entry at an index, under the head of all entries. */
export function receiptAt({ sources, logKey, bytes }: SmallElection, index: number): Receipt {
  const log = makeTestLog(sources.origin, logKey.seed)
  log.entries.push(...bytes)
  return log.receipt(index)
}
