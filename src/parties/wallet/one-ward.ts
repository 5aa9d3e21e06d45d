// Whether linked answers about people the holder acts for are one person's. No proof says so: a link joins the holder's own
// secret, so only the names that the holder gave keep one child's records from passing as another's.
import type { PresentationRequest } from "../../protocol/wire/presentation-request.ts"
import type { HeldCredential } from "./wallet.ts"

type Links = PresentationRequest["links"]

/** Items that are to be about one person: links that share an item are one. Ascending. */
export function linkedItems(links: Links): readonly (readonly number[])[] {
  return links
    .filter(({ kind }) => kind !== "differentCredentials")
    .reduce<readonly (readonly number[])[]>((groups, { items }) => {
      const met = groups.filter((group) => group.some((item) => items.includes(item)))
      const joined = [...new Set([...met.flat(), ...items])].sort((a, b) => a - b)
      return [...groups.filter((group) => !met.includes(group)), joined]
    }, [])
}

/** True when the records about wards among these are one record, or all carry one name. */
export function areOneWard(records: readonly HeldCredential[]): boolean {
  return new Set(wardsOf(records).map((held) => held.name ?? held)).size < 2
}

/** True when two of these are records about wards of different names; a record without a name may be anybody's. */
export function areNamedApart(records: readonly HeldCredential[]): boolean {
  return new Set(wardsOf(records).flatMap(({ name }) => name ?? [])).size > 1
}

/**
 * Which records of an assignment are of different people though the links make them one: a line per group of items.
 * @param chosen - one record per item
 * @param credentials - the wallet's, in its order; records are told by their position in it, from 1
 */
export function describeMixed(
  links: Links,
  chosen: readonly HeldCredential[],
  credentials: readonly HeldCredential[],
): readonly string[] {
  return linkedItems(links).flatMap((items) => {
    const records = items.flatMap((item) => chosen[item] ?? [])
    if (!areNamedApart(records)) return []
    const named = wardsOf(records).filter(({ name }) => name !== undefined)
    const numbers = [...new Set(named.map((held) => credentials.indexOf(held) + 1))].sort((a, b) => a - b)
    const places = items.map((item) => item + 1).join(", ")
    return [
      `items ${places} are to be about one person, but the names of records ${numbers.join(", ")} differ`,
    ]
  })
}

function wardsOf(records: readonly HeldCredential[]): readonly HeldCredential[] {
  return records.filter(({ credential }) => credential.subject === "ward")
}
