import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { intakeCommand } from "../../src/cli/intake.ts"
import { certificate, mintDcc, NOW as DCC_NOW, SIGNER, VACCINATION } from "../support/dcc-mint.ts"
import { cardPayload, cardSigner, ISS, keySet, mintCard, NOW, toQr } from "../support/health-card.ts"
import { runVerb } from "../support/run-verb.ts"
import { readSample } from "../support/fhir-sample.ts"

const ROOT = resolve(import.meta.dirname, "../..")
const DATA = resolve(ROOT, process.env["SOTTO_DATA"] ?? "../shared/data")
if (!existsSync(DATA)) {
  const isRequired = (process.env["SOTTO_REQUIRE"] ?? "").split(",").includes("data")
  if (isRequired) throw new Error(`no ${DATA}, and SOTTO_REQUIRE wants it`)
  console.warn(`SKIPPED: no ${DATA}; set SOTTO_DATA to run intake over the corpora`)
}

const folder = mkdtempSync(join(tmpdir(), "sotto-intake-"))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const file = (content: string | Uint8Array): string => {
  const path = join(folder, String(files++))
  writeFileSync(path, content)
  return path
}

const intake = (...args: readonly string[]) => runVerb(intakeCommand(), ...args)
const json = async (...args: readonly string[]) => {
  const { code, text, error } = await intake("--json", "--at", at(NOW), ...args)
  return { code, ...(error === null ? JSON.parse(text) : { error }) }
}
const at = (seconds: number): string => new Date(seconds * 1000).toISOString()

const signer = cardSigner()
const trust = ["--issuer", `${ISS}=${file(keySet([signer]))}`]

describe("a health card", () => {
  const jws = mintCard(signer)
  const codes = toQr(jws, 3)

  it("is the same record as a JWS, as codes in one file or several, and as a downloaded file", async () => {
    const expected = await json(file(jws), ...trust)
    expect(expected).toMatchObject({
      code: 0,
      format: "smart-health-card",
      signed: true,
      records: [{ schema: "immunization/1", subject: "self", attributes: { dosesInRecord: 2 } }, {}],
    })
    const forms = [
      [file(`${jws}\n`)],
      [file(toQr(jws).join("\n"))],
      [file(` ${codes.toReversed().join(" \r\n\n")}\n`)],
      codes.toReversed().map((code) => file(code)),
      [file(JSON.stringify({ verifiableCredential: [jws] }))],
    ]
    for (const paths of forms) expect(await json(...paths, ...trust)).toEqual(expected)
  })

  it("is refused by its code, with exit 1 and without a value", async () => {
    const name = "Smith-Canary"
    const payload = cardPayload({ exp: NOW - 1, name })
    const path = file(mintCard(signer, { payload }))
    expect(await json(path, ...trust)).toEqual({ code: 1, refused: "expired", path: "$.exp" })
    expect(await json(path)).toEqual({ code: 1, refused: "issuer-unknown" })
    expect(await intake(path, ...trust, "--at", at(NOW))).toEqual({
      code: 1,
      text: "refused: expired at $.exp\n",
      error: null,
    })
    expect(await json(path, ...trust, "--at", at(NOW - 2))).toMatchObject({ code: 0 })
  })

  it("is chosen among several by its number, never read together with another person's", async () => {
    const other = mintCard(signer, { payload: cardPayload({ nbf: NOW + 3600 }) })
    const path = file(JSON.stringify({ verifiableCredential: [jws, other] }))
    expect(await json(path, ...trust)).toEqual({ code: 1, refused: "several-records" })
    expect(await json(path, ...trust, "--card", "1")).toMatchObject({ code: 0 })
    expect(await json(path, ...trust, "--card", "2")).toMatchObject({ refused: "not-yet-valid" })
    expect(await json(path, ...trust, "--card", "3")).toEqual({ code: 1, refused: "card-missing" })
    expect(await json(file(jws), file(other), ...trust)).toEqual({ code: 1, refused: "several-records" })
  })

  it("is looked up in the revocation lists that the call names", async () => {
    const watched = cardSigner()
    const keys = keySet([{ ...watched, jwk: { ...watched.jwk, crlVersion: 1 } }])
    const issuer = ["--issuer", `${ISS}=${file(keys)}`]
    const list = JSON.stringify({ kid: watched.kid, method: "rid", ctr: 1, rids: ["r1"] })
    const card = (rid: string) => file(mintCard(watched, { payload: cardPayload({}, { rid }) }))
    expect(await json(card("r1"), ...issuer)).toMatchObject({ refused: "revocation-unavailable" })
    expect(await json(card("r1"), ...issuer, "--revoked", file(list))).toMatchObject({
      refused: "card-revoked",
    })
    expect(await json(card("r2"), ...issuer, "--revoked", file(list))).toMatchObject({ code: 0 })
  })
})

