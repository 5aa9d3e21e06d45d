// Claims of an election's log: the phases of its life, one sequence per pseudonym, one use of every randomness. They
// follow from the entries alone, so that an auditor replays what the writer decided under its lock.
import { bytesToHex } from "../primitives/bytes.ts"
import { computeBallotHash } from "../primitives/elgamal.ts"
import type { Fr, Nullifier } from "../primitives/field.ts"
import { ballotOfEntry } from "../wire/ballot.ts"
import type { Ballot } from "../wire/ballot.ts"
import type { Claim, ElectionClaim, Precondition } from "./claim.ts"
import type { ElectionEntry } from "./entry.ts"

/** Most challenged ballots of one nullifier: enough to try every device, too few to fill a log. */
export const MAX_CHALLENGES = 8

/** What the entries before this one say, as far as claims depend on it. */
export interface ClaimFacts {
  /** Trustees of the ceremony; 0 while there is none. */
  readonly n: number
  /** Shares that open the result. */
  readonly t: number
  /** Null until the log has its definition. */
  readonly electionId: Fr | null
  /** Challenged ballots of a nullifier so far; null when only the lock can tell. */
  readonly challengesOf: (nullifier: Nullifier) => number | null
}

/** Facts that grow with the entries of a log, read from its first. */
export class ReplayedClaimFacts implements ClaimFacts {
  n = 0
  t = 0
  electionId: Fr | null = null
  readonly #challenges = new Map<string, number>()
  readonly challengesOf = (nullifier: Nullifier): number => this.#challenges.get(nullifier) ?? 0

  /** Takes the next entry into account. */
  add(entry: ElectionEntry): void {
    if (entry.kind === "ceremony") {
      this.n = entry.body.threshold.n
      this.t = entry.body.threshold.t
    } else if (entry.kind === "definition") this.electionId ??= entry.body.electionId
    else if (entry.kind === "challenged-ballot" && this.electionId !== null) {
      const { nullifier } = ballotOfEntry(entry, this.electionId)
      this.#challenges.set(nullifier, this.challengesOf(nullifier) + 1)
    }
  }
}

/** The claims of an entry. A ballot before the definition has none: its hash covers the election's id. */
export function electionClaims(entry: ElectionEntry, facts: ClaimFacts): readonly ElectionClaim[] {
  switch (entry.kind) {
    case "ceremony":
    case "definition":
    case "tally":
    case "void":
      return [[entry.kind]]
    case "ceremony-aborted":
      return [["aborted"]]
    case "election-open":
      return [["open"]]
    case "election-close":
      return [["close"]]
    case "trustee-key":
    case "dkg-commit":
    case "dkg-deal":
    case "dkg-confirm":
      return [[entry.kind, String(entry.body.trustee)]]
    case "dkg-complaint":
      return [["dkg-complaint", String(entry.body.trustee), String(entry.body.dealer)]]
    case "definition-signature":
      return [["signature", String(entry.body.trustee)]]
    case "drill-share":
      return [["drill", String(entry.body.round), String(entry.body.trustee)]]
    case "extension":
      return [["extension", String(entry.body.number)]]
    case "decryption-share":
      return [["share", String(entry.body.trustee)]]
    case "ballot":
    case "challenged-ballot":
      return facts.electionId === null ? [] : ballotClaims(entry, facts.electionId, facts)
  }
}

function ballotClaims(
  entry: Extract<ElectionEntry, { kind: "ballot" | "challenged-ballot" }>,
  electionId: Fr,
  facts: ClaimFacts,
): readonly ElectionClaim[] {
  const ballot = ballotOfEntry(entry, electionId)
  const once: ElectionClaim[] = [
    [entry.kind, bytesToHex(computeBallotHash(ballot))],
    ["r", ...ballot.R],
  ]
  if (entry.kind === "ballot") return [...once, sequenceClaim(ballot, 0)]
  const before = facts.challengesOf(ballot.nullifier)
  return before === null ? once : [...once, ["challenge", ballot.nullifier, String(before + 1)]]
}

/** The places of a nullifier's challenged ballots, lowest first. */
export function challengeClaims(nullifier: Nullifier): readonly ElectionClaim[] {
  return Array.from({ length: MAX_CHALLENGES }, (_, i) => ["challenge", nullifier, String(i + 1)] as const)
}

