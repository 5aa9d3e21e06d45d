// The part of fsck that needs the database: claims, preconditions, openings.
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { answeredClaim, claimKey, endedClaim } from "../../protocol/log/claim.ts"
import type { Claim, Precondition } from "../../protocol/log/claim.ts"
import { presentationCommitment } from "../../protocol/log/commitment.ts"
import { ReplayedClaimFacts } from "../../protocol/log/election-claim.ts"
import { isMainEntry } from "../../protocol/log/entry.ts"
import type { Entry } from "../../protocol/log/entry.ts"
import { parseStrictJson } from "../../protocol/wire/canonical-json.ts"
import { parsePresentationOpening } from "../../protocol/wire/presentation.ts"
import type { PresentationOpening } from "../../protocol/wire/presentation.ts"
import type { Report } from "./fsck-tree.ts"
import { impliedClaims, impliedPreconditions } from "./implied-claims.ts"
import type { SnapshotReads } from "./store.ts"

const PAGE = 1000 // rows of one read
type Claims = ReadonlyMap<string, number | null>

/** Every claim of a log: hexadecimal key to entry index. */
export async function readClaims(store: SnapshotReads, logId: number): Promise<Claims> {
  const claims = new Map<string, number | null>()
  for (let after = new Uint8Array(0); ;) {
    const rows = await store.listClaims(logId, after, PAGE)
    for (const row of rows) claims.set(bytesToHex(row.key), row.entryIndex)
    const last = rows.at(-1)
    if (last === undefined) return claims
    after = Uint8Array.from(last.key)
  }
}

/** The claims of each entry, with those of one log's entries before it taken into account. */
function* claimsInOrder(
  entries: readonly (Entry | null)[],
): Generator<{ index: number; entry: Entry; facts: ReplayedClaimFacts; claims: readonly Claim[] }> {
  const facts = new ReplayedClaimFacts()
  for (const [index, entry] of entries.entries()) {
    if (entry === null) continue
    yield { index, entry, facts, claims: impliedClaims(entry, facts) }
    if (!isMainEntry(entry)) facts.add(entry)
  }
}

/** K8: each claim an entry implies exists with its index, none is extra, one `answered` per presentation. */
export function checkClaims(entries: readonly (Entry | null)[], claims: Claims, report: Report): void {
  const explained = new Set<string>()
  for (const { index, claims: implied } of claimsInOrder(entries)) {
    for (const claim of implied) {
      const hex = hexOf(claim)
      const found = claims.get(hex)
      if (explained.has(hex))
        report("K8", `entry ${index}`, `${claim[0]} claimed once`, "claimed by an earlier entry")
      else if (found !== index)
        report(
          "K8",
          `claim ${claim[0]} of entry ${index}`,
          `index ${index}`,
          found === undefined ? "missing" : `index ${found}`,
        )
      explained.add(hex)
    }
  }
  const answered = new Map<number, number>()
  for (const [hex, index] of claims) {
    if (index === null || explained.has(hex)) continue
    if (entries[index]?.kind !== "presentation")
      report("K8", `claim ${hex}`, "a claim its entry implies", `index ${index}`)
    else answered.set(index, (answered.get(index) ?? 0) + 1)
  }
  for (const [index, entry] of entries.entries()) {
    const count = answered.get(index) ?? 0
    if (entry?.kind === "presentation" && count !== 1)
      report("K8", `entry ${index}`, "one answered claim", String(count))
  }
}

/** K9: the preconditions that follow from the entries alone held when each was written. */
export function checkPreconditions(entries: readonly (Entry | null)[], report: Report): void {
  const before = new Set<string>()
  for (const { index, entry, facts, claims } of claimsInOrder(entries)) {
    for (const one of impliedPreconditions(entry, facts)) {
      if (!held(one, before, index)) report("K9", `entry ${index}`, `${one.require} before it`, "not so")
    }
    for (const claim of claims) before.add(hexOf(claim))
  }
}

/** K10: kept openings open their commitments, and their requests are claimed as answered and not as withdrawn. */
export async function checkOpenings(
  store: SnapshotReads,
  entries: readonly (Entry | null)[],
  claims: Claims,
  report: Report,
): Promise<void> {
  for (let from = 0; ;) {
    const rows = await store.listOpenings(from, PAGE)
    for (const { index, salt, opening } of rows) {
      const body = readOpening(opening)
      const entry = entries[index]
      const commitment =
        body === null || salt.length !== 32 ? "malformed" : presentationCommitment(salt, body)
      const expected = entry?.kind === "presentation" ? entry.commitment : "a presentation entry"
      if (commitment !== expected) report("K10", `opening of entry ${index}`, expected, commitment)
      if (body === null) continue
      const answered = claims.get(hexOf(answeredClaim(body.requestHash)))
      if (answered !== index)
        report("K10", `opening of entry ${index}`, "its request claimed as answered", String(answered))
      if (claims.has(hexOf(endedClaim(body.requestHash)))) {
        report("K9", `entry ${index}`, "absent before it", "its request was withdrawn")
      }
    }
    const last = rows.at(-1)
    if (last === undefined) return
    from = last.index + 1
  }
}

function held(one: Precondition, before: ReadonlySet<string>, index: number): boolean {
  if (one.require === "sizeIs") return one.size === index
  if (one.require === "atLeast")
    return one.claims.filter((claim) => before.has(hexOf(claim))).length >= one.count
  return before.has(hexOf(one.claim)) === (one.require === "exists")
}

function readOpening(bytes: Uint8Array): PresentationOpening | null {
  try {
    return parsePresentationOpening(parseStrictJson(bytes, { maxBytes: 16 * 1024 }))
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}

const hexOf = (claim: Claim): string => bytesToHex(claimKey(claim))
