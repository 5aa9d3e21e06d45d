import { describe, expect, it } from "vitest"
import { recordPlatform } from "../../../src/cli/record-platform.ts"
import { isDccCase, parseDccCase, runDccCase } from "../../../src/health/eu-dcc/dcc-case.ts"
import { codeOf } from "../../support/code-of.ts"
import { certificate, mintDcc, NOW, SIGNER, VACCINATION } from "../../support/dcc-mint.ts"
import { mintSigner } from "../../support/dcc-signer.ts"

const CERTIFICATE = Buffer.from(SIGNER.der).toString("base64")
const CLOCK = "2021-11-20T00:00:00Z"

/** A case in the corpus's layout. */
const made = (expected: object, text = mintDcc(), clock = CLOCK) => ({
  file: "made.json",
  PREFIX: text,
  TESTCTX: { VERSION: 1, SCHEMA: "1.3.0", CERTIFICATE, VALIDATIONCLOCK: clock, "GATEWAY-ENV": [] },
  EXPECTEDRESULTS: expected,
  JSON: { v: null },
})
const run = (...given: Parameters<typeof made>) => runDccCase(parseDccCase(made(...given)), recordPlatform)

const LATER = mintDcc({ iat: NOW + 1 })
const TWO = mintDcc({ certificate: certificate({ v: [VACCINATION, VACCINATION] }) })

describe("a case", () => {
  it("that must succeed agrees when it is taken in", () => {
    expect(run({ EXPECTEDVERIFY: true })).toMatchObject({
      ...{ file: "made.json", outcome: { ok: true }, expectedStep: null },
      ...{ agreed: true, deliberate: null, untested: [] },
    })
  })

  it("that must succeed disagrees when it is refused", () => {
    expect(run({ EXPECTEDVERIFY: true }, mintDcc({ signature: (s) => s.fill(7) }))).toMatchObject({
      ...{ outcome: { ok: false, code: "signature-invalid", step: "EXPECTEDVERIFY", path: "$" } },
      ...{ agreed: false, deliberate: null },
    })
  })

  it("that must fail disagrees when it is taken in, and when it fails at another step", () => {
    expect(run({ EXPECTEDVERIFY: false })).toMatchObject({ agreed: false, deliberate: null })
    expect(run({ EXPECTEDVERIFY: false }, "HC2:")).toMatchObject({
      ...{ outcome: { step: "EXPECTEDUNPREFIX" }, expectedStep: "EXPECTEDVERIFY", agreed: false },
    })
    expect(run({ EXPECTEDUNPREFIX: false }, "HC2:")).toMatchObject({ agreed: true })
  })

  it("is judged by time and key usage where it tests them", () => {
    expect(run({ EXPECTEDEXPIRATIONCHECK: true }, LATER)).toMatchObject({ agreed: false, untested: [] })
    expect(run({ EXPECTEDEXPIRATIONCHECK: false }, LATER)).toMatchObject({ agreed: true, untested: [] })
  })

  it("is read on past them where it does not, and says which check it passed over", () => {
    expect(run({}, LATER)).toMatchObject({
      ...{ outcome: { ok: true }, agreed: true },
      untested: [{ code: "not-yet-valid", step: "EXPECTEDEXPIRATIONCHECK" }],
    })
  })

  it("is never read on past a signature or a schema, tested or not", () => {
    expect(run({}, mintDcc({ signer: mintSigner() }))).toMatchObject({ agreed: false, untested: [] })
    expect(run({}, mintDcc({ certificate: {} }))).toMatchObject({ agreed: false, untested: [] })
  })

  it("with several events is a deliberate disagreement only where they are to be taken", () => {
    expect(run({ EXPECTEDSCHEMAVALIDATION: true }, TWO)).toMatchObject({
      ...{ outcome: { code: "event-count" }, agreed: false, deliberate: "one-event-per-certificate" },
    })
    expect(run({ EXPECTEDSCHEMAVALIDATION: false }, TWO)).toMatchObject({ agreed: true, deliberate: null })
    expect(run({ EXPECTEDVERIFY: false }, TWO)).toMatchObject({ agreed: false, deliberate: null })
  })

  it("with a broken picture is a deliberate disagreement", () => {
    expect(run({ EXPECTEDPICTUREDECODE: false })).toMatchObject({ agreed: false, deliberate: "no-picture" })
  })
})

describe("the clock", () => {
  const at = (clock: string): number => parseDccCase(made({}, "", clock)).now

  it.each([
    "2021-11-20T00:00:00Z",
    "2021-11-20T00:00:00",
    "2021-11-20T00:00:00.990629300Z",
    "2021-11-20T02:00:00+02:00",
    "2021-11-20T02:00:00+0200",
    "2021-11-19T22:30:00.5-0130",
  ])("reads %s", (clock) => {
    expect(at(clock)).toBe(NOW)
  })

  it.each(["", "now", "2021-11-20", "2021-13-20T00:00:00Z", "2021-11-20T00:00:00+25:00"])(
    "refuses %j",
    (clock) => {
      expect(codeOf(() => at(clock))).toBe("malformed-case")
    },
  )
})

describe("the layout", () => {
  const { TESTCTX: context, ...bare } = made({})

  it.each<[string, unknown]>([
    ["null", null],
    ["a list", []],
    ["no text", { ...bare, TESTCTX: context, PREFIX: 7 }],
    ["no context", bare],
    ["no certificate", { ...bare, TESTCTX: { ...context, CERTIFICATE: null } }],
    ["a certificate that is no base64", { ...bare, TESTCTX: { ...context, CERTIFICATE: "*" } }],
    [
      "an expectation that is no boolean",
      { ...bare, TESTCTX: context, EXPECTEDRESULTS: { EXPECTEDVERIFY: "no" } },
    ],
    ["no expectations", { ...bare, TESTCTX: context, EXPECTEDRESULTS: null }],
    ["a file name that is none", { ...bare, TESTCTX: context, file: {} }],
  ])("refuses %s", (_, value) => {
    expect(codeOf(() => parseDccCase(value))).toBe("malformed-case")
  })

  it("needs no file name", () => {
    const { file: _, ...rest } = made({})
    expect(parseDccCase(rest).file).toBe("-")
  })

  it("is told from other documents", () => {
    expect([made({}), bare, [made({})], null, "HC1:"].map(isDccCase)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ])
  })
})
