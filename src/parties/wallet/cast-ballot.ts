// The order in which a ballot leaves a wallet, so that a wallet which dies at any point neither votes twice nor uses
// randomness twice nor keeps what would prove a vote.
import type { Receipt } from "../../protocol/log/receipt.ts"
import type { Policy } from "../../protocol/log/policy.ts"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import { deriveBallotNullifier } from "../../protocol/primitives/voter.ts"
import type { Fr, Nullifier } from "../../protocol/primitives/field.ts"
import type { Prove } from "../../protocol/primitives/prove.ts"
import type { RandomBytes } from "../../protocol/primitives/scalar.ts"
import type { Ballot } from "../../protocol/wire/ballot.ts"
import type { ElectionDefinition } from "../../protocol/wire/election-definition.ts"
import { checkBallotReceipt } from "./check-ballot-receipt.ts"
import type { BallotReceiptRefusal } from "./check-ballot-receipt.ts"
import { prepareBallot } from "./prepare-ballot.ts"
import type { BallotWish, PreparedBallot } from "./prepare-ballot.ts"
import type { WalletStore } from "./store.ts"
import { withWork, workOf } from "./voting.ts"
import type { ElectionWork } from "./voting.ts"

/** What of an election's replayed log a voter's next ballot depends on. */
export interface SeenElection {
  readonly phase: string
  readonly electionId: Fr
  readonly definition: Pick<ElectionDefinition, "revote">
  readonly lastSequence: (nullifier: Nullifier) => number
}

/** Where a voter stands in an election. */
export interface Turn {
  /** One more than the last in the entries that were seen; a number that a service says is never used. */
  readonly sequence: number
  /** Ballots under this enrolment that this wallet did not cast. */
  readonly foreign: number
}

/** Why no ballot is made. */
export type TurnRefusal = "election-not-open" | "revote-refused" | "ballot-unsettled"

/** The voter's turn, by the log that was replayed. */
export function findTurn(
  log: SeenElection,
  voterSecret: bigint,
  work: ElectionWork,
): Verdict<Turn, TurnRefusal> {
  if (log.phase !== "open") return refuse("election-not-open")
  if (work.unsettled !== undefined) return refuse("ballot-unsettled")
  const last = log.lastSequence(deriveBallotNullifier(voterSecret, log.electionId))
  if (last > 0 && !log.definition.revote) return refuse("revote-refused")
  return accept({ sequence: last + 1, foreign: Math.max(0, last - work.receipts.length) })
}

/**
 * Makes a ballot; when this resolves its attempt is durably used up, so that whatever is shown of it is never made again.
 * @param wish - without the attempt, which is the wallet's to say
 */
export async function makeBallot(
  wish: Omit<BallotWish, "attempt">,
  electionId: Fr,
  store: WalletStore,
  prove: Prove,
  randomBytes: RandomBytes,
): Promise<PreparedBallot> {
  const { attempt } = workOf(store.current().voting, electionId)
  const prepared = await prepareBallot({ ...wish, attempt }, prove, randomBytes)
  await change(store, electionId, (work) => ({ ...work, attempt: prepared.nextAttempt }))
  return prepared
}

/** Told to cast: the ballot is kept until its receipt is checked, and its opening is not. */
export const keepUnsettled = (store: WalletStore, ballot: Ballot): Promise<void> =>
  change(store, ballot.electionId, (work) => ({ ...work, unsettled: ballot }))

/** Gives an unsettled ballot up: it can never be admitted any more. */
export const dropUnsettled = (store: WalletStore, electionId: Fr): Promise<void> =>
  change(store, electionId, withoutUnsettled)

/**
 * Checks the receipt of the unsettled ballot and keeps it in the ballot's place.
 * @param receipt - attacker-controlled, as from `parseReceipt`
 * @param policy - the voter's own
 */
export async function settleBallot(
  store: WalletStore,
  ballot: Ballot,
  receipt: Receipt,
  definition: Pick<ElectionDefinition, "log">,
  policy: Policy,
): Promise<Verdict<{ readonly index: number }, BallotReceiptRefusal>> {
  const checked = checkBallotReceipt(receipt, ballot, definition, policy)
  if (!checked.ok) return checked
  await change(store, ballot.electionId, (work) => ({
    ...withoutUnsettled(work),
    receipts: [...work.receipts, receipt],
  }))
  return checked
}

const withoutUnsettled = ({ unsettled: _, ...work }: ElectionWork): ElectionWork => work

async function change(
  store: WalletStore,
  electionId: Fr,
  edit: (work: ElectionWork) => ElectionWork,
): Promise<void> {
  const wallet = store.current()
  await store.replace({ ...wallet, voting: withWork(wallet.voting, edit(workOf(wallet.voting, electionId))) })
}
