// Intake of a FHIR R4 bundle of immunizations: records in, typed attributes out. Rules: the intake table of this room.
import { readBundle } from "./bundle.ts"
import type { BundleEntry } from "./bundle.ts"
import { combineDoses } from "./combine-doses.ts"
import type { ImmunizationRecord } from "./combine-doses.ts"
import { readDose } from "./dose.ts"
import type { Dose } from "./dose.ts"
import { FhirError } from "./fhir-error.ts"
import type { DoseRefusal, IntakeProblem } from "./fhir-error.ts"
import { findSubject, readBirthDate } from "./subject.ts"

/** What a bundle says about one person's immunizations. */
export interface ImmunizationIntake {
  /** One per disease. */
  readonly records: readonly ImmunizationRecord[]
  /** Doses left out, copies dropped, attributes left absent: code and path, never a value. */
  readonly problems: readonly IntakeProblem[]
}

/**
 * Reads a bundle. A dose that was not given, is void, is of no known vaccine or of no known day is left out and
 * reported; a bundle without any other dose is refused with the code of the first one.
 * @param bytes - attacker-controlled; whoever signed the record was checked before, or is the issuer itself
 * @param today - days since 1970-01-01
 * @throws FhirError; nothing else for any bytes
 */
export function readImmunizations(bytes: Uint8Array, today: number): ImmunizationIntake {
  const collection = { entries: readBundle(bytes), path: "$.entry" }
  const subject = findSubject(collection)
  if (subject.kind !== "patient") throw new FhirError("subject-missing", collection.path)
  const birthDate = readBirthDate(subject.entry.resource, today)
  const { records, refusals, problems } = combineImmunizations(collection.entries, birthDate, today)
  if (records.length === 0) throw refusals[0] ?? new FhirError("no-immunization", "$.entry")
  return {
    records,
    problems: [...refusals.map(({ code, path }) => ({ code: code as DoseRefusal, path })), ...problems],
  }
}

/**
 * The doses of entries that were found to be about one person, combined by disease.
 * @param birthDate - of that person, if known
 * @param today - days since 1970-01-01
 */
export function combineImmunizations(
  entries: readonly BundleEntry[],
  birthDate: string | undefined,
  today: number,
): ImmunizationIntake & { readonly refusals: readonly FhirError[] } {
  const doses: Dose[] = []
  const refusals: FhirError[] = []
  for (const entry of entries.filter(({ resourceType }) => resourceType === "Immunization")) {
    try {
      doses.push(readDose(entries, entry, today))
    } catch (cause) {
      if (!(cause instanceof FhirError)) throw cause
      refusals.push(cause)
    }
  }
  const combined = combineDoses(doses)
  return {
    records: combined.records.map(({ attributes, ...record }) => ({
      ...record,
      attributes: birthDate === undefined ? attributes : { ...attributes, birthDate },
    })),
    refusals,
    problems: [...doses.flatMap(({ problems }) => problems), ...combined.problems],
  }
}
