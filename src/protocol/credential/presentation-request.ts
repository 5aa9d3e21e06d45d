// What a verifier's request hashes to: every member exactly once, so a holder answers this request and no other.
import { bytesToBigint, decodeBase64Url, encodeBase64Url, bigintToBytes } from "../primitives/bytes.ts"
import { hashToField } from "../primitives/hash.ts"
import { parseVerifierKey } from "../primitives/note-key.ts"
import type { SigningKey } from "../primitives/note-key.ts"
import { poseidon, TAG } from "../primitives/poseidon.ts"
import { canonicalBytes } from "../wire/canonical-json.ts"
import type { Json } from "../wire/canonical-json.ts"
import type { PresentationRequest } from "../wire/presentation-request.ts"
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
 * (origin, verifier, purpose, use, epoch); `request` is useless outside this request.
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
 * Checks what a request says twice: createdAt = asOf, a life of at most 900 s, epochs that contain asOf (UTC), registries
 * that are named, links between items that exist.
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
    if (!alternatives.every(({ registry }) => Object.hasOwn(registries, registry)))
      throw inconsistent("a registry")
  }
  for (const link of links) {
    const isDistinct = new Set(link.items).size === link.items.length
    if (!isDistinct || !link.items.every((item) => item < items.length)) throw inconsistent("a link")
    if (link.kind === "differentCredentials" && !countsEntitlements(request, link.items))
      throw inconsistent("a link")
  }
}

/** Every epoch that contains an instant: day, month, quarter and year in UTC, and `always`. */
export function epochsAt(unixSeconds: number): readonly string[] {
  const day = dayAt(unixSeconds, "Z")
  const text = formatDay(day)
  const year = text.slice(0, 4)
  return [text, text.slice(0, 7), `${year}-Q${Math.ceil(dateOf(day).month / 3)}`, year, "always"]
}

// Two entitlements of one person: credential-bound nullifiers that can be compared with each other.
function countsEntitlements({ items }: UnsignedRequest, linked: readonly number[]): boolean {
  const uses = linked.map((index) => items[index]?.nullifier)
  const epochs = new Set(uses.map((use) => (use === undefined || use.use === "request" ? "" : use.epoch)))
  return uses.every((use) => use?.mode === "credential" && use.use === uses[0]?.use) && epochs.size === 1
}

function inconsistent(what: string): StatementError {
  return new StatementError("request-inconsistent", `request-inconsistent: ${what}`)
}

function hash(label: string, value: Json): bigint {
  return hashToField(label, canonicalBytes(value))
}
