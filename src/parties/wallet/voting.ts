// What a wallet keeps of censuses and elections: which enrolments are its own, and how far it has come in each election.
import type { Fr } from "../../protocol/primitives/field.ts"
import { parseFr } from "../../protocol/primitives/field.ts"
import { parseReceipt } from "../../protocol/log/receipt.ts"
import type { Receipt } from "../../protocol/log/receipt.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { parseCensusPromise } from "../../protocol/wire/census.ts"
import type { CensusPromise } from "../../protocol/wire/census.ts"
import { parseBallot } from "../../protocol/wire/ballot.ts"
import type { Ballot } from "../../protocol/wire/ballot.ts"
import { readMembers } from "./members.ts"

/** An enrolment of this wallet: the secret follows from the seed, the census and `n`. */
export interface Enrolment {
  /** 64 hexadecimal digits. */
  readonly censusId: string
  readonly n: number
  readonly commitment: Fr
  /** The service's promise; absent where a registrar has not handed it on. */
  readonly promise?: CensusPromise
}

/** An election this wallet took part in. */
export interface ElectionWork {
  readonly electionId: Fr
  /** The next attempt: one more for every ciphertext ever made, stored before the ciphertext is shown. */
  readonly attempt: number
  /** A finished ballot whose receipt was not checked yet: it is sent again, byte for byte, until it is. */
  readonly unsettled?: Ballot
  /** Of the ballots that were cast, oldest first. */
  readonly receipts: readonly Receipt[]
}

/** A survey that was answered: what a later one could be subtracted from. */
export interface AnsweredSurvey {
  readonly electionId: Fr
  /** Key of the organizer, text. */
  readonly organizer: string
  readonly title: string
  /** Ids of its choices and fields of its gate. */
  readonly questions: readonly string[]
  readonly fields: readonly string[]
}

/** The voting part of a wallet. */
export interface Voting {
  readonly enrolments: readonly Enrolment[]
  readonly elections: readonly ElectionWork[]
  readonly surveys: readonly AnsweredSurvey[]
}

/** Nothing yet. */
export const NO_VOTING: Voting = { enrolments: [], elections: [], surveys: [] }

/** What the wallet knows of an election; a fresh start when it is the first time. */
export const workOf = ({ elections }: Voting, electionId: Fr): ElectionWork =>
  elections.find((work) => work.electionId === electionId) ?? { electionId, attempt: 0, receipts: [] }

/** The voting part with this work in place of what was known of the election. */
export const withWork = (voting: Voting, work: ElectionWork): Voting => ({
  ...voting,
  elections: [...voting.elections.filter(({ electionId }) => electionId !== work.electionId), work],
})

/** Reads the member. @throws WalletError `malformed-wallet`; ProtocolError of a document inside */
export function readVoting(value: Json): Voting {
  const members = readMembers(value, ["enrolments", "elections", "surveys"])
  return {
    enrolments: members.list("enrolments", readEnrolment),
    elections: members.list("elections", readWork),
    surveys: members.list("surveys", (entry) => {
      const survey = readMembers(entry, ["electionId", "organizer", "title", "questions", "fields"])
      return {
        electionId: parseFr(survey.text("electionId")),
        organizer: survey.text("organizer"),
        title: survey.text("title"),
        questions: survey.texts("questions"),
        fields: survey.texts("fields"),
      }
    }),
  }
}

function readEnrolment(entry: Json): Enrolment {
  const members = readMembers(entry, ["censusId", "n", "commitment"], ["promise"])
  const enrolment = {
    censusId: members.text("censusId"),
    n: members.count("n"),
    commitment: parseFr(members.text("commitment")),
  }
  return members.has("promise")
    ? { ...enrolment, promise: parseCensusPromise(members.message("promise")) }
    : enrolment
}

function readWork(entry: Json): ElectionWork {
  const members = readMembers(entry, ["electionId", "attempt", "receipts"], ["unsettled"])
  const work = {
    electionId: parseFr(members.text("electionId")),
    attempt: members.count("attempt"),
    receipts: members.list("receipts", (receipt) => parseReceipt(JSON.stringify(receipt))),
  }
  return members.has("unsettled") ? { ...work, unsettled: parseBallot(members.message("unsettled")) } : work
}