describe("an EU certificate", () => {
  const dccTrust = ["--dcc-trust", file(JSON.stringify([Buffer.from(SIGNER.der).toString("base64")]))]
  const now = ["--at", at(DCC_NOW)]

  it("is read under the signers that the call names, whatever line end its file has", async () => {
    for (const end of ["", "\n", "\r\n"]) {
      expect(await json(file(mintDcc() + end), ...dccTrust, ...now)).toMatchObject({
        code: 0,
        format: "eu-dcc",
        signed: true,
        records: [
          { schema: "immunization/1", subject: "self", attributes: { doseNumber: 2, seriesDoses: 2 } },
        ],
      })
    }
    const ward = await json(file(mintDcc()), ...dccTrust, ...now, "--subject", "ward")
    expect(ward.records[0].subject).toBe("ward")
  })

  it("is refused by its code, and beside another certificate", async () => {
    expect(await json(file(mintDcc()), ...now)).toMatchObject({ code: 1, refused: "issuer-unknown" })
    expect(await json(file(mintDcc()), ...dccTrust)).toMatchObject({ code: 1, refused: "expired" })
    expect(await json(file(mintDcc().replace("HC1", "HC2")), ...dccTrust)).toMatchObject({
      refused: "prefix-unknown",
    })
    expect(await json(file(mintDcc()), file(mintDcc()), ...dccTrust, ...now)).toEqual({
      code: 1,
      refused: "several-records",
    })
  })

  it("cannot move the terminal of whoever reads it", async () => {
    const issuer = "Ministry\u001b[2J\u202e"
    const text = mintDcc({ certificate: certificate({ v: [{ ...VACCINATION, is: issuer }] }) })
    const shown = await intake(file(text), ...dccTrust, ...now)
    expect(shown.code).toBe(0)
    expect(shown.text).toContain("Ministry\\u{1b}[2J\\u{202e}")
    expect(shown.text.replaceAll("\n", "")).not.toMatch(/\p{C}/u)
  })
})

describe("FHIR", () => {
  const bundle = readSample("covid-two-of-two.json")

  it("is read from a bundle, and from one person's resources as files of their own", async () => {
    const whole = await json(file(bundle))
    expect(whole).toMatchObject({ code: 0, format: "fhir", signed: false })
    const resource = (value: unknown) => file(JSON.stringify(value))
    const patient = resource({ resourceType: "Patient", id: "p", birthDate: "1979-02-03" })
    const dose = resource({
      resourceType: "Immunization",
      status: "completed",
      vaccineCode: { coding: [{ system: "http://hl7.org/fhir/sid/cvx", code: "208" }] },
      patient: { reference: "Patient/p" },
      occurrenceDateTime: "2026-05-04",
    })
    const parts = await json(dose, patient)
    expect(parts.records[0]).toMatchObject({
      schema: "immunization/1",
      attributes: { occurredOn: "2026-05-04", birthDate: "1979-02-03" },
    })
    expect(await json(dose)).toMatchObject({ code: 0, notices: [{ code: "patient-not-included" }] })
    expect((await json(dose, patient, "--subject", "ward")).records[0].subject).toBe("ward")
  })

  it("is never read together with something else", async () => {
    const card = file(mintCard(signer))
    expect(await json(file(bundle), card, ...trust)).toEqual({ code: 1, refused: "format-mixed" })
    expect(await json(card, file(bundle), ...trust)).toEqual({ code: 1, refused: "format-mixed" })
  })
})