/**
 * What must hold under the lock for an entry's own sake: the phase table, and that a ballot follows its predecessor. The
 * order is that in which a writer tells what is missing.
 */
export function electionPreconditions(entry: ElectionEntry, facts: ClaimFacts): readonly Precondition[] {
  switch (entry.kind) {
    case "ceremony":
      return [{ require: "sizeIs", size: 0 }]
    case "trustee-key":
      return [exists(["ceremony"]), ...ABSENT_IN_CEREMONY]
    case "dkg-commit":
      return [all("trustee-key", facts), ...ABSENT_IN_CEREMONY]
    case "dkg-deal":
      return [all("dkg-commit", facts), ...ABSENT_IN_CEREMONY]
    case "dkg-confirm":
    case "dkg-complaint":
      return [all("dkg-deal", facts), ...ABSENT_IN_CEREMONY]
    case "ceremony-aborted":
      return [exists(["ceremony"]), absent(["definition"]), absent(["void"])]
    case "definition":
      return [
        all("dkg-confirm", facts),
        absent(["aborted"]),
        absent(["void"]),
        ...complaints(facts).map(absent),
      ]
    case "definition-signature":
      return [exists(["definition"]), absent(["void"])]
    case "drill-share":
      return [entry.body.round === 1 ? all("signature", facts) : drilled(1, facts), absent(["void"])]
    case "election-open":
      return [drilled(1, facts), drilled(2, facts), absent(["void"])]
    case "ballot": {
      const sequence = Number.parseInt(entry.sequence, 16)
      if (facts.electionId === null || sequence <= 1) return VOTING
      return [...VOTING, exists(sequenceClaim(ballotOfEntry(entry, facts.electionId), -1))]
    }
    case "challenged-ballot":
      return VOTING
    case "extension": {
      const { number } = entry.body
      return number === 1 ? VOTING : [...VOTING, exists(["extension", String(number - 1)])]
    }
    case "election-close":
      return [exists(["open"]), absent(["void"]), { require: "sizeIs", size: entry.logSize }]
    case "decryption-share":
      return [exists(["close"]), absent(["tally"])]
    case "tally":
      return [exists(["close"]), { require: "atLeast", count: facts.t, claims: each("share", facts) }]
    case "void":
      return [exists(["definition"]), absent(["close"])]
  }
}

const exists = (claim: Claim): Precondition => ({ require: "exists", claim })
const absent = (claim: Claim): Precondition => ({ require: "absent", claim })
const ABSENT_IN_CEREMONY = [absent(["definition"]), absent(["aborted"]), absent(["void"])]
/** Voting goes on: from the opening to the close, unless voided. */
const VOTING = [exists(["open"]), absent(["void"]), absent(["close"])]

/** Every trustee's; before the ceremony names them nothing can be complete, so that zero of none does not count as all. */
const needed = ({ n }: ClaimFacts): number => Math.max(1, n)
const trustees = ({ n }: ClaimFacts): readonly string[] => Array.from({ length: n }, (_, i) => String(i + 1))

type PerTrustee = "trustee-key" | "dkg-commit" | "dkg-deal" | "dkg-confirm" | "signature" | "share"
const each = (word: PerTrustee, facts: ClaimFacts): readonly Claim[] =>
  trustees(facts).map((i) => [word, i] as const)
const all = (word: PerTrustee, facts: ClaimFacts): Precondition => ({
  require: "atLeast",
  count: needed(facts),
  claims: each(word, facts),
})
const drilled = (round: number, facts: ClaimFacts): Precondition => ({
  require: "atLeast",
  count: needed(facts),
  claims: trustees(facts).map((i) => ["drill", String(round), i] as const),
})
const complaints = (facts: ClaimFacts): readonly Claim[] =>
  trustees(facts).flatMap((k) => trustees(facts).map((dealer) => ["dkg-complaint", k, dealer] as const))

const sequenceClaim = (ballot: Ballot, offset: 0 | -1): ElectionClaim => [
  "seq",
  ballot.nullifier,
  String(ballot.sequence + offset),
]
