// What reading certificates needs and a pure room does not have: inflating, X.509 and RSA. Passed in by whoever runs it.

/** The key of a document signer. */
export type SignerKey =
  | {
      readonly kind: "P-256"
      /** 65 bytes, SEC 1 uncompressed. */
      readonly point: Uint8Array
    }
  | {
      readonly kind: "RSA"
      /** DER SubjectPublicKeyInfo. */
      readonly spki: Uint8Array
    }

/** What D6 to D8 ask of a certificate. */
export interface SignerCertificate {
  /** Unix seconds, inclusive at both ends, RFC 5280 section 4.1.2.5. */
  readonly notBefore: number
  readonly notAfter: number
  /** Dotted object identifiers; empty when the extension is absent. */
  readonly extendedKeyUsages: readonly string[]
  /** Null for a key that no certificate of this format may use. */
  readonly publicKey: SignerKey | null
}

/** Total on any bytes: a refusal is null or false, and nothing throws. */
export interface DccPlatform {
  /** One whole RFC 1950 stream of at most `maxBytes` inflated bytes, or null: damaged, too long, bytes after its end. */
  readonly inflateZlib: (bytes: Uint8Array, maxBytes: number) => Uint8Array | null
  /** One whole DER certificate, or null. */
  readonly readCertificate: (der: Uint8Array) => SignerCertificate | null
  /** RSASSA-PSS, SHA-256, MGF1 with SHA-256, 32 bytes of salt: PS256 of RFC 8230 section 2. */
  readonly verifyRsaPss: (spki: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean
}
