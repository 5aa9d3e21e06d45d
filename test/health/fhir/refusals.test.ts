import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { refusalOf } from "../../support/fhir-records.ts"

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

describe("the bounds of a record", () => {
  it("refuses a body of 10 MB before parsing it", () => {
    const body = new Uint8Array(10_000_000).fill(0x5b)
    const start = performance.now()
    expect(refusalOf(body)).toBe("too-large $")
    expect(performance.now() - start).toBeLessThan(50)
  })
  it("takes 256 KiB to the byte and refuses one more", () => {
    const padded = (size: number): Uint8Array => utf8("{}".padEnd(size, " "))
    expect(refusalOf(padded(256 * 1024))).toBe("malformed-bundle $.resourceType")
    expect(refusalOf(padded(256 * 1024 + 1))).toBe("too-large $")
  })
  it("refuses more than 200 entries", () => {
    const entry = { resource: { resourceType: "Organization" } }
    const bundle = (n: number) => ({
      resourceType: "Bundle",
      type: "collection",
      entry: Array(n).fill(entry),
    })
    expect(refusalOf(utf8(JSON.stringify(bundle(201))))).toBe("too-many-entries $.entry")
    expect(refusalOf(utf8(JSON.stringify(bundle(200))))).toBe("subject-missing $.entry")
  })
  it("takes a value under 32 levels and refuses one under 33", () => {
    const nested = (levels: number) => utf8(`${"[".repeat(levels)}true${"]".repeat(levels)}`)
    expect(refusalOf(nested(32))).toBe("malformed-bundle $") // read, and no bundle
    expect(refusalOf(nested(33))).toBe("malformed-json $")
  })
  it("refuses duplicate members, null and bytes that are no UTF-8", () => {
    for (const text of ['{"a":1,"a":2}', '{"a":null}']) expect(refusalOf(utf8(text))).toBe("malformed-json $")
    expect(refusalOf(new Uint8Array([0x7b, 0xff, 0x7d]))).toBe("malformed-json $")
  })
  it("never repeats an attacker's member name in a path", () => {
    const bundle = { resourceType: "Bundle", type: "collection", "Jane Doe 1979": { modifierExtension: [] } }
    expect(refusalOf(utf8(JSON.stringify(bundle)))).toBe("modifier-extension $.*.modifierExtension")
  })
})

describe("any input", () => {
  it("throws nothing but the typed error for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(refusalOf(bytes)).not.toBe("taken in")
      }),
    )
  })
  it("throws nothing but the typed error for any JSON as a dose", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...MEMBERS), fc.jsonValue()), (members) => {
        const dose = { status: "completed", ...members, resourceType: "Immunization" }
        const entry = [{ resource: { resourceType: "Patient", id: "p" } }, { resource: dose }]
        const bytes = utf8(JSON.stringify({ resourceType: "Bundle", type: "searchset", entry }))
        refusalOf(bytes)
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
