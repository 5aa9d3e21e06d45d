// Cards minted with the keys that the specification publishes for tests, read as any reader of them would.
import { existsSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { parseIssuerKeys } from "../../../src/health/smart-health-card/issuer-keys.ts"
import { readHealthCard } from "../../../src/health/smart-health-card/read-health-card.ts"
import { parseRevocationList } from "../../../src/health/smart-health-card/revocation.ts"
import { codeOf } from "../../support/code-of.ts"
import { cardContext, cardPayload, cardSigner, mintCard, toQr } from "../../support/health-card.ts"

const CARDS = resolve(
  import.meta.dirname,
  "../../..",
  process.env["SOTTO_DATA"] ?? "../shared/data",
  "smart-health-cards",
)
const isRequired = (process.env["SOTTO_REQUIRE"] ?? "").split(",").includes("data")
if (!existsSync(CARDS)) {
  if (isRequired) throw new Error(`no ${CARDS}, and SOTTO_REQUIRE wants it`)
  console.warn(`SKIPPED: no ${CARDS}; set SOTTO_DATA to read cards of the published test keys`)
}
const bytes = (name: string): Uint8Array => readFileSync(join(CARDS, `${name}.json`))
const json = (name: string) => JSON.parse(new TextDecoder().decode(bytes(name)))

describe.skipIf(!existsSync(CARDS))("the published issuer", () => {
  const ISS = "https://spec.smarthealth.cards/examples/issuer"
  const TIMED = 1_664_492_124 // the second up to which two of the listed cards are revoked
  const open = () => {
    const [first, , second] = json("issuer-test-signing-keys").keys
    const issuers = new Map([[ISS, parseIssuerKeys(bytes("issuer-jwks"))]])
    const revocations = [parseRevocationList(bytes("crl-3Kfdg"))]
    return {
      signers: [cardSigner(first), cardSigner(second)] as const,
      context: cardContext([], { issuers, revocations }),
    }
  }
  const payloadOf = (name: string, nbf = TIMED + 1, rid?: string) =>
    cardPayload(
      { iss: ISS, nbf },
      {
        ...(rid === undefined ? {} : { rid }),
        credentialSubject: { fhirVersion: "4.0.1", fhirBundle: json(name) },
      },
    )

  it("signs under the thumbprints that it publishes", () => {
    const { signers, context } = open()
    expect(context.issuers.get(ISS)?.map(({ kid }) => kid)).toEqual(signers.map(({ kid }) => kid))
  })

  it("has its card of three doses read from one code, from three, and from a JWS", () => {
    const { signers, context } = open()
    for (const signer of signers) {
      const jws = mintCard(signer, { payload: payloadOf("covid-vaccines-bundle") })
      const intake = readHealthCard([jws], context)
      expect(intake.records[0]?.attributes).toMatchObject({ dosesInRecord: 3, birthDate: "1951-01-20" })
      expect(intake.records[0]?.attributes).not.toHaveProperty("doseNumber")
      expect(readHealthCard(toQr(jws), context)).toEqual(intake)
      expect(readHealthCard(toQr(jws, 3), context)).toEqual(intake)
    }
  })

  it.each<[string, string, number]>([
    ["card-revoked", "FKDIxsTCGlU", TIMED + 1],
    ["card-revoked", "TqB_qu_6OtM", TIMED - 1],
    ["card-revoked", "vwAjHdarZuc", TIMED - 1],
    ["no error", "vwAjHdarZuc", TIMED],
    ["no error", "XkNHp2Iyk0Y", TIMED + 1],
    ["no error", "AAAAAAAAAAA", TIMED - 1],
  ])("gives %s for the listed rid %s and nbf %d", (code, rid, nbf) => {
    const { signers, context } = open()
    const card = mintCard(signers[0], { payload: payloadOf("revoked-bundle", nbf, rid) })
    expect(codeOf(() => readHealthCard([card], context))).toBe(code)
    // The other key publishes no counter and has no list: its cards are not looked up.
    const other = mintCard(signers[1], { payload: payloadOf("revoked-bundle", nbf, rid) })
    expect(codeOf(() => readHealthCard([other], context))).toBe("no error")
  })

  it("is not believed without its list", () => {
    const { signers, context } = open()
    const card = mintCard(signers[0], { payload: payloadOf("covid-vaccines-bundle") })
    expect(codeOf(() => readHealthCard([card], { ...context, revocations: [] }))).toBe(
      "revocation-unavailable",
    )
  })

  it("has its signing keys refused as keys to pin, and a key without its thumbprint", () => {
    expect(codeOf(() => parseIssuerKeys(bytes("issuer-test-signing-keys")))).toBe("key-private")
    const [first, second] = json("issuer-jwks").keys
    const swapped = new TextEncoder().encode(JSON.stringify({ keys: [{ ...first, kid: second.kid }] }))
    expect(codeOf(() => parseIssuerKeys(swapped))).toBe("key-mismatch")
  })

  it("may sign a report of laboratory results, which names a patient elsewhere", () => {
    const { signers, context } = open()
    const card = mintCard(signers[0], { payload: payloadOf("dr-bundle") })
    expect(codeOf(() => readHealthCard([card], context))).toBe("subject-missing")
    const intake = readHealthCard([card], { ...context, records: { patientElsewhere: true } })
    expect(intake.records.length).toBeGreaterThanOrEqual(16) // those whose unit is coded
    expect(intake.notices.length).toBeGreaterThan(0)
    const paths = [...intake.records, ...intake.notices].map(({ path }) => path)
    for (const path of paths) expect(path).toMatch(/^\$\.vc\.credentialSubject\.fhirBundle/)
  })
})
