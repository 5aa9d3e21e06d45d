// What a voter reads on the terminal. Titles and labels are the organizer's, made harmless: none can look like a line of ours.
import type { BallotConsent } from "../parties/wallet/ballot-consent.ts"
import { plainText, quoteText } from "../protocol/credential/value-words.ts"
import { tell } from "./output.ts"

/** Tells the voter what the ballot will say, who sees what, and what nothing here protects from. */
export function showBallot({
  title,
  kind,
  organizer,
  description,
  marked,
  weight,
  seen,
  warnings,
}: BallotConsent): void {
  tell(`\n${kind === "survey" ? "Survey" : "Election"} ${quoteText(title)} of ${quoteText(organizer)}`)
  if (description !== "") tell(quoteText(description))
  tell(marked.length === 0 ? "You mark nothing: a blank ballot." : "You mark:")
  for (const label of marked) tell(`  - ${quoteText(label)}`)
  if (weight !== 1) tell(`Your ballot has the weight ${weight}.`)
  tell("Who sees what:")
  for (const line of seen) tell(`  - ${plainText(line)}`)
  for (const line of warnings) tell(`Warning: ${plainText(line)}`)
  tell("")
}
