// A dealer's message: commitments to one polynomial per election key, and everybody's shares in boxes.
import { parseCurvePoint, parsePointOnCurve } from "../primitives/babyjubjub.ts"
import type { CurvePoint } from "../primitives/babyjubjub.ts"
import { u8 } from "../primitives/big-endian.ts"
import { bytesToHex, hexToBytes } from "../primitives/bytes.ts"
import { parseKnowledgeProof, ROLE, verifyKnowledge } from "../primitives/schnorr.ts"
import { isShareConsistent } from "../primitives/secret-sharing.ts"
import { openShares, verifyBoxKey } from "../primitives/share-box.ts"
import type { BoxContext, ShareBox } from "../primitives/share-box.ts"
import { taggedHash } from "../primitives/tagged-hash.ts"
import { accept } from "../primitives/verdict.ts"
import { jcsPart } from "../wire/canonical-json.ts"
import type { ElectionBodies, WireBox } from "../wire/election-entries.ts"
import type { CeremonyFacts } from "./key-ceremony.ts"
import { parseAt, refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"

/** A deal as its dealer published it. */
export type DealBody = ElectionBodies["dkg-deal"]
type DealVerdict<T> = ElectionVerdict<T, "point-refused" | "share-invalid">

/** hash("sotto/dkg-commit/1"; ceremonyId, u8(i), JCS(deal body)), 64 hexadecimal digits. */
export function computeDealCommitment(body: DealBody): string {
  const parts = [hexToBytes(body.ceremonyId), u8(body.trustee), jcsPart(body)]
  return bytesToHex(taggedHash("sotto/dkg-commit/1", ...parts))
}

/**
 * Checks that a deal is the one its dealer had fixed before any deal was shown; else the last dealer chooses the key.
 * @param commitment - of the dealer's `dkg-commit`
 */
export function checkDealCommitment(
  body: DealBody,
  commitment: string,
): ElectionVerdict<true, "commit-mismatch"> {
  return computeDealCommitment(body) === commitment ? accept(true) : refuseAt("commit-mismatch", "commitment")
}

/**
 * Checks all of a deal that everyone can see: K' rows of t points and n boxes, every point of order l, a proof of
 * knowledge for each constant term and each box key. Whether a box holds its share, its owner finds out.
 * @param body - attacker-controlled, as from `parseEntry`; 1 <= trustee <= n
 */
export function checkDeal(ceremony: CeremonyFacts, body: DealBody): DealVerdict<true> {
  const { t, n, pairs } = ceremony
  if (body.A.length !== pairs || body.A.some((row) => row.length !== t)) return refuseAt("share-invalid", "A")
  if (body.proofs.length !== pairs) return refuseAt("share-invalid", "proofs")
  if (body.boxes.length !== n) return refuseAt("share-invalid", "boxes")
  for (const j of body.A.keys()) {
    const verdict = checkRow(ceremony, body, j)
    if (!verdict.ok) return verdict
  }
  for (const [at, box] of body.boxes.entries()) {
    const verdict = checkBox(ceremony, body.trustee, at + 1, box)
    if (!verdict.ok) return verdict
  }
  return accept(true)
}

/**
 * What a box holds when its pad point is known: K' shares, or null when one of them is not the value that the dealer's
 * commitments fix.
 * @param deal - one that `checkDeal` accepted
 * @param trustee - whose box, 1..n
 * @param padPoint - e*U: computed by the owner, or Z of a complaint whose proof was verified
 */
export function openBox(
  ceremony: CeremonyFacts,
  deal: DealBody,
  trustee: number,
  padPoint: CurvePoint,
): readonly bigint[] | null {
  const wire = deal.boxes[trustee - 1]
  if (wire === undefined) throw new RangeError("no such trustee")
  const context = boxContext(ceremony, deal.trustee, trustee)
  const sealed = { U: parsePointOnCurve(wire.U), box: hexToBytes(wire.box) }
  const shares = openShares(context, sealed, padPoint, ceremony.pairs)
  const isKept = shares.every((share, j) =>
    isShareConsistent(
      share,
      trustee,
      (deal.A[j] ?? []).map((point) => parsePointOnCurve(point)),
    ),
  )
  return isKept ? shares : null
}

/** What a box belongs to: hashed into its pad and into the proof of its key. */
export function boxContext(ceremony: CeremonyFacts, dealer: number, trustee: number): BoxContext {
  const { t, n } = ceremony
  return { ceremonyId: hexToBytes(ceremony.ceremonyId), n, t, dealer, trustee }
}

function checkRow({ ceremonyId, n, t }: CeremonyFacts, body: DealBody, j: number): DealVerdict<true> {
  const row = body.A[j] ?? []
  const points: CurvePoint[] = []
  for (const [x, wire] of row.entries()) {
    const point = parseAt(`A.${j}.${x}`, () => parseCurvePoint(wire))
    if (!point.ok) return point
    points.push(point.value)
  }
  const proof = parseAt(`proofs.${j}`, () => parseKnowledgeProof(body.proofs[j] ?? { T: null, z: null }))
  if (!proof.ok) return proof
  const context = { ceremonyId: hexToBytes(ceremonyId), n, t, role: ROLE.constantTerm, i: body.trustee, x: j }
  const [constant] = points
  return constant !== undefined && verifyKnowledge(context, constant, proof.value)
    ? accept(true)
    : refuseAt("share-invalid", `proofs.${j}`)
}

function checkBox(
  ceremony: CeremonyFacts,
  dealer: number,
  trustee: number,
  wire: WireBox,
): DealVerdict<true> {
  const at = `boxes.${trustee - 1}`
  if (wire.box.length !== 64 * ceremony.pairs) return refuseAt("share-invalid", at)
  const box = parseAt(at, () => readBox(wire))
  if (!box.ok) return box
  // Without this proof a copied U would make a complaint reveal another dealer's pad.
  const isOwn = verifyBoxKey(boxContext(ceremony, dealer, trustee), box.value)
  return isOwn ? accept(true) : refuseAt("share-invalid", at)
}

function readBox({ U, proof, box }: WireBox): ShareBox {
  return { U: parseCurvePoint(U), proof: parseKnowledgeProof(proof), box: hexToBytes(box) }
}
