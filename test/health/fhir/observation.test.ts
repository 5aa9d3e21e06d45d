import { describe, expect, it } from "vitest"
import type { ReadOptions } from "../../../src/health/fhir/read-options.ts"
import { readRecords } from "../../../src/health/fhir/read-records.ts"
import { coded, patient } from "../../support/fhir-bundle.ts"
import type { Element } from "../../support/fhir-bundle.ts"
import {
  collection,
  GLUCOSE,
  LOINC,
  observation,
  quantity,
  READ_ON,
  refusalOf,
  SNOMED,
  UCUM,
  Written,
} from "../../support/fhir-records.ts"

const AT = "$.entry[1].resource"
const bytesOf = (members: Element, ...others: readonly Element[]): Uint8Array =>
  collection(patient({ id: "p" }), observation(members), ...others)
const read = (members: Element, options?: ReadOptions) => readRecords(bytesOf(members), READ_ON, options)
const attributesOf = (members: Element, options?: ReadOptions) =>
  read(members, options).records[0]?.attributes ?? {}
const refused = (members: Element, options?: ReadOptions): string => refusalOf(bytesOf(members), options)

describe("a laboratory result", () => {
  it("is taken in with value, range, time, specimen, method and the patient's facts", () => {
    const range = { low: quantity("3.9"), high: quantity("5.60") }
    const specimen = { resource: { resourceType: "Specimen", id: "s", type: coded(`${SNOMED}|119364003`) } }
    const bytes = collection(
      patient({ gender: "female" }),
      observation({
        referenceRange: [range],
        specimen: { reference: "Specimen/s" },
        method: coded(`${SNOMED}|702659008`),
      }),
      specimen,
    )
    expect(readRecords(bytes, READ_ON)).toEqual({
      records: [
        {
          schema: "lab-14749-6-mmol-l/1",
          subject: "self",
          path: AT,
          attributes: {
            ...{ value: "5.4", referenceLow: "3.9", referenceHigh: "5.60" },
            ...{ collectedOn: "2026-11-02", collectedAt: "2026-11-02T07:30:00+01:00" },
            ...{ specimen: `${SNOMED}|119364003`, method: `${SNOMED}|702659008` },
            ...{ birthDate: "1966-03-04", sex: "http://hl7.org/fhir/administrative-gender|female" },
          },
        },
        {
          ...{ schema: "person/1", subject: "self", path: "$.entry[0].resource" },
          attributes: {
            birthDate: "1966-03-04",
            sex: "http://hl7.org/fhir/administrative-gender|female",
          },
        },
      ],
      notices: [],
    })
  })

  it("is signed for a ward when the desk says so", () => {
    expect(read({}, { subject: "ward" }).records.map(({ subject }) => subject)).toEqual(["ward", "ward"])
  })

  it("finds the schema by LOINC and unit: the same analyte in two units is two schemas", () => {
    const hemoglobin = coded(`${LOINC}|718-7`)
    const schemaOf = (unit: string) =>
      read({ code: hemoglobin, valueQuantity: quantity("14", unit) }).records[0]?.schema
    expect([schemaOf("g/L"), schemaOf("g/dL")]).toEqual(["lab-718-7-g-l/1", "lab-718-7-g-dl/1"])
  })

  it.each(["final", "amended", "corrected"])("counts when it is %s", (status) => {
    expect(attributesOf({ status })["value"]).toBe("5.4")
  })

  it.each(["registered", "preliminary", "cancelled", "entered-in-error", "unknown"])(
    "is refused while it is %s",
    (status) => {
      expect(refused({ status })).toBe(`status-not-final ${AT}.status`)
    },
  )

  it("is refused under a status that R4 does not have, and without one", () => {
    expect(refused({ status: "Final" })).toBe(`status-unknown ${AT}.status`)
    expect(refused({ status: undefined })).toBe(`status-unknown ${AT}.status`)
  })

  it("is refused without a subject, and when it is about something else", () => {
    expect(refused({ subject: undefined })).toBe(`subject-missing ${AT}.subject`)
    expect(refused({ focus: [{ reference: "Patient/fetus" }] })).toBe(`not-the-subject ${AT}.focus`)
  })
})

