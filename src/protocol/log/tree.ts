// Merkle tree of RFC 6962 section 2.1 over SHA-256; verification follows RFC 9162 sections 2.1.3.2 and 2.1.4.2.
import { concatBytes, equalBytes } from "../primitives/bytes.ts"
import { sha256 } from "../primitives/hash.ts"

/** Bytes of one hash. */
export const HASH_BYTES = 32
const LEAF_PREFIX = Uint8Array.of(0x00) // RFC 6962 section 2.1: leaves and nodes never collide
const NODE_PREFIX = Uint8Array.of(0x01)

/** Leaves lo <= i < hi. */
export interface Range {
  readonly lo: number
  readonly hi: number
}

/** Answers the hash of the complete subtree of 2^height leaves that begins at leaf `index * 2^height`. */
export type HashReader = (height: number, index: number) => Uint8Array

/** Root of the empty tree: SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array(0))

/** SHA-256(0x00 || data). */
export const leafHash = (data: Uint8Array): Uint8Array => sha256(concatBytes(LEAF_PREFIX, data))

/** SHA-256(0x01 || left || right). */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256(concatBytes(NODE_PREFIX, left, right))

/** True for sizes and indices: integers from 0 to 2^53 - 1. */
export const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

/** The largest power of two below `size`. @param size - above 1 */
function splitPoint(size: number): number {
  let k = 1
  while (k * 2 < size) k *= 2
  return k
}

/** The hash of a range as RFC 6962 defines it: split at the largest power of two below its length. */
export function hashOfRange({ lo, hi }: Range, read: HashReader): Uint8Array {
  const width = hi - lo
  if (width === 0) return EMPTY_ROOT
  const height = Math.log2(width) // exact for powers of two up to 2^53
  if (Number.isInteger(height) && lo % width === 0) return read(height, lo / width)
  const k = splitPoint(width)
  return nodeHash(hashOfRange({ lo, hi: lo + k }, read), hashOfRange({ lo: lo + k, hi }, read))
}

/** The ranges whose hashes are the inclusion proof of `index` in a tree of `size`, leaf's sibling first. */
export function inclusionRanges(index: number, size: number): readonly Range[] {
  if (!isSize(index) || !isSize(size) || index >= size) throw new RangeError("index outside the tree")
  const ranges: Range[] = []
  for (let lo = 0, hi = size; hi - lo > 1;) {
    const middle = lo + splitPoint(hi - lo)
    ranges.unshift(index < middle ? { lo: middle, hi } : { lo, hi: middle })
    if (index < middle) hi = middle
    else lo = middle
  }
  return ranges
}

/** The ranges whose hashes prove that the tree of `to` leaves extends the tree of `from`. @param from - 1 <= from <= to */
export function consistencyRanges(from: number, to: number): readonly Range[] {
  if (!isSize(from) || !isSize(to) || from < 1 || from > to) throw new RangeError("not an earlier size")
  const ranges: Range[] = []
  let lo = 0
  let hi = to
  while (hi !== from) {
    const middle = lo + splitPoint(hi - lo)
    ranges.unshift(from <= middle ? { lo: middle, hi } : { lo, hi: middle })
    if (from <= middle) hi = middle
    else lo = middle
  }
  // Reached without a right turn, the old root itself is the subtree and the verifier has it.
  return lo === 0 ? ranges : [{ lo, hi }, ...ranges]
}

/**
 * True when `proof` leads from the leaf to `root`.
 * @param proof - attacker-controlled; any length but the one that (index, size) demands is refused before hashing
 */
export function verifyInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isSize(index) || !isSize(size) || index >= size || leaf.length !== HASH_BYTES) return false
  const ranges = inclusionRanges(index, size)
  if (!fits(proof, ranges.length)) return false
  const hash = proof.reduce(
    (sum, sibling, i) => ((ranges[i]?.lo ?? 0) > index ? nodeHash(sum, sibling) : nodeHash(sibling, sum)),
    leaf,
  )
  return equalBytes(hash, root)
}

/**
 * True when the tree (to, toRoot) extends (from, fromRoot). An empty tree is extended by every tree, with no proof.
 * @param proof - attacker-controlled; exact length or refused before hashing
 */
export function verifyConsistency(
  from: { readonly size: number; readonly root: Uint8Array },
  to: { readonly size: number; readonly root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  if (!isSize(from.size) || !isSize(to.size) || from.size > to.size) return false
  if (from.size === 0) return proof.length === 0 && equalBytes(from.root, EMPTY_ROOT)
  const ranges = consistencyRanges(from.size, to.size)
  if (!fits(proof, ranges.length)) return false
  const startsAtOldRoot = ranges[0] === undefined || ranges[0].lo >= from.size
  const seed = startsAtOldRoot ? from.root : proof[0]
  const rest = startsAtOldRoot ? proof : proof.slice(1)
  const offset = startsAtOldRoot ? 0 : 1
  if (seed === undefined) return false
  let oldRoot = seed
  let newRoot = seed
  for (const [i, hash] of rest.entries()) {
    const range = ranges[i + offset]
    if (range !== undefined && range.lo >= from.size) newRoot = nodeHash(newRoot, hash)
    else {
      oldRoot = nodeHash(hash, oldRoot)
      newRoot = nodeHash(hash, newRoot)
    }
  }
  return equalBytes(oldRoot, from.root) && equalBytes(newRoot, to.root)
}

function fits(proof: readonly Uint8Array[], length: number): boolean {
  return proof.length === length && proof.every((hash) => hash.length === HASH_BYTES)
}
