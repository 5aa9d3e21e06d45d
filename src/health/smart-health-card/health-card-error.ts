import { SottoError } from "../../protocol/primitives/errors.ts"

/** Why a card is not taken in: one code per check, in the order of the checks. What its records lack is a FhirError. */
type HealthCardRefusal =
  | "too-large"
  | "qr-malformed"
  | "jws-malformed"
  | "header-not-allowed"
  | "issuer-unknown"
  | "signature-invalid"
  | "inflate-failed"
  | "payload-malformed"
  | "key-mismatch"
  | "time-in-milliseconds"
  | "not-yet-valid"
  | "expired"
  | "card-type"
  | "revocation-unavailable"
  | "card-revoked"

/** Why a file of keys or of revocations is not taken; `key-mismatch`, `time-in-milliseconds` and `too-large` occur too. */
type TrustFileRefusal = "keys-malformed" | "key-private" | "revocation-list-malformed"

type Code = HealthCardRefusal | TrustFileRefusal

/** A card, a key file or a revocation list that is refused. No message holds a value of it. */
export class HealthCardError extends SottoError<Code> {
  /** JSON path (RFC 9535) into the signed payload or the file; undefined before there is JSON. */
  readonly path: string | undefined

  /** @param reason - lower case, without any value of the card */
  constructor(code: Code, reason: string, path?: string, options?: ErrorOptions) {
    super(code, path === undefined ? reason : `${reason} at ${path}`, options)
    this.path = path
  }
}
