// A patient whom every entry names and none describes.
import type { BundleEntry } from "./bundle.ts"
import { FhirError } from "./fhir-error.ts"
import { absoluteReference } from "./references.ts"

/**
 * Checks that all entries name one and the same patient: the same server's `Patient/id`, or the same full URL.
 * @param named - the entries that name somebody by one of `members`
 * @throws FhirError `reference-unresolved` for a person without a reference or none of a Patient, `subject-mixed`
 */
export function checkSharedReference(named: readonly BundleEntry[], members: readonly string[]): void {
  let shared: string | undefined
  for (const entry of named) {
    for (const member of members.filter((name) => entry.resource.has(name))) {
      const path = `${entry.resource.path}.${member}`
      const reference = entry.resource.element(member)?.text("reference")
      if (reference === undefined) throw new FhirError("reference-unresolved", path)
      const whole = absoluteReference(entry, reference)
      if (!PATIENT.test(whole)) throw new FhirError("reference-unresolved", `${path}.reference`)
      shared ??= whole
      if (whole !== shared) throw new FhirError("subject-mixed", `${path}.reference`)
    }
  }
}

// What ends in Patient/id; an urn:uuid without its entry may be a patient or a device.
const PATIENT = /(?:^|\/)Patient\/[A-Za-z0-9.-]{1,64}$/