describe("the call itself", () => {
  const record = file("HC1:")
  const privateKey = { ...signer.jwk, ...signer.privateKey.export({ format: "jwk" }) }
  it.each<[string, readonly string[]]>([
    ["option-invalid", ["--at", "yesterday"]],
    ["option-invalid", ["--card", "0"]],
    ["option-invalid", ["--subject", "child"]],
    ["option-invalid", ["--class-system", "acme|x"]],
    ["option-invalid", ["--standing", "active"]],
    ["option-invalid", ["--issuer", record]],
    ["option-invalid", ["--issuer", `http://cards.example=${record}`]],
    ["option-invalid", ["--issuer", `https://cards.example/=${record}`]],
    ["option-invalid", ["--issuer", `https://cards.example=${record}`]],
    ["option-invalid", ["--issuer", `${ISS}=${file(JSON.stringify({ keys: [privateKey] }))}`]],
    ["option-invalid", [...trust, ...trust]],
    ["option-invalid", ["--revoked", record]],
    ["option-invalid", ["--dcc-trust", record]],
    ["file-missing", ["--dcc-trust", join(folder, "nowhere")]],
    ["file-missing", [join(folder, "nowhere")]],
  ])("is refused as %s, given %j", async (code, args) => {
    expect(await intake(record, ...args)).toMatchObject({ code: -1, error: code })
  })

  it.each<[string, string | Uint8Array]>([
    ["format-unknown", ""],
    ["format-unknown", "just text"],
    ["format-unknown", Uint8Array.of(0xff, 0xfe)],
    ["format-unknown", "\ufeff{}"],
    ["format-unknown", "[]"],
    ["format-unknown", "{}"],
    ["format-unknown", "null"],
    ["format-unknown", JSON.stringify({ verifiableCredential: [1] })],
    ["malformed-json", "{"],
    ["malformed-json", `{"resourceType":"Bundle"`],
    ["card-missing", JSON.stringify({ verifiableCredential: [] })],
    ["too-large", new Uint8Array(4 * 1024 * 1024 + 1)],
    ["jws-malformed", "eyJ."],
    ["qr-malformed", "shc:/x"],
    ["malformed-case", JSON.stringify({ PREFIX: 1, TESTCTX: {}, EXPECTEDRESULTS: {} })],
  ])("gives %s for a file that is none of these", async (code, content) => {
    expect(await json(file(content))).toMatchObject({ code: 1, refused: code })
  })
})

describe.skipIf(!existsSync(DATA))("the corpora", () => {
  it("has every case of the EU corpus agree, or disagree for a reason with a name", async () => {
    const corpus = join(DATA, "eu-dcc")
    const paths = readdirSync(corpus).filter((name) => name.endsWith(".json"))
    const { code, cases, totals } = await json(...paths.map((name) => join(corpus, name)))
    expect({ code, totals }).toEqual({
      code: 0,
      totals: { cases: 156, agreed: 153, deliberate: 3, disagreed: 0 },
    })
    type Line = { readonly agreed: boolean; readonly name: string; readonly deliberate: string }
    for (const { outcome, records } of cases as {
      readonly outcome: string
      readonly records?: unknown[]
    }[]) {
      expect(records?.length).toBe(outcome === "accepted" ? 1 : undefined)
    }
    expect(
      (cases as Line[]).filter(({ agreed }) => !agreed).map(({ name, deliberate }) => [name, deliberate]),
    ).toEqual([
      ["RO.json:2.json", "one-event-per-certificate"],
      ["SK.json:3.json", "one-event-per-certificate"],
      ["common.json:Q1.json", "no-picture"],
    ])
  })

  it("ends with exit 1 when one case disagrees", async () => {
    const [first] = JSON.parse(readFileSync(join(DATA, "eu-dcc/AT.json"), "utf8"))
    const turned = { ...first, EXPECTEDRESULTS: { ...first.EXPECTEDRESULTS, EXPECTEDB45DECODE: false } }
    const path = file(JSON.stringify([first, turned]))
    expect(await json(path)).toMatchObject({ code: 1, totals: { cases: 2, agreed: 1, disagreed: 1 } })
    expect((await intake(path)).text).toMatch(/DISAGREED\n\ncases 2, agreed 1, deliberate 0, disagreed 1\n$/)
  })

  it("has the members of a plan read as several files", async () => {
    const carin = (name: string) => join(DATA, "carin", `Example-${name}.json`)
    const paths = ["Coverage1", "Patient2", "PayerOrganization1"].map(carin)
    expect(await json(...["Coverage1", "Patient1"].map(carin))).toMatchObject({
      refused: "reference-unresolved",
    })
    const read = await json(...paths, "--class-system", "https://acme.example")
    expect(read).toMatchObject({ code: 0, format: "fhir" })
    expect(read.records[0].schema).toBe("coverage/1")
    expect(read.records[0].attributes.plan).toMatch(/^https:\/\/acme\.example\/plan\|/)
  })
})

describe("the process", () => {
  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", "src/cli/main.ts", "intake", ...args], {
      cwd: ROOT,
      encoding: "utf8",
    })

  it("prints one JSON value and ends with 0, 1 or 2", () => {
    const card = file(mintCard(signer))
    const read = run(card, ...trust, "--json", "--at", at(NOW))
    expect({ status: read.status, stderr: read.stderr }).toEqual({ status: 0, stderr: "" })
    expect(JSON.parse(read.stdout)).toMatchObject({ format: "smart-health-card" })
    const refused = run(card, "--json")
    expect({ ...refused, stdout: JSON.parse(refused.stdout) }).toMatchObject({
      status: 1,
      stdout: { refused: "issuer-unknown" },
      stderr: "",
    })
    const wrong = run(join(folder, "nowhere"))
    expect(wrong).toMatchObject({ status: 2, stdout: "" })
    expect(wrong.stderr).toMatch(/^sotto: file-missing: /)
  })
})
