// Whose record a bundle is: exactly one Patient (hl7.org/fhir/R4/patient.html), and every entry about that one.
import { parsePartialDay } from "../../protocol/credential/calendar.ts"
import type { BundleEntry } from "./bundle.ts"
import { FhirError } from "./fhir-error.ts"
import type { ElementReader } from "./fhir-value.ts"
import { resolveReference } from "./references.ts"

/**
 * The birth date of the one patient of a bundle, after checking that every entry is about that one. Names are not read:
 * that the patient is the person at the desk is for the issuer to check, and no credential holds a name.
 * @param today - days since 1970-01-01
 * @returns `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, or undefined when the record states none
 * @throws FhirError `subject-missing`, `subject-mixed`, `reference-unresolved`, `malformed-bundle`
 */
export function readSubject(entries: readonly BundleEntry[], today: number): string | undefined {
  const [patient, second] = entries.filter(({ resourceType }) => resourceType === "Patient")
  if (patient === undefined) throw new FhirError("subject-missing", "$.entry")
  if (second !== undefined) throw new FhirError("subject-mixed", second.resource.path)
  for (const entry of entries) {
    if (entry !== patient) checkSubject(entries, entry, patient)
  }
  return readBirthDate(patient.resource, today)
}

// The members by which resources of R4 say whom they are about, patient.html#compartment.
const SUBJECT_MEMBERS = ["patient", "subject", "beneficiary"]

function checkSubject(entries: readonly BundleEntry[], entry: BundleEntry, patient: BundleEntry): void {
  const { resource } = entry
  if (entry.resourceType === "Immunization" && !resource.has("patient")) {
    throw new FhirError("subject-missing", `${resource.path}.patient`)
  }
  for (const member of SUBJECT_MEMBERS.filter((name) => resource.has(name))) {
    const reference = resource.element(member)?.text("reference")
    const path = `${resource.path}.${member}`
    // A person named by display or identifier alone may be anybody.
    if (reference === undefined) throw new FhirError("reference-unresolved", path)
    const found = resolveReference(entries, entry, reference)
    if (found.length === 0) throw new FhirError("reference-unresolved", `${path}.reference`)
    if (found.length > 1 || found[0] !== patient) throw new FhirError("subject-mixed", `${path}.reference`)
  }
}

function readBirthDate(patient: ElementReader, today: number): string | undefined {
  const birthDate = patient.text("birthDate")
  if (birthDate === undefined) return undefined
  const days = parsePartialDay(birthDate)
  if (days === null || days[0] > today) throw new FhirError("malformed-bundle", `${patient.path}.birthDate`)
  return birthDate
}
