// What a voter is in a census and in an election. Formulas and tags 2001 to 2003: protocol/README.md.
import { hkdf } from "@noble/hashes/hkdf.js"
import { bytesToBigint, utf8ToBytes } from "./bytes.ts"
import { encodeFr } from "./field.ts"
import type { Fr, Nullifier } from "./field.ts"
import { sha256 } from "./hash.ts"
import { poseidon, TAG } from "./poseidon.ts"

const SECRET_BYTES = 31 // below 2^248: canonical as it stands
const SEED_BYTES = 32
const WEAK_BELOW = 1n << 128n // a commitment is public for years; a shorter secret could be searched for
const MAX_WEIGHT = 2 ** 32 - 1 // width of the weight in the ballot circuit

/**
 * HKDF-SHA256(seed, no salt, info `sotto/voter-secret/1:<censusId>:<n>`, 31 bytes): one secret per census, and never that
 * of a health credential, so that who learns one vote's secret learns nothing of other elections or of records.
 * @param seed - the wallet's, 32 bytes from a CSPRNG
 * @param censusId - the census's 64 hexadecimal digits
 * @param n - enrolment number, 0 unless a leaf has to be replaced
 */
export function deriveVoterSecret(seed: Uint8Array, censusId: string, n: number): bigint {
  if (seed.length !== SEED_BYTES) throw new RangeError(`a wallet seed has ${SEED_BYTES} bytes`)
  const info = utf8ToBytes(`sotto/voter-secret/1:${censusId}:${n}`)
  const secret = bytesToBigint(hkdf(sha256, seed, undefined, info, SECRET_BYTES))
  assertStrong(secret)
  return secret
}

/** P(2001, voterSecret): what organizer and registrars know a voter by. @throws RangeError for a secret below 2^128 */
export function deriveVoterCommitment(voterSecret: bigint): Fr {
  assertStrong(voterSecret)
  return encodeFr(poseidon(TAG.voterCommitment, voterSecret))
}

/** P(2003, commitment, weight): the census's leaf. @param weight - 1..2^32-1; 1 unless the census is weighted */
export function deriveCensusLeaf(commitment: Fr, weight: number): Fr {
  if (!Number.isInteger(weight) || weight < 1 || weight > MAX_WEIGHT)
    throw new RangeError("a weight is an integer of 1 to 2^32 - 1")
  return encodeFr(poseidon(TAG.censusLeaf, BigInt(commitment), BigInt(weight)))
}

/** P(2002, voterSecret, electionId): the voter's pseudonym in one election; two elections' share no relation. */
export function deriveBallotNullifier(voterSecret: bigint, electionId: Fr): Nullifier {
  return encodeFr(poseidon(TAG.ballotNullifier, voterSecret, BigInt(electionId))) as Nullifier
}

function assertStrong(voterSecret: bigint): void {
  if (voterSecret < WEAK_BELOW) throw new RangeError("a voter secret below 2^128 can be searched for")
}
