// The Node side of reading signed health records: zlib, X.509 and RSA of the runtime, each total and bounded.
import { constants, createPublicKey, verify, X509Certificate } from "node:crypto"
import { inflateRawSync, inflateSync } from "node:zlib"
import type { DccPlatform, SignerCertificate, SignerKey } from "../health/eu-dcc/platform.ts"

/** What the health rooms need from the runtime; every member is total on any bytes. */
export interface RecordPlatform extends DccPlatform {
  /** One whole RFC 1951 stream of at most `maxBytes` inflated bytes, or null: damaged, too long, bytes after its end. */
  readonly inflateRaw: (bytes: Uint8Array, maxBytes: number) => Uint8Array | null
}

/** Node's implementation. */
export const recordPlatform: RecordPlatform = {
  inflateZlib: (bytes, maxBytes) => inflateWhole(inflateSync, bytes, maxBytes),
  inflateRaw: (bytes, maxBytes) => inflateWhole(inflateRawSync, bytes, maxBytes),
  readCertificate: (der) => orNull(() => readDer(der)),
  verifyRsaPss: (spki, message, signature) =>
    orNull(() => {
      const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" })
      const padding = constants.RSA_PKCS1_PSS_PADDING
      return verify("sha256", message, { key, padding, saltLength: 32 }, signature)
    }) ?? false,
}

const MIN_RSA_BITS = 2048 // eu-dcc-hcert-spec, "Signature Algorithm"
const MAX_RSA_BITS = 8192 // verifying grows with the modulus, and the certificate chooses it

/** The runtime answers bad input with exceptions of many kinds; for a reader of untrusted bytes they are one "no". */
function orNull<T>(read: () => T | null): T | null {
  try {
    return read()
  } catch {
    return null
  }
}

function inflateWhole(
  inflate: typeof inflateSync,
  bytes: Uint8Array,
  maxOutputLength: number,
): Uint8Array | null {
  return orNull(() => {
    // `info` adds the engine, whose count of consumed bytes tells an end of stream from an end of input.
    const { buffer, engine } = inflate(bytes, { maxOutputLength, info: true }) as unknown as {
      readonly buffer: Buffer
      readonly engine: { readonly bytesWritten: number }
    }
    return engine.bytesWritten === bytes.length ? new Uint8Array(buffer) : null
  })
}

function readDer(der: Uint8Array): SignerCertificate | null {
  const certificate = new X509Certificate(der)
  const notBefore = Date.parse(certificate.validFrom) / 1000
  const notAfter = Date.parse(certificate.validTo) / 1000
  // PEM text and bytes after the end parse as well, but are not the bytes that a key identifier is the hash of.
  const isWhole = certificate.raw.equals(der)
  if (!isWhole || !Number.isSafeInteger(notBefore) || !Number.isSafeInteger(notAfter)) return null
  return {
    notBefore,
    notAfter,
    extendedKeyUsages: readUsages(certificate),
    publicKey: readKey(certificate),
  }
}

/** The runtime's type leaves out that there is nothing without the extension. */
function readUsages({ keyUsage }: { readonly keyUsage?: readonly string[] }): readonly string[] {
  return keyUsage ?? []
}

function readKey({ publicKey }: X509Certificate): SignerKey | null {
  const { namedCurve, modulusLength = 0 } = publicKey.asymmetricKeyDetails ?? {}
  const spki = new Uint8Array(publicKey.export({ format: "der", type: "spki" }))
  if (publicKey.asymmetricKeyType === "ec" && namedCurve === "prime256v1") {
    const { x = "", y = "" } = publicKey.export({ format: "jwk" })
    const point = Buffer.concat([Buffer.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")])
    return { kind: "P-256", point: new Uint8Array(point) }
  }
  const isRsa = publicKey.asymmetricKeyType === "rsa" || publicKey.asymmetricKeyType === "rsa-pss"
  return isRsa && modulusLength >= MIN_RSA_BITS && modulusLength <= MAX_RSA_BITS
    ? { kind: "RSA", spki }
    : null
}
