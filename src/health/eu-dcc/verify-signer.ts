// D6 to D8: who signed a certificate, and whether that one was allowed to sign this kind of event at that time.
import { p256 } from "@noble/curves/nist.js"
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import type { EventKind } from "./codes.ts"
import type { CoseSign1 } from "./cose-sign1.ts"
import { DccError } from "./dcc-error.ts"
import type { DccPlatform, SignerCertificate } from "./platform.ts"
import type { TrustList } from "./trust-list.ts"

/**
 * The listed certificates under whose key the signature verifies; every one with the message's key identifier is tried.
 * @throws DccError `issuer-unknown`, `signature-invalid`
 */
export function findSigners(
  message: CoseSign1,
  trust: TrustList,
  platform: DccPlatform,
): readonly SignerCertificate[] {
  const listed = message.kid === null ? undefined : trust.get(bytesToHex(message.kid))
  if (listed === undefined) throw new DccError("issuer-unknown")
  const signers = listed.filter((certificate) => isSignedBy(message, certificate, platform))
  if (signers.length === 0) throw new DccError("signature-invalid")
  return signers
}

const ES256_BYTES = 64 // r || s, RFC 9053 section 2.1; a DER signature is no COSE signature

function isSignedBy(message: CoseSign1, { publicKey }: SignerCertificate, platform: DccPlatform): boolean {
  const { algorithm, signature, signedBytes } = message
  if (publicKey?.kind === "RSA") {
    return algorithm === "PS256" && platform.verifyRsaPss(publicKey.spki, signedBytes, signature)
  }
  if (publicKey === null || algorithm !== "ES256" || signature.length !== ES256_BYTES) return false
  // ECDSA of COSE knows no low-S rule: about half of all genuine signatures have the high one.
  return p256.verify(signature, signedBytes, publicKey.point, { lowS: false, prehash: true })
}

// Public Key Certificate Governance, "Extended Key Usage"; the arc with the extra 0 was published first and is in use.
const USAGE_ARCS = ["1.3.6.1.4.1.1847.2021.1.", "1.3.6.1.4.1.0.1847.2021.1."]
const USAGE_NUMBER: Readonly<Record<EventKind, string>> = { t: "1", v: "2", r: "3" }
const ANY_USAGE = "2.5.29.37.0" // RFC 5280 section 4.2.1.12

/**
 * Passes when one of the signers was valid at `issuedAt` and may sign every kind. A certificate without extended key
 * usage may sign all of them; one with the extension may do only what it names (RFC 5280 section 4.2.1.12), also when it
 * names purposes of other systems alone.
 * @param issuedAt - Unix seconds, claim 6
 * @throws DccError `key-usage`
 */
export function checkKeyUsage(
  signers: readonly SignerCertificate[],
  kinds: readonly EventKind[],
  issuedAt: number,
): void {
  const isAllowed = ({ notBefore, notAfter, extendedKeyUsages }: SignerCertificate): boolean =>
    notBefore <= issuedAt &&
    issuedAt <= notAfter &&
    (extendedKeyUsages.length === 0 ||
      extendedKeyUsages.includes(ANY_USAGE) ||
      kinds.every((kind) =>
        USAGE_ARCS.some((arc) => extendedKeyUsages.includes(`${arc}${USAGE_NUMBER[kind]}`)),
      ))
  if (!signers.some(isAllowed)) throw new DccError("key-usage")
}
