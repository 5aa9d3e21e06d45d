import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { FhirError } from "../../../src/health/fhir/fhir-error.ts"
import { readImmunizations } from "../../../src/health/fhir/read-immunizations.ts"
import { parseDay } from "../../../src/protocol/credential/calendar.ts"

const TODAY = parseDay("2026-11-20") ?? Number.NaN
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

function refusalOf(bytes: Uint8Array): FhirError {
  try {
    readImmunizations(bytes, TODAY)
  } catch (cause) {
    if (cause instanceof FhirError) return cause
    throw cause
  }
  throw new Error("the record was taken in")
}

describe("the bounds of a record", () => {
  it("refuses a body of 10 MB before parsing it", () => {
    const body = new Uint8Array(10_000_000).fill(0x5b)
    const start = performance.now()
    expect(refusalOf(body).code).toBe("too-large")
    expect(performance.now() - start).toBeLessThan(50)
  })
  it("takes 256 KiB to the byte and refuses one more", () => {
    const padded = (size: number): Uint8Array => utf8("{}".padEnd(size, " "))
    expect(refusalOf(padded(256 * 1024)).code).toBe("malformed-bundle")
    expect(refusalOf(padded(256 * 1024 + 1)).code).toBe("too-large")
  })
  it("refuses more than 200 entries", () => {
    const entry = { resource: { resourceType: "Organization" } }
    const bundle = (n: number) => ({
      resourceType: "Bundle",
      type: "collection",
      entry: Array(n).fill(entry),
    })
    expect(refusalOf(utf8(JSON.stringify(bundle(201)))).code).toBe("too-many-entries")
    expect(refusalOf(utf8(JSON.stringify(bundle(200)))).code).toBe("subject-missing")
  })
  it("takes a value under 32 levels and refuses one under 33", () => {
    const nested = (levels: number) => utf8(`${"[".repeat(levels)}true${"]".repeat(levels)}`)
    expect(refusalOf(nested(32)).code).toBe("malformed-bundle") // read, and no bundle
    expect(refusalOf(nested(33)).code).toBe("malformed-json")
  })
  it("refuses duplicate members, null and bytes that are no UTF-8", () => {
    for (const text of ['{"a":1,"a":2}', '{"a":null}'])
      expect(refusalOf(utf8(text)).code).toBe("malformed-json")
    expect(refusalOf(new Uint8Array([0x7b, 0xff, 0x7d])).code).toBe("malformed-json")
  })
  it("never repeats an attacker's member name in a path", () => {
    const bundle = { resourceType: "Bundle", type: "collection", "Jane Doe 1979": { modifierExtension: [] } }
    expect(refusalOf(utf8(JSON.stringify(bundle))).path).toBe("$.*.modifierExtension")
  })
})

describe("any input", () => {
  it("throws nothing but the typed error for any bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void refusalOf(bytes)))
  })
  it("throws nothing but the typed error for any JSON as a dose", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...MEMBERS), fc.jsonValue()), (members) => {
        const dose = { status: "completed", ...members, resourceType: "Immunization" }
        const entry = [{ resource: { resourceType: "Patient", id: "p" } }, { resource: dose }]
        const bytes = utf8(JSON.stringify({ resourceType: "Bundle", type: "searchset", entry }))
        try {
          readImmunizations(bytes, TODAY)
        } catch (cause) {
          expect(cause).toBeInstanceOf(FhirError)
        }
      }),
      { numRuns: 500 },
    )
  })
})

const MEMBERS = ["status", "isSubpotent", "vaccineCode", "occurrenceDateTime", "protocolApplied"].concat([
  "patient",
  "manufacturer",
  "lotNumber",
  "contained",
  "extension",
])
