// References inside one bundle, hl7.org/fhir/R4/bundle.html#references. Nothing outside the bundle is ever fetched or
// believed: what does not resolve here does not resolve.
import type { BundleEntry } from "./bundle.ts"
import type { ElementReader } from "./fhir-value.ts"

/**
 * The entries that `reference`, written in `source`, can mean. Exactly one is a resolved reference.
 * @param reference - attacker-controlled: a full URL (also `urn:uuid:`, `resource:0`), or `Type/id`
 */
export function resolveReference(
  entries: readonly BundleEntry[],
  source: BundleEntry,
  reference: string,
): readonly BundleEntry[] {
  const { byUrl, byTypeAndId } = indexOf(entries)
  const absolute = byUrl.get(reference) ?? []
  if (absolute.length > 0 || !RELATIVE.test(reference)) return absolute
  const base = restBase(source)
  return (byTypeAndId.get(reference) ?? []).filter((entry) => {
    // Under two servers one `Type/id` names two people: where both sides say their server, it is compared as well.
    const own = restBase(entry)
    return base === null || own === null || base === own
  })
}

interface ReferenceIndex {
  readonly byUrl: ReadonlyMap<string, readonly BundleEntry[]>
  readonly byTypeAndId: ReadonlyMap<string, readonly BundleEntry[]>
}

// Entries never change, and a hostile record holds thousands of references: each must not walk over all entries.
const INDEXES = new WeakMap<readonly BundleEntry[], ReferenceIndex>()

function indexOf(entries: readonly BundleEntry[]): ReferenceIndex {
  const known = INDEXES.get(entries)
  if (known !== undefined) return known
  const byUrl = new Map<string, BundleEntry[]>()
  const byTypeAndId = new Map<string, BundleEntry[]>()
  const add = (index: Map<string, BundleEntry[]>, key: string, entry: BundleEntry): void => {
    const found = index.get(key)
    if (found === undefined) index.set(key, [entry])
    else found.push(entry)
  }
  for (const entry of entries) {
    if (entry.fullUrl !== undefined) add(byUrl, entry.fullUrl, entry)
    add(byTypeAndId, `${entry.resourceType}/${entry.id ?? ""}`, entry)
  }
  const index = { byUrl, byTypeAndId }
  INDEXES.set(entries, index)
  return index
}

/** `Type/id` with its source's server in front where that is known; any other reference as it stands. */
export function absoluteReference(source: BundleEntry, reference: string): string {
  return RELATIVE.test(reference) ? (restBase(source) ?? "") + reference : reference
}

/** The entry that a member's reference names, or undefined: none, several, or none of `types`. */
export function resolveMember(
  entries: readonly BundleEntry[],
  source: BundleEntry,
  member: ElementReader | undefined,
  types: readonly string[],
): BundleEntry | undefined {
  const reference = member?.text("reference")
  const found = reference === undefined ? [] : resolveReference(entries, source, reference)
  const [entry] = found
  return entry !== undefined && found.length === 1 && types.includes(entry.resourceType) ? entry : undefined
}

const RELATIVE = /^[A-Z][A-Za-z]{1,63}\/[A-Za-z0-9.-]{1,64}$/ // Type/id, references.html#literal and datatypes.html#id

/** `https://server/fhir/` of a full URL that ends in the resource's own `Type/id`, or null. */
function restBase({ fullUrl, resourceType, id }: BundleEntry): string | null {
  const tail = `/${resourceType}/${id ?? ""}`
  if (fullUrl === undefined || !/^https?:\/\//.test(fullUrl) || !fullUrl.endsWith(tail)) return null
  return fullUrl.slice(0, fullUrl.length - tail.length + 1)
}
