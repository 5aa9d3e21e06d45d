// Who pays: Coverage.payor as a FHIR token.
import type { BundleEntry } from "./bundle.ts"
import { FhirError } from "./fhir-error.ts"
import type { ElementReader } from "./fhir-value.ts"
import type { RecordContext } from "./record-context.ts"
import { resolveMember } from "./references.ts"
import { identifierToken, isOld, tokenOf, tokensOf } from "./tokens.ts"

/**
 * The identifier of the one payor: that of the reference itself, or of the Organization it names. Insurers' numbers often
 * carry no system but say what kind of number they are; the kind is then the namespace:
 * `http://terminology.hl7.org/CodeSystem/C4DICIdentifierType#payerid|45002`.
 * @throws FhirError `payor-missing`, `payor-ambiguous`, `payor-not-coded` for a person or a name alone
 */
export function readPayer({ entries }: RecordContext, entry: BundleEntry): string {
  const coverage = entry.resource.as("malformed-record")
  const path = `${coverage.path}.payor`
  const payors = coverage.elements("payor")
  const [payor, second] = payors
  if (payor === undefined) throw new FhirError("payor-missing", path)
  if (second !== undefined) throw new FhirError("payor-ambiguous", path)
  const own = payor.element("identifier")
  const organization = resolveMember(entries, entry, payor, ["Organization"])?.resource.as("malformed-record")
  const identifiers = own === undefined ? (organization?.elements("identifier") ?? []) : [own]
  const token =
    identifiers.map(identifierToken).find((found) => found !== undefined) ??
    identifiers.map(typedToken).find((found) => found !== undefined)
  if (token === undefined) throw new FhirError("payor-not-coded", payor.path)
  return token
}

function typedToken(identifier: ElementReader): string | undefined {
  const [kind, second] = tokensOf(identifier.element("type"))
  if (kind === undefined || second !== undefined || isOld(identifier)) return undefined
  return tokenOf(identifier.has("system") ? undefined : kind.replace("|", "#"), identifier.text("value"))
}
