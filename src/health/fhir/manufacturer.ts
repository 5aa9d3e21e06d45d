// Immunization.manufacturer as a FHIR token: an identifier with its system (MVX, EU organisation number), else nothing.
import type { BundleEntry } from "./bundle.ts"
import type { ElementReader } from "./fhir-value.ts"
import { resolveReference } from "./references.ts"

/**
 * The token of the manufacturer's identifier, in the reference itself or in the Organization of the bundle it names.
 * A name alone is no code and gives nothing, and so does an organization that the bundle lacks or has twice.
 * @throws FhirError `malformed-dose` for members of another type
 */
export function readManufacturer(entries: readonly BundleEntry[], entry: BundleEntry): string | undefined {
  const manufacturer = entry.resource.as("malformed-dose").element("manufacturer")
  const own = manufacturer?.element("identifier")
  if (own !== undefined) return readToken(own)
  const reference = manufacturer?.text("reference")
  const found = reference === undefined ? [] : resolveReference(entries, entry, reference)
  const [organization] = found
  if (organization?.resourceType !== "Organization" || found.length > 1) return undefined
  return organization.resource.as("malformed-dose").elements("identifier").map(readToken)[0]
}

function readToken(identifier: ElementReader): string | undefined {
  const system = identifier.text("system")
  const value = identifier.text("value")
  if (system === undefined || value === undefined) return undefined
  return system.includes("|") || value.includes("|") ? undefined : `${system}|${value}`
}
