import { SottoError } from "../../protocol/primitives/errors.ts"

/** Why a certificate is refused, in the order of the checks. */
type DccRefusal =
  | "too-large"
  /** D1 */
  | "prefix-unknown"
  /** D2 */
  | "base45-malformed"
  /** D3 */
  | "inflate-failed"
  /** D4: CBOR, the COSE_Sign1 envelope, or the claims inside it. */
  | "cbor-malformed"
  /** D5 */
  | "alg-not-allowed"
  /** D6 */
  | "issuer-unknown"
  /** D7 */
  | "signature-invalid"
  /** D8: the signer was not allowed to sign this kind, or not at that time. */
  | "key-usage"
  /** D9 */
  | "time-in-milliseconds"
  | "not-yet-valid"
  | "expired"
  /** D10 */
  | "schema-invalid"
  | "event-count"

/** What is wrong with a file that names signers, or with a case of a conformance corpus. */
type FileRefusal = "malformed-trust-list" | "malformed-case"

/** Everything this room refuses with. */
export type DccErrorCode = DccRefusal | FileRefusal

/** A record or file that is not taken in. `path` is a JSON path (RFC 9535); no message holds a value of the record. */
export class DccError extends SottoError<DccErrorCode> {
  readonly path: string

  constructor(code: DccErrorCode, path = "$", options?: ErrorOptions) {
    super(code, `${code} at ${path}`, options)
    this.path = path
  }
}
