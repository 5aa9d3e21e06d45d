import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { FhirError } from "../../../src/health/fhir/fhir-error.ts"
import { readImmunizations } from "../../../src/health/fhir/read-immunizations.ts"
import type { ImmunizationIntake } from "../../../src/health/fhir/read-immunizations.ts"
import { bundleBytes, coded, CVX, dayOf, dose, patient, PATIENT_URL } from "../../support/fhir-bundle.ts"
import { readSample } from "../../support/fhir-sample.ts"

const TODAY = dayOf("2026-11-20")
const CANARY = "CANARY-4711"

/** What an issuer would see: every text of the refusal, its causes included, or the problems of an intake. */
function reportOf(bytes: Uint8Array): string {
  let intake: ImmunizationIntake
  try {
    intake = readImmunizations(bytes, TODAY)
  } catch (error) {
    if (!(error instanceof FhirError)) throw error
    const cause = error.cause instanceof Error ? error.cause.message : ""
    return `${error.code} ${error.path} ${error.message} ${cause}`
  }
  expect(intake.records.length).toBeGreaterThan(0)
  return JSON.stringify(intake.problems)
}

const CODES = { coding: [{ system: CVX, code: "208", display: "a vaccine" }], text: "a vaccine" }
/** Every member that intake reads, and some that it does not. */
const FULL: unknown = JSON.parse(
  new TextDecoder().decode(
    bundleBytes([
      patient({ name: [{ family: "Sample", given: ["Rex"] }], id: "p" }),
      dose({
        vaccineCode: CODES,
        lotNumber: "L",
        isSubpotent: false,
        manufacturer: { reference: "urn:uuid:maker" },
        protocolApplied: [
          {
            targetDisease: [coded("http://snomed.info/sct|840539006")],
            doseNumberPositiveInt: 1,
            seriesDosesPositiveInt: 2,
          },
        ],
      }),
      dose({ manufacturer: { identifier: { system: "urn:m", value: "X" } }, statusReason: CODES }),
      {
        fullUrl: "urn:uuid:maker",
        resource: { resourceType: "Organization", identifier: [{ system: "urn:m", value: "Y" }] },
      },
      { resource: { resourceType: "Basic", subject: { reference: PATIENT_URL } } },
    ]),
  ),
)

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
const anything = fc.oneof(
  fc.constantFrom<unknown>(
    CANARY,
    [CANARY],
    { reference: CANARY },
    { coding: [{ system: CANARY, code: CANARY }] },
  ),
  fc.string().map((text) => CANARY + text),
  fc.jsonValue(),
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e300, "", {}, []),
)

describe("a record that somebody tampered with", () => {
  it("is taken in or refused with a typed error, and no value of it is repeated, wherever it is changed", () => {
    const places = countPlaces(FULL)
    expect(reportOf(encode(FULL))).toMatch(/^\[/) // taken in as it stands: the changes decide
    expect(places).toBeGreaterThan(70)
    for (let left = 0; left < places; left++) {
      for (const value of [CANARY, [CANARY], { reference: CANARY }, 7, true, {}, []]) {
        expect(reportOf(encode(replaceAt(FULL, { left }, value)))).not.toContain(CANARY)
      }
    }
  })

  it("stays within that law under several changes at once", () => {
    const change = fc.tuple(fc.nat(countPlaces(FULL) - 1), anything)
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const record = changes.reduce<unknown>((value, [left, by]) => replaceAt(value, { left }, by), FULL)
        expect(reportOf(encode(record))).not.toContain(CANARY)
      }),
      { numRuns: 1000 },
    )
  })

  it("stays within that law when bytes are flipped or cut off", () => {
    const sample = readSample("covid-two-of-two.json")
    fc.assert(
      fc.property(
        fc.nat(sample.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        (at, mask, cut) => {
          const bytes = Uint8Array.from(cut ? sample.subarray(0, at) : sample)
          bytes[at] = (bytes[at] ?? 0) ^ mask
          expect(reportOf(bytes)).not.toContain("Lovelace")
        },
      ),
      { numRuns: 1000 },
    )
  })
})

it("any JSON document is refused with a typed error", () => {
  fc.assert(fc.property(fc.json(), (text) => void reportOf(new TextEncoder().encode(text))))
})
