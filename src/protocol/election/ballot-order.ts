// What the ballots of a log say about the next one: no randomness twice, no sequence skipped, few challenges.
import { bytesToHex } from "../primitives/bytes.ts"
import { computeBallotHash } from "../primitives/elgamal.ts"
import type { Ciphertexts } from "../primitives/elgamal.ts"
import type { Nullifier } from "../primitives/field.ts"
import { parsePointOnCurve } from "../primitives/babyjubjub.ts"
import type { EncodedPoint } from "../primitives/babyjubjub.ts"
import { accept } from "../primitives/verdict.ts"
import { MAX_CHALLENGES } from "../log/election-claim.ts"
import type { Ballot } from "../wire/ballot.ts"
import { emptyAggregate, excludeBallot, includeBallot } from "./aggregate.ts"
import { refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"

/** The two kinds of ballots in a log. */
export type BallotKind = "ballot" | "challenged-ballot"

/** How many ballots there are of each fate. */
export interface BallotCounts {
  /** Entries `ballot`. */
  readonly accepted: number
  /** Nullifiers with a ballot: the highest sequence of each counts. */
  readonly counted: number
  /** accepted - counted. */
  readonly superseded: number
  /** Entries `challenged-ballot`. */
  readonly challenged: number
}

/**
 * The ballots so far, in maps: each question is answered in constant time, and the sum of the counted ones is kept up to
 * date, so that an election of any size closes at once.
 */
export class BallotOrder {
  readonly #indices = new Map<string, number>() // by kind and ballot hash
  readonly #randomness = new Set<string>() // x and y of every R, both kinds
  readonly #last = new Map<Nullifier, { readonly sequence: number; readonly ballot: Ciphertexts }>()
  readonly #challenges = new Map<Nullifier, number>()
  #accepted = 0
  #challenged = 0
  #aggregate: Ciphertexts

  /** @param pairs - ciphertexts of one ballot, 4 or 8 */
  constructor(pairs: number) {
    this.#aggregate = emptyAggregate(pairs)
  }

  /**
   * Checks a ballot against those before it; its shape, its openings and its proof are other questions.
   * @param ballot - attacker-controlled, as from `parseBallot` or `ballotOfEntry`
   */
  check(
    kind: BallotKind,
    ballot: Ballot,
  ): ElectionVerdict<true, "randomness-reused" | "sequence-mismatch" | "challenge-limit"> {
    if (this.hasRandomness(ballot.R)) return refuseAt("randomness-reused", "R")
    if (kind === "ballot") {
      const isNext = ballot.sequence === this.lastSequence(ballot.nullifier) + 1
      return isNext ? accept(true) : refuseAt("sequence-mismatch", "sequence")
    }
    const isWithin = this.challenges(ballot.nullifier) < MAX_CHALLENGES
    return isWithin ? accept(true) : refuseAt("challenge-limit", "nullifier")
  }

  /**
   * Takes note of a ballot.
   * @param ballot - accepted, its points on the curve
   * @param index - of its entry in the log
   */
  add(kind: BallotKind, ballot: Ballot, index: number): void {
    this.#indices.set(placeOf(kind, computeBallotHash(ballot)), index)
    this.#randomness.add(ballot.R.join())
    if (kind === "ballot") this.#count(ballot)
    else {
      this.#challenged++
      this.#challenges.set(ballot.nullifier, this.challenges(ballot.nullifier) + 1)
    }
  }

  /** Index of the entry that admitted this ballot with this kind: a repeated ballot gets its first receipt. */
  indexOf(kind: BallotKind, ballotHash: Uint8Array): number | undefined {
    return this.#indices.get(placeOf(kind, ballotHash))
  }

  /** The highest sequence of a nullifier, 0 when it has no ballot. */
  lastSequence(nullifier: Nullifier): number {
    return this.#last.get(nullifier)?.sequence ?? 0
  }

  /** True when a ballot or a challenged ballot has this R. */
  hasRandomness(R: EncodedPoint): boolean {
    return this.#randomness.has(R.join())
  }

  /** How many challenged ballots a nullifier has. */
  challenges(nullifier: Nullifier): number {
    return this.#challenges.get(nullifier) ?? 0
  }

  /** The numbers of the close. */
  get counts(): BallotCounts {
    const [accepted, counted] = [this.#accepted, this.#last.size]
    return { accepted, counted, superseded: accepted - counted, challenged: this.#challenged }
  }

  /** The sum of the counted ballots: of each nullifier the one of highest sequence. */
  get aggregate(): Ciphertexts {
    return this.#aggregate
  }

  #count(ballot: Ballot): void {
    const points = { R: parsePointOnCurve(ballot.R), C: ballot.C.map((point) => parsePointOnCurve(point)) }
    const before = this.#last.get(ballot.nullifier)
    if (before !== undefined) this.#aggregate = excludeBallot(this.#aggregate, before.ballot)
    this.#aggregate = includeBallot(this.#aggregate, points)
    this.#last.set(ballot.nullifier, { sequence: ballot.sequence, ballot: points })
    this.#accepted++
  }
}

const placeOf = (kind: BallotKind, ballotHash: Uint8Array): string => `${kind} ${bytesToHex(ballotHash)}`
