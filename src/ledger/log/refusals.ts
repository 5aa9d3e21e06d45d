// What a claim that is there already, or a precondition that does not hold, means to whoever sent the draft.
import type { Claim } from "../../protocol/log/claim.ts"
import { isBallotKind } from "./draft.ts"
import type { KeyedPrecondition, PreparedDraft } from "./draft.ts"
import type { LedgerRefusal } from "./ledger.ts"

/** What it means that a claim is there already; `existing` facts may be told twice, the log keeps the first. */
export const REFUSAL_OF_CLAIM = {
  spent: "nullifier-spent",
  answered: "request-answered",
  ended: "existing",
  epoch: "epoch-rollback",
  circuit: "existing",
  item: "existing",
  withdrawn: "existing",
  verifier: "existing",
  anchor: "phase-refused",
  genesis: "phase-refused",
  closed: "log-closed",
  ceremony: "phase-refused",
  "trustee-key": "phase-refused",
  "dkg-commit": "phase-refused",
  "dkg-deal": "phase-refused",
  "dkg-confirm": "phase-refused",
  "dkg-complaint": "phase-refused",
  aborted: "phase-refused",
  definition: "phase-refused",
  signature: "phase-refused",
  drill: "phase-refused",
  open: "phase-refused",
  ballot: "existing",
  "challenged-ballot": "existing",
  r: "randomness-reused",
  seq: "sequence-mismatch",
  challenge: "challenge-limit",
  extension: "phase-refused",
  close: "phase-refused",
  share: "phase-refused",
  tally: "phase-refused",
  void: "phase-refused",
} as const satisfies Record<Claim[0], LedgerRefusal | "existing">

/**
 * Claims that are looked at after the preconditions: whether voting goes on is the first question to a ballot, whether
 * its randomness and its number are free the next.
 */
export const LATE_CLAIMS: ReadonlySet<Claim[0]> = new Set(["r", "seq"])

/** What a ballot is told when one of its preconditions does not hold, by the word of the claim it is about. */
const BALLOT_REFUSALS: Partial<Record<Claim[0], LedgerRefusal>> = {
  open: "election-not-open",
  void: "election-void",
  close: "election-closed",
  seq: "sequence-mismatch",
}

/** The code of a precondition that does not hold. */
export function refusalOfPrecondition(one: KeyedPrecondition, { entry }: PreparedDraft): LedgerRefusal {
  if (one.require !== "exists" && one.require !== "absent") return "phase-refused"
  const word = one.claim.claim[0]
  if (entry !== null && isBallotKind(entry.kind)) return BALLOT_REFUSALS[word] ?? "phase-refused"
  if (one.require === "absent" && word === "ended") return "request-expired"
  if (one.require === "absent" && word === "answered") return "request-answered"
  return one.require === "exists" && word === "epoch" ? "epoch-rollback" : "phase-refused"
}
