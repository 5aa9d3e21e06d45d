// A record's place in its status list: drawn at random and never given twice, so that no index tells when, or after whom.
import { bytesToBigint } from "../../protocol/primitives/bytes.ts"
import { TREE_LEAVES } from "../../protocol/primitives/tree4.ts"
import type { RandomBytes } from "../../protocol/credential/holder.ts"
import { isRevoked, STATUS_BITS, STATUS_INDEXES } from "../../protocol/credential/status-list.ts"
import type { StatusWords } from "../../protocol/credential/status-list.ts"
import { IssuerError } from "./issuer-error.ts"

/** 80 % of the 1,015,808 indexes: above it, a full list is a new issuer entry of the same operator. */
export const MAX_USED = Math.floor(0.8 * STATUS_BITS * TREE_LEAVES)

/** At 80 % a draw fails with 0.81; 1,000 in a row happen once in 10^91: such a source of randomness is broken. */
const MAX_DRAWS = 1000

/**
 * An index that no record has.
 * @param used - a set bit is an index that was given before
 * @param randomBytes - a CSPRNG
 * @throws IssuerError `status-list-full`
 */
export function drawStatusIndex(used: StatusWords, randomBytes: RandomBytes): number {
  if (countBits(used) >= MAX_USED) {
    throw new IssuerError("status-list-full", `expected fewer than ${MAX_USED} records of one schema and key`)
  }
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const index = Number(bytesToBigint(randomBytes(3)) % BigInt(STATUS_INDEXES)) // 2^20 divides 2^24: no bias
    // Reads as set for the used ones and for bits 248 to 255 of each word, which do not exist.
    if (!isRevoked(used, index)) return index
  }
  throw new RangeError("the source of randomness repeats itself")
}

function countBits(words: StatusWords): number {
  let count = 0
  for (const word of words) count += word.toString(2).replaceAll("0", "").length
  return count
}
