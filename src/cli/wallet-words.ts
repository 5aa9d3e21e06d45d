// What a holder reads on the terminal. Texts of others are made harmless: no line of theirs can look like one of ours.
import type { ConsentDescription } from "../parties/wallet/consent.ts"
import type { HistoryEntry } from "../parties/wallet/history.ts"
import { plainText, quoteText, sayDay, sayInstant } from "../protocol/credential/value-words.ts"
import { tell } from "./output.ts"

/** Codes of one value set that are printed; longer sets are public in full at the service. */
const SHOWN_CODES = 100
const SECONDS_PER_DAY = 86_400

type ConsentItem = ConsentDescription["items"][number]

/** Tells the holder what an answer would prove, to whom and why, and what it leaves open. */
export function showConsent(description: ConsentDescription): void {
  const { verifier, items, linkable, warnings } = description
  tell(`\n${askedBy(description, "asks")}`)
  tell(`It says it keeps the answer for ${description.purpose.retainDays} days.`)
  for (const item of items) showItem(item, verifier.origin)
  if (linkable.length > 0) tell("\nWhat becomes linkable:")
  for (const line of linkable) tell(`  - ${plainText(line)}`)
  for (const line of warnings) tell(`Warning: ${line}`)
  tell("")
}

function showItem(item: ConsentItem, origin: string): void {
  tell(`\n${recordOf(item.subject, item.record)}, number ${item.record.number} in your wallet.`)
  tell("You will prove:")
  for (const sentence of item.willProve) tell(`  - ${sentence}`)
  for (const { id, codes } of item.sets) {
    tell(`  The value set ${id} has ${codes.length} codes:`)
    for (const code of codes.slice(0, SHOWN_CODES)) tell(`    ${code}`)
    if (codes.length > SHOWN_CODES) tell(`    … all of them: ${origin}/v1/value-sets/${id}`)
  }
  tell("They will not learn:")
  for (const line of item.willNotLearn) tell(`  - ${line}`)
}

/** One answer of the past, as lines. */
export function historyLines(entry: HistoryEntry): readonly string[] {
  const { answeredAtUnixSeconds, keptUntilUnixSeconds, purpose, items, ledger } = entry
  return [
    `${sayInstant(answeredAtUnixSeconds)}: ${askedBy(entry, "asked")}`,
    ...items.flatMap(({ statement, subject, proved, record }) => [
      `  ${recordOf(subject, record ?? { issuerName: "an issuer no longer known" })}, you proved (${statement}):`,
      ...proved.map((sentence) => `    - ${sentence}`),
    ]),
    ...entry.linkable.map((line) => `  ${plainText(line)}`),
    `  It said it keeps the answer for ${purpose.retainDays} days, until ${sayDay(Math.floor(keptUntilUnixSeconds / SECONDS_PER_DAY))}.`,
    ledger === null
      ? "  No receipt of a ledger: it was not sent, not accepted, or the service's reply got lost."
      : `  Entry ${ledger.index} of the ledger ${ledger.origin}.`,
    `  Request ${entry.request}`,
  ]
}

function askedBy(
  { verifier, purpose }: Pick<ConsentDescription, "verifier" | "purpose">,
  verb: "asks" | "asked",
): string {
  const why = quoteText(purpose.text["en"] ?? purpose.code)
  return `${plainText(verifier.name)} (${plainText(verifier.origin)}) ${verb} for ${purpose.code}: ${why}`
}

function recordOf(
  subject: "self" | "ward",
  { issuerName, name }: { readonly issuerName: string; readonly name?: string },
): string {
  const from = `from ${plainText(issuerName)}`
  if (subject === "self") return `With your record ${from}`
  const who =
    name === undefined ? "your dependant, somebody you act for," : `${plainText(name)}, for whom you act,`
  return `With the record about ${who} ${from}`
}
