// A census: who may vote. The plan fixes how people come in, records are collected, and the freeze makes one tree of
// them that follows from the set alone: neither order nor time of enrolment shows in it.
import { bytesToHex } from "../primitives/bytes.ts"
import type { Fr } from "../primitives/field.ts"
import { sha256 } from "../primitives/hash.ts"
import { taggedHash } from "../primitives/tagged-hash.ts"
import { accept } from "../primitives/verdict.ts"
import { deriveCensusLeaf } from "../primitives/voter.ts"
import { canonicalBytes, jcsPart } from "../wire/canonical-json.ts"
import type { Json } from "../wire/canonical-json.ts"
import type { CensusBodies, CensusDocument, CensusPlan } from "../wire/census.ts"
import { buildCensusTree, encodeLeaves, MAX_CENSUS_SIZE, NODE_BYTES, writeNode } from "./census-tree.ts"
import type { CensusTree } from "./census-tree.ts"
import { MAX_TOTAL_WEIGHT } from "./recover.ts"
import { refuseAt } from "./refusal.ts"
import type { CensusRefusal, ElectionVerdict } from "./refusal.ts"

/** Bytes of one record of `commitments.bin`. */
const COMMITMENT_BYTES = NODE_BYTES + 4

/** One place in a census: what its evidence says, whatever the mode. */
export interface CensusRecord {
  readonly commitment: Fr
  /** 1 unless the census is weighted. */
  readonly weight: number
  /** 64 hexadecimal digits: i32 of the enrolment nullifier, or the roll commitment. One leaf a slot. */
  readonly slot: string
}

/** A record with its leaf. */
export interface PlacedRecord extends CensusRecord {
  readonly leaf: Fr
}

/** A census that was built of its records. */
export interface BuiltCensus {
  /** In leaf order. */
  readonly records: readonly PlacedRecord[]
  readonly tree: CensusTree
  readonly totalWeight: number
}

/** A frozen census as a definition must agree with it. */
export interface FrozenCensus {
  readonly plan: CensusPlan
  readonly body: CensusBodies["census"]
  /** SHA-256 of the canonical bytes of the whole signed `census` document, 64 hexadecimal digits. */
  readonly sha256: string
}

/** hash("sotto/census-plan/1"; JCS(plan)), 64 hexadecimal digits. */
export const computeCensusId = (plan: CensusPlan): string =>
  bytesToHex(taggedHash("sotto/census-plan/1", jcsPart(plan)))

/** What definitions are held against. @param census - accepted by `checkFreeze` */
export function frozenCensus(plan: CensusPlan, census: CensusDocument<"census">): FrozenCensus {
  return { plan, body: census.body, sha256: bytesToHex(sha256(canonicalBytes(census as unknown as Json))) }
}

/**
 * Checks one place by itself. @returns the leaf, or `leaf-reserved` for commitment 0, which would be a leaf of nobody's
 * secret, or `leaf-not-canonical` for a weight that the plan does not allow
 */
export function checkRecord(
  { commitment, weight }: CensusRecord,
  { weighted }: Pick<CensusPlan, "weighted">,
): ElectionVerdict<Fr, "leaf-reserved" | "leaf-not-canonical"> {
  if (commitment === "0") return refuseAt("leaf-reserved", "commitment")
  if (!weighted && weight !== 1) return refuseAt("leaf-not-canonical", "weight")
  return accept(deriveCensusLeaf(commitment, weight))
}

/**
 * Builds the census of these records, in any order: leaves ascending, no commitment and no slot twice.
 * @param records - each with valid evidence
 */
export function buildCensus(
  records: readonly CensusRecord[],
  plan: Pick<CensusPlan, "weighted" | "minSize">,
): ElectionVerdict<BuiltCensus, CensusRefusal> {
  const fits = checkSize(records, plan)
  if (!fits.ok) return fits
  const placed: PlacedRecord[] = []
  for (const [i, record] of records.entries()) {
    const leaf = checkRecord(record, plan)
    if (!leaf.ok) return refuseAt(leaf.reason, `${i}.${leaf.at ?? ""}`)
    placed.push({ ...record, leaf: leaf.value })
  }
  placed.sort((a, b) => compareDecimals(a.leaf, b.leaf))
  const leaves = encodeLeaves(placed.map(({ leaf }) => BigInt(leaf)))
  return accept({ records: placed, tree: buildCensusTree(leaves), totalWeight: fits.value })
}

/** i32(commitment) || u32(weight) of each record: with it anyone recomputes the leaves. @param records - in leaf order */
export function encodeCommitments(records: readonly PlacedRecord[]): Uint8Array {
  const bytes = new Uint8Array(records.length * COMMITMENT_BYTES)
  const view = new DataView(bytes.buffer)
  for (const [i, { commitment, weight }] of records.entries()) {
    writeNode(view, i * COMMITMENT_BYTES, BigInt(commitment))
    view.setUint32(i * COMMITMENT_BYTES + NODE_BYTES, weight)
  }
  return bytes
}

/** How many voters share each weight: a weight of few shows in the sums, so the booth tells its voter. */
export function countWeights(records: readonly Pick<CensusRecord, "weight">[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const { weight } of records) counts.set(weight, (counts.get(weight) ?? 0) + 1)
  return counts
}

function checkSize(
  records: readonly CensusRecord[],
  { minSize }: Pick<CensusPlan, "minSize">,
): ElectionVerdict<number, CensusRefusal> {
  if (records.length > MAX_CENSUS_SIZE) return refuseAt("census-too-large", "size")
  if (records.length < minSize) return refuseAt("census-too-small", "size")
  for (const member of ["commitment", "slot"] as const) {
    const isRepeated = new Set(records.map((record) => record[member])).size !== records.length
    if (isRepeated) return refuseAt("leaf-duplicate", member)
  }
  const totalWeight = records.reduce((sum, { weight }) => sum + weight, 0)
  return totalWeight > MAX_TOTAL_WEIGHT ? refuseAt("census-too-large", "totalWeight") : accept(totalWeight)
}

/** Canonical decimals by value: the shorter is the smaller. */
const compareDecimals = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
