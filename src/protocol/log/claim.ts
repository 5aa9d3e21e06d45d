// Claims: what may be said once in a log. The key of a claim is UNIQUE there and is written with its entry or not at all.
import type { Fr } from "../primitives/field.ts"
import { taggedHash } from "../primitives/tagged-hash.ts"
import { jcsPart } from "../wire/canonical-json.ts"
import type { MainEntry } from "./entry.ts"

/** The parts of a claim, its word first; field elements are canonical decimals. */
export type Claim = MainClaim | ElectionClaim

type MainClaim =
  | readonly ["genesis"]
  | readonly ["circuit", id: string, vkeySha256: string]
  | readonly ["item" | "withdrawn", type: string, id: string, sha256: string]
  | readonly ["verifier", id: string, recordSha256: string, state: string]
  | readonly ["epoch", registry: string, number: string]
  | readonly ["answered" | "ended", requestHash: string]
  | readonly ["spent", nullifier: string]
  | readonly ["anchor", electionId: string, phase: string]
  | readonly ["closed"]

/** What may be said once in the log of an election; `i` and `k` are trustees, `n` a number of its own kind. */
export type ElectionClaim =
  | readonly ["ceremony" | "aborted" | "definition" | "open" | "close" | "tally" | "void"]
  | readonly ["trustee-key" | "dkg-commit" | "dkg-deal" | "dkg-confirm" | "signature" | "share", i: string]
  | readonly ["dkg-complaint", k: string, dealer: string]
  | readonly ["drill", round: string, i: string]
  | readonly ["ballot" | "challenged-ballot", ballotHash: string]
  | readonly ["r", x: Fr, y: Fr]
  | readonly ["seq" | "challenge", nullifier: Fr, n: string]
  | readonly ["extension", n: string]

/** What must hold under the lock before a draft may be written; `atLeast` and `sizeIs` are the only others there are. */
export type Precondition =
  | { readonly require: "exists" | "absent"; readonly claim: Claim }
  | { readonly require: "atLeast"; readonly count: number; readonly claims: readonly Claim[] }
  | { readonly require: "sizeIs"; readonly size: number }

/** The 32-byte UNIQUE key of a claim: hash("sotto/claim/v1"; JCS(parts)). */
export const claimKey = (claim: Claim): Uint8Array => taggedHash("sotto/claim/v1", jcsPart(claim))

/**
 * The claims that follow from an entry of the main log; those of an election's log are in election-claim.ts. `answered`
 * does not follow: the commitment hides the request.
 */
export function derivableClaims(entry: MainEntry): readonly Claim[] {
  switch (entry.kind) {
    case "log-genesis":
      return [["genesis"]]
    case "circuit-key":
      return [["circuit", entry.circuitId, entry.vkeySha256]]
    case "catalogue-item":
      return [["item", entry.type, entry.id, entry.sha256]]
    case "catalogue-withdrawal":
      return [["withdrawn", entry.type, entry.id, entry.sha256]]
    case "verifier-record":
      return [["verifier", entry.body.id, entry.body.recordSha256, entry.body.state]]
    case "registry-epoch":
      return [["epoch", entry.body.registry, String(entry.body.number)]]
    case "presentation":
      return entry.spent.map((nullifier): Claim => ["spent", nullifier])
    case "election-anchor":
      return [["anchor", entry.electionId, entry.phase]]
    case "log-close":
      return [["closed"]]
  }
}

/** What must hold under the lock for an entry's own sake; an auditor replays it from the entries alone. */
export function derivablePreconditions(entry: MainEntry): readonly Precondition[] {
  switch (entry.kind) {
    case "log-genesis":
      return [{ require: "sizeIs", size: 0 }]
    case "catalogue-withdrawal":
      return [{ require: "exists", claim: ["item", entry.type, entry.id, entry.sha256] }]
    case "registry-epoch": {
      const { registry, number } = entry.body
      return number === 1 ? [] : [{ require: "exists", claim: ["epoch", registry, String(number - 1)] }]
    }
    case "election-anchor":
      return entry.phase === "tally"
        ? [{ require: "exists", claim: ["anchor", entry.electionId, "open"] }]
        : []
    case "circuit-key":
    case "catalogue-item":
    case "verifier-record":
    case "presentation":
    case "log-close":
      return []
  }
}

/** The request was answered: at most one entry of the log answers it. */
export const answeredClaim = (requestHash: Fr): Claim => ["answered", requestHash]
/** The request was withdrawn by its verifier; the claim has no entry. */
export const endedClaim = (requestHash: Fr): Claim => ["ended", requestHash]
