import { describe, expect, it } from "vitest"
import { readRecords } from "../../../src/health/fhir/read-records.ts"
import { dose, patient, PATIENT_URL } from "../../support/fhir-bundle.ts"
import type { Element } from "../../support/fhir-bundle.ts"
import {
  collection,
  coverage,
  jsonBytes,
  licensed,
  observation,
  qualification,
  READ_ON,
  refusalOf,
  summary,
} from "../../support/fhir-records.ts"

/** The resource of an entry, alone in its file. */
const alone = ({ resource }: Element, members: Element = {}): Uint8Array =>
  jsonBytes({ ...(resource as Element), ...members })
const PERSON = { subject: { reference: "Patient/p" } }
const other = (members: Element = {}): Element => ({
  fullUrl: "urn:uuid:other",
  resource: { resourceType: "Patient", id: "q", ...members },
})

describe("records of several kinds in one bundle", () => {
  it("are all taken in, in their order, the patient's own facts last", () => {
    const bytes = collection(
      patient(),
      coverage(),
      observation(),
      dose(),
      observation({ status: "preliminary" }),
    )
    expect(summary(readRecords(bytes, READ_ON))).toEqual({
      taken: ["immunization/1", "coverage/1", "lab-14749-6-mmol-l/1", "person/1"],
      notices: ["status-not-final $.entry[4].resource.status"],
    })
  })

  it("are refused with the first code when none is usable: a birth date does not make up for it", () => {
    const bytes = collection(patient(), observation({ status: "preliminary" }), dose({ isSubpotent: true }))
    expect(refusalOf(bytes)).toBe("dose-subpotent $.entry[2].resource.isSubpotent")
  })

  it("name what nobody reads, and are silent about what stands beside records", () => {
    const beside = ["Organization", "Location", "Practitioner", "Specimen"].map((resourceType) => ({
      resource: { resourceType },
    }))
    const allergy = { resource: { resourceType: "AllergyIntolerance", patient: { reference: PATIENT_URL } } }
    expect(summary(readRecords(collection(patient(), ...beside, allergy), READ_ON))).toEqual({
      taken: ["person/1"],
      notices: ["resource-unused $.entry[5].resource"],
    })
  })

  it("give nothing when nothing is a record", () => {
    expect(refusalOf(collection(...licensed()))).toBe("no-record $.entry")
    expect(refusalOf([])).toBe("malformed-bundle $")
  })

  it("refuse a value that issuing would refuse, also in an immunization", () => {
    const protocolApplied = [{ doseNumberPositiveInt: 51 }]
    expect(refusalOf(collection(patient(), dose({ protocolApplied })))).toBe(
      "value-out-of-range $.entry[1].resource",
    )
  })
})

describe("files that belong together", () => {
  const files = [alone(observation(PERSON)), alone(patient(), { id: "p" })]

  it("are one collection, in whatever order, and paths name the file", () => {
    expect(readRecords(files, READ_ON).records.map(({ path }) => path)).toEqual(["$[0]", "$[1]"])
    expect(readRecords(files.toReversed(), READ_ON).records.map(({ path }) => path)).toEqual(["$[1]", "$[0]"])
  })

  it("may be bundles and resources", () => {
    const bundle = collection(dose({ patient: { reference: "Patient/p" } }))
    expect(readRecords([bundle, files[1] ?? bundle], READ_ON).records.map(({ path }) => path)).toEqual([
      "$[0].entry[0].resource",
      "$[1]",
    ])
  })

  it("may be one resource alone", () => {
    expect(summary(readRecords(alone(patient()), READ_ON)).taken).toEqual(["person/1"])
    expect(refusalOf(alone(observation(PERSON)))).toBe("subject-missing $")
  })

  it("hold one patient together", () => {
    expect(refusalOf([...files, alone(other())])).toBe("subject-mixed $[2]")
    expect(refusalOf([...files, alone(patient(), { id: "p" })])).toBe("subject-mixed $[2]")
  })

  it("are bounded together: 256 KiB and 200 entries", () => {
    const padded = (size: number): Uint8Array => {
      const bytes = new Uint8Array(size).fill(0x20)
      bytes.set(files[1] ?? bytes)
      return bytes
    }
    expect(refusalOf([padded(128 * 1024), padded(128 * 1024 + 1)])).toBe("too-large $")
    expect(refusalOf([padded(128 * 1024), padded(128 * 1024)])).toBe("subject-mixed $[1]")
    const organizations = (n: number) =>
      collection(...Array<Element>(n).fill({ resource: { resourceType: "Organization" } }))
    expect(refusalOf([organizations(200), ...files])).toBe("too-many-entries $")
    expect(refusalOf([organizations(198), ...files])).toBe("taken in")
  })

  it("are refused with the path of the file at fault", () => {
    const broken = new TextEncoder().encode("{")
    expect(refusalOf([...files, broken])).toBe("malformed-json $[2]")
    expect(refusalOf([...files, jsonBytes([])])).toBe("malformed-bundle $[2]")
    expect(refusalOf([...files, jsonBytes({ id: "x" })])).toBe("malformed-bundle $[2].resourceType")
    expect(refusalOf([...files, jsonBytes({ resourceType: "Basic", implicitRules: "urn:x" })])).toBe(
      "modifier-extension $[2].implicitRules",
    )
    expect(refusalOf([...files, jsonBytes({ resourceType: "Bundle", type: "document" })])).toBe(
      "bundle-type $[2].type",
    )
  })
})