describe("the number", () => {
  it.each([
    ["5.40", "5.40"],
    ["5.400", "5.400"],
    ["54e-1", "5.4"],
    ["0.054E+2", "5.4"],
    ["0", "0"],
    ["0.000", "0.000"],
  ])("%s is signed as %s", (written, signed) => {
    expect(attributesOf({ valueQuantity: quantity(written) })["value"]).toBe(signed)
  })

  it.each([
    ["5.4001", "precision-exceeded"],
    ["1e-4", "precision-exceeded"],
    ["-0", "value-malformed"],
    ["-0.00", "value-malformed"],
    ["1e100", "value-malformed"],
    ["200.001", "value-out-of-range"],
    ["-0.1", "value-out-of-range"],
    ["1e99", "value-out-of-range"],
  ])("%s is refused with %s", (written, code) => {
    expect(refused({ valueQuantity: quantity(written) })).toBe(`${code} ${AT}.valueQuantity.value`)
  })

  it.each(["<", "<=", ">=", ">", "ad", ""])("is no point beside the comparator '%s'", (comparator) => {
    const value = { ...quantity("5.4"), comparator }
    expect(refused({ valueQuantity: value })).toBe(`value-not-a-point ${AT}.valueQuantity.comparator`)
  })

  it("is no point where an extension hides the comparator", () => {
    const value = { ...quantity("5.4"), _comparator: { extension: [{ url: "urn:masked" }] } }
    expect(refused({ valueQuantity: value })).toBe(`value-not-a-point ${AT}.valueQuantity.comparator`)
  })

  it("is not zero when it is absent, wherever the absence is said", () => {
    const reason = coded("http://terminology.hl7.org/CodeSystem/data-absent-reason|not-performed")
    expect(refused({ valueQuantity: undefined, dataAbsentReason: reason })).toBe(
      `value-absent ${AT}.dataAbsentReason`,
    )
    expect(refused({ dataAbsentReason: reason })).toBe(`value-absent ${AT}.dataAbsentReason`)
    expect(refused({ valueQuantity: undefined })).toBe(`value-absent ${AT}`)
    expect(refused({ valueQuantity: { ...quantity("1"), value: undefined } })).toBe(
      `value-absent ${AT}.valueQuantity.value`,
    )
  })

  it("is no number as text, and no number beside a second value", () => {
    expect(refused({ valueQuantity: { ...quantity("1"), value: "5.4" } })).toBe(
      `malformed-record ${AT}.valueQuantity.value`,
    )
    expect(refused({ valueCodeableConcept: coded(`${SNOMED}|260385009`) })).toBe(
      `malformed-record ${AT}.valueCodeableConcept`,
    )
  })

  it.each<[string, unknown, string]>([
    ["valueString", "5.4 mmol/L", "value-not-coded"],
    ["valueBoolean", true, "value-not-coded"],
    ["valueInteger", new Written("5"), "unit-not-coded"],
    ["valueRange", { low: quantity("5") }, "value-not-a-point"],
    ["valueRatio", { numerator: quantity("5") }, "value-not-a-point"],
  ])("is refused as %s", (member, value, code) => {
    expect(refused({ valueQuantity: undefined, [member]: value })).toBe(`${code} ${AT}.${member}`)
  })
})

describe("the unit", () => {
  const AT_QUANTITY = `${AT}.valueQuantity`
  const inWords = { value: new Written("5.4"), unit: "mmol/L" }

  it("is refused in words, in another system, and without any", () => {
    for (const valueQuantity of [
      inWords,
      { ...inWords, system: SNOMED, code: "258813002" },
      { ...inWords, system: UCUM },
      { ...inWords, code: "mmol/L" },
      { value: new Written("5.4") },
    ]) {
      expect(refused({ valueQuantity })).toBe(`unit-not-coded ${AT_QUANTITY}`)
    }
  })

  it("may stand in words that equal the schema's code, when the desk lets it, and that is noted", () => {
    const { records, notices } = read({ valueQuantity: inWords }, { acceptDisplayUnit: true })
    expect(records[0]?.schema).toBe("lab-14749-6-mmol-l/1")
    expect(notices).toEqual([{ code: "display-unit-accepted", path: `${AT_QUANTITY}.unit` }])
  })

  it.each(["mmol/l", "mMol/L", " mmol/L", "mmol per L", "mg/dL"])(
    "does not stand in the words '%s'",
    (unit) => {
      const valueQuantity = { ...inWords, unit }
      expect(refused({ valueQuantity }, { acceptDisplayUnit: true })).toBe(`unit-not-coded ${AT_QUANTITY}`)
    },
  )

  it("does not stand in words beside a code of another system", () => {
    const valueQuantity = { ...inWords, system: SNOMED, code: "258813002" }
    expect(refused({ valueQuantity }, { acceptDisplayUnit: true })).toBe(`unit-not-coded ${AT_QUANTITY}`)
  })

  it("is refused when no schema of the analyte has it, and never converted", () => {
    expect(refused({ valueQuantity: quantity("97", "mg/dL") })).toBe(`unit-unknown ${AT_QUANTITY}`)
    expect(refused({ valueQuantity: quantity("5400", "umol/L") })).toBe(`unit-unknown ${AT_QUANTITY}`)
  })
})

