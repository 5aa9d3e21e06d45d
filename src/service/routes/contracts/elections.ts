import { z } from "zod"
import { definitionShape } from "../../../protocol/wire/election-definition.ts"
import { ELECTION_BODY_SHAPES, ELECTION_CONTROL_ENTRIES } from "../../../protocol/wire/election-entries.ts"
import { ballotShape, challengedBallotShape } from "../../../protocol/wire/ballot.ts"
import { counter, fr } from "../../../protocol/wire/scalars.ts"
import type { Contract } from "../../http/contract.ts"
import { hex64, receipt, seconds } from "./shapes.ts"

const entry = z.discriminatedUnion("kind", ELECTION_CONTROL_ENTRIES).meta({ id: "ElectionEntry" })
const definition = definitionShape.meta({ id: "ElectionDefinition" })
const placed = z.strictObject({ receipt })
const row = { ceremonyId: hex64, origin: z.string(), electionId: fr.optional(), censusId: hex64.optional() }
const PHASES = ["ceremony", "aborted", "defined", "open", "closed", "tallied", "void"] as const

/** What the check of an entry may refuse. */
const ENTRY_REFUSALS = [
  "field-element-not-canonical",
  "election-unknown",
  "phase-refused",
  "election-not-open",
  "election-closed",
  "election-void",
  "signature-refused",
  "point-refused",
  "commit-mismatch",
  "share-invalid",
  "definition-invalid",
  "ballot-type-unknown",
  "aggregate-mismatch",
  "tally-mismatch",
  "below-min-anonymity",
] as const
const BALLOT_REFUSALS = [
  "ballot-malformed",
  "proof-malformed",
  "field-element-not-canonical",
  "signals-count",
  "election-unknown",
  "election-not-open",
  "election-closed",
  "election-void",
  "phase-refused",
  "idempotency-key-mismatch",
  "sequence-out-of-range",
  "sequence-mismatch",
  "point-refused",
  "randomness-zero",
  "randomness-reused",
  "proof-off-curve",
  "proof-invalid",
  "opening-refused",
  "challenge-limit",
  "ballot-in-flight",
  "client-queue-full",
  "verification-timeout",
] as const

export const postCeremony: Contract = {
  summary: "Begin an election: its signed ceremony makes its log",
  body: entry,
  answers: {
    201: z.strictObject({ ceremonyId: hex64, origin: z.string(), receipt }),
    200: z.strictObject({ ceremonyId: hex64, origin: z.string(), receipt }),
  },
  refusals: ENTRY_REFUSALS,
}
export const postEntry: Contract = {
  summary: "Hand in what a trustee or the organizer signed",
  body: entry,
  answers: { 201: placed, 200: placed },
  refusals: ENTRY_REFUSALS,
}
export const postElection: Contract = {
  summary: "Define an election, later open it",
  body: z.strictObject({ entry, definition: definition.optional() }),
  answers: {
    201: z.strictObject({ electionId: fr, receipt }),
    200: z.strictObject({ electionId: fr, receipt }),
  },
  refusals: ENTRY_REFUSALS,
}
export const listElections: Contract = {
  summary: "Elections, ascending by the id of their ceremony",
  answers: { 200: z.strictObject({ elections: z.array(z.strictObject(row)).max(50) }) },
  refusals: [],
}
export const readElection: Contract = {
  summary: "What an election's log says, and never a part of a result",
  answers: {
    200: z.strictObject({
      ...row,
      key: z.string(),
      phase: z.enum(PHASES),
      size: counter,
      ceremony: ELECTION_BODY_SHAPES.ceremony,
      definition: definition.optional(),
      closesAtUnixSeconds: seconds.optional(),
      counts: z
        .strictObject({ accepted: counter, counted: counter, superseded: counter, challenged: counter })
        .optional(),
      tally: ELECTION_BODY_SHAPES.tally.optional(),
    }),
  },
  refusals: ["election-unknown"],
}
export const postBallot: Contract = {
  summary: "Cast a ballot; told again it gets its first receipt",
  body: ballotShape,
  answers: { 201: placed, 200: placed },
  refusals: BALLOT_REFUSALS,
}
export const postChallengedBallot: Contract = {
  summary: "Hand in a ballot that was opened to a second device instead of being cast",
  body: challengedBallotShape,
  answers: { 201: placed, 200: placed },
  refusals: BALLOT_REFUSALS,
}
export const readBallotReceipt: Contract = {
  summary: "The receipt of a ballot under the newest checkpoint",
  answers: { 200: placed },
  refusals: ["election-unknown", "field-element-not-canonical"],
}
