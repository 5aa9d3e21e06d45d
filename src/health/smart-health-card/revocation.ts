// S8: revocation lists, smart-on-fhir/health-cards:docs/index.md, "Revocation".
import { readCardJson } from "./card-json.ts"
import type { CardClaims } from "./claims.ts"
import { HealthCardError } from "./health-card-error.ts"
import type { IssuerKey } from "./issuer-keys.ts"
import { readSeconds } from "./numeric-date.ts"

/** What an issuer revoked under one key; the operator vouches for where the file came from, since lists are not signed. */
export interface RevocationList {
  readonly kid: string
  /** Rises with every update. */
  readonly ctr: number
  /** `rid` -> Unix seconds before which cards are revoked; Infinity for a bare `rid`. */
  readonly revokedBefore: ReadonlyMap<string, number>
}

const MAX_BYTES = 8 * 1024 * 1024 // 200,000 entries of 37 characters
const ENTRY = /^([A-Za-z0-9_-]{1,24})(?:\.([0-9]{1,16}))?$/

/**
 * Reads a list of method `rid`; cards revoked by other means must not pass for good, so other methods are refused.
 * @param bytes - untrusted
 * @throws HealthCardError `revocation-list-malformed`, `time-in-milliseconds`, `too-large`
 */
export function parseRevocationList(bytes: Uint8Array): RevocationList {
  const list = readCardJson(bytes, MAX_BYTES, "revocation-list-malformed")
  const [kid, ctr, rids] = [list.text("kid"), list.number("ctr"), list.list("rids")]
  if (kid === undefined) throw list.refuse("kid", "expected a key id")
  if (list.text("method") !== "rid") throw list.refuse("method", "expected rid")
  if (ctr === undefined || !Number.isSafeInteger(ctr)) throw list.refuse("ctr", "expected a counter")
  if (rids === undefined) throw list.refuse("rids", "expected a list")
  const revokedBefore = new Map<string, number>()
  for (const [i, entry] of rids.entries()) {
    const match = typeof entry === "string" ? ENTRY.exec(entry) : null
    if (match === null) throw list.refuse(`rids[${i}]`, "expected rid or rid.seconds")
    const [, rid = "", seconds] = match
    const before = seconds === undefined ? Infinity : readSeconds(Number(seconds), `${list.path}.rids[${i}]`)
    revokedBefore.set(rid, Math.max(before, revokedBefore.get(rid) ?? 0))
  }
  return { kid, ctr, revokedBefore }
}

/**
 * Refuses a card that is listed, or whose key asks for a list that is not at hand. A list at hand counts even where the
 * pinned key knows of none, since the key may have been pinned before the first revocation.
 * @throws HealthCardError `revocation-unavailable`, `card-revoked`
 */
export function checkRevocation(
  claims: CardClaims,
  { kid, crlVersion }: IssuerKey,
  lists: readonly RevocationList[],
): void {
  const own = lists.filter((list) => list.kid === kid)
  if (crlVersion !== undefined && !own.some(({ ctr }) => ctr >= crlVersion)) {
    throw new HealthCardError("revocation-unavailable", `expected a revocation list of ctr ${crlVersion}`)
  }
  const newest = own.reduce<RevocationList | null>(
    (best, list) => (best === null || list.ctr > best.ctr ? list : best),
    null,
  )
  if (newest === null || claims.rid === undefined) return
  if (claims.nbf < (newest.revokedBefore.get(claims.rid) ?? 0)) {
    throw new HealthCardError("card-revoked", "listed as revoked", "$.vc.rid")
  }
}
