// Every entry of a collection by its own reader: what one entry is refused for costs no other one.
import { IMMUNIZATION_1 } from "../../protocol/catalogue/schemas/immunization-1.ts"
import { assertHolds } from "./amount.ts"
import type { BundleEntry } from "./bundle.ts"
import { combineDoses } from "./combine-doses.ts"
import { readCoverage } from "./coverage.ts"
import { readDose } from "./dose.ts"
import type { Dose } from "./dose.ts"
import { FhirError } from "./fhir-error.ts"
import { qualificationsOf, readLicence } from "./licence.ts"
import { readObservation } from "./observation.ts"
import { defined } from "./record-context.ts"
import type { RecordContext } from "./record-context.ts"
import type { RecordDraft } from "./record-draft.ts"
import type { Subject } from "./subject.ts"

/** What the entries gave, in their order; immunizations, which are combined, come first. */
export interface Reading {
  readonly drafts: readonly RecordDraft[]
  readonly refusals: readonly FhirError[]
}

/** Reads every entry but the patient's own; whatever is neither a record nor beside one is reported. */
export function readEach(context: RecordContext, subject: Subject): Reading {
  const drafts: RecordDraft[] = []
  const refusals: FhirError[] = []
  const attempt: Attempt = (read) => {
    try {
      const found = read()
      for (const draft of found) assertCanBeSigned(draft)
      drafts.push(...found)
    } catch (cause) {
      if (!(cause instanceof FhirError)) throw cause
      refusals.push(cause)
    }
  }
  readDoses(context, attempt)
  for (const entry of context.entries) readEntry(context, subject, entry, attempt)
  return { drafts, refusals }
}

/** Keeps what is read, or the reason why it is refused. */
type Attempt = (read: () => readonly RecordDraft[]) => void

/** Doses count for the diseases they are against; one that is refused counts for none. */
function readDoses({ entries, person, today, report }: RecordContext, attempt: Attempt): void {
  const doses: Dose[] = []
  for (const entry of entries.filter(({ resourceType }) => resourceType === "Immunization")) {
    attempt(() => {
      doses.push(readDose(entries, entry, today))
      return []
    })
  }
  const { records, problems } = combineDoses(doses)
  for (const { code, path } of [...doses.flatMap((dose) => dose.problems), ...problems]) report(code, path)
  const birthDate = defined({ birthDate: person.birthDate })
  for (const { attributes, path } of records) {
    attempt(() => [{ schema: IMMUNIZATION_1, attributes: { ...attributes, ...birthDate }, path }])
  }
}

// What stands beside records and is read with them, or names people and places only.
const BESIDE = [
  "Immunization",
  "Patient",
  "DiagnosticReport",
  "Specimen",
  "Organization",
  "PractitionerRole",
].concat(["Location", "Encounter", "RelatedPerson", "Provenance"])

function readEntry(context: RecordContext, subject: Subject, entry: BundleEntry, attempt: Attempt): void {
  const { resourceType, resource } = entry
  if (resourceType === "Observation") {
    attempt(() => [readObservation(context, entry)].filter((draft) => draft !== null))
  } else if (resourceType === "Coverage") {
    attempt(() => readCoverage(context, entry))
  } else if (resourceType === "Practitioner") {
    if (subject.kind === "practitioner") readLicences(context, entry, attempt)
    // Beside a patient a practitioner is who gave the dose; a licence of theirs is no record of the patient.
    else if (resource.has("qualification"))
      context.report("not-the-subject", `${resource.path}.qualification`)
  } else if (!BESIDE.includes(resourceType)) context.report("resource-unused", resource.path)
}

function readLicences(context: RecordContext, entry: BundleEntry, attempt: Attempt): void {
  attempt(() => {
    for (const qualification of qualificationsOf(entry)) {
      attempt(() => [readLicence(context, entry, qualification)])
    }
    return []
  })
}

/** @throws FhirError for a value that issuing would refuse */
function assertCanBeSigned({ schema, attributes, path }: RecordDraft): void {
  for (const definition of schema.attributes) {
    const value = attributes[definition.name]
    if (value !== undefined) assertHolds(definition, value, path)
  }
}
