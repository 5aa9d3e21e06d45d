// Why something is refused on the side of elections: one closed list of codes a door, each with the place it concerns.
import { ProtocolError } from "../primitives/errors.ts"

/** Why a control entry is not admitted to an election's log. */
export type ControlRefusal =
  | "phase-refused"
  | "signature-refused"
  | "point-refused"
  | "commit-mismatch"
  | "share-invalid"
  | "definition-invalid"
  | "ballot-type-unknown"
  | "aggregate-mismatch"
  | "tally-mismatch"
  | "below-min-anonymity"

/** Why a ballot or a challenged ballot is not admitted. */
export type BallotRefusal =
  | "election-unknown"
  | "election-not-open"
  | "election-closed"
  | "election-void"
  | "signals-count"
  | "sequence-out-of-range"
  | "point-refused"
  | "randomness-zero"
  | "proof-off-curve"
  | "randomness-reused"
  | "sequence-mismatch"
  | "opening-refused"
  | "challenge-limit"
  | "proof-invalid"
  | "ballot-in-flight"

/** Why a census, or somebody's place in it, is refused. */
export type CensusRefusal =
  | "leaf-not-canonical"
  | "leaf-duplicate"
  | "leaf-reserved"
  | "census-closed"
  | "census-frozen"
  | "census-too-large"
  | "census-too-small"
  | "enrolment-not-qualified"
  | "registrar-signature-missing"
  | "signature-refused"

/** Why a trustee's program does not decrypt. */
export type TrusteeRefusal =
  | "log-inconsistent"
  | "close-not-cosigned"
  | "close-early"
  | "ballots-late"
  | "aggregate-mismatch"
  | "aggregate-identity"
  | "not-my-definition"
  | "drill-missing"
  | "below-min-anonymity"
  | "already-decrypted"

/** Every refusal code of elections. */
export type ElectionRefusal = ControlRefusal | BallotRefusal | CensusRefusal | TrusteeRefusal

/** The answer of a check: a `Verdict` whose "no" may say which item it concerns, as the path of a member. */
export type ElectionVerdict<T, R extends ElectionRefusal> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: R; readonly at?: string }

/** The negative verdict with its place. @param at - path of the member, public values only */
export function refuseAt<R extends ElectionRefusal>(
  reason: R,
  at: string,
): { readonly ok: false; readonly reason: R; readonly at: string } {
  return { ok: false, reason, at }
}

/**
 * Runs a parser of points; what it throws becomes `point-refused` at `at`.
 * @throws whatever else it throws: a broken machine is no verdict
 */
export function parseAt<T>(at: string, parse: () => T): ElectionVerdict<T, "point-refused"> {
  try {
    return { ok: true, value: parse() }
  } catch (error) {
    if (error instanceof ProtocolError) return refuseAt("point-refused", at)
    throw error
  }
}
