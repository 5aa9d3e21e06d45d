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
import { WalletError } from "./wallet-error.ts"

/** What one item's answer told: who could have issued the record, and what is left of each attribute. */
export interface GivenAnswer {
  readonly schemaId: string
  readonly operators: readonly string[]
  readonly left: readonly { readonly subject: string; readonly intervals: readonly EncodedInterval[] }[]
}

/** One answer, kept under the holder's own key, exportable and deletable. */
export interface ConsentReceipt {
  readonly request: PresentationRequest
  readonly presentation: Presentation
  /** Per item; later questions of the same origin are held against them. */
  readonly answers: readonly GivenAnswer[]
  readonly answeredAtUnixSeconds: number
  /** The ledger's receipt, once it came and held. */
  readonly receipt?: Receipt
}

/** Reads one consent receipt of a wallet. @throws WalletError `malformed-wallet`, ProtocolError of the documents inside */
export function parseConsentReceipt(entry: Json): ConsentReceipt {
  const members = readMembers(
    entry,
    ["request", "presentation", "answers", "answeredAtUnixSeconds"],
    ["receipt"],
  )
  const consent = {
    request: parsePresentationRequest(members.message("request")),
    presentation: parsePresentation(members.message("presentation")),
    answers: members.list("answers", parseAnswer),
    answeredAtUnixSeconds: members.count("answeredAtUnixSeconds"),
  }
  return members.has("receipt") ? { ...consent, receipt: parseReceipt(members.message("receipt")) } : consent
}

function parseAnswer(entry: Json): GivenAnswer {
  const answer = readMembers(entry, ["schemaId", "operators", "left"])
  return {
    schemaId: answer.text("schemaId"),
    operators: answer.texts("operators"),
    left: answer.list("left", (remainder) => {
      const { text, list } = readMembers(remainder, ["subject", "intervals"])
      return { subject: text("subject"), intervals: list("intervals", parseInterval) }
    }),
  }
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
