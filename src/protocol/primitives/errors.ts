/** The one base of every error Sotto throws: callers branch on `code`; the message carries public values only. */
export class SottoError<C extends string> extends Error {
  readonly code: C

  /**
   * @param code - stable kebab-case code out of the room's closed union
   * @param message - lower case, short, public values only; never an attribute, a secret or a body
   */
  constructor(code: C, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.name = new.target.name
  }
}

/** What can be wrong with an untrusted message or value before any mathematics looks at it. */
export type ProtocolErrorCode =
  | "too-large"
  | "malformed-json"
  | "malformed-request"
  | "malformed-presentation"
  | "malformed-credential"
  | "malformed-registry"
  | "malformed-entry"
  | "malformed-log"
  | "malformed-receipt"
  | "malformed-trust"
  | "malformed-definition"
  | "malformed-census"
  | "ballot-malformed"
  | "proof-malformed"
  | "field-element-not-canonical"
  | "signals-count"
  | "point-refused"

/** Malformed untrusted input, thrown by a `parseX`. */
export class ProtocolError extends SottoError<ProtocolErrorCode> {}
