import { createPublicKey, verify } from "node:crypto"
import { deflateRawSync, deflateSync } from "node:zlib"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseIssuerKeys } from "../../../src/health/smart-health-card/issuer-keys.ts"
import { readHealthCard } from "../../../src/health/smart-health-card/read-health-card.ts"
import { codeOf } from "../../support/code-of.ts"
import {
  BUNDLE,
  bytesOf,
  cardContext,
  cardPayload,
  cardSigner,
  ISS,
  mintCard,
  NOW,
  toQr,
} from "../../support/health-card.ts"
import type { Minting } from "../../support/health-card.ts"

const [signer, second, stranger] = [cardSigner(), cardSigner(), cardSigner()]
const context = cardContext([signer, second])
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

const codeFor = (minting: Minting, changes = {}): string =>
  codeOf(() => readHealthCard([mintCard(signer, minting)], { ...context, ...changes }))
const withSubject = (members: Readonly<Record<string, unknown>>) =>
  cardPayload({}, { credentialSubject: { fhirVersion: "4.0.1", fhirBundle: BUNDLE, ...members } })

describe("a genuine card", () => {
  it("is read as a JWS and as QR codes, with paths into the signed payload", () => {
    const jws = mintCard(signer)
    const intake = readHealthCard([jws], context)
    expect(intake.records.map(({ schema }) => schema)).toEqual(["immunization/1", "person/1"])
    expect(intake.records[0]).toMatchObject({
      schema: "immunization/1",
      subject: "self",
      attributes: { dosesInRecord: 2, occurredOn: "2026-02-01", birthDate: "1951-01-20" },
    })
    expect(intake.records[0]?.path).toMatch(/^\$\.vc\.credentialSubject\.fhirBundle/)
    expect(readHealthCard(toQr(jws), context)).toEqual(intake)
    expect(readHealthCard(toQr(jws, 4).toReversed(), context)).toEqual(intake)
  })

  it("has a signature that the runtime's verifier accepts as well", () => {
    const jws = mintCard(signer)
    const key = createPublicKey({ key: signer.jwk, format: "jwk" })
    const at = jws.lastIndexOf(".")
    const signature = Buffer.from(jws.slice(at + 1), "base64url")
    const message = Buffer.from(jws.slice(0, at))
    expect(verify("sha256", message, { key, dsaEncoding: "ieee-p1363" }, signature)).toBe(true)
  })

  it("counts with the high s as with the low one, which JOSE leaves open", () => {
    const jws = mintCard(signer)
    const at = jws.lastIndexOf(".")
    const signature = Buffer.from(jws.slice(at + 1), "base64url")
    const s = BigInt(`0x${signature.subarray(32).toString("hex")}`)
    const other = Buffer.from((P256_ORDER - s).toString(16).padStart(64, "0"), "hex")
    const twin = Buffer.concat([signature.subarray(0, 32), other]).toString("base64url")
    expect(twin).not.toBe(jws.slice(at + 1))
    expect(codeOf(() => readHealthCard([`${jws.slice(0, at)}.${twin}`], context))).toBe("no error")
  })

  it("keeps the decimals of its records as they were written", () => {
    const coded = (system: string, code: string) => ({ coding: [{ system, code }] })
    const resource = {
      resourceType: "Observation",
      status: "final",
      code: coded("http://loinc.org", "14749-6"),
      subject: { reference: "resource:0" },
      effectiveDateTime: "2026-05-04",
      valueQuantity: { value: 4711, system: "http://unitsofmeasure.org", code: "mmol/L" },
    }
    const fhirBundle = { ...BUNDLE, entry: [BUNDLE.entry[0], { fullUrl: "resource:1", resource }] }
    const text = JSON.stringify(withSubject({ fhirBundle })).replace(":4711", ":5.10")
    const { records } = readHealthCard([mintCard(signer, { text })], context)
    expect(records[0]).toMatchObject({ schema: "lab-14749-6-mmol-l/1", attributes: { value: "5.10" } })
  })

  it.each([
    ["a fraction of a second ahead of the leeway", { nbf: NOW + 60.9 }],
    ["an expiry one second ahead", { exp: NOW + 1 }],
    ["claims the specification does not know", { jti: "x", iat: 1 }],
  ])("may have %s", (_, members) => expect(codeFor({ payload: cardPayload(members) })).toBe("no error"))
})

