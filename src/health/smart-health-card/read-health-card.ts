// Intake of a SMART Health Card (smart-on-fhir/health-cards:docs/index.md): signed text in, typed attributes out.
import { SECONDS_PER_DAY } from "../../protocol/credential/calendar.ts"
import { FhirError } from "../fhir/fhir-error.ts"
import type { Intake } from "../fhir/intake.ts"
import type { ReadOptions } from "../fhir/read-options.ts"
import { readRecords } from "../fhir/read-records.ts"
import { BUNDLE_PATH, checkClaims, MAX_PAYLOAD_BYTES, readClaims } from "./claims.ts"
import type { CardClaims } from "./claims.ts"
import { HealthCardError } from "./health-card-error.ts"
import type { IssuerKey, PinnedIssuers } from "./issuer-keys.ts"
import { isSignedBy, parseJws } from "./jws.ts"
import type { Jws } from "./jws.ts"
import { decodeNumericQr, QR_PREFIX } from "./numeric-qr.ts"
import { checkRevocation } from "./revocation.ts"
import type { RevocationList } from "./revocation.ts"

/** What a card is checked against; all of it is the reader's own. */
export interface HealthCardContext {
  /** Unix seconds. */
  readonly now: number
  readonly issuers: PinnedIssuers
  readonly revocations: readonly RevocationList[]
  /** One whole RFC 1951 stream of at most `maxBytes` inflated bytes, or null: damaged, too long, bytes after its end. */
  readonly inflateRaw: (bytes: Uint8Array, maxBytes: number) => Uint8Array | null
  /** What the desk states about the records inside. */
  readonly records?: ReadOptions
}

/** As for every record: 256 KiB. */
const MAX_TEXT = 256 * 1024

/**
 * Reads one card: checks S1 to S8 in their order, then reads its records. The key is found by `kid` among the pinned
 * ones and the signature verified before anything is inflated; only then is the payload's `iss` known, and it must name
 * an issuer whose key this is.
 * @param texts - attacker-controlled: the texts of the card's QR codes in any order, or its compact JWS alone
 * @throws HealthCardError for the card, FhirError for the records inside it; nothing else for any texts
 */
export function readHealthCard(texts: readonly string[], context: HealthCardContext): Intake {
  const jws = parseJws(joinTexts(texts))
  const signers = findSigners(jws, context.issuers)
  if (!isSignedBy(jws, signers[0].key.point)) {
    throw new HealthCardError("signature-invalid", "not signed by the key it names")
  }
  const payload = context.inflateRaw(jws.payload, MAX_PAYLOAD_BYTES)
  if (payload === null)
    throw new HealthCardError("inflate-failed", "not one deflated stream of bounded length")
  const claims = readClaims(payload)
  const key = findIssuer(claims, signers, context.issuers)
  checkClaims(claims, context.now)
  checkRevocation(claims, key, context.revocations)
  return readBundleOf(claims, context)
}

function joinTexts(texts: readonly string[]): string {
  const length = texts.reduce((sum, text) => sum + text.length, 0)
  if (length > MAX_TEXT) throw new HealthCardError("too-large", `expected at most ${MAX_TEXT} characters`)
  const [only] = texts
  const isJws = texts.length === 1 && only?.startsWith(QR_PREFIX) === false
  return isJws ? only : decodeNumericQr(texts)
}

interface Signer {
  readonly iss: string
  readonly key: IssuerKey
}

/** Every pinned issuer that has the key; the key itself is one, since its id is its thumbprint. */
function findSigners({ kid }: Jws, issuers: PinnedIssuers): readonly [Signer, ...Signer[]] {
  const [first, ...others] = [...issuers].flatMap(([iss, keys]) =>
    keys.filter((key) => key.kid === kid).map((key) => ({ iss, key })),
  )
  if (first === undefined)
    throw new HealthCardError("issuer-unknown", "signed with a key of no pinned issuer")
  return [first, ...others]
}

function findIssuer({ iss }: CardClaims, signers: readonly Signer[], issuers: PinnedIssuers): IssuerKey {
  const signer = signers.find((candidate) => candidate.iss === iss)
  if (signer !== undefined) return signer.key
  if (!issuers.has(iss)) throw new HealthCardError("issuer-unknown", "an issuer that is not pinned", "$.iss")
  throw new HealthCardError("key-mismatch", "signed with another issuer's key", "$.iss")
}

function readBundleOf({ bundle }: CardClaims, { now, records: options }: HealthCardContext): Intake {
  const rooted = <T extends { readonly path: string }>(item: T): T => ({
    ...item,
    path: BUNDLE_PATH + item.path.slice(1),
  })
  try {
    const { records, notices } = readRecords(bundle, Math.floor(now / SECONDS_PER_DAY), options)
    return { records: records.map(rooted), notices: notices.map(rooted) }
  } catch (cause) {
    if (!(cause instanceof FhirError)) throw cause
    throw new FhirError(cause.code, BUNDLE_PATH + cause.path.slice(1), { cause })
  }
}
