// Countries of addresses (hl7.org/fhir/R4/datatypes.html#Address): only where they are written as ISO 3166 codes.
import type { ElementReader } from "./fhir-value.ts"
import { isOld } from "./tokens.ts"

/** The one country that addresses in use name by its two letters, as `urn:iso:std:iso:3166|AT`; else undefined. */
export function countryOf(addresses: readonly ElementReader[]): string | undefined {
  const codes = addresses.filter((address) => !isOld(address)).map((address) => address.text("country"))
  const [only, second] = [...new Set(codes.filter((code) => code !== undefined))]
  return only !== undefined && second === undefined && /^[A-Z]{2}$/.test(only)
    ? `urn:iso:std:iso:3166|${only}`
    : undefined
}
