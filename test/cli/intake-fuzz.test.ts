import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { recogniseFile } from "../../src/cli/intake-format.ts"
import { refusalOf } from "../../src/cli/intake-output.ts"
import { readRecordFiles } from "../../src/cli/intake-read.ts"
import type { IntakeContext } from "../../src/cli/intake-read.ts"
import { parseIssuerKeys } from "../../src/health/smart-health-card/issuer-keys.ts"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { encodeAttributes } from "../../src/protocol/credential/attribute.ts"
import { formatDay } from "../../src/protocol/credential/calendar.ts"
import { mintDcc } from "../support/dcc-mint.ts"
import { cardSigner, ISS, keySet, mintCard, NOW, toQr } from "../support/health-card.ts"
import { readSample } from "../support/fhir-sample.ts"

const signer = cardSigner()
const context: IntakeContext = {
  now: NOW,
  dccTrust: new Map(),
  issuers: new Map([[ISS, parseIssuerKeys(keySet([signer]))]]),
  revocations: [],
  records: {},
}
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The refusal's code, or "read"; whatever is no refusal is thrown on. */
function outcomeOf(files: readonly Uint8Array[]): string {
  try {
    const { records } = readRecordFiles(files.map(recogniseFile), context)
    for (const { schema, subject, attributes } of records) {
      const found = CATALOGUE.findSchema(schema, subject)
      if (found === null) throw new Error(`no schema ${schema}`)
      const bound = found.attributes.some(({ name }) => name === "boundOn")
        ? { boundOn: formatDay(20_000) }
        : {}
      expect(encodeAttributes(found, { ...attributes, ...bound })).toHaveLength(16)
    }
    return "read"
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === null) throw error
    expect(refusal.refused).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    return refusal.refused
  }
}

const RECORDS = [
  mintDcc(),
  mintCard(signer),
  ...toQr(mintCard(signer)),
  JSON.stringify({ verifiableCredential: [mintCard(signer)] }),
].map(encode)
const FHIR = readSample("covid-two-of-two.json")

describe("whatever bytes a file holds", () => {
  it("it is read or refused by a code, and what is read fits its schema", () => {
    expect(outcomeOf([FHIR])).toBe("read")
    expect(RECORDS.map((bytes) => outcomeOf([bytes]))).toEqual(["issuer-unknown", "read", "read", "read"])
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 3 }), check),
      { numRuns: 300 },
    )
    const text = fc.oneof(fc.json(), fc.string(), fc.string({ unit: "binary" }))
    const prefix = fc.constantFrom(
      "",
      "HC1:",
      "shc:/",
      "eyJ",
      '{"resourceType":"Bundle",',
      '{"verifiableCredential":[',
    )
    fc.assert(
      fc.property(prefix, text, (start, rest) => check([encode(start + rest)])),
      { numRuns: 1000 },
    )
  })

  it("nor does a changed byte of a genuine record break that law", () => {
    const places = fc.constantFrom(...RECORDS, FHIR).chain((bytes) =>
      fc.record({
        bytes: fc.constant(bytes),
        at: fc.nat(bytes.length - 1),
        by: fc.nat(255),
        cut: fc.boolean(),
      }),
    )
    fc.assert(
      fc.property(places, ({ bytes, at, by, cut }) => {
        const changed = Uint8Array.from(cut ? bytes.subarray(0, at + 1) : bytes)
        changed[at] = by
        check([changed])
      }),
      { numRuns: 1000 },
    )
  })

  it("thousands of nested lists are a refusal, not a full stack", () => {
    for (const depth of [40, 100_000]) {
      const nested = "[".repeat(depth) + "]".repeat(depth)
      expect(outcomeOf([encode(nested)])).toBe("format-unknown")
      expect(outcomeOf([encode(`{"resourceType":"Bundle","type":"collection","entry":${nested}}`)])).toBe(
        "malformed-json",
      )
    }
  })
})

function check(files: readonly Uint8Array[]): void {
  outcomeOf(files)
}
