import { describe, expect, it } from "vitest"
import { readRecords } from "../../../src/health/fhir/read-records.ts"
import { codeOf } from "../../support/code-of.ts"
import { bundleBytes, dose } from "../../support/fhir-bundle.ts"
import { READ_ON } from "../../support/fhir-records.ts"

const SERVER = "https://clinic.example/fhir"

/** The code for one patient and one dose that names its patient as `reference`. */
function codeFor(patientUrl: string | undefined, reference: string, doseUrl?: string): string {
  const person = { fullUrl: patientUrl, resource: { resourceType: "Patient", id: "7" } }
  const given = { fullUrl: doseUrl, ...dose({ id: "9", patient: { reference } }) }
  return codeOf(() => readRecords(bundleBytes([person, given]), READ_ON))
}

describe("the patient of a dose", () => {
  it.each<[string, string | undefined, string, string | undefined]>([
    ["its full URL", `${SERVER}/Patient/7`, `${SERVER}/Patient/7`, undefined],
    ["an urn:uuid", "urn:uuid:a", "urn:uuid:a", undefined],
    ["a health card's resource:0", "resource:0", "resource:0", "resource:1"],
    ["type and id without any full URL", undefined, "Patient/7", undefined],
    ["type and id on the same server", `${SERVER}/Patient/7`, "Patient/7", `${SERVER}/Immunization/9`],
  ])("is found by %s", (_, patientUrl, reference, doseUrl) => {
    expect(codeFor(patientUrl, reference, doseUrl)).toBe("no error")
  })

  it.each<[string, string | undefined, string, string | undefined]>([
    ["a full URL that the bundle lacks", undefined, `${SERVER}/Patient/7`, undefined],
    [
      "the same id on another server",
      "https://other.example/Patient/7",
      "Patient/7",
      `${SERVER}/Immunization/9`,
    ],
    ["another id", `${SERVER}/Patient/7`, "Patient/8", undefined],
    ["another type", `${SERVER}/Patient/7`, "Person/7", undefined],
    ["a version of the patient", `${SERVER}/Patient/7`, "Patient/7/_history/1", undefined],
    ["a path that climbs", `${SERVER}/Patient/7`, "../Patient/7", undefined],
    ["the full URL in other letters", `${SERVER}/Patient/7`, `${SERVER}/patient/7`, undefined],
  ])("is not resolved by %s", (_, patientUrl, reference, doseUrl) => {
    expect(codeFor(patientUrl, reference, doseUrl)).toBe("reference-unresolved")
  })

  it("is refused when two entries have the same full URL", () => {
    const url = "urn:uuid:twice"
    const entries = [
      { fullUrl: url, resource: { resourceType: "Patient", id: "7" } },
      { fullUrl: url, resource: { resourceType: "Organization", id: "8" } },
      dose({ patient: { reference: url } }),
    ]
    expect(codeOf(() => readRecords(bundleBytes(entries), READ_ON))).toBe("subject-mixed")
  })

  it.each(["subject", "beneficiary", "patient"])("is compared with the %s of every other entry", (member) => {
    const person = { fullUrl: "urn:uuid:a", resource: { resourceType: "Patient" } }
    const foreign = { resource: { resourceType: "Basic", [member]: { reference: "urn:uuid:b" } } }
    const bytes = bundleBytes([person, dose({ patient: { reference: "urn:uuid:a" } }), foreign])
    expect(codeOf(() => readRecords(bytes, READ_ON))).toBe("reference-unresolved")
  })
})
