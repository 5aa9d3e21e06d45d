import { describe, expect, it } from "vitest"
import { DISEASE } from "../../../src/health/fhir/codes.ts"
import { readImmunizations } from "../../../src/health/fhir/read-immunizations.ts"
import { attestImmunization } from "../../../src/parties/issuer/attest.ts"
import { codeOf } from "../../support/code-of.ts"
import { bundleBytes, coded, CVX, dose, patient } from "../../support/fhir-bundle.ts"
import { TODAY } from "../../support/issued-records.ts"

const flu = dose({ vaccineCode: coded(`${CVX}|140`) })
const intakeOf = (...doses: readonly (typeof flu)[]) =>
  readImmunizations(bundleBytes([patient(), ...doses]), TODAY)

describe("what an issuer attests", () => {
  it("is the disease asked for, in the record's own facts", () => {
    const intake = intakeOf(dose(), flu)
    expect(attestImmunization(intake, DISEASE.influenza)).toEqual(intake.records[1]?.attributes)
  })

  it("is COVID-19 when nobody asks, wherever it stands, and else the first disease", () => {
    expect(attestImmunization(intakeOf(flu, dose()))["disease"]).toBe(DISEASE.covid19)
    expect(attestImmunization(intakeOf(flu))["disease"]).toBe(DISEASE.influenza)
  })

  it("is refused for a disease that the record does not hold", () => {
    expect(codeOf(() => attestImmunization(intakeOf(flu), DISEASE.covid19))).toBe("disease-not-in-record")
  })
})