describe("the one person of a record", () => {
  it("is the beneficiary, beside a subscriber, an owner and a payor who are somebody else", () => {
    const relationship = { coding: [{ system: "urn:r", code: "child" }] }
    for (const member of ["subscriber", "policyHolder"]) {
      const cover = coverage({ relationship, [member]: { reference: "urn:uuid:other" } })
      const { records } = readRecords(collection(other({ birthDate: "1940" }), patient(), cover), READ_ON)
      expect(records.map(({ attributes }) => attributes["birthDate"])).toEqual(["1966-03-04", "1966-03-04"])
    }
  })

  it("is refused when the subscriber has a record as well", () => {
    const cover = coverage({ subscriber: { reference: "urn:uuid:other" } })
    const theirs = observation({ subject: { reference: "urn:uuid:other" } })
    expect(refusalOf(collection(patient(), cover, other(), theirs))).toBe("subject-mixed $.entry[2].resource")
  })

  it("is refused when two are covered, and when a second patient has no part in it", () => {
    const theirs = coverage({ beneficiary: { reference: "urn:uuid:other" } })
    expect(refusalOf(collection(patient(), coverage(), other(), theirs))).toBe(
      "subject-mixed $.entry[2].resource",
    )
    expect(refusalOf(collection(patient(), coverage(), other()))).toBe("subject-mixed $.entry[2].resource")
  })

  it("is refused when every patient is only a party", () => {
    const cover = coverage({
      beneficiary: undefined,
      subscriber: { reference: "urn:uuid:other" },
      payor: [{ reference: PATIENT_URL }],
    })
    expect(refusalOf(collection(patient(), cover, other()))).toBe("subject-missing $.entry")
  })
})

describe("a patient who is described elsewhere", () => {
  const elsewhere = { patientElsewhere: true }
  const named = (reference: string, url = "https://lab.example/fhir/Observation/r"): Element => ({
    ...observation({ id: "r", subject: { reference } }),
    fullUrl: url,
  })

  it("is refused unless the desk knows who it is", () => {
    expect(refusalOf(collection(named("Patient/p")))).toBe("subject-missing $.entry")
  })

  it("may be named by all entries alike, without birth date and sex, and that is noted", () => {
    const bytes = collection(named("Patient/p"), named("https://lab.example/fhir/Patient/p"))
    const { records, notices } = readRecords(bytes, READ_ON, elsewhere)
    expect(records.map(({ attributes }) => Object.keys(attributes))).toEqual(
      Array(2).fill(["value", "collectedOn", "collectedAt"]),
    )
    expect(notices).toEqual([{ code: "patient-not-included", path: "$.entry" }])
  })

  it.each<[string, readonly Element[], string]>([
    [
      "two are named",
      [named("Patient/p"), named("Patient/q")],
      "subject-mixed $.entry[1].resource.subject.reference",
    ],
    [
      "one id is named on two servers",
      [named("Patient/p"), named("Patient/p", "https://other.example/Observation/r")],
      "subject-mixed $.entry[1].resource.subject.reference",
    ],
    [
      "somebody is named in words",
      [observation({ subject: { display: "Ada" } })],
      "reference-unresolved $.entry[0].resource.subject",
    ],
    [
      "what is named may be no patient",
      [named("urn:uuid:somebody")],
      "reference-unresolved $.entry[0].resource.subject.reference",
    ],
    ["a group is named", [named("Group/p")], "reference-unresolved $.entry[0].resource.subject.reference"],
    [
      "a dose names nobody",
      [named("Patient/p"), dose({ patient: undefined })],
      "subject-missing $.entry[1].resource.patient",
    ],
  ])("is refused when %s", (_, entries, expected) => {
    expect(refusalOf(collection(...entries), elsewhere)).toBe(expected)
  })

  it("is no way around a patient who is here", () => {
    expect(refusalOf(collection(patient(), named("Patient/p")), elsewhere)).toBe(
      "reference-unresolved $.entry[1].resource.subject.reference",
    )
    expect(refusalOf(collection(...licensed(qualification())), elsewhere)).toMatch(/^standing-not-stated/)
  })
})
