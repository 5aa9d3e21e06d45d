// What a holder keeps of every answer: the signed request, what was sent, and later the ledger's receipt. The request
// states purpose and retention inside its hash, so a verifier that does otherwise contradicts this record.
import { parseReceipt } from "../../protocol/log/receipt.ts"
import type { Receipt } from "../../protocol/log/receipt.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { parsePresentationRequest } from "../../protocol/wire/presentation-request.ts"
import type { PresentationRequest } from "../../protocol/wire/presentation-request.ts"
import { parsePresentation } from "../../protocol/wire/presentation.ts"
import type { Presentation } from "../../protocol/wire/presentation.ts"
import type { EncodedInterval } from "./intervals.ts"
import { readMembers } from "./members.ts"
import type { HeldCredential } from "./wallet.ts"
import { WalletError } from "./wallet-error.ts"

/** What an answer leaves of one attribute. */
interface LeftOver {
  readonly subject: string
  readonly intervals: readonly EncodedInterval[]
  /** False when another attribute could have made the answer true. */
  readonly isCertain: boolean
}

/** What one item's answer told: who could have issued the record, and what is left of each attribute. */
export interface GivenAnswer {
  readonly schemaId: string
  readonly operators: readonly string[]
  readonly left: readonly LeftOver[]
  /** The sentences that the holder agreed to. */
  readonly proved: readonly string[]
}

/** Which record answered, in the holder's own terms: for the holder's eyes, not part of what is shown to others. */
export interface UsedRecord {
  readonly issuerName: string
  /** The holder's own name for the record, if it has one. */
  readonly name?: string
}

/** What is kept of a record that answered. */
export function usedRecord({ issuer, name }: HeldCredential): UsedRecord {
  return name === undefined ? { issuerName: issuer.name } : { issuerName: issuer.name, name }
}

/** One answer, kept under the holder's own key, exportable and deletable. */
export interface ConsentReceipt {
  readonly request: PresentationRequest
  readonly presentation: Presentation
  /** Per item; later questions of the same origin are held against them. */
  readonly answers: readonly GivenAnswer[]
  /** Per item. */
  readonly records: readonly UsedRecord[]
  readonly answeredAtUnixSeconds: number
  /** The ledger's receipt, once it came and held. */
  readonly receipt?: Receipt
}

/**
 * Reads one consent receipt of a wallet. Those of wallets before 0.2 lack the sentences, the records and what is certain:
 * they are read as none, which lets the guards refuse more and never less.
 * @throws WalletError `malformed-wallet`, ProtocolError of the documents inside
 */
export function parseConsentReceipt(entry: Json): ConsentReceipt {
  const members = readMembers(
    entry,
    ["request", "presentation", "answers", "answeredAtUnixSeconds"],
    ["receipt", "records"],
  )
  const consent = {
    request: parsePresentationRequest(members.message("request")),
    presentation: parsePresentation(members.message("presentation")),
    answers: members.list("answers", parseAnswer),
    records: members.has("records") ? members.list("records", parseUsedRecord) : [],
    answeredAtUnixSeconds: members.count("answeredAtUnixSeconds"),
  }
  return members.has("receipt") ? { ...consent, receipt: parseReceipt(members.message("receipt")) } : consent
}

function parseAnswer(entry: Json): GivenAnswer {
  const answer = readMembers(entry, ["schemaId", "operators", "left"], ["proved"])
  return {
    schemaId: answer.text("schemaId"),
    operators: answer.texts("operators"),
    left: answer.list("left", (remainder) => {
      const { has, text, list, flag } = readMembers(remainder, ["subject", "intervals"], ["isCertain"])
      return {
        subject: text("subject"),
        intervals: list("intervals", parseInterval),
        isCertain: has("isCertain") && flag("isCertain"),
      }
    }),
    proved: answer.has("proved") ? answer.texts("proved") : [],
  }
}

function parseUsedRecord(entry: Json): UsedRecord {
  const record = readMembers(entry, ["issuerName"], ["name"])
  const used = { issuerName: record.text("issuerName") }
  return record.has("name") ? { ...used, name: record.text("name") } : used
}

function parseInterval(entry: Json): EncodedInterval {
  const [lo, hi, more]: readonly (Json | undefined)[] = Array.isArray(entry) ? (entry as readonly Json[]) : []
  const isDecimal = (text: Json | undefined): text is string =>
    typeof text === "string" && /^(?:0|[1-9][0-9]{0,76})$/.test(text)
  if (!isDecimal(lo) || !isDecimal(hi) || more !== undefined) {
    throw new WalletError("malformed-wallet", "expected an interval")
  }
  return [lo, hi]
}
