import { describe, expect, it } from "vitest"
import { recordPlatform } from "../../../src/cli/record-platform.ts"
import { decodeBase45 } from "../../../src/health/eu-dcc/base45.ts"
import { isDccCase, parseDccCase, runDccCase } from "../../../src/health/eu-dcc/dcc-case.ts"
import type { DccCaseResult } from "../../../src/health/eu-dcc/dcc-case.ts"
import { readDcc } from "../../../src/health/eu-dcc/read-dcc.ts"
import { prepareTrustList } from "../../../src/health/eu-dcc/trust-list.ts"
import { CATALOGUE } from "../../../src/protocol/catalogue/released.ts"
import { encodeAttributes } from "../../../src/protocol/credential/attribute.ts"
import { codeOf } from "../../support/code-of.ts"
import { corpusCases, isCorpusAbsent } from "../../support/dcc-corpus.ts"

/** Every case that must be refused, with the code of the step that its EXPECTEDRESULTS name. */
const REFUSED: Readonly<Record<string, string>> = {
  "common/H1": "prefix-unknown",
  "common/H2": "prefix-unknown",
  "common/H3": "prefix-unknown",
  "common/B1": "base45-malformed",
  "common/Z1": "inflate-failed",
  "common/Z2": "inflate-failed",
  "common/CBO2": "cbor-malformed", // the envelope: bytes after it
  "common/CBO1": "cbor-malformed", // the certificate inside the claims: bytes in place of a map
  "common/CO22": "issuer-unknown",
  "common/CO23": "issuer-unknown",
  "common/CO5": "signature-invalid",
  "common/CO6": "key-usage",
  "common/CO7": "key-usage",
  "common/CO8": "key-usage",
  "common/CO9": "key-usage",
  "common/CO10": "key-usage",
  "common/CO11": "key-usage", // called valid by its description; EXPECTEDRESULTS decide
  "IS/3": "key-usage", // a purpose of travel documents alone
  "common/CO16": "not-yet-valid",
  "common/CO17": "expired",
  "common/DGC1": "schema-invalid",
  "common/DGC2": "event-count",
}

/** Where the outcome differs from the expected one on purpose. */
const DELIBERATE: Readonly<Record<string, DccCaseResult["deliberate"]>> = {
  "RO/2": "one-event-per-certificate", // two vaccinations: earlier schemas allowed it, a credential holds one
  "SK/3": "one-event-per-certificate",
  "common/Q1": "no-picture", // only the QR picture is broken; its text is genuine
}

/** Valid as far as their cases say, but refused by a check that those cases do not test. */
const UNTESTED: Readonly<Record<string, string>> = {
  "BG/4": "key-usage", // issued 83 days before its signer's certificate began
  "LI/4": "key-usage", // a test under a signer of vaccinations
  "FR/recovery_ok": "not-yet-valid", // the clock stands before the time of issue
  "FR/test_pcr_ok": "not-yet-valid",
  "FR/vaccin_ok": "not-yet-valid",
  "LU/INCERT_R_DCC_Recovery": "not-yet-valid",
}

/** Its JSON has the sample taken two hours before what was signed, though it expects both to be equal. */
const SIGNED_OTHERWISE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "FR/test_pcr_ok": { collectedAt: "2021-05-16T14:34:56Z" },
}

const results = new Map(
  corpusCases.map(({ name, raw }) => [name, runDccCase(parseDccCase(raw), recordPlatform)] as const),
)
const codeFor = ({ outcome }: DccCaseResult): string => (outcome.ok ? "no error" : outcome.code)

describe.skipIf(isCorpusAbsent)("the conformance corpus", () => {
  it("holds 156 cases, of which 23 must fail", () => {
    expect(results.size).toBe(156)
    expect([...results.values()].filter(({ expectedStep }) => expectedStep !== null)).toHaveLength(23)
  })

  it("agrees in all but the cases named here", () => {
    const disagreed = [...results].filter(([, { agreed }]) => !agreed)
    expect(Object.fromEntries(disagreed.map(([name, { deliberate }]) => [name, deliberate]))).toEqual(
      DELIBERATE,
    )
    expect([...results.values()].filter(({ deliberate }) => deliberate !== null)).toHaveLength(3)
  })

  it("refuses each failing case at its step with its code", () => {
    const refused = [...results].filter(([name, { outcome }]) => !outcome.ok && !(name in DELIBERATE))
    expect(Object.fromEntries(refused.map(([name, result]) => [name, codeFor(result)]))).toEqual(REFUSED)
    for (const [, { outcome, expectedStep }] of refused) expect(outcome).toMatchObject({ step: expectedStep })
  })

  it("reads on past checks that a case does not test, and says so", () => {
    const noted = [...results].filter(([, { untested }]) => untested.length > 0)
    expect(Object.fromEntries(noted.map(([name, { untested }]) => [name, untested[0]?.code]))).toEqual(
      UNTESTED,
    )
  })
})

