import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { PhaseTable } from "../../../src/protocol/election/phase-table.ts"
import { claimKey } from "../../../src/protocol/log/claim.ts"
import type { Claim, ElectionClaim, Precondition } from "../../../src/protocol/log/claim.ts"
import {
  MAX_CHALLENGES,
  ReplayedClaimFacts,
  challengeClaims,
  electionClaims,
  electionPreconditions,
} from "../../../src/protocol/log/election-claim.ts"
import type { ClaimFacts } from "../../../src/protocol/log/election-claim.ts"
import type { ElectionEntry } from "../../../src/protocol/log/entry.ts"
import { encodeEntry } from "../../../src/protocol/log/entry.ts"
import { bytesToHex } from "../../../src/protocol/primitives/bytes.ts"
import { computeBallotHash } from "../../../src/protocol/primitives/elgamal.ts"
import { ballotOfEntry } from "../../../src/protocol/wire/ballot.ts"
import { DraftElection, ballotEntry, challengedEntry, pseudonym } from "../../support/election-drafts.ts"

const election = new DraftElection("claims", { t: 2, n: 3 })
const { electionId } = election
const facts = (changes: Partial<ClaimFacts> = {}): ClaimFacts => ({
  n: 3,
  t: 2,
  electionId,
  challengesOf: () => 0,
  ...changes,
})
const ballot = ballotEntry(4, 7)
const { R } = ballotOfEntry(ballot, electionId)
const hash = bytesToHex(computeBallotHash(ballotOfEntry(ballot, electionId)))
const key = (claim: Claim) => bytesToHex(claimKey(claim))

describe("the claims of an entry", () => {
  const CASES: readonly (readonly [ElectionEntry, readonly ElectionClaim[]])[] = [
    [election.ceremony, [["ceremony"]]],
    [election.trusteeKey(2), [["trustee-key", "2"]]],
    [election.commit(2), [["dkg-commit", "2"]]],
    [election.deal(3), [["dkg-deal", "3"]]],
    [election.confirm(1), [["dkg-confirm", "1"]]],
    [election.complaint(1, 3), [["dkg-complaint", "1", "3"]]],
    [election.aborted(), [["aborted"]]],
    [election.definition(), [["definition"]]],
    [election.signature(2), [["signature", "2"]]],
    [election.drill(2, 1), [["drill", "1", "2"]]],
    [election.opening(), [["open"]]],
    [ballot, [["ballot", hash], ["r", ...R], ["seq", pseudonym(4), "7"]]], // prettier-ignore
    [
      challengedEntry(4, 7),
      [["challenged-ballot", hash], ["r", ...R], ["challenge", pseudonym(4), "1"]],
    ], // prettier-ignore
    [election.extension(2), [["extension", "2"]]],
    [election.close(9), [["close"]]],
    [election.share(3), [["share", "3"]]],
    [election.tally(), [["tally"]]],
    [election.voided(), [["void"]]],
  ]

  test.each(CASES.map(([entry, claims]) => [entry.kind, entry, claims] as const))(
    "%s are its words and its indices",
    (_kind, entry, claims) => {
      expect(electionClaims(entry, facts())).toEqual(claims)
      expect(() => encodeEntry(entry)).not.toThrow() // what a ledger writes, not a shape of this test's own
    },
  )

  test("are of every kind, each with keys of its own", () => {
    const keys = CASES.flatMap(([, claims]) => claims.map(key))
    const shared = 1 // the ballot and its challenge have one R
    expect(new Set(keys).size).toBe(keys.length - shared)
  })

  test("of one ballot are the same for every proof, and of another election are others", () => {
    const again = ballotEntry(4, 7, { proof: "made anew" })
    expect(electionClaims(again, facts())).toEqual(electionClaims(ballot, facts()))
    const [elsewhere] = electionClaims(ballot, facts({ electionId: pseudonym(1) }))
    expect(elsewhere?.[1]).not.toBe(hash)
  })

  test("of a ballot before the definition are none: nothing says which election it is for", () => {
    expect(electionClaims(ballot, facts({ electionId: null }))).toEqual([])
  })

  test("of a challenge have the lowest free of eight places, or leave it to the lock", () => {
    const at = (before: number | null) =>
      electionClaims(challengedEntry(4, 7), facts({ challengesOf: () => before }))
    expect(at(7)[2]).toEqual(challengeClaims(pseudonym(4))[MAX_CHALLENGES - 1])
    expect(at(null)).toHaveLength(2)
    expect(challengeClaims(pseudonym(4))).toHaveLength(8)
  })
})

