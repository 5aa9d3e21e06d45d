// Every message that crosses a border is read strictly: nothing missing, nothing beside, one spelling.
import { describe, expect, it } from "vitest"
import {
  parseHolderCommitment,
  parseRegistryBundle,
  parseStatusList,
  parseTrust,
} from "../../../src/protocol/wire/credential.ts"
import { parsePresentation } from "../../../src/protocol/wire/presentation.ts"
import {
  MAX_REQUEST_BYTES,
  parsePresentationRequest,
  parsePresentationRequestDraft,
} from "../../../src/protocol/wire/presentation-request.ts"
import { isSignedBy, signDocument } from "../../../src/protocol/wire/signed-document.ts"
import { parseStatement } from "../../../src/protocol/wire/statement.ts"
import { encodeFr, R } from "../../../src/protocol/primitives/field.ts"
import { codeOf } from "../../support/code-of.ts"
import { oneCredential, OPERATIONS_KEY, VERIFIER_KEY } from "../../support/one-credential.ts"

const { request, bundle, credential } = oneCredential()
const proof = { a: ["1", "2"], b: [["1", "2"], ["3", "4"]], c: ["1", "2"] } // prettier-ignore
const part = { nullifier: "1", linkTag: "2", credentialTag: "3", proof }
const presentation = {
  type: "sotto/presentation/1",
  request: request.id,
  items: [{ alternative: 0, parts: [part] }],
}
const holder = { type: "sotto/holder/1", registry: "demo", issuer: "clinic", holder: credential.holder }
const trust = { type: "sotto/trust/1", policy: "log x\n", registries: [], k: 5 }
const draft = {
  purpose: request.purpose,
  zone: "Z",
  links: [],
  items: [
    {
      alternatives: [{ registry: "demo", statement: "vaccination-status/1", parameters: {} }],
      nullifier: { mode: "person", use: "request" },
    },
  ],
}
const MESSAGES: readonly (readonly [string, (input: string) => unknown, object, string])[] = [
  ["request", parsePresentationRequest, request, "malformed-request"],
  ["draft", parsePresentationRequestDraft, draft, "malformed-request"],
  ["presentation", parsePresentation, presentation, "malformed-presentation"],
  ["holder", parseHolderCommitment, holder, "malformed-credential"],
  ["bundle", parseRegistryBundle, bundle, "malformed-registry"],
  ["status list", parseStatusList, bundle.leaves[0]?.list ?? {}, "malformed-registry"],
  ["trust file", parseTrust, trust, "malformed-trust"],
]

describe.each(MESSAGES)("a %s", (_, parse, document, code) => {
  it("is read as it was written", () => {
    expect(parse(JSON.stringify(document))).toMatchObject(document)
  })

  it("is refused without any one of its members", () => {
    for (const name of Object.keys(document)) {
      expect(
        codeOf(() => parse(JSON.stringify({ ...document, [name]: undefined }))),
        name,
      ).toBe(code)
    }
  })

  it("is refused with an unknown member, under another type, or as another kind of JSON", () => {
    for (const wrong of [
      { ...document, extra: 1 },
      { ...document, type: "sotto/other/1" },
      [document],
      "text",
      1,
    ]) {
      expect(codeOf(() => parse(JSON.stringify(wrong)))).toBe(code)
    }
  })

  it("is refused as broken JSON under its own code", () => {
    for (const text of ["", "{", "null", '{"a":1,"a":1}', '{"__proto__":{}}']) {
      expect(codeOf(() => parse(text))).toBe(code)
    }
  })
})

describe("a presentation", () => {
  const changed = (change: object) =>
    codeOf(() => parsePresentation(JSON.stringify({ ...presentation, ...change })))
  const withPart = (change: object) =>
    changed({ items: [{ alternative: 0, parts: [{ ...part, ...change }] }] })

  it.each([
    ["hexadecimal", "0x1"],
    ["n + r", (R + 1n).toString()],
    ["a leading zero", "01"],
    ["a number", 1],
    ["a nested array", ["1"]],
    ["10,000 digits", "9".repeat(8000)],
  ])("is refused with a nullifier as %s", (_, nullifier) => {
    expect(withPart({ nullifier })).toBe("field-element-not-canonical")
  })

  it.each([
    ["a fourth member", { ...proof, protocol: "groth16" }, "proof-malformed"],
    ["projective points", { ...proof, a: ["1", "2", "1"] }, "proof-malformed"],
    ["a coordinate of q or more", { ...proof, a: ["9".repeat(77), "2"] }, "field-element-not-canonical"],
    ["no proof", "x", "proof-malformed"],
  ])("is refused with %s", (_, other, code) => {
    expect(withPart({ proof: other })).toBe(code)
  })

  it("has at most eight items, eight parts in all, four alternatives and 64 KiB", () => {
    const item = (n: number) => ({ alternative: 0, parts: Array.from({ length: n }, () => part) })
    expect(changed({ items: [item(8)] })).toBe("no error")
    expect(changed({ items: [item(9)] })).toBe("malformed-presentation")
    expect(changed({ items: [item(4), item(5)] })).toBe("malformed-presentation")
    expect(changed({ items: Array.from({ length: 9 }, () => item(1)) })).toBe("malformed-presentation")
    expect(changed({ items: [{ ...item(1), alternative: 4 }] })).toBe("malformed-presentation")
    expect(codeOf(() => parsePresentation(" ".repeat(64 * 1024) + JSON.stringify(presentation)))).toBe(
      "too-large",
    )
  })

  it("cannot bring signals of its own", () => {
    expect(withPart({ signals: Array.from({ length: 125 }, () => "1") })).toBe("malformed-presentation")
  })
})

