// A dealer's part: one fresh polynomial per election key, committed to before anybody's is shown.
import { BASE8, encodePoint, parseCurvePoint } from "../../protocol/primitives/babyjubjub.ts"
import type { CurvePoint } from "../../protocol/primitives/babyjubjub.ts"
import { bytesToHex, hexToBytes } from "../../protocol/primitives/bytes.ts"
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import { drawBytes } from "../../protocol/primitives/scalar.ts"
import type { RandomBytes } from "../../protocol/primitives/scalar.ts"
import { encodeKnowledgeProof, proveKnowledge, ROLE } from "../../protocol/primitives/schnorr.ts"
import {
  commitPolynomial,
  drawPolynomial,
  evaluatePolynomial,
} from "../../protocol/primitives/secret-sharing.ts"
import type { Polynomial } from "../../protocol/primitives/secret-sharing.ts"
import { sealShares } from "../../protocol/primitives/share-box.ts"
import { boxContext, computeDealCommitment } from "../../protocol/election/deal.ts"
import type { DealBody } from "../../protocol/election/deal.ts"
import { ceremonyFacts } from "../../protocol/election/key-ceremony.ts"
import type { CeremonyFacts } from "../../protocol/election/key-ceremony.ts"
import type { TrusteeView } from "./next-step.ts"
import { signOnce } from "./sign-once.ts"
import type { CeremonyWork } from "./trustee-state.ts"

/** Bytes of the salt that hides a deal behind its commitment. */
const SALT_BYTES = 32

/**
 * The work with a signed deal and the signed commitment to it; a deal that was made before is kept. The polynomials end
 * here: what the dealer needs of them is in the box it sealed for itself.
 */
export function makeDeal(
  view: TrusteeView,
  work: CeremonyWork,
  signing: SigningKey,
  randomBytes: RandomBytes,
): CeremonyWork {
  if (work.signed.has("dkg-commit")) return work
  const ceremony = ceremonyFacts(view.log.ceremony)
  const polynomials = Array.from({ length: ceremony.pairs }, () => drawPolynomial(ceremony.t, randomBytes))
  const deal = dealOf(ceremony, work.index, polynomials, encryptionKeys(view), randomBytes)
  const { ceremonyId } = ceremony
  const commit = { ceremonyId, trustee: work.index, commitment: computeDealCommitment(deal) }
  return signOnce(signOnce(work, "dkg-deal", deal, signing), "dkg-commit", commit, signing)
}

function dealOf(
  ceremony: CeremonyFacts,
  dealer: number,
  polynomials: readonly Polynomial[],
  keys: readonly CurvePoint[],
  randomBytes: RandomBytes,
): DealBody {
  const { ceremonyId, n, t } = ceremony
  const context = { ceremonyId: hexToBytes(ceremonyId), n, t, role: ROLE.constantTerm, i: dealer }
  return {
    ceremonyId,
    trustee: dealer,
    salt: bytesToHex(drawBytes(randomBytes, SALT_BYTES)),
    A: polynomials.map((polynomial) => commitPolynomial(polynomial).map(encodePoint)),
    proofs: polynomials.map(([secret = 0n], j) =>
      encodeKnowledgeProof(proveKnowledge({ ...context, x: j }, secret, randomBytes)),
    ),
    boxes: keys.map((key, at) => {
      const shares = polynomials.map((polynomial) => evaluatePolynomial(polynomial, at + 1))
      const { U, proof, box } = sealShares(boxContext(ceremony, dealer, at + 1), key, shares, randomBytes)
      return { U: encodePoint(U), proof: encodeKnowledgeProof(proof), box: bytesToHex(box) }
    }),
  }
}

/** The encryption keys E_k in order. @throws RangeError before all n are in the log */
function encryptionKeys({ log, entries }: TrusteeView): readonly CurvePoint[] {
  const keys = new Map(
    entries.flatMap((entry) =>
      entry.kind === "trustee-key" ? [[entry.body.trustee, entry.body.key] as const] : [],
    ),
  )
  if (keys.size !== log.n) throw new RangeError("encryption keys are missing")
  return Array.from({ length: log.n }, (_, at) => parseCurvePoint(keys.get(at + 1) ?? BASE8))
}