describe("the facts of a log", () => {
  test("are trustees, threshold, id and challenges of the entries so far", () => {
    const replayed = new ReplayedClaimFacts()
    replayed.add(election.ceremony)
    expect([replayed.n, replayed.t, replayed.electionId]).toEqual([3, 2, null])
    replayed.add(challengedEntry(4)) // before the definition it counts for nobody
    replayed.add(election.definition())
    for (const n of [1, 2]) replayed.add(challengedEntry(4, n))
    replayed.add(challengedEntry(5))
    expect(replayed.electionId).toBe(electionId)
    expect([4, 5, 6].map((voter) => replayed.challengesOf(pseudonym(voter)))).toEqual([2, 1, 0])
  })
})

/** What a writer looks at: claims so far and the number of entries. */
class Claims {
  readonly #keys = new Set<string>()
  readonly #facts = new ReplayedClaimFacts()
  size = 0

  allows(entry: ElectionEntry): boolean {
    const isNew = electionClaims(entry, this.#facts).every((claim) => !this.#keys.has(key(claim)))
    return isNew && electionPreconditions(entry, this.#facts).every((one) => this.#holds(one))
  }

  add(entry: ElectionEntry): void {
    for (const claim of electionClaims(entry, this.#facts)) this.#keys.add(key(claim))
    this.#facts.add(entry)
    this.size++
  }

  #holds(one: Precondition): boolean {
    if (one.require === "sizeIs") return one.size === this.size
    if (one.require === "atLeast")
      return one.claims.filter((claim) => this.#keys.has(key(claim))).length >= one.count
    return this.#keys.has(key(one.claim)) === (one.require === "exists")
  }
}

/** Everything that may ever be in the log, ballots of one voter each with one place in a sequence. */
const POOL: readonly ElectionEntry[] = [
  election.ceremony,
  ...election.steps().flat(),
  election.complaint(1, 2),
  election.complaint(3, 2),
  election.aborted(),
  ...[1, 2, 3].map((n) => election.extension(n)),
  ...[1, 2, 3].map((i) => election.share(i)),
  election.tally(),
  election.voided(),
  ballotEntry(1),
  challengedEntry(2),
]

describe("the preconditions", () => {
  test("let a log grow exactly as the phase table does, whatever is tried in whatever order", () => {
    const reached = new Set<string>()
    const walk = fc.array(fc.nat(), { minLength: 60, maxLength: 60 })
    fc.assert(
      fc.property(walk, (picks) => {
        const [claims, phases] = [new Claims(), new PhaseTable()]
        const voted = new Set<ElectionEntry>()
        let extensions = 0
        for (const pick of picks) {
          const next = [...POOL, election.close(claims.size)].filter((entry) => {
            // The phase table leaves to others that a ballot is new and that extensions come in their order.
            const isNext =
              !voted.has(entry) && (entry.kind !== "extension" || entry.body.number === extensions + 1)
            const byPhase = phases.check(entry).ok && isNext
            expect(claims.allows(entry), `${entry.kind} at ${claims.size}, ${phases.phase}`).toBe(byPhase)
            return byPhase
          })
          // Ends are rare, so that lives are long.
          const lasting = next.filter(({ kind }) => !ENDS.has(kind))
          const from = lasting.length > 0 && pick % 8 !== 0 ? lasting : next
          const chosen = from[pick % Math.max(1, from.length)]
          if (chosen === undefined) break
          claims.add(chosen)
          phases.add(chosen)
          if (chosen.kind === "extension") extensions++
          if (chosen.kind === "ballot" || chosen.kind === "challenged-ballot") voted.add(chosen)
          reached.add(phases.phase)
        }
      }),
      { numRuns: 60, seed: 7 },
    )
    expect([...reached].sort()).toEqual([
      "aborted",
      "ceremony",
      "closed",
      "defined",
      "open",
      "tallied",
      "void",
    ])
  })

  test("let a close stand on its own size alone", () => {
    const claims = new Claims()
    for (const entry of [election.ceremony, ...election.steps().flat()]) claims.add(entry)
    expect([-1, 0, 1].map((off) => claims.allows(election.close(claims.size + off)))).toEqual([
      false,
      true,
      false,
    ])
  })

  test("let ballots of a pseudonym follow each other without a gap", () => {
    const claims = new Claims()
    for (const entry of [election.ceremony, ...election.steps().flat()]) claims.add(entry)
    expect([1, 2, 3].map((sequence) => claims.allows(ballotEntry(9, sequence)))).toEqual([true, false, false])
    claims.add(ballotEntry(9, 1))
    expect([1, 2, 3].map((sequence) => claims.allows(ballotEntry(9, sequence)))).toEqual([false, true, false])
    expect(claims.allows(challengedEntry(9, 3))).toBe(true) // an opened ballot has no place in the order
  })
})

const ENDS: ReadonlySet<string> = new Set(["ceremony-aborted", "dkg-complaint", "void", "election-close"])
