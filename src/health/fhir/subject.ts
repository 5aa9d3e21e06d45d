// Whose record it is: exactly one Patient (hl7.org/fhir/R4/patient.html), and every entry about that one; or, for a
// licence, one Practitioner and no patient at all.
import { parsePartialDay } from "../../protocol/credential/calendar.ts"
import type { BundleEntry, Collection } from "./bundle.ts"
import { FhirError } from "./fhir-error.ts"
import type { ElementReader } from "./fhir-value.ts"
import { findPolicyParties } from "./policy-parties.ts"
import { checkSharedReference } from "./shared-reference.ts"
import { resolveReference } from "./references.ts"

/** The person of a record. */
export type Subject =
  | { readonly kind: "patient" | "practitioner"; readonly entry: BundleEntry }
  /** Every entry names the same patient, who is described elsewhere. */
  | { readonly kind: "elsewhere" }

/**
 * The one person of a collection, after checking that every entry is about that one. Names are not read: that it is
 * the person at the desk, or the desk's ward, is for the issuer to check, and no credential holds a name. A patient who
 * is named only as the subscriber, owner or payor of somebody's coverage is a party to it and not its person.
 * @param isElsewhereAllowed - the desk states that the patient is described elsewhere
 * @throws FhirError `subject-missing`, `subject-mixed`, `reference-unresolved`, `malformed-bundle`
 */
export function findSubject({ entries, path }: Collection, isElsewhereAllowed = false): Subject {
  const patients = ofType(entries, "Patient")
  const [patient, second] = patients.length > 1 ? withoutParties(entries, patients) : patients
  if (second !== undefined) throw new FhirError("subject-mixed", second.resource.path)
  if (patient !== undefined) {
    for (const entry of entries) if (entry !== patient) checkSubject(entries, entry, patient)
    return { kind: "patient", entry: patient }
  }
  const named = entries.filter(({ resource }) => SUBJECT_MEMBERS.some((member) => resource.has(member)))
  if (patients.length === 0 && named.length === 0) return findPractitioner({ entries, path })
  if (patients.length > 0 || !isElsewhereAllowed) throw new FhirError("subject-missing", path)
  for (const entry of entries) checkIsNamed(entry)
  checkSharedReference(named, SUBJECT_MEMBERS)
  return { kind: "elsewhere" }
}

// The members by which resources of R4 say whom they are about, patient.html#compartment.
const SUBJECT_MEMBERS = ["patient", "subject", "beneficiary"]

const ofType = (entries: readonly BundleEntry[], type: string): readonly BundleEntry[] =>
  entries.filter(({ resourceType }) => resourceType === type)

function findPractitioner({ entries, path }: Collection): Subject {
  const [practitioner, second] = ofType(entries, "Practitioner")
  if (second !== undefined) throw new FhirError("subject-mixed", second.resource.path)
  for (const entry of entries) checkIsNamed(entry)
  if (practitioner === undefined) throw new FhirError("subject-missing", path)
  return { kind: "practitioner", entry: practitioner }
}

function withoutParties(
  entries: readonly BundleEntry[],
  patients: readonly BundleEntry[],
): readonly BundleEntry[] {
  const parties = findPolicyParties(entries)
  const named = findNamed(entries)
  return patients.filter((patient) => named.has(patient) || !parties.has(patient))
}

/** The entries that others name as the one they are about. */
function findNamed(entries: readonly BundleEntry[]): ReadonlySet<BundleEntry> {
  return new Set(
    entries.flatMap((entry) =>
      SUBJECT_MEMBERS.filter((member) => entry.resource.has(member)).flatMap((member) => {
        const reference = entry.resource.element(member)?.text("reference")
        return reference === undefined ? [] : resolveReference(entries, entry, reference)
      }),
    ),
  )
}

function checkIsNamed({ resourceType, resource }: BundleEntry): void {
  if (resourceType === "Immunization" && !resource.has("patient")) {
    throw new FhirError("subject-missing", `${resource.path}.patient`)
  }
}

function checkSubject(entries: readonly BundleEntry[], entry: BundleEntry, patient: BundleEntry): void {
  const { resource } = entry
  checkIsNamed(entry)
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

/**
 * The birth date of a patient.
 * @param today - days since 1970-01-01
 * @returns `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, or undefined when the record states none
 * @throws FhirError `malformed-bundle`, also for a date in the future
 */
export function readBirthDate(patient: ElementReader, today: number): string | undefined {
  const birthDate = patient.text("birthDate")
  if (birthDate === undefined) return undefined
  const days = parsePartialDay(birthDate)
  if (days === null || days[0] > today) throw new FhirError("malformed-bundle", `${patient.path}.birthDate`)
  return birthDate
}
