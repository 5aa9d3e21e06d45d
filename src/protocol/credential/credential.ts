// A signed record as scalars: what the issuer signs, the wallet checks and the circuit recomputes.
import { encodePoint } from "../primitives/babyjubjub.ts"
import type { CurvePoint } from "../primitives/babyjubjub.ts"
import { derivePublicKey, signPoseidon, verifyPoseidon } from "../primitives/eddsa.ts"
import type { Signature } from "../primitives/eddsa.ts"
import { encodeFr } from "../primitives/field.ts"
import { poseidon, TAG } from "../primitives/poseidon.ts"
import type { Credential } from "../wire/credential.ts"
import type { Schema } from "../wire/statement.ts"
import { encodeAttributes } from "./attribute.ts"
import { SECONDS_PER_DAY } from "./calendar.ts"

/** The seven scalars under a credential's signature. */
interface CredentialFields {
  readonly schemaId: bigint
  readonly holder: bigint
  readonly statusIndex: bigint
  readonly validFrom: bigint
  readonly validUntil: bigint
  readonly attrsRoot: bigint
  readonly credId: bigint
}

/** A credential as the circuit takes it: sixteen attributes, their root, the hash and the signature. */
export interface CredentialScalars extends CredentialFields {
  readonly attrs: readonly bigint[]
  readonly credentialHash: bigint
  readonly signature: Signature
}

/** P(attrs[0], ..., attrs[15]); arity 16 is owned by this root. @param attrs - sixteen field values */
export const computeAttributesRoot = (attrs: readonly bigint[]): bigint => {
  if (attrs.length !== 16) throw new RangeError(`expected 16 attributes, got ${attrs.length}`)
  return poseidon(...attrs)
}

/** P(1002, schemaId, holder, statusIndex, validFrom, validUntil, attrsRoot, credId). */
function computeCredentialHash(fields: CredentialFields): bigint {
  const { schemaId, holder, statusIndex, validFrom, validUntil, attrsRoot, credId } = fields
  return poseidon(TAG.credential, schemaId, holder, statusIndex, validFrom, validUntil, attrsRoot, credId)
}

/**
 * Every scalar of a credential, recomputed from its text; nothing is taken from it that could be derived.
 * @throws CredentialError of `encodeAttributes`
 */
export function credentialScalars(credential: Credential, schema: Schema): CredentialScalars {
  const { r8, s } = credential.signature
  const fields = unsignedScalars(credential, schema)
  return {
    ...fields,
    credentialHash: computeCredentialHash(fields),
    signature: { r8: [BigInt(r8[0]), BigInt(r8[1])], s: BigInt(s) },
  }
}

/** True when `issuerKey` signed this credential's hash. @param issuerKey - of prime order, from `parseCurvePoint` */
export function verifyCredentialSignature(scalars: CredentialScalars, issuerKey: CurvePoint): boolean {
  return verifyPoseidon(issuerKey, scalars.credentialHash, scalars.signature)
}

/** A credential without its signature. */
export type UnsignedCredential = Omit<Credential, "signature">

/**
 * Signs a record. @param seed - secret, the issuer's 32-byte signing seed; @throws CredentialError of `encodeAttributes`
 */
export function signCredential(unsigned: UnsignedCredential, schema: Schema, seed: Uint8Array): Credential {
  const hash = computeCredentialHash(unsignedScalars(unsigned, schema))
  const { r8, s } = signPoseidon(seed, hash)
  return { ...unsigned, signature: { r8: [encodeFr(r8[0]), encodeFr(r8[1])], s: encodeFr(s) } }
}

/** The document form of the public key of an issuer's signing seed. @param seed - secret, 32 bytes */
export const issuerKeyOf = (seed: Uint8Array) => encodePoint(derivePublicKey(seed))

/** True when validity runs from 00:00:00 to 23:59:59 UTC: a second chosen per holder would be a mark to probe for. */
export function isWholeDays({
  validFrom,
  validUntil,
}: Pick<Credential, "validFrom" | "validUntil">): boolean {
  return (
    validFrom % SECONDS_PER_DAY === 0 && (validUntil + 1) % SECONDS_PER_DAY === 0 && validFrom < validUntil
  )
}

function unsignedScalars(credential: UnsignedCredential, schema: Schema) {
  const attrs = encodeAttributes(schema, credential.attributes)
  return {
    attrs,
    attrsRoot: computeAttributesRoot(attrs),
    schemaId: BigInt(credential.schemaId),
    holder: BigInt(credential.holder),
    statusIndex: BigInt(credential.statusIndex),
    validFrom: BigInt(credential.validFrom),
    validUntil: BigInt(credential.validUntil),
    credId: BigInt(credential.credId),
  }
}
