import { describe, expect, it } from "vitest"
import { indexAnalytes } from "../../../src/health/fhir/laboratory-schemas.ts"
import { LABORATORY, LABORATORY_CODED } from "../../../src/protocol/catalogue/schemas/laboratory.ts"
import { ward } from "../../../src/protocol/catalogue/schemas/ward.ts"
import type { Schema } from "../../../src/protocol/wire/statement.ts"

const FERRITIN: Schema = {
  ...{ type: "sotto/schema/1", name: "lab-2276-4-ng-ml", version: 1, subject: "self" },
  observes: "http://loinc.org|2276-4",
  attributes: [
    {
      ...{ name: "value", type: "decimal", scale: 1, unit: "http://unitsofmeasure.org|ng/mL" },
      ...{ min: "0", max: "100000", minWidth: "50" },
    },
  ],
}

describe("the analytes that can be signed", () => {
  it("are the catalogue's: a new one is one schema", () => {
    const analytes = indexAnalytes([...LABORATORY, FERRITIN])
    expect(analytes.get("http://loinc.org|2276-4")?.byUnit.get("http://unitsofmeasure.org|ng/mL")).toBe(
      FERRITIN,
    )
  })

  it("have one schema a unit, and one for codes", () => {
    const analytes = indexAnalytes([...LABORATORY, ...LABORATORY_CODED])
    const found = [...analytes.values()].flatMap(({ byUnit, coded }) => [
      ...byUnit.values(),
      ...(coded === undefined ? [] : [coded]),
    ])
    expect(new Set(found)).toEqual(new Set([...LABORATORY, ...LABORATORY_CODED]))
  })

  it("are found once, whatever forms for wards there are", () => {
    const analytes = indexAnalytes([FERRITIN, ward(FERRITIN)])
    expect([...(analytes.get("http://loinc.org|2276-4")?.byUnit.values() ?? [])]).toEqual([FERRITIN])
  })
})
