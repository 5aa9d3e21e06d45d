// A finished ballot is sent, byte for byte, until its receipt was checked or the log shows that it can never be admitted.
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { dropUnsettled, settleBallot } from "../parties/wallet/cast-ballot.ts"
import type { WalletStore } from "../parties/wallet/store.ts"
import type { ElectionLog } from "../protocol/election/election-log.ts"
import type { Policy } from "../protocol/log/policy.ts"
import type { Receipt } from "../protocol/log/receipt.ts"
import { bytesToHex } from "../protocol/primitives/bytes.ts"
import { computeBallotHash } from "../protocol/primitives/elgamal.ts"
import type { Ballot } from "../protocol/wire/ballot.ts"
import type { ElectionReader } from "./election-log-source.ts"
import { untilCosigned } from "./cosigned-receipt.ts"
import { CliError, EXIT } from "./exit.ts"
import type { ServiceClient } from "./service-client.ts"
import { report } from "./vote-parts.ts"
import { postBallot } from "./vote-post.ts"

/** What sending needs. */
export interface Settling {
  readonly store: WalletStore
  readonly client: ServiceClient
  readonly reader: ElectionReader
  readonly policy: Policy
  /** Ballots of another device that this one takes the place of. */
  readonly foreign?: number
  readonly options: { readonly json?: true; readonly receipt?: string }
}

/** Sends the ballot that the wallet keeps, checks what comes back, and tells how it ended. @throws CliError */
export async function settle(settling: Settling, ballot: Ballot): Promise<void> {
  const { client, reader, store, policy, options, foreign = 0 } = settling
  const posted = await postBallot(client, ballot)
  const { log } = await reader.read()
  if (!posted.ok) {
    await explain(settling, ballot, log, posted.code)
    return
  }
  const receipt = await untilCosigned(client, posted.receipt, policy)
  const checked = await settleBallot(store, ballot, receipt, log.definition, policy)
  if (!checked.ok)
    throw new CliError(
      "refused",
      `the receipt does not hold: ${checked.reason}. The ballot is kept; call again, and complain if it goes on`,
    )
  if (options.receipt !== undefined) await saveReceipt(options.receipt, receipt)
  const { electionId, sequence } = ballot
  const facts = { cast: true, electionId, ballotHash: hashOf(ballot), sequence, index: checked.value.index }
  report(options, { ...facts, anotherDevice: foreign > 0 }, [
    ...(foreign > 0 ? ["Another device had voted with your enrolment; this ballot takes its place."] : []),
    `Your ballot ${hashOf(ballot)} is entry ${checked.value.index} of the election's log.`,
    log.definition.revote
      ? "Counted unless you vote again; you may close this page."
      : "Counted; you may close this page.",
  ])
}

async function explain(
  { store, options }: Settling,
  ballot: Ballot,
  log: ElectionLog,
  code: string,
): Promise<void> {
  const { reason, words, isDead } = fateOf(ballot, log, code)
  if (isDead) await dropUnsettled(store, ballot.electionId)
  const { electionId } = ballot
  report(options, { cast: false, electionId, ballotHash: hashOf(ballot), reason }, [words])
  process.exitCode = EXIT.refused
}

/** What a refusal means, and whether the ballot can still be admitted. */
interface Fate {
  readonly reason: string
  readonly words: string
  readonly isDead: boolean
}

// A number that the service says is never believed: only entries that were read and checked decide what becomes of a ballot.
function fateOf(ballot: Ballot, log: ElectionLog, code: string): Fate {
  const alive = (reason: string, words: string): Fate => ({ reason, words, isDead: false })
  const dead = (reason: string, words: string): Fate => ({ reason, words, isDead: true })
  if (log.ballotIndex("ballot", computeBallotHash(ballot)) !== undefined)
    return alive(
      "receipt-missing",
      "Your ballot is in the log, and the service gives no receipt. Call again.",
    )
  if (log.lastSequence(ballot.nullifier) >= ballot.sequence)
    return dead(
      "another-device",
      "Another device has voted with your enrolment. Vote again to take its place.",
    )
  if (log.phase !== "open") return dead(code, "The election is over; this ballot is not in it.")
  if (log.hasRandomness(ballot.R))
    return dead("randomness-reused", "This ballot was challenged and cannot be cast. Vote again.")
  if (code === "sequence-mismatch")
    return alive(
      "sequence-invented",
      "The service asks for a number that its own log does not lead to. It is not believed; the ballot is kept. Call again, and complain if it goes on.",
    )
  return alive(code, "The service does not take the ballot. It is kept and sent again at the next call.")
}

const hashOf = (ballot: Ballot): string => bytesToHex(computeBallotHash(ballot))

/** Writes a receipt as it came. */
export const saveReceipt = (path: string, receipt: Receipt): Promise<void> =>
  writeFileDurably(path, `${JSON.stringify(receipt)}\n`)
