// `sotto vote check`: the second device, which recomputes a ballot that the first one opened; and `sotto vote submit`, with
// which anybody hands in a ballot for anybody.
import { checkBallotReceipt } from "../parties/wallet/check-ballot-receipt.ts"
import { giveUpBallot, openChallenge, parseHandedBallot } from "../parties/wallet/challenge-ballot.ts"
import type { HandedBallot } from "../parties/wallet/challenge-ballot.ts"
import { bytesToHex } from "../protocol/primitives/bytes.ts"
import { computeBallotHash } from "../protocol/primitives/elgamal.ts"
import { quoteText } from "../protocol/credential/value-words.ts"
import { parsePolicy } from "../protocol/log/policy.ts"
import { parseStrictJson } from "../protocol/wire/canonical-json.ts"
import { MAX_BALLOT_BYTES, parseBallot, parseChallengedBallot } from "../protocol/wire/ballot.ts"
import type { ElectionReading } from "./election-log-source.ts"
import { untilCosigned } from "./cosigned-receipt.ts"
import { CliError, EXIT } from "./exit.ts"
import { readInput } from "./files.ts"
import { readPolicyText } from "./policy-file.ts"
import { openServiceClient } from "./service-client.ts"
import type { ServiceClient } from "./service-client.ts"
import { random } from "./service-state.ts"
import { openElection, report } from "./vote-parts.ts"
import type { ElectionOptions } from "./vote-parts.ts"
import { postBallot } from "./vote-post.ts"
import { saveReceipt } from "./vote-settle.ts"

/** Options of `vote check`. */
export interface CheckOptions extends ElectionOptions {
  readonly policy: string
  readonly giveUp?: true
}

/** Opens a handed-over ballot and shows what it really says. @throws CliError, ElectionError, ProtocolError, WalletError */
export async function checkHanded(file: string, options: CheckOptions): Promise<void> {
  const handed = parseHandedBallot(new TextDecoder().decode(await readInput(file)))
  const client = openServiceClient(options.service)
  const policy = parsePolicy(await readPolicyText(options.policy))
  const reader = await openElection(client, handed.ballot.electionId, policy, options)
  const reading = await reader.read()
  if (reading.census === null) throw new CliError("refused", "the election is not defined yet")
  const opened = openChallenge(handed, reading.log.definition)
  if (!opened.ok) {
    report(options, { opened: false, reason: opened.reason }, [
      "CAUGHT: this ballot does not say what the first device claims. Do not vote with that device.",
    ])
    process.exitCode = EXIT.refused
    return
  }
  const { ballotHash, marked } = opened.value
  const given = options.giveUp === true ? await giveUp(client, handed, reading, policy) : null
  report(options, { opened: true, ballotHash, marked, givenUp: given !== null, ...given }, [
    `Ballot ${ballotHash}`,
    "The first device must have shown exactly this before you decided. It really marks:",
    ...(marked.length === 0
      ? ["  nothing: a blank ballot"]
      : marked.map((label) => `  - ${quoteText(label)}`)),
    given === null
      ? "If either differs, the first device cheats. Add --give-up so that this ballot can never be cast."
      : `Given up: entry ${given.index} of the election's log. It can never be cast. Delete the file.`,
  ])
}

async function giveUp(
  client: ServiceClient,
  handed: HandedBallot,
  { log }: ElectionReading,
  policy: ReturnType<typeof parsePolicy>,
): Promise<{ readonly index: number }> {
  const challenged = giveUpBallot(handed, random)
  const posted = await postBallot(client, challenged)
  if (!posted.ok) throw new CliError("service-refused", `${posted.code} (${posted.status})`)
  const receipt = await untilCosigned(client, posted.receipt, policy)
  const checked = checkBallotReceipt(receipt, challenged, log.definition, policy)
  if (!checked.ok) throw new CliError("refused", `the receipt does not hold: ${checked.reason}`)
  return checked.value
}

/** Options of `vote submit`. */
export interface SubmitOptions {
  readonly service: string
  readonly receipt?: string
  readonly json?: true
}

/** Hands in a finished ballot. Whose it is, is of no account; its voter checks the receipt. @throws CliError, ProtocolError */
export async function submitBallot(file: string, options: SubmitOptions): Promise<void> {
  const bytes = await readInput(file)
  const isChallenged = Object.hasOwn(parseStrictJson(bytes, { maxBytes: MAX_BALLOT_BYTES }) as object, "T")
  const ballot = isChallenged ? parseChallengedBallot(bytes) : parseBallot(bytes)
  const posted = await postBallot(openServiceClient(options.service), ballot)
  const ballotHash = bytesToHex(computeBallotHash(ballot))
  if (!posted.ok) {
    report(options, { submitted: false, ballotHash, reason: posted.code }, [`Refused: ${posted.code}.`])
    process.exitCode = EXIT.refused
    return
  }
  if (options.receipt !== undefined) await saveReceipt(options.receipt, posted.receipt)
  const { logIndex } = posted.receipt
  report(options, { submitted: true, ballotHash, index: logIndex }, [
    `Taken as entry ${logIndex}. Its voter checks the receipt by calling sotto vote cast again.`,
  ])
}
