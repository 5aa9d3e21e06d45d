// Every released statement on the shipped instance: a record that satisfies it has a witness, and one edit of the record
// that matters takes it away.
import { describe, expect, test } from "vitest"
import { CATALOGUE } from "../../../src/protocol/catalogue/released.ts"
import type { Attributes } from "../../../src/protocol/wire/credential.ts"
import { openCircuit } from "../../support/circuit-harness.ts"
import { shipped } from "../../support/circuit-instances.ts"
import { isProvable } from "../../support/is-provable.ts"
import { oneCredential } from "../../support/one-credential.ts"
import { usualParameters } from "../../support/statement-parameters.ts"

const COVID = "http://snomed.info/sct|840539006"
const NEGATIVE = "http://snomed.info/sct|260415000"
const boundOn = "2022-09-06"
const dose = {
  vaccine: "http://hl7.org/fhir/sid/cvx|208",
  dosesInRecord: 2,
  occurredOn: "2022-09-05",
  boundOn,
}
const measles = { ...dose, disease: "http://snomed.info/sct|14189004" }
const test2022 = { disease: COVID, testType: "http://loinc.org|LP217198-3", result: NEGATIVE, boundOn }
const cover = {
  ...{
    payer: "urn:naic|1",
    plan: "https://acme.example/plan|2",
    kind: "urn:kind|HIP",
    memberNumber: "102345672-02",
  },
  ...{ relationship: "http://terminology.hl7.org/CodeSystem/subscriber-relationship|child" },
  ...{ periodStart: "2022-01-01", boundOn },
}
const glucose = {
  value: "5.217",
  referenceLow: "3.9",
  referenceHigh: "7.7",
  collectedOn: "2022-09-01",
  boundOn,
}
const licence = {
  ...{ profession: "http://snomed.info/sct|309343006", jurisdiction: "urn:iso:std:iso:3166|DE" },
  ...{
    standing: "https://sotto.example/standing|active",
    issuedOn: "2015-05-01",
    licenceNumber: "D-1",
    boundOn,
  },
}
const pack = {
  product: "urn:gs1:gtin|04012345678901",
  batch: "urn:gs1:batch|04012345678901/A1",
  serial: "77",
}
const treatment = {
  ...{ service: "http://www.ama-assn.org/go/cpt|D1110", performedOn: "2022-09-01", amount: "431.07" },
  ...{ caseNumber: "C-1", boundOn },
}

// A statement, a record that satisfies it on 2022-10-15, and edits of which each alone makes it false.
const CASES: readonly (readonly [id: string, record: Attributes, edits: readonly Attributes[]])[] = [
  ["vaccination-status/1", { ...dose, disease: COVID, doseNumber: 2, seriesDoses: 2 }, [{ doseNumber: 1 }]],
  ["vaccination-count/1", { ...dose, disease: COVID }, [{ dosesInRecord: 1 }, { occurredOn: "2022-10-02" }]],
  ["vaccination-series/1", measles, [{ disease: COVID }, { dosesInRecord: 1 }]],
  ["ward-vaccination-series/1", measles, [{ disease: COVID }, { dosesInRecord: 1 }]],
  ["vaccination-booster/1", { ...measles, doseNumber: 3, seriesDoses: 2 }, [{ doseNumber: 2 }]],
  [
    "recent-negative-test/1",
    { ...test2022, collectedAt: "2022-10-13T12:00:01Z" },
    [{ result: "http://snomed.info/sct|260373001" }, { collectedAt: "2022-10-13T11:59:59Z" }],
  ],
  [
    "recovery-certificate/1",
    {
      disease: COVID,
      firstPositiveOn: "2022-06-01",
      usableFrom: "2022-06-12",
      usableUntil: "2022-11-28",
      boundOn,
    },
    [{ usableUntil: "2022-10-14" }, { firstPositiveOn: "2022-10-05" }],
  ],
  [
    "insurance-eligibility/1",
    { ...cover, deductibleFamilyIn: "8000.00" },
    [{ deductibleFamilyIn: "8000.01" }, { periodEnd: "2022-10-14" }, { plan: "https://acme.example/plan|4" }],
  ],
  ["insurance-active/1", cover, [{ periodEnd: "2022-10-14" }, { periodStart: "2022-10-16" }]],
  [
    "insurance-deductible/1",
    { ...cover, deductibleIndividualIn: "0" },
    [{ deductibleIndividualIn: "8000.01" }],
  ],
  [
    "insurance-dependant/1",
    cover,
    [{ relationship: "http://terminology.hl7.org/CodeSystem/subscriber-relationship|spouse" }],
  ],
  [
    "insurance-cost-ceiling/1",
    { ...cover, outOfPocketFamilyIn: "10000" },
    [{ outOfPocketFamilyIn: "12000.01" }],
  ],
  ["treatment-claim/1", treatment, [{ amount: "12000.01" }, { performedOn: "2022-10-14" }]],
  [
    "age-over/1",
    { birthDate: "2004-10-15", boundOn: "2022-09-06" },
    [{ birthDate: "2004-10-16" }, { birthDate: "2004-10" }],
  ],
  [
    "licence-in-good-standing/1",
    licence,
    [{ expiresOn: "2022-10-14" }, { jurisdiction: "urn:iso:std:iso:3166|FR" }],
  ],
  [
    "licence-holder-enrolment/1",
    { ...licence, boundOn: "2022-10-14" },
    [{ boundOn: "2022-10-15" }, { expiresOn: "2022-10-14" }],
  ],
  [
    "vaccinated-enrolment/1",
    { ...measles, boundOn: "2022-10-14" },
    [{ boundOn: "2022-10-15" }, { dosesInRecord: 1 }, { disease: COVID }],
  ],
  [
    "medicine-batch/1",
    { ...pack, expiresOn: "2022-10-15" },
    [{ batch: "urn:gs1:batch|04012345678901/B7731" }, { expiresOn: "2022-10-14" }],
  ],
  ["lab-14749-6-mmol-l-in-range/1", glucose, [{ collectedOn: "2022-07-01" }]],
  ["lab-14749-6-mmol-l-normal/1", glucose, [{ value: "7.701" }, { value: "3.899" }]],
  [
    "lab-coded-2887-8-is/1",
    { value: "http://snomed.info/sct|260385009", collectedOn: "2022-09-01", boundOn },
    [{ value: "http://snomed.info/sct|10828004" }, { collectedOn: "2022-07-01" }],
  ],
]

describe.each(CASES)("%s", (id, record, edits) => {
  test("has a witness for a record that satisfies it, and none after an edit that matters", async () => {
    const statement = CATALOGUE.findStatement(id)
    if (statement === null) throw new Error(`no statement ${id}`)
    const circuit = await openCircuit(shipped("presentation"))
    const parameters = usualParameters(statement)
    const scene = oneCredential({ statement, parameters, attributes: record })
    // The encoder refuses what has no proof; what the circuit says of it is asked past the encoder.
    expect(isProvable(circuit, scene, record)).toBe(true)
    for (const edit of edits)
      expect([edit, isProvable(circuit, scene, { ...record, ...edit })]).toEqual([edit, false])
  })
})

test("the cases above are every statement that is not made from the table of analytes", () => {
  const named = CATALOGUE.statements.filter(({ id }) => !id.startsWith("lab-")).map(({ id }) => id)
  expect(new Set(CASES.map(([id]) => id).filter((id) => !id.startsWith("lab-")))).toEqual(new Set(named))
})
