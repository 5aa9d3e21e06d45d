// Challenge or cast: the first device hands over what opens its ballot, the second recomputes everything and shows what the
// ballot really says. Such a ballot is given up: its randomness can never be cast.
import { computeElectionId } from "../../protocol/election/definition.ts"
import { parseCurvePoint, encodePoint } from "../../protocol/primitives/babyjubjub.ts"
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import { computeBallotHash, encryptMarks } from "../../protocol/primitives/elgamal.ts"
import { encodeScalar, parseScalar } from "../../protocol/primitives/scalar.ts"
import type { RandomBytes } from "../../protocol/primitives/scalar.ts"
import { encodeKnowledgeProof, proveChallenge } from "../../protocol/primitives/schnorr.ts"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import { bitOf } from "../../protocol/election/rules.ts"
import { canonicalText, parseStrictJson } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { parseBallot } from "../../protocol/wire/ballot.ts"
import type { Ballot, ChallengedBallot } from "../../protocol/wire/ballot.ts"
import type { ElectionDefinition } from "../../protocol/wire/election-definition.ts"
import { readMembers } from "./members.ts"
import type { BallotOpening, PreparedBallot } from "./prepare-ballot.ts"

/** A handed-over ballot: all that is in the QR code. Secret until it is given up; it proves what the voter marked. */
export interface HandedBallot {
  readonly ballot: Ballot
  readonly opening: BallotOpening
}

/** The text that the second device reads. */
export function encodeHandedBallot({ ballot, opening }: Pick<PreparedBallot, "ballot" | "opening">): string {
  const { rho, marks, weight } = opening
  const plain = { rho: encodeScalar(rho), marks: marks.map(Number), weight }
  return canonicalText({ type: "sotto/challenge/1", ballot: ballot as unknown as Json, opening: plain })
}

/** Reads it. @throws ProtocolError `ballot-malformed` and others; WalletError `malformed-wallet` naming a member */
export function parseHandedBallot(text: string): HandedBallot {
  const members = readMembers(parseStrictJson(text, { maxBytes: 16 * 1024 }), ["type", "ballot", "opening"])
  const opening = readMembers(members.json("opening"), ["rho", "marks", "weight"])
  return {
    ballot: parseBallot(members.message("ballot")),
    opening: {
      rho: BigInt(parseScalar(opening.text("rho"))),
      marks: opening.list("marks", (mark) => mark === 1),
      weight: opening.count("weight"),
    },
  }
}

/** What the second device found in a ballot that its maker opened. */
export interface OpenedBallot {
  /** To be compared with what the first device showed. */
  readonly ballotHash: string
  /** Labels of the choices that are really marked. */
  readonly marked: readonly string[]
}

/**
 * Recomputes R, C and the hash from the opening. A device that encrypted something else than it showed is caught here:
 * either the ciphertext does not open so, or the marks are not the voter's.
 */
export function openChallenge(
  { ballot, opening }: HandedBallot,
  definition: ElectionDefinition,
): Verdict<OpenedBallot, "opening-refused"> {
  const { rho, marks, weight } = opening
  if (ballot.electionId !== computeElectionId(definition)) return refuse("opening-refused")
  if (marks.length !== 2 * definition.keys.length || rho === 0n) return refuse("opening-refused")
  const keys = definition.keys.map((key) => parseCurvePoint(key))
  const { R, C } = encryptMarks(keys, rho, marks, weight)
  const points = [R, ...C].map(encodePoint)
  const given = [ballot.R, ...ballot.C]
  const isSame =
    points.length === given.length && points.every(([x, y], i) => given[i]?.[0] === x && given[i][1] === y)
  if (!isSame) return refuse("opening-refused")
  const marked = definition.choices.flatMap(({ label }, position) =>
    marks[bitOf(definition, position)] === true ? [label] : [],
  )
  return accept({ ballotHash: bytesToHex(computeBallotHash(ballot)), marked })
}

/** The ballot given up, with the proof that whoever gives it up knows its randomness: a relay cannot. */
export function giveUpBallot({ ballot, opening }: HandedBallot, randomBytes: RandomBytes): ChallengedBallot {
  const context = { electionId: ballot.electionId, ballotHash: computeBallotHash(ballot) }
  const { T, z } = encodeKnowledgeProof(proveChallenge(context, opening.rho, randomBytes))
  return { ...ballot, T, z }
}
