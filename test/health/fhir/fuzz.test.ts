import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { FhirError } from "../../../src/health/fhir/fhir-error.ts"
import type { Intake } from "../../../src/health/fhir/intake.ts"
import type { ReadOptions } from "../../../src/health/fhir/read-options.ts"
import { readRecords } from "../../../src/health/fhir/read-records.ts"
import { CATALOGUE } from "../../../src/protocol/catalogue/released.ts"
import { encodeAttributes } from "../../../src/protocol/credential/attribute.ts"
import { patient } from "../../support/fhir-bundle.ts"
import type { Element } from "../../support/fhir-bundle.ts"
import { FULL_RECORDS } from "../../support/fhir-full-records.ts"
import { collection, coverage, observation, READ_ON } from "../../support/fhir-records.ts"
import { readSample } from "../../support/fhir-sample.ts"

const CANARY = "CANARY-4711"
const DESK: ReadOptions = {
  ...{ classSystem: "https://acme.example", acceptDisplayUnit: true },
  ...{ standing: "https://sotto.example/standing|active" },
}

/** What an issuer would see of bytes beside the attributes: the refusal with its causes, or paths and notices. */
function reportOf(documents: Uint8Array | readonly Uint8Array[], options: ReadOptions): string {
  let intake: Intake
  try {
    intake = readRecords(documents, READ_ON, options)
  } catch (error) {
    if (!(error instanceof FhirError)) throw error
    const cause = error.cause instanceof Error ? error.cause.message : ""
    return `${error.code} ${error.path} ${error.message} ${cause}`
  }
  expect(intake.records.length).toBeGreaterThan(0)
  for (const record of intake.records) assertCanBeSigned(record)
  return JSON.stringify([intake.notices, intake.records.map(({ path }) => path)])
}

/** Whatever is taken in can be issued: nothing required is missing, nothing is there that the schema cannot hold. */
function assertCanBeSigned({ schema, attributes }: Intake["records"][number]): void {
  const found = CATALOGUE.findSchema(schema)
  if (found === null) throw new Error(`no schema ${schema}`)
  expect(encodeAttributes(found, { ...attributes, boundOn: "2026-11-20" })).toHaveLength(16)
}

/** The value with whatever stands at the n-th place, counted depth first, replaced. */
function replaceAt(value: unknown, place: { left: number }, by: unknown): unknown {
  if (place.left-- === 0) return by
  if (Array.isArray(value)) return value.map((item) => replaceAt(item, place, by))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replaceAt(member, place, by)]))
}

const countPlaces = (value: unknown): number => {
  const place = { left: Number.MAX_SAFE_INTEGER }
  replaceAt(value, place, undefined)
  return Number.MAX_SAFE_INTEGER - place.left
}

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const SPOILS: readonly unknown[] = [
  CANARY,
  [CANARY],
  { reference: CANARY },
  { coding: [{ system: CANARY, code: CANARY }] },
  { value: 5.5, unit: CANARY, code: CANARY, system: "http://unitsofmeasure.org" },
  ...[null, 7, 0, -1, -0.5, 1.5, 1e300, true, {}, [], ""],
]
const anything = fc.oneof(
  fc.constantFrom(...SPOILS),
  fc.string().map((text) => CANARY + text),
  fc.jsonValue(),
)

describe.each(Object.entries(FULL_RECORDS))("a %s's records that somebody tampered with", (_, record) => {
  const places = countPlaces(record)

  it("are taken in or refused with a typed error, and no value of them is repeated, wherever they are changed", () => {
    expect(reportOf(encode(record), DESK)).toMatch(/^\[/) // taken in as it stands: the changes decide
    for (let left = 0; left < places; left++) {
      for (const value of [CANARY, [CANARY], { reference: CANARY }, 7, true, {}, []]) {
        expect(reportOf(encode(replaceAt(record, { left }, value)), DESK)).not.toContain(CANARY)
      }
    }
  })

  it("stay within that law under several changes at once, whatever the desk states", () => {
    const change = fc.tuple(fc.nat(places - 1), anything)
    const desk = fc.constantFrom<ReadOptions>(DESK, {}, { patientElsewhere: true }, { subject: "ward" })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), desk, (changes, options) => {
        const changed = changes.reduce<unknown>((value, [left, by]) => replaceAt(value, { left }, by), record)
        expect(reportOf(encode(changed), options)).not.toContain(CANARY)
      }),
      { numRuns: 1000 },
    )
  })
})

it("a record of every kind is in what is tampered with", () => {
  expect(countPlaces(FULL_RECORDS["vaccinated patient"])).toBeGreaterThan(70)
  const schemas = Object.values(FULL_RECORDS).flatMap((record) =>
    readRecords(encode(record), READ_ON, DESK).records.map(({ schema }) => schema),
  )
  expect(schemas).toEqual([
    ...["immunization/1", "lab-14749-6-mmol-l/1", "infection-test/1", "coverage/1", "coverage-costs/1"],
    ...["person/1", "immunization/1", "person/1", "licence/1"],
  ])
})

const FLIPPED = ["lab-panel", "coverage-child", "licence-nurse", "covid-test-negative", "covid-two-of-two"]

describe("bytes that were flipped or cut off", () => {
  it.each(FLIPPED)("in %s.json", (name) => {
    const sample = readSample(`${name}.json`)
    fc.assert(
      fc.property(
        fc.nat(sample.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        (at, mask, cut) => {
          const bytes = Uint8Array.from(cut ? sample.subarray(0, at) : sample)
          bytes[at] = (bytes[at] ?? 0) ^ mask
          expect(reportOf(bytes, DESK)).not.toMatch(/Lovelace|Nightingale|45002|SAMPLE-/)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it("stay within that law as several files of anything", () => {
    const file = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.json().map((text) => new TextEncoder().encode(text)),
      fc.constantFrom(encode(FULL_RECORDS["patient"]), encode({ resourceType: "Patient", id: "p" })),
    )
    fc.assert(fc.property(fc.array(file, { maxLength: 4 }), (files) => void reportOf(files, DESK)))
  })
})

it("any JSON document is refused with a typed error", () => {
  fc.assert(fc.property(fc.json(), (text) => void reportOf(new TextEncoder().encode(text), {})))
})

/** Many of one thing, as many as 256 KiB or 200 entries hold. */
const crowd = (n: number, build: (i: number) => Element): readonly Element[] =>
  Array.from({ length: n }, (_, i) => build(i))

describe("work", () => {
  it.each<[string, readonly Element[]]>([
    [
      "200 patients who are all parties to one coverage",
      [
        ...crowd(198, (i) => ({
          fullUrl: `https://a.example/fhir/Patient/${i}`,
          resource: { resourceType: "Patient", id: String(i) },
        })),
        coverage({ payor: crowd(4000, (i) => ({ reference: `Patient/${i % 198}` })) }),
      ],
    ],
    [
      "panels of panels",
      crowd(199, (i) =>
        observation({
          id: `o${i}`,
          ...{ valueQuantity: undefined, effectiveDateTime: undefined, subject: undefined },
          hasMember: crowd(5, (k) => ({ reference: `Observation/o${(i + k + 1) % 199}` })),
        }),
      ),
    ],
  ])("over %s ends within seconds", (_, entries) => {
    const bytes = collection(patient(), ...entries)
    const start = performance.now()
    expect(reportOf(bytes, DESK)).not.toMatch(/^too-/) // the bounds let it in: the work is done
    expect(performance.now() - start).toBeLessThan(5000)
  })
})
