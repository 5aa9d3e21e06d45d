import { readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import type { BundleRefusal, DoseRefusal } from "../../../src/health/fhir/fhir-error.ts"
import { readRecords } from "../../../src/health/fhir/read-records.ts"
import { READ_ON } from "../../support/fhir-records.ts"
import { readSample, SAMPLES } from "../../support/fhir-sample.ts"

const DOSE = "$.entry[1].resource"

type Refusals = Readonly<Record<string, string>>
/** File and JSON path by code; the two size limits have no file and are tested with the bundle. */
const REFUSED: Readonly<
  Record<Exclude<BundleRefusal | DoseRefusal, "too-large" | "too-many-entries">, Refusals>
> = {
  "malformed-json": { "null-member": "$", "duplicate-member": "$" },
  "malformed-bundle": {
    "entry-without-resource": "$.entry[1].resource",
    "birth-date-malformed": "$.entry[0].resource.birthDate",
  },
  "bundle-type": { "bundle-of-another-type": "$.type" },
  "modifier-extension": {
    "modifier-extension": `${DOSE}.modifierExtension`,
    "modifier-extension-deep": `${DOSE}.protocolApplied[0].modifierExtension`,
    "implicit-rules": "$.entry[0].resource.implicitRules",
  },
  "subject-missing": {
    "patient-missing": "$.entry",
    "dose-alone": "$",
    "dose-without-patient": `${DOSE}.patient`,
  },
  "subject-mixed": {
    "two-patients": "$.entry[1].resource",
    "dose-of-an-organization": "$.entry[2].resource.patient.reference",
  },
  "reference-unresolved": {
    "reference-unresolved": `${DOSE}.patient.reference`,
    "reference-outside": `${DOSE}.patient.reference`,
    "reference-contained": `${DOSE}.patient.reference`,
    "patient-by-name-only": `${DOSE}.patient`,
  },
  "dose-not-given": { "not-done": `${DOSE}.status`, "refused-status": `${DOSE}.status` },
  "entered-in-error": { "entered-in-error": `${DOSE}.status` },
  "status-unknown": { "status-unknown": `${DOSE}.status`, "status-missing": `${DOSE}.status` },
  "dose-subpotent": { subpotent: `${DOSE}.isSubpotent` },
  "vaccine-unknown": {
    "vaccine-unknown": `${DOSE}.vaccineCode`,
    "vaccine-in-words": `${DOSE}.vaccineCode`,
  },
  "vaccine-ambiguous": { "vaccine-ambiguous": `${DOSE}.vaccineCode` },
  "date-incomplete": {
    "date-missing": `${DOSE}.occurrenceDateTime`,
    "date-partial": `${DOSE}.occurrenceDateTime`,
    "date-as-text": `${DOSE}.occurrenceString`,
    "date-without-zone": `${DOSE}.occurrenceDateTime`,
    "date-of-no-day": `${DOSE}.occurrenceDateTime`,
  },
  "date-in-future": { "date-in-future": `${DOSE}.occurrenceDateTime` },
  "malformed-dose": {
    "dose-number-as-text": `${DOSE}.protocolApplied[0].doseNumberPositiveInt`,
  },
}

const cases = Object.entries(REFUSED).flatMap(([code, files]) =>
  Object.entries(files).map(([file, path]) => ({ code, file, path })),
)

describe("sample records that are refused", () => {
  it.each(cases)("refuses $file.json with $code at $path", ({ code, file, path }) => {
    expect(() => readRecords(readSample(`refused/${file}.json`), READ_ON)).toThrow(
      expect.objectContaining({ name: "FhirError", code, path, message: `${code} at ${path}` }),
    )
  })

  it("has a claim for every file", () => {
    const files = readdirSync(join(SAMPLES, "refused")).map((name) => name.replace(/\.json$/, ""))
    expect(files.sort()).toEqual(cases.map(({ file }) => file).sort())
  })
})
