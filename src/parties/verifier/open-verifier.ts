// A verifier at work: its pinned key parsed and prepared once per thread, and shown to tell right from wrong.
import { parseVerificationKey, prepareVerificationKey } from "../../proofs/groth16/verification-key.ts"
import type { PreparedVerificationKey } from "../../proofs/groth16/verification-key.ts"
import { decodeProof } from "../../proofs/groth16/canonical.ts"
import { verifyProof } from "../../proofs/groth16/verify.ts"
import type { StatementSources } from "../../protocol/credential/sources.ts"
import { SottoError } from "../../protocol/primitives/errors.ts"
import { encodeFr, R } from "../../protocol/primitives/field.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import type { WireProof } from "../../protocol/primitives/prove.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import type { Presentation } from "../../protocol/wire/presentation.ts"
import type { PresentationRequest } from "../../protocol/wire/presentation-request.ts"
import type { RequestSnapshot } from "./request-snapshot.ts"
import { verifyPresentation } from "./verify-presentation.ts"
import type { PresentationRefusal, VerifiedPresentation } from "./verify-presentation.ts"

/** A verifier that cannot be trusted with a verdict. */
class VerifierError extends SottoError<"self-test-failed"> {}

/** A proof that is known to hold, for the self-test. */
interface ProofSample {
  readonly signals: readonly Fr[]
  readonly proof: WireProof
}

/** What a verifier is opened from; plain data that may cross a thread border. */
export interface VerifierParts {
  /** Bytes of the verification key file; untrusted until its digest matches. */
  readonly vkey: Uint8Array
  /** What the manifest pins. */
  readonly circuit: { readonly id: string; readonly publicSignals: number; readonly vkeySha256: string }
  readonly sample: ProofSample
}

/** Verifies answers of one circuit in the calling thread. */
export interface Verifier {
  readonly key: PreparedVerificationKey
  /** V3 to V15; see `verifyPresentation`. */
  readonly verify: (
    presentation: Presentation,
    request: PresentationRequest,
    snapshot: RequestSnapshot,
    now: number,
  ) => Promise<Verdict<VerifiedPresentation, PresentationRefusal>>
}

/**
 * The prepared key of a circuit, once it has accepted a right proof and refused the same proof with one signal changed.
 * @throws Groth16Error `verification-key-refused`, VerifierError `self-test-failed`
 */
export async function openKey({ vkey, circuit, sample }: VerifierParts): Promise<PreparedVerificationKey> {
  const key = await prepareVerificationKey(await parseVerificationKey(vkey, circuit))
  if (!(await holds(key, sample))) throw new VerifierError("self-test-failed", "a right proof was refused")
  if (await holds(key, { ...sample, signals: withOneChanged(sample.signals) })) {
    throw new VerifierError("self-test-failed", "a wrong proof was accepted")
  }
  return key
}

/**
 * Opens a verifier of presentations.
 * @param sources - the anchored catalogue
 * @throws as `openKey`
 */
export async function openVerifier(parts: VerifierParts, sources: StatementSources): Promise<Verifier> {
  const key = await openKey(parts)
  return {
    key,
    verify: (presentation, request, snapshot, now) =>
      verifyPresentation(presentation, request, { key, sources, snapshot }, now),
  }
}

async function holds(key: PreparedVerificationKey, { signals, proof }: ProofSample): Promise<boolean> {
  const decoded = await decodeProof(proof)
  return decoded.ok && verifyProof(key, signals, decoded.value)
}

function withOneChanged(signals: readonly Fr[]): readonly Fr[] {
  return signals.map((signal, i) => (i === 0 ? encodeFr((BigInt(signal) + 1n) % R) : signal))
}
