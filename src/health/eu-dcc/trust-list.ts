// The document signers that are believed, by key identifier: eu-dcc-hcert-spec, "The Key Identifier (KIDs)".
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import { sha256 } from "../../protocol/primitives/hash.ts"
import type { DccPlatform, SignerCertificate } from "./platform.ts"

/** Certificates by key identifier in hex; two certificates may share one. */
export type TrustList = ReadonlyMap<string, readonly SignerCertificate[]>

const KID_BYTES = 8

/**
 * Indexes signers under the first 8 bytes of the SHA-256 of their DER. What is no certificate is left out: a list of
 * thousands must not fail because of one that this runtime cannot read.
 * @param certificates - DER; the operator's choice of whom to believe, so no chain is followed
 */
export function prepareTrustList(certificates: readonly Uint8Array[], platform: DccPlatform): TrustList {
  const list = new Map<string, SignerCertificate[]>()
  for (const der of certificates) {
    const certificate = platform.readCertificate(der)
    if (certificate === null) continue
    const kid = bytesToHex(sha256(der).subarray(0, KID_BYTES))
    list.set(kid, [...(list.get(kid) ?? []), certificate])
  }
  return list
}
