// Immunization.manufacturer as a FHIR token: an identifier with its system (MVX, EU organisation number), else nothing.
import type { BundleEntry } from "./bundle.ts"
import { resolveMember } from "./references.ts"
import { tokenOf } from "./tokens.ts"
import type { ElementReader } from "./fhir-value.ts"

/**
 * The token of the manufacturer's identifier, in the reference itself or in the Organization of the bundle it names.
 * A name alone is no code and gives nothing, and so does an organization that the bundle lacks or has twice.
 * @throws FhirError `malformed-dose` for members of another type
 */
export function readManufacturer(entries: readonly BundleEntry[], entry: BundleEntry): string | undefined {
  const manufacturer = entry.resource.as("malformed-dose").element("manufacturer")
  const own = manufacturer?.element("identifier")
  if (own !== undefined) return readToken(own)
  const organization = resolveMember(entries, entry, manufacturer, ["Organization"])
  return organization?.resource.as("malformed-dose").elements("identifier").map(readToken)[0]
}

const readToken = (identifier: ElementReader): string | undefined =>
  tokenOf(identifier.text("system"), identifier.text("value"))
