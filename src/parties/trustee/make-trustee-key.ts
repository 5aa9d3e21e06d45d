// The first message of a trustee: an encryption key of this ceremony alone, with the proof that its secret is known.
import { BASE8, encodePoint } from "../../protocol/primitives/babyjubjub.ts"
import { hexToBytes } from "../../protocol/primitives/bytes.ts"
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import { drawScalar } from "../../protocol/primitives/scalar.ts"
import type { RandomBytes } from "../../protocol/primitives/scalar.ts"
import { encodeKnowledgeProof, proveKnowledge, ROLE } from "../../protocol/primitives/schnorr.ts"
import type { TrusteeView } from "./next-step.ts"
import { signOnce } from "./sign-once.ts"
import type { CeremonyWork } from "./trustee-state.ts"

/** The work with a signed `trustee-key`; a key that was drawn before is kept. */
export function makeTrusteeKey(
  { log }: TrusteeView,
  work: CeremonyWork,
  signing: SigningKey,
  randomBytes: RandomBytes,
): CeremonyWork {
  if (work.signed.has("trustee-key")) return work
  const { ceremonyId, n, t } = log
  const encryption = drawScalar(randomBytes)
  const context = {
    ceremonyId: hexToBytes(ceremonyId),
    n,
    t,
    role: ROLE.encryptionKey,
    i: work.index,
    x: 0,
  }
  const body = {
    ceremonyId,
    trustee: work.index,
    key: encodePoint(BASE8.multiply(encryption)),
    proof: encodeKnowledgeProof(proveKnowledge(context, encryption, randomBytes)),
  }
  return signOnce({ ...work, encryption }, "trustee-key", body, signing)
}
