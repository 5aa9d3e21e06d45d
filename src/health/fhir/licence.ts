// The qualifications of a FHIR R4 Practitioner (hl7.org/fhir/R4/practitioner.html) as licences to practise.
import { assertHolds, definitionOf } from "./amount.ts"
import { formatDay } from "../../protocol/credential/calendar.ts"
import { LICENCE_1 } from "../../protocol/catalogue/schemas/licence-1.ts"
import type { BundleEntry } from "./bundle.ts"
import { countryOf } from "./country.ts"
import { FhirError } from "./fhir-error.ts"
import type { ElementReader } from "./fhir-value.ts"
import { readPeriod } from "./period.ts"
import { defined } from "./record-context.ts"
import type { RecordContext } from "./record-context.ts"
import type { RecordDraft } from "./record-draft.ts"
import { resolveMember } from "./references.ts"
import { conceptToken, isOld } from "./tokens.ts"

/**
 * The qualifications of a Practitioner entry.
 * @throws FhirError `record-not-active`, `malformed-record`
 */
export function qualificationsOf(entry: BundleEntry): readonly ElementReader[] {
  const practitioner = entry.resource.as("malformed-record")
  if (practitioner.flag("active") === false) {
    throw new FhirError("record-not-active", `${practitioner.path}.active`)
  }
  return practitioner.elements("qualification")
}

/**
 * One qualification as licence/1. Jurisdiction is the country of the board that issued it; standing is the board's own
 * statement at the desk.
 * @throws FhirError of a `LicenceRefusal`; `date-incomplete`, `date-in-future`, `malformed-record`, `value-malformed`
 */
export function readLicence(
  context: RecordContext,
  entry: BundleEntry,
  qualification: ElementReader,
): RecordDraft {
  const { path } = qualification
  const profession = conceptToken(qualification.element("code"))
  if (typeof profession !== "string") throw new FhirError("qualification-not-coded", `${path}.code`)
  const issuer = qualification.element("issuer")
  if (issuer === undefined) throw new FhirError("issuer-missing", `${path}.issuer`)
  const { start, end } = readPeriod(qualification.element("period"))
  if (start === undefined) throw new FhirError("period-missing", `${path}.period`)
  if (start > context.today) throw new FhirError("date-in-future", `${path}.period.start`)
  const board = resolveMember(context.entries, entry, issuer, ["Organization"])?.resource.as(
    "malformed-record",
  )
  const jurisdiction = countryOf(board?.elements("address") ?? [])
  if (jurisdiction === undefined) throw new FhirError("jurisdiction-unknown", issuer.path)
  const { standing } = context.options
  if (standing === undefined) throw new FhirError("standing-not-stated", path)
  assertHolds(definitionOf(LICENCE_1, "standing"), standing, path)
  const attributes = {
    ...{ profession, jurisdiction, standing, issuedOn: formatDay(start) },
    ...defined({ expiresOn: end === undefined ? undefined : formatDay(end) }),
    licenceNumber: readNumber(qualification),
  }
  return { schema: LICENCE_1, attributes, path }
}

function readNumber(qualification: ElementReader): string {
  const identifiers = qualification.elements("identifier").filter((identifier) => !isOld(identifier))
  const [number, second] = [...new Set(identifiers.map((identifier) => identifier.text("value")))]
  if (number === undefined || second !== undefined) {
    throw new FhirError("licence-number-missing", `${qualification.path}.identifier`)
  }
  return number
}