describe("a request", () => {
  const changed = (change: object) =>
    codeOf(() => parsePresentationRequest(JSON.stringify({ ...request, ...change })))

  it.each([
    ["milliseconds", { createdAt: 1_665_835_200_000 }],
    ["a zone by name", { zone: "Europe/Vienna" }],
    ["a zone beyond +14:59", { zone: "+15:00" }],
    ["a challenge of 30 bytes", { challenge: "A".repeat(40) }],
    ["a challenge with stray bits", { challenge: `${"A".repeat(41)}B` }],
    ["an id of another kind", { id: "pr_short" }],
    ["an origin with a path", { verifier: { ...request.verifier, origin: "https://a.example/x" } }],
    [
      "an epoch that is no period",
      { items: [{ ...request.items[0], nullifier: { mode: "person", use: "once", epoch: "2022-13" } }] },
    ],
    [
      "an epoch for use request",
      { items: [{ ...request.items[0], nullifier: { mode: "person", use: "request", epoch: "2022" } }] },
    ],
    [
      "no epoch for use once",
      { items: [{ ...request.items[0], nullifier: { mode: "person", use: "once" } }] },
    ],
    ["nine items", { items: Array.from({ length: 9 }, () => request.items[0]) }],
    [
      "five alternatives",
      {
        items: [
          {
            ...request.items[0],
            alternatives: Array.from({ length: 5 }, () => request.items[0]?.alternatives[0]),
          },
        ],
      },
    ],
  ])("is refused with %s", (_, change) => {
    expect(changed(change)).toBe("malformed-request")
  })

  it("is refused with boundData in another spelling", () => {
    expect(changed({ boundData: "00" })).toBe("field-element-not-canonical")
  })

  it("is bounded", () => {
    expect(codeOf(() => parsePresentationRequest(" ".repeat(MAX_REQUEST_BYTES + 1)))).toBe("too-large")
  })
})

describe("a statement", () => {
  const [alternative] = request.items[0]?.alternatives ?? []
  const withWhere = (where: object) => codeOf(() => parseStatement({ ...alternative?.statement, where }))

  it.each([
    { field: "a", eq: 1, atLeast: 1 },
    { field: "a" },
    { field: "a", eq: 1.5 },
    { field: "a", eq: null },
    { field: "a", eq: [1] },
    { field: "a", eq: { param: "x", y: 1 } },
    { field: "a", in: "s|c" },
    { field: "a", between: [1] },
    { field: "a", atLeast: { plus: 1 } },
    { field: "a", present: "true" },
    { field: "A b", eq: 1 },
    { all: [{ field: "a", eq: 1 }], any: [] },
    { not: [{ field: "a", eq: 1 }] },
    { xor: [] },
    {},
  ])("is refused with %j", (where) => {
    expect(withWhere(where)).toBe("malformed-request")
  })

  it("is read with AND, OR, NOT and every operator", () => {
    const value = { param: "x" }
    const where = {
      all: [
        {
          any: [
            { field: "a", eq: value },
            { field: "a.first", in: [1, value] },
            { field: "a", in: { valueSet: "x/1" } },
          ],
        },
        { not: { field: "a", between: ["today-P1D", value], unit: "x" } },
        { field: "a", atLeast: { field: "b", plus: -1 } },
        { field: "a", atMost: "now" },
        { field: "a", sameAs: "b" },
        { field: "a", present: false },
      ],
    }
    expect(withWhere(where)).toBe("no error")
  })
})

describe("a signed document", () => {
  it("does not pass as a document of another type, even with the same members", () => {
    const signed = signDocument({ type: "sotto/one/1", value: encodeFr(1n) }, VERIFIER_KEY)
    expect(isSignedBy(signed, VERIFIER_KEY)).toBe(true)
    expect(isSignedBy({ ...signed, type: "sotto/two/1" }, VERIFIER_KEY)).toBe(false)
    expect(isSignedBy(signed, OPERATIONS_KEY)).toBe(false)
    expect(isSignedBy({ ...signed, signature: `${signed.signature}=` }, VERIFIER_KEY)).toBe(false)
  })
})