describe("S2: a card is refused for its header", () => {
  const { kid } = signer
  it.each([
    ["alg none", { alg: "none", zip: "DEF", kid }],
    ["alg HS256", { alg: "HS256", zip: "DEF", kid }],
    ["alg in lower case", { alg: "es256", zip: "DEF", kid }],
    ["no zip", { alg: "ES256", kid }],
    ["zip GZ", { alg: "ES256", zip: "GZ", kid }],
    ["no kid", { alg: "ES256", zip: "DEF" }],
    ["a kid that is a number", { alg: "ES256", zip: "DEF", kid: 1 }],
    ["a kid that is no thumbprint", { alg: "ES256", zip: "DEF", kid: "1" }],
    ["an embedded key", { alg: "ES256", zip: "DEF", kid, jwk: stranger.jwk }],
    ["a place to fetch keys from", { alg: "ES256", zip: "DEF", kid, jku: "https://evil.example/jwks.json" }],
    ["typ beside the three", { alg: "ES256", zip: "DEF", kid, typ: "JWT" }],
  ])("%s", (_, header) => expect(codeFor({ header })).toBe("header-not-allowed"))

  it("with a member twice, or longer than a header is", () => {
    const part = (text: string): string => Buffer.from(text).toString("base64url")
    const [, ...rest] = mintCard(signer).split(".")
    const twice = `{"alg":"none","alg":"ES256","zip":"DEF","kid":"${kid}"}`
    const long = `{"alg":"ES256","zip":"DEF","kid":"${kid}"${" ".repeat(1024)}}`
    for (const header of [twice, long, "", "[]", "null"]) {
      expect(codeOf(() => readHealthCard([[part(header), ...rest].join(".")], context))).toBe(
        "header-not-allowed",
      )
    }
  })

  it("and for a form that is no compact JWS", () => {
    const jws = mintCard(signer)
    const [header = "", payload = "", signature = ""] = jws.split(".")
    const texts = [
      "",
      "a.b",
      `${jws}.`,
      `${jws}=`,
      `${header}.${payload}`,
      `${header}. .${signature}`,
      `\n${jws}`,
    ]
    for (const text of texts) expect(codeOf(() => readHealthCard([text], context))).toBe("jws-malformed")
    expect(codeOf(() => readHealthCard(["A".repeat(262_145)], context))).toBe("too-large")
  })
})

describe("S3 and S4: a card is refused for its key or signature", () => {
  it("whose key nobody pinned, or whose issuer is not pinned", () => {
    expect(codeOf(() => readHealthCard([mintCard(stranger)], context))).toBe("issuer-unknown")
    const payload = cardPayload({ iss: `${ISS}/` })
    expect(codeFor({ payload })).toBe("issuer-unknown")
  })

  it("that names another issuer's key", () => {
    const issuers = new Map([
      [ISS, parseIssuerKeys(bytesOf({ keys: [signer.jwk] }))],
      ["https://other.example", parseIssuerKeys(bytesOf({ keys: [second.jwk] }))],
    ])
    expect(codeOf(() => readHealthCard([mintCard(second)], { ...context, issuers }))).toBe("key-mismatch")
  })

  it("that names another key of its issuer than the one that signed", () => {
    const header = { zip: "DEF", alg: "ES256", kid: second.kid }
    expect(codeFor({ header })).toBe("signature-invalid")
  })

  it("whose signature is DER, empty, cut, or of zeros", () => {
    expect(codeFor({ dsaEncoding: "der" })).toBe("signature-invalid")
    const jws = mintCard(signer)
    const signed = jws.slice(0, jws.lastIndexOf("."))
    for (const length of [0, 63, 64, 65]) {
      const signature = Buffer.alloc(length).toString("base64url")
      expect(codeOf(() => readHealthCard([`${signed}.${signature}`], context))).toBe("signature-invalid")
    }
  })

  it("before anything of it is inflated", () => {
    const inflateRaw = (): never => {
      throw new Error("inflated an unsigned payload")
    }
    expect(codeFor({ dsaEncoding: "der" }, { inflateRaw })).toBe("signature-invalid")
  })
})

describe("S5: a card is refused for its compression", () => {
  const concat = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))
  it.each<[string, (json: Uint8Array) => Uint8Array]>([
    ["not deflated", (json) => json],
    ["zlib instead of raw", (json) => deflateSync(json)],
    ["cut", (json) => deflateRawSync(json).subarray(0, -2)],
    ["bytes after the end", (json) => concat(deflateRawSync(json), Uint8Array.of(0))],
    ["a second stream after the first", (json) => concat(deflateRawSync(json), deflateRawSync(json))],
    ["a bomb of 64 MiB", () => deflateRawSync(new Uint8Array(64 * 1024 * 1024))],
    ["nothing", () => new Uint8Array()],
  ])("%s", (_, deflate) => expect(codeFor({ deflate })).toBe("inflate-failed"))

  it("holds one MiB and not one byte more", () => {
    const padded = (size: number): string => JSON.stringify(cardPayload()).padEnd(size, " ")
    expect(codeFor({ text: padded(1024 * 1024) })).toBe("no error")
    expect(codeFor({ text: padded(1024 * 1024 + 1) })).toBe("inflate-failed")
  })
})

