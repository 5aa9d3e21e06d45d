// References inside one bundle, hl7.org/fhir/R4/bundle.html#references. Nothing outside the bundle is ever fetched or
// believed: what does not resolve here does not resolve.
import type { BundleEntry } from "./bundle.ts"

/**
 * The entries that `reference`, written in `source`, can mean. Exactly one is a resolved reference.
 * @param reference - attacker-controlled: a full URL (also `urn:uuid:`, `resource:0`), or `Type/id`
 */
export function resolveReference(
  entries: readonly BundleEntry[],
  source: BundleEntry,
  reference: string,
): readonly BundleEntry[] {
  const absolute = entries.filter(({ fullUrl }) => fullUrl === reference)
  if (absolute.length > 0 || !RELATIVE.test(reference)) return absolute
  const base = restBase(source)
  return entries.filter((entry) => {
    // Under two servers one `Type/id` names two people: where both sides say their server, it is compared as well.
    const own = restBase(entry)
    const isSameServer = base === null || own === null || base === own
    return isSameServer && `${entry.resourceType}/${entry.id ?? ""}` === reference
  })
}

const RELATIVE = /^[A-Z][A-Za-z]{1,63}\/[A-Za-z0-9.-]{1,64}$/ // Type/id, references.html#literal and datatypes.html#id

/** `https://server/fhir/` of a full URL that ends in the resource's own `Type/id`, or null. */
function restBase({ fullUrl, resourceType, id }: BundleEntry): string | null {
  const tail = `/${resourceType}/${id ?? ""}`
  if (fullUrl === undefined || !/^https?:\/\//.test(fullUrl) || !fullUrl.endsWith(tail)) return null
  return fullUrl.slice(0, fullUrl.length - tail.length + 1)
}
