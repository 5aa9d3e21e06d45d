// What a holder shows instead of an identity: commitments, nullifiers and tags. Formulas: protocol/README.md.
import { poseidon, TAG } from "./poseidon.ts"

/** Person-bound nullifiers count people, credential-bound ones count entitlements. */
export type NullifierMode = "person" | "credential"

/** The circuit's value of a mode. */
export const modeSignal = (mode: NullifierMode): bigint => (mode === "person" ? 0n : 1n)

/** P(1001, secret, blind): what an issuer knows a holder by; one blind per issuer key, so lists cannot be matched. */
export const computeHolder = (secret: bigint, blind: bigint): bigint => poseidon(TAG.holder, secret, blind)

/** P(1004, mode, secret, mode * credId, scope). */
export function computeNullifier(mode: NullifierMode, secret: bigint, credId: bigint, scope: bigint): bigint {
  const bit = modeSignal(mode)
  return poseidon(TAG.nullifier, bit, secret, bit * credId, scope)
}

/** P(1005, secret, requestHash): the same person within one request, unlinkable across requests. */
export const computeLinkTag = (secret: bigint, requestHash: bigint): bigint =>
  poseidon(TAG.link, secret, requestHash)

/** P(1007, secret, credentialHash, requestHash, 0): the same signed record within one request. */
export const computeCredentialTag = (secret: bigint, credentialHash: bigint, requestHash: bigint): bigint =>
  poseidon(TAG.credentialLink, secret, credentialHash, requestHash, 0n)
