// The claims of a certificate's CWT (RFC 8392; eu-dcc-hcert-spec, "CWT Claims") and its time checks.
import { isCborMap, readCbor } from "./cbor.ts"
import type { CborMap, CborValue } from "./cbor.ts"
import { DccError } from "./dcc-error.ts"

/** What the signer says about the certificate, before time and schema are judged. */
export interface Claims {
  /** Unix seconds, fractions floored. */
  readonly issuedAt: number
  readonly expiresAt: number
  /** Claim -260, member 1. */
  readonly certificate: CborMap
}

const EXP = 4
const IAT = 6
const HCERT = -260
const EU_DCC_V1 = 1
/** Seconds reach this in the year 5138, milliseconds reached it in 1973. */
const FIRST_MILLISECONDS = 100_000_000_000

/**
 * Reads the claims of a signed payload.
 * @throws DccError `cbor-malformed` when the payload is no map with numbers 4 and 6 and a certificate under -260/1,
 * `time-in-milliseconds`
 */
export function readClaims(payload: Uint8Array): Claims {
  const claims = readCbor(payload)
  const container = isCborMap(claims) ? claims.get(HCERT) : undefined
  const certificate = isCborMap(container) ? container.get(EU_DCC_V1) : undefined
  if (!isCborMap(claims) || !isCborMap(certificate)) throw new DccError("cbor-malformed")
  return { issuedAt: secondsOf(claims.get(IAT)), expiresAt: secondsOf(claims.get(EXP)), certificate }
}

/** NumericDate of RFC 8392 section 2: an integer or a float, without the tag. */
function secondsOf(claim: CborValue | undefined): number {
  if (typeof claim !== "number") throw new DccError("cbor-malformed")
  if (claim >= FIRST_MILLISECONDS) throw new DccError("time-in-milliseconds")
  return Math.floor(claim)
}

/**
 * Passes when issuedAt <= now <= expiresAt: the certificate is expired "after" claim 4, and issuers count on its last
 * second.
 * @param now - Unix seconds
 * @throws DccError `not-yet-valid`, `expired`
 */
export function checkTime({ issuedAt, expiresAt }: Claims, now: number): void {
  if (now < issuedAt) throw new DccError("not-yet-valid")
  if (now > expiresAt) throw new DccError("expired")
}
