// What a verifier's request hashes to: every member exactly once, so a holder answers this request and no other.
import { bytesToBigint, decodeBase64Url, encodeBase64Url, bigintToBytes } from "../primitives/bytes.ts"
import { hashToField } from "../primitives/hash.ts"
import { parseVerifierKey } from "../primitives/note-key.ts"
import type { SigningKey } from "../primitives/note-key.ts"
import { poseidon, TAG } from "../primitives/poseidon.ts"
import { canonicalBytes } from "../wire/canonical-json.ts"
import type { Json } from "../wire/canonical-json.ts"
import type {
  ClaimPool,
  NullifierUse,
  PresentationRequest,
  VerifierRecord,
} from "../wire/presentation-request.ts"
import { isSignedBy, signDocument } from "../wire/signed-document.ts"
import { dateOf, dayAt, formatDay } from "./calendar.ts"
import { StatementError } from "./credential-error.ts"

/** A request before it is signed. */
export type UnsignedRequest = Omit<PresentationRequest, "signature">

/** The document form of a challenge: 31 bytes big-endian, base64url. @param challenge - below 2^248 */
export const encodeChallenge = (challenge: bigint): string => encodeBase64Url(bigintToBytes(challenge, 31))

/** The scalar of a request's challenge. */
export function challengeScalar({ challenge }: Pick<UnsignedRequest, "challenge">): bigint {
  const bytes = decodeBase64Url(challenge)
  if (bytes?.length !== 31) throw new RangeError("a parsed request has a challenge of 31 bytes")
  return bytesToBigint(bytes)
}

/** H31("sotto/audience/1", JCS(`verifier`)). */
const computeAudience = (request: UnsignedRequest): bigint => hash("sotto/audience/1", request.verifier)

/** H31("sotto/purpose/1", JCS(`purpose`)). */
const computePurpose = (request: UnsignedRequest): bigint => hash("sotto/purpose/1", request.purpose)

/** H31("sotto/circuit/1", JCS(`circuit`)). */
const computeCircuit = (request: UnsignedRequest): bigint => hash("sotto/circuit/1", request.circuit)

const HASHED_APART = ["challenge", "verifier", "purpose", "expiresAt", "circuit", "boundData", "signature"]

/**
 * H31("sotto/policy/1", JCS(the request without the members that are hashed apart, and without the signature)): also a
 * member that a later version adds is inside.
 */
export function computePolicy(request: UnsignedRequest): bigint {
  const members: readonly (readonly [string, Json])[] = Object.entries(request)
  return hash(
    "sotto/policy/1",
    Object.fromEntries(members.filter(([member]) => !HASHED_APART.includes(member))),
  )
}

/** P(1008, challenge, audience, purpose, policy, expiresAt, circuit, boundData). */
export function computeRequestHash(request: UnsignedRequest): bigint {
  return poseidon(
    TAG.request,
    challengeScalar(request),
    computeAudience(request),
    computePurpose(request),
    computePolicy(request),
    BigInt(request.expiresAt),
    computeCircuit(request),
    BigInt(request.boundData),
  )
}

/**
 * Where a nullifier of this item may be compared: derived, never given. `once` and `pseudonym` share it within
 * (origin, verifier, purpose, use, epoch); `once` in a pool within (origin, pool, use, epoch), whoever asks and in
 * whatever words; `request` is useless outside this request.
 * @param itemIndex - of an item that exists, else RangeError
 */
export function computeScope(request: UnsignedRequest, itemIndex: number): bigint {
  const item = request.items[itemIndex]
  if (item === undefined) throw new RangeError(`no item ${itemIndex}`)
  const { id: verifier, origin } = request.verifier
  if (item.nullifier.use === "request") {
    return hash("sotto/scope/request/1", { challenge: request.challenge, origin, verifier })
  }
  const { epoch, use } = item.nullifier
  if (use === "once" && item.nullifier.pool !== undefined) {
    // The origin stays in: two ledgers could not refuse each other's claims, only recognise who makes them.
    return hash("sotto/scope/pool/1", { epoch, origin, pool: item.nullifier.pool, use })
  }
  return hash("sotto/scope/1", { epoch, origin, purpose: request.purpose.code, use, verifier })
}

/** The signed request. @param key - the verifier's, whose text form is `verifier.key` */
export function signRequest(request: UnsignedRequest, key: SigningKey): PresentationRequest {
  return signDocument(request, key)
}

/**
 * True when `verifier.key` signed everything else in the request. Whether that key is the verifier's is the directory's
 * question. @throws ProtocolError `malformed-log` when `verifier.key` is no note key
 */
export function isRequestSigned(request: PresentationRequest): boolean {
  return isSignedBy(request, parseVerifierKey(request.verifier.key))
}

/** Longest life of a request, seconds. */
export const MAX_LIFETIME_SECONDS = 900