describe("S6: a card is refused for its times", () => {
  it.each([
    ["time-in-milliseconds", { nbf: (NOW - 60) * 1000 }],
    ["time-in-milliseconds", { exp: (NOW + 60) * 1000 }],
    ["time-in-milliseconds", { nbf: 100_000_000_001 }],
    ["not-yet-valid", { nbf: NOW + 61 }],
    ["not-yet-valid", { nbf: 100_000_000_000 }],
    ["expired", { exp: NOW }],
    ["expired", { exp: NOW + 0.9 }],
    ["expired", { exp: 0 }],
    ["payload-malformed", { nbf: -1 }],
    ["payload-malformed", { nbf: String(NOW) }],
    ["payload-malformed", { nbf: undefined }],
  ])("%s, given %j", (code, members) => expect(codeFor({ payload: cardPayload(members) })).toBe(code))

  it("time-in-milliseconds for a number beyond every float", () => {
    const text = JSON.stringify(cardPayload()).replace(`"nbf":${NOW - 86_400}`, '"nbf":1e999')
    expect(codeFor({ text })).toBe("time-in-milliseconds")
  })
})

describe("S7 and S9: a card is refused for what it holds", () => {
  it.each([
    ["card-type", cardPayload({}, { type: ["https://smarthealth.cards#immunization"] })],
    ["card-type", cardPayload({}, { type: [] })],
    ["card-type", withSubject({ fhirVersion: "3.0.2" })],
    ["card-type", withSubject({ fhirVersion: "4.3.0" })],
    ["card-type", withSubject({ fhirVersion: "4.0" })],
    ["payload-malformed", withSubject({ fhirVersion: undefined })],
    ["payload-malformed", withSubject({ fhirBundle: [] })],
    ["payload-malformed", withSubject({ fhirBundle: null })],
    ["payload-malformed", cardPayload({}, { type: "https://smarthealth.cards#health-card" })],
    ["payload-malformed", cardPayload({ vc: undefined })],
    ["payload-malformed", cardPayload({}, { rid: "not base64url!" })],
    ["bundle-type", withSubject({ fhirBundle: { ...BUNDLE, type: "document" } })],
    ["modifier-extension", withSubject({ fhirBundle: { ...BUNDLE, modifierExtension: [{ url: "urn:x" }] } })],
  ])("%s", (code, payload) => expect(codeFor({ payload })).toBe(code))

  it("with the path into the payload at which its record is refused", () => {
    const payload = withSubject({ fhirBundle: { ...BUNDLE, type: "document" } })
    expect(() => readHealthCard([mintCard(signer, { payload })], context)).toThrow(
      expect.objectContaining({ path: "$.vc.credentialSubject.fhirBundle.type" }),
    )
  })

  it("whose payload is no JSON object, or says a thing twice", () => {
    for (const text of ["", "[]", "null", '{"iss":"a","iss":"b"}', "{".repeat(1000)]) {
      expect(codeFor({ text })).toBe("payload-malformed")
    }
  })
})

describe("for any text and any signed bytes", () => {
  it("nothing but a typed refusal comes out, and no value of the card is in it", () => {
    const CANARY = "CANARY4711"
    const refusal = (texts: readonly string[]): string => {
      try {
        readHealthCard(texts, context)
        return ""
      } catch (error) {
        if (!(error instanceof Error) || !("code" in error)) throw error
        return `${error.message} ${error.cause instanceof Error ? error.cause.message : ""}`
      }
    }
    const value = fc.oneof(
      fc.constant(CANARY),
      fc.jsonValue(),
      fc.constant([CANARY]),
      fc.constant({ a: CANARY }),
    )
    const member = fc.constantFrom(
      "iss",
      "nbf",
      "exp",
      "vc",
      "type",
      "rid",
      "credentialSubject",
      "fhirBundle",
    )
    fc.assert(
      fc.property(fc.dictionary(member, value), fc.dictionary(member, value), (members, vc) => {
        const card = mintCard(signer, { payload: cardPayload(members, vc) })
        expect(refusal([card])).not.toContain(CANARY)
      }),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            fc.string().map((text) => `shc:/${text}`),
          ),
        ),
        (texts) => {
          expect(refusal(texts)).not.toBe("")
        },
      ),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(refusal([mintCard(signer, { text })])).not.toBe("")
      }),
      { numRuns: 200 },
    )
  })

  it("one flipped character of a genuine card is refused", () => {
    const jws = mintCard(signer)
    const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    fc.assert(
      fc.property(fc.nat(jws.length - 1), fc.constantFrom(...Array.from(ALPHABET)), (at, character) => {
        fc.pre(jws[at] !== character)
        const changed = jws.slice(0, at) + character + jws.slice(at + 1)
        expect(codeOf(() => readHealthCard([changed], context))).not.toBe("no error")
      }),
      { numRuns: 200 },
    )
  })
})
