import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { bundleBytes, dose, patient } from "../../support/fhir-bundle.ts"
import { refusalOf } from "../../support/fhir-records.ts"

const NEST = ["meta", "extension", "vaccineCode", "performer", "contained", "_status"]

describe("what may invert the meaning of a record", () => {
  it("is refused wherever it stands, with its path", () => {
    const places = fc.array(fc.tuple(fc.constantFrom(...NEST), fc.boolean()), { maxLength: 8 })
    const modifiers = fc.constantFrom("modifierExtension", "implicitRules", "_implicitRules")
    fc.assert(
      fc.property(places, modifiers, fc.constantFrom(0, 1), (place, modifier, entry) => {
        const inside = place.reduceRight<unknown>(
          (inner, [member, isList]) => ({ [member]: isList ? [inner] : inner }),
          { [modifier]: [] },
        )
        const path = place.map(([member, isList]) => `.${member}${isList ? "[0]" : ""}`).join("")
        const entries = [patient, dose].map((build, i) =>
          build(i === entry ? (inside as object as never) : {}),
        )
        expect(refusalOf(bundleBytes(entries))).toBe(
          `modifier-extension $.entry[${entry}].resource${path}.${modifier}`,
        )
      }),
    )
  })

  it("is refused on the bundle and beside an entry's resource as well", () => {
    const onBundle = bundleBytes([patient(), dose()], { implicitRules: "urn:rules" })
    expect(refusalOf(onBundle)).toBe("modifier-extension $.implicitRules")
    const onEntry = bundleBytes([patient(), { ...dose(), modifierExtension: [] }])
    expect(refusalOf(onEntry)).toBe("modifier-extension $.entry[1].modifierExtension")
  })
})