/**
 * Checks what a request says twice: createdAt = asOf, a life of at most 900 s, epochs that contain asOf (UTC), pools
 * of the verifier's own record under the pool's rule, registries that are named, links between items that exist.
 * @throws StatementError `scope-epoch-mismatch`, `request-inconsistent`
 */
export function assertConsistent(request: UnsignedRequest): void {
  const { createdAt, asOf, expiresAt, items, links, registries } = request
  const life = expiresAt - createdAt
  if (createdAt !== asOf || life <= 0 || life > MAX_LIFETIME_SECONDS)
    throw inconsistent("the life of the request")
  const epochs = epochsAt(asOf)
  for (const { alternatives, nullifier } of items) {
    if (nullifier.use !== "request" && !epochs.includes(nullifier.epoch)) {
      throw new StatementError("scope-epoch-mismatch", `the epoch ${nullifier.epoch} does not contain asOf`)
    }
    if (!keepsPoolRule(nullifier, request.verifier)) throw inconsistent("a pool")
    if (!alternatives.every(({ registry }) => Object.hasOwn(registries, registry)))
      throw inconsistent("a registry")
  }
  for (const link of links) {
    const isDistinct = new Set(link.items).size === link.items.length
    if (!isDistinct || !link.items.every((item) => item < items.length)) throw inconsistent("a link")
    if (link.kind === "differentCredentials" && !countsEntitlements(request, link.items))
      throw inconsistent("a link")
  }
  if (!saysWhatIsCounted(request)) throw inconsistent("two items of one pool without a link")
}

/** Every epoch that contains an instant: day, month, quarter and year in UTC, and `always`. */
export function epochsAt(unixSeconds: number): readonly string[] {
  const day = dayAt(unixSeconds, "Z")
  const text = formatDay(day)
  const year = text.slice(0, 4)
  return [text, text.slice(0, 7), `${year}-Q${Math.ceil(dateOf(day).month / 3)}`, year, "always"]
}

/** The pool that a nullifier use names, by the verifier's own record; null when it names none, or none of the record's. */
export function poolOf(nullifier: NullifierUse, verifier: Pick<VerifierRecord, "pools">): ClaimPool | null {
  if (nullifier.use !== "once" || nullifier.pool === undefined) return null
  return verifier.pools?.find(({ name }) => name === nullifier.pool) ?? null
}

const PERIODS: Readonly<Record<ClaimPool["period"], RegExp>> = {
  always: /^always$/,
  year: /^[0-9]{4}$/,
  quarter: /^[0-9]{4}-Q[1-4]$/,
  month: /^[0-9]{4}-[0-9]{2}$/,
  day: /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/,
}

// A verifier that counted people, or by other epochs, than the rest of its pool would let an entitlement be used twice.
function keepsPoolRule(nullifier: NullifierUse, verifier: VerifierRecord): boolean {
  if (nullifier.use !== "once" || nullifier.pool === undefined) return true
  const pool = poolOf(nullifier, verifier)
  return pool !== null && pool.mode === nullifier.mode && PERIODS[pool.period].test(nullifier.epoch)
}

// Two entitlements of one person: credential-bound nullifiers that can be compared with each other.
function countsEntitlements({ items }: UnsignedRequest, linked: readonly number[]): boolean {
  const uses = linked.map((index) => items[index]?.nullifier)
  const [first] = uses
  return uses.every(
    (use) =>
      use?.mode === "credential" && use.use === first?.use && comparedWithin(use) === comparedWithin(first),
  )
}

// Equal nullifiers of one answer are spent once. So two items of one pool say whether they mean one entitlement or two:
// unsaid, one would answer both and be paid twice.
function saysWhatIsCounted({ items, links }: UnsignedRequest): boolean {
  const counted = items.flatMap(({ nullifier }, item) =>
    nullifier.use === "once" && nullifier.pool !== undefined
      ? [{ item, within: comparedWithin(nullifier) }]
      : [],
  )
  const isSaid = (a: number, b: number): boolean =>
    links.some(({ kind, items: linked }) => kind !== "samePerson" && linked.includes(a) && linked.includes(b))
  return counted.every((one) =>
    counted.every(
      (other) => one.item >= other.item || one.within !== other.within || isSaid(one.item, other.item),
    ),
  )
}

// Epoch and pool: nullifiers of one record differ between two of them, and a re-issue would count as another entitlement.
function comparedWithin(nullifier: NullifierUse): string {
  if (nullifier.use === "request") return ""
  return nullifier.use === "once" && nullifier.pool !== undefined
    ? `${nullifier.epoch} ${nullifier.pool}`
    : nullifier.epoch
}

function inconsistent(what: string): StatementError {
  return new StatementError("request-inconsistent", `request-inconsistent: ${what}`)
}

function hash(label: string, value: Json): bigint {
  return hashToField(label, canonicalBytes(value))
}
