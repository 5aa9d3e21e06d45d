// Which records may answer an item. Records about people the holder acts for are never picked by the wallet itself: which
// child is asked about stands in no request, and a record that satisfies the statement may be another child's.
import type { PresentationRequest, RequestAlternative } from "../../protocol/wire/presentation-request.ts"
import type { HeldCredential } from "./wallet.ts"

/**
 * The records that may answer one item.
 * @param picked - positions in the wallet, from 1, that the holder named; none is all
 */
export function recordsFor(
  request: PresentationRequest,
  item: number,
  credentials: readonly HeldCredential[],
  picked: readonly number[],
): readonly HeldCredential[] {
  const fitting = fittingOf(request, item, credentials)
  const named = fitting.filter(({ number }) => picked.includes(number))
  return (named.length > 0 ? named : fitting).map(({ held }) => held)
}

/** Per item about somebody the holder acts for, for whom more than one person's record may fit: which ones. */
export function findAmbiguous(
  request: PresentationRequest,
  credentials: readonly HeldCredential[],
  picked: readonly number[],
): readonly string[] {
  return request.items.flatMap((_, item) => {
    const wards = fittingOf(request, item, credentials).filter(
      ({ held }) => held.credential.subject === "ward",
    )
    const names = new Set(wards.map(({ held, number }) => held.name ?? number)) // one name is one person
    if (names.size < 2 || wards.some(({ number }) => picked.includes(number))) return []
    const numbers = wards.map(({ number }) => number).join(", ")
    return [`item ${item + 1}: records ${numbers} are about people you act for; say which one is meant`]
  })
}

interface Numbered {
  readonly number: number
  readonly held: HeldCredential
}

function fittingOf(
  { items }: PresentationRequest,
  item: number,
  credentials: readonly HeldCredential[],
): readonly Numbered[] {
  const alternatives = items[item]?.alternatives ?? []
  return credentials
    .map((held, i) => ({ number: i + 1, held }))
    .filter(({ held }) => alternatives.some((alternative) => isOfKind(held, alternative)))
}

function isOfKind({ credential }: HeldCredential, { registry, schemaId }: RequestAlternative): boolean {
  return credential.registry === registry && credential.schemaId === schemaId
}