describe("the analyte", () => {
  it("is refused when no schema observes it, and when it is named in words only", () => {
    expect(refused({ code: coded(`${LOINC}|30405-5`) })).toBe(`analyte-unknown ${AT}.code`)
    expect(refused({ code: { text: "glucose" } })).toBe(`analyte-unknown ${AT}.code`)
    expect(refused({ code: coded("http://acme.example|14749-6") })).toBe(`analyte-unknown ${AT}.code`)
  })

  it("is read beside translations, and refused beside another analyte of ours", () => {
    expect(attributesOf({ code: coded(`${SNOMED}|36048009`, GLUCOSE, GLUCOSE) })["value"]).toBe("5.4")
    expect(refused({ code: coded(GLUCOSE, `${LOINC}|2345-7`) })).toBe(`analyte-ambiguous ${AT}.code`)
  })
})

describe("a coded result", () => {
  const urine = { code: coded(`${LOINC}|2349-9`), valueQuantity: undefined }
  const of = (...tokens: readonly string[]) => ({ ...urine, valueCodeableConcept: coded(...tokens) })

  it("is the code as it was written, SNOMED CT before others", () => {
    const negative = `${SNOMED}|260385009`
    expect(read(of(negative)).records[0]).toMatchObject({
      schema: "lab-coded-2349-9/1",
      attributes: { value: negative, collectedOn: "2026-11-02" },
    })
    expect(attributesOf(of("http://acme.example|neg", negative))["value"]).toBe(negative)
    expect(attributesOf(of("http://acme.example|neg"))["value"]).toBe("http://acme.example|neg")
  })

  it("is refused when it could be one or another, in words only, and for an analyte that is a number", () => {
    const AT_VALUE = `${AT}.valueCodeableConcept`
    expect(refused(of(`${SNOMED}|260385009`, `${SNOMED}|10828004`))).toBe(`value-ambiguous ${AT_VALUE}`)
    expect(refused({ ...urine, valueCodeableConcept: { text: "negative" } })).toBe(
      `value-not-coded ${AT_VALUE}`,
    )
    expect(refused({ valueQuantity: undefined, valueCodeableConcept: coded(`${SNOMED}|260385009`) })).toBe(
      `analyte-unknown ${AT}.code`,
    )
    expect(refused({ ...urine, valueQuantity: quantity("1") })).toBe(`unit-unknown ${AT}.valueQuantity`)
  })
})

describe("the reference range", () => {
  const both = { low: quantity("3.9"), high: quantity("5.6") }
  const NOTICE = [{ code: "reference-range-unused", path: `${AT}.referenceRange` }]

  it("may say that it is the normal one", () => {
    const type = coded("http://terminology.hl7.org/CodeSystem/referencerange-meaning|normal")
    expect(attributesOf({ referenceRange: [{ ...both, type }] })["referenceLow"]).toBe("3.9")
  })

  it("may be in words where the result is", () => {
    const inWords = (value: string) => ({ value: new Written(value), unit: "mmol/L" })
    const members = {
      valueQuantity: inWords("5.4"),
      referenceRange: [{ low: inWords("3.9"), high: quantity("5.6") }],
    }
    expect(attributesOf(members, { acceptDisplayUnit: true })["referenceLow"]).toBe("3.9")
    const { valueQuantity, ...coded } = members
    expect(valueQuantity).toBeDefined()
    expect(attributesOf(coded, { acceptDisplayUnit: true })).not.toHaveProperty("referenceLow")
  })

  it("is absent without a word when none is stated", () => {
    expect(read({}).notices).toEqual([])
  })

  it.each<[string, readonly Element[]]>([
    ["when there are two", [both, both]],
    ["with one end only", [{ high: quantity("5.6") }]],
    ["in words", [{ text: "3.9 to 5.6" }]],
    ["in another unit", [{ ...both, low: quantity("70", "mg/dL") }]],
    ["with an end in words", [{ ...both, low: { value: new Written("3.9"), unit: "mmol/L" } }]],
    ["with an end that is a bound", [{ ...both, high: { ...quantity("5.6"), comparator: "<" } }]],
    ["with its ends turned round", [{ low: quantity("5.6"), high: quantity("3.9") }]],
    ["with more decimals than the schema has", [{ ...both, low: quantity("3.9001") }]],
    [
      "of a therapy",
      [{ ...both, type: coded("http://terminology.hl7.org/CodeSystem/referencerange-meaning|treatment") }],
    ],
  ])("is absent %s, and that is noted; the result stays", (_, referenceRange) => {
    const { records, notices } = read({ referenceRange })
    expect(records[0]?.attributes).toMatchObject({ value: "5.4" })
    expect(records[0]?.attributes).not.toHaveProperty("referenceLow")
    expect(records[0]?.attributes).not.toHaveProperty("referenceHigh")
    expect(notices).toEqual(NOTICE)
  })
})
