// A ballot on the wire (canonical decimals) and as an entry of its log (fixed-length hexadecimal, so that all ballots of
// an election have one length and sizes say nothing about marks).
import { z } from "zod"
import { SUBGROUP_ORDER } from "../primitives/babyjubjub.ts"
import { Q, R } from "../primitives/field.ts"
import type { Fr, Nullifier } from "../primitives/field.ts"
import type { WireProof } from "../primitives/prove.ts"
import type { Scalar } from "../primitives/scalar.ts"
import { scalar } from "./election-entries.ts"
import { CANONICAL_CODE, parseMessage } from "./parse.ts"
import { parseProof, unreadProof } from "./proof.ts"
import { fr, nullifier, point } from "./scalars.ts"

/** Largest ballot body, bytes: that of ballot16 has about 2.9 kB. */
export const MAX_BALLOT_BYTES = 8 * 1024
/** Sequence numbers are u24: 1 to 2^24 - 1. */
export const MAX_SEQUENCE = 2 ** 24 - 1

/** What a voter sends: the signals that vary per ballot and the proof; nothing that a verifier can rebuild. */
export interface Ballot {
  readonly electionId: Fr
  readonly nullifier: Nullifier
  /** 1 .. 2^24 - 1; which of them the election allows is its definition's question. */
  readonly sequence: number
  readonly R: readonly [Fr, Fr]
  readonly C: readonly (readonly [Fr, Fr])[]
  readonly proof: WireProof
}
/** A ballot that was opened to a second device instead of being cast, with a proof of knowledge of its randomness. */
export interface ChallengedBallot extends Ballot {
  readonly T: readonly [Fr, Fr]
  readonly z: Scalar
}

const shape = {
  electionId: fr,
  nullifier,
  sequence: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  R: point,
  C: z.array(point).min(1).max(16),
  proof: unreadProof,
}
/** The shape of a ballot. */
export const ballotShape = z.strictObject(shape)
/** The shape of a challenged ballot. */
export const challengedBallotShape = z.strictObject({ ...shape, T: point, z: scalar })
const LIMITS = { maxBytes: MAX_BALLOT_BYTES, maxDepth: 5, maxString: 128 }

/**
 * Reads a ballot: structure and canonical numbers; the curve, the election and the proof are later questions.
 * @param input - attacker-controlled
 * @throws ProtocolError `ballot-malformed`, `too-large`, `field-element-not-canonical`, `proof-malformed`
 */
export function parseBallot(input: Uint8Array | string): Ballot {
  const read = parseMessage(ballotShape, input, LIMITS, "ballot-malformed")
  return { ...read, proof: parseProof(read.proof) }
}

/** Reads a challenged ballot. @throws as `parseBallot` */
export function parseChallengedBallot(input: Uint8Array | string): ChallengedBallot {
  const read = parseMessage(challengedBallotShape, input, LIMITS, "ballot-malformed")
  return { ...read, proof: parseProof(read.proof) }
}

const hexBelow = (modulus: bigint) =>
  z
    .custom<string>((v) => typeof v === "string" && /^[0-9a-f]{64}$/.test(v) && BigInt(`0x${v}`) < modulus, {
      error: CANONICAL_CODE,
    })
    .meta({ type: "string", pattern: "^[0-9a-f]{64}$" })
const hexFr = hexBelow(R)
const hexPoint = z.tuple([hexFr, hexFr])
const hexQ = hexBelow(Q)
const hexProofPoint = z.tuple([hexQ, hexQ])
const entryShape = {
  v: z.literal(1),
  nullifier: hexFr,
  sequence: z.string().regex(/^[0-9a-f]{6}$/),
  R: hexPoint,
  C: z.array(hexPoint).min(4).max(8),
  proof: z.strictObject({ a: hexProofPoint, b: z.tuple([hexProofPoint, hexProofPoint]), c: hexProofPoint }),
}
const ballotEntry = z.strictObject({ kind: z.literal("ballot"), ...entryShape })
const challengedEntry = z.strictObject({
  kind: z.literal("challenged-ballot"),
  ...entryShape,
  T: hexPoint,
  z: hexBelow(SUBGROUP_ORDER),
})

/** Schemas of the two ballot entries of an election log. */
export const BALLOT_ENTRIES = [ballotEntry, challengedEntry] as const
/** A cast ballot in its log; it names no election, since the log is the election's own. */
export type BallotEntry = z.infer<typeof ballotEntry>
/** A challenged ballot in its log. */
export type ChallengedBallotEntry = z.infer<typeof challengedEntry>

/** The entry of a parsed ballot, always as long as any other of the same circuit. */
export function ballotEntryOf(from: Ballot): BallotEntry {
  return { kind: "ballot", ...commonMembers(from) }
}

/** The entry of a parsed challenged ballot. */
export function challengedEntryOf(from: ChallengedBallot): ChallengedBallotEntry {
  return { kind: "challenged-ballot", ...commonMembers(from), T: hexPair(from.T), z: hexOf(from.z) }
}

/** The ballot that an entry records, in wire form. @param electionId - of the log's definition */
export function ballotOfEntry(entry: BallotEntry | ChallengedBallotEntry, electionId: Fr): Ballot {
  const { a, b, c } = entry.proof
  return {
    electionId,
    nullifier: decimal(entry.nullifier) as Nullifier,
    sequence: Number.parseInt(entry.sequence, 16),
    R: decimalPair(entry.R),
    C: entry.C.map(decimalPair),
    proof: { a: decimalPair(a), b: [decimalPair(b[0]), decimalPair(b[1])], c: decimalPair(c) },
  }
}

/** The challenged ballot that an entry records. @param electionId - of the log's definition */
export function challengedOfEntry(entry: ChallengedBallotEntry, electionId: Fr): ChallengedBallot {
  return {
    ...ballotOfEntry(entry, electionId),
    T: decimalPair(entry.T),
    z: decimal(entry.z) as string as Scalar,
  }
}

function commonMembers(from: Ballot): Omit<BallotEntry, "kind"> {
  const { a, b, c } = from.proof
  return {
    v: 1,
    nullifier: hexOf(from.nullifier),
    sequence: from.sequence.toString(16).padStart(6, "0"),
    R: hexPair(from.R),
    C: from.C.map(hexPair),
    proof: { a: hexPair(a), b: [hexPair(b[0]), hexPair(b[1])], c: hexPair(c) },
  }
}

const hexOf = (value: string): string => BigInt(value).toString(16).padStart(64, "0")
const hexPair = (pair: readonly [string, string]): [string, string] => [hexOf(pair[0]), hexOf(pair[1])]
const decimal = (value: string): Fr => BigInt(`0x${value}`).toString() as Fr
const decimalPair = (pair: readonly [string, string]): [Fr, Fr] => [decimal(pair[0]), decimal(pair[1])]
