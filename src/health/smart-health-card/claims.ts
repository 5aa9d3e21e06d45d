// S6 and S7: what the inflated payload of a card claims, smart-on-fhir/health-cards:docs/index.md, "Health Cards are
// encoded as Compact Serialization JSON Web Signatures".
import { readCardJson } from "./card-json.ts"
import type { CardReader } from "./card-json.ts"
import { HealthCardError } from "./health-card-error.ts"
import { readSeconds } from "./numeric-date.ts"

/** Inflated bytes of one card: 600 times an ordinary one, and below what a page can parse at once. */
export const MAX_PAYLOAD_BYTES = 1024 * 1024

/** JSON path of the bundle in the payload. */
export const BUNDLE_PATH = "$.vc.credentialSubject.fhirBundle"

/** Claims in their types; the times are not yet compared with a clock. */
export interface CardClaims {
  readonly iss: string
  /** Unix seconds. */
  readonly nbf: number
  readonly exp?: number
  readonly rid?: string
  /** JSON bytes of the FHIR bundle. */
  readonly bundle: Uint8Array
  readonly isHealthCard: boolean
  readonly fhirVersion: string
}

/**
 * Reads the payload of a card whose signature was verified. Unknown claims and types are passed over, as the
 * specification wants.
 * @param bytes - inflated; written by a pinned issuer, and still checked like anybody's
 * @throws HealthCardError `payload-malformed`, `time-in-milliseconds`, `too-large`
 */
export function readClaims(bytes: Uint8Array): CardClaims {
  const payload = readCardJson(bytes, MAX_PAYLOAD_BYTES, "payload-malformed")
  const vc = required(payload, "vc", payload.object("vc"))
  const subject = required(vc, "credentialSubject", vc.object("credentialSubject"))
  const exp = payload.number("exp")
  const rid = vc.text("rid")
  if (rid !== undefined && !RID.test(rid)) throw vc.refuse("rid", "expected base64url characters")
  return {
    iss: required(payload, "iss", payload.text("iss")),
    nbf: readSeconds(required(payload, "nbf", payload.number("nbf")), "$.nbf"),
    ...(exp === undefined ? {} : { exp: readSeconds(exp, "$.exp") }),
    ...(rid === undefined ? {} : { rid }),
    bundle: required(subject, "fhirBundle", subject.bytes("fhirBundle")),
    isHealthCard: required(vc, "type", vc.list("type")).includes(HEALTH_CARD),
    fhirVersion: required(subject, "fhirVersion", subject.text("fhirVersion")),
  }
}

/** The form of a revocation identifier. */
const RID = /^[A-Za-z0-9_-]{1,24}$/
const HEALTH_CARD = "https://smarthealth.cards#health-card"
const FHIR_R4 = /^4\.0\.[0-9]{1,3}$/
/** Clocks of issuers may be a minute ahead of ours. */
const LEEWAY_SECONDS = 60

/**
 * Refuses a card that is not valid now, or is none of FHIR R4.
 * @param now - Unix seconds
 * @throws HealthCardError `not-yet-valid`, `expired`, `card-type`
 */
export function checkClaims({ nbf, exp, isHealthCard, fhirVersion }: CardClaims, now: number): void {
  if (nbf > now + LEEWAY_SECONDS) throw new HealthCardError("not-yet-valid", "a time to come", "$.nbf")
  if (exp !== undefined && exp <= now) throw new HealthCardError("expired", "a time gone by", "$.exp")
  if (!isHealthCard) throw new HealthCardError("card-type", "no health card", "$.vc.type")
  if (!FHIR_R4.test(fhirVersion)) {
    throw new HealthCardError("card-type", "expected 4.0", "$.vc.credentialSubject.fhirVersion")
  }
}

function required<T>(reader: CardReader, member: string, value: T | undefined): T {
  if (value === undefined) throw reader.refuse(member, "missing")
  return value
}
