// What an entry implies, whichever log it is of.
import { derivableClaims, derivablePreconditions } from "../../protocol/log/claim.ts"
import type { Claim, Precondition } from "../../protocol/log/claim.ts"
import { electionClaims, electionPreconditions } from "../../protocol/log/election-claim.ts"
import type { ClaimFacts } from "../../protocol/log/election-claim.ts"
import { isMainEntry } from "../../protocol/log/entry.ts"
import type { Entry } from "../../protocol/log/entry.ts"

/** The claims that follow from an entry and from those before it. @param facts - of the election; a main log needs none */
export function impliedClaims(entry: Entry, facts: ClaimFacts): readonly Claim[] {
  return isMainEntry(entry) ? derivableClaims(entry) : electionClaims(entry, facts)
}

/** The preconditions that follow from an entry and from those before it. */
export function impliedPreconditions(entry: Entry, facts: ClaimFacts): readonly Precondition[] {
  return isMainEntry(entry) ? derivablePreconditions(entry) : electionPreconditions(entry, facts)
}