describe.skipIf(isCorpusAbsent).each(corpusCases)("$name", ({ name, raw }) => {
  const given = parseDccCase(raw)
  const result = results.get(name)!

  it("is told from other files", () => {
    expect(isDccCase(raw)).toBe(true)
  })

  it("is read by the intake as by the conformance run, untested checks apart", () => {
    const trust = prepareTrustList([given.certificate], recordPlatform)
    const { now, text } = given
    expect(codeOf(() => readDcc(text, { now, trust, platform: recordPlatform }))).toBe(
      result.untested[0]?.code ?? codeFor(result),
    )
  })

  it("passes through the stages that its file holds", () => {
    if (raw["BASE45"] !== undefined && result.expectedStep !== "EXPECTEDUNPREFIX") {
      expect(`HC1:${raw["BASE45"]}`).toBe(given.text)
    }
    const bytes = decodeBase45(given.text.replace(/^HC1:/, ""))
    const inflated = bytes === null ? null : recordPlatform.inflateZlib(bytes, 1024 * 1024)
    const hex = (stage: Uint8Array | null) => (stage === null ? null : Buffer.from(stage).toString("hex"))
    if (raw["COMPRESSED"] !== undefined && bytes !== null)
      expect(hex(bytes)).toBe(raw["COMPRESSED"].toLowerCase())
    if (raw["COSE"] !== undefined && inflated !== null) expect(hex(inflated)).toBe(raw["COSE"].toLowerCase())
  })

  it("becomes what its JSON says, encodable under its schema", () => {
    if (!result.outcome.ok) return
    const [record, ...more] = result.outcome.records
    expect(more).toEqual([])
    expect(CATALOGUE.findSchema(record!.schema)).not.toBeNull()
    const { attributes } = record!
    encodeAttributes(CATALOGUE.findSchema(record!.schema)!, { ...attributes, boundOn: "2021-11-20" })
    if (raw["JSON"] === undefined) return
    const [kind, event] = (["v", "t", "r"] as const).flatMap((k) => (raw["JSON"][k] ? [[k, raw["JSON"][k][0]]] : []))[0]! // prettier-ignore
    expect(record!.path).toBe(`$.${kind}[0]`)
    const bare = Object.fromEntries(
      Object.entries(attributes).map(([attribute, value]) => [
        attribute,
        String(value).replace(/^[^|]*\|/, ""),
      ]),
    )
    expect(bare).toEqual({ ...expectedAttributes(kind, event, raw["JSON"].dob), ...SIGNED_OTHERWISE[name] })
  })
})

/** The mapping once more, from the corpus's JSON and by hand. */
function expectedAttributes(kind: string, event: any, dob: string): Readonly<Record<string, string>> {
  const day = (text: string): string => text.slice(0, 10)
  const own: Record<string, unknown> =
    kind === "v"
      ? {
          ...{ vaccine: event.mp, prophylaxis: event.vp, manufacturer: event.ma },
          ...{ doseNumber: event.dn, seriesDoses: event.sd, dosesInRecord: 1, occurredOn: day(event.dt) },
        }
      : kind === "t"
        ? {
            ...{ testType: event.tt, testName: event.nm, device: event.ma, collectedAt: event.sc },
            ...{ result: event.tr, facility: event.tc },
          }
        : { firstPositiveOn: day(event.fr), usableFrom: day(event.df), usableUntil: day(event.du) }
  const all = {
    ...own,
    ...{
      disease: event.tg,
      country: event.co,
      issuerName: event.is,
      certificateId: event.ci,
      birthDate: day(dob),
    },
  }
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, value]) => value !== undefined && value !== null && value !== "")
      .map(([name, value]) => [name, String(value)]),
  )
}
