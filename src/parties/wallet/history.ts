// What a holder can look up later: who asked, for what, when, and what was proved. Only answers are kept: a list of what
// was refused or could not be answered would be a list of what somebody does not have.
import { findAlternative } from "../../protocol/credential/compile-request.ts"
import type { PresentationRequest } from "../../protocol/wire/presentation-request.ts"
import { describeLinks } from "./consent.ts"
import type { ConsentReceipt, UsedRecord } from "./consent-receipt.ts"
import type { Wallet } from "./wallet.ts"

/** What one item of an answer proved. */
interface ProvedItem {
  readonly statement: string
  /** `ward`: about somebody the holder acts for. */
  readonly subject: "self" | "ward"
  /** The sentences that the holder agreed to. */
  readonly proved: readonly string[]
  readonly record: UsedRecord | null
}

/** One answer. */
export interface HistoryEntry {
  readonly request: string
  readonly verifier: { readonly id: string; readonly name: string; readonly origin: string }
  readonly purpose: PresentationRequest["purpose"]
  readonly answeredAtUnixSeconds: number
  /** When the verifier has to have forgotten the answer, by its own word. */
  readonly keptUntilUnixSeconds: number
  readonly items: readonly ProvedItem[]
  readonly linkable: readonly string[]
  /** Where the ledger has it; null while no receipt came, so that it may not have been accepted. */
  readonly ledger: { readonly origin: string; readonly index: number } | null
}

const SECONDS_PER_DAY = 86_400

/** Every answer that this wallet remembers, the newest first. */
export function describeHistory({ receipts }: Pick<Wallet, "receipts">): readonly HistoryEntry[] {
  return [...receipts]
    .sort((a, b) => b.answeredAtUnixSeconds - a.answeredAtUnixSeconds)
    .map((consent) => describeEntry(consent))
}

function describeEntry(consent: ConsentReceipt): HistoryEntry {
  const { request, presentation, answers, records, receipt, answeredAtUnixSeconds } = consent
  const { id, name, origin } = request.verifier
  return {
    request: request.id,
    verifier: { id, name, origin },
    purpose: request.purpose,
    answeredAtUnixSeconds,
    keptUntilUnixSeconds: answeredAtUnixSeconds + request.purpose.retainDays * SECONDS_PER_DAY,
    items: presentation.items.map(({ alternative }, item) => {
      const { statement } = findAlternative(request, item, alternative)
      return {
        statement: statement.id,
        subject: statement.subject,
        proved: answers[item]?.proved ?? [],
        record: records[item] ?? null,
      }
    }),
    linkable: describeLinks(request),
    ledger: receipt === undefined ? null : { origin: receipt.origin, index: Number(receipt.logIndex) },
  }
}
