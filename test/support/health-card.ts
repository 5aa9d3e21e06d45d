// Cards as issuers make them, by the runtime's own cryptography: a second implementation beside the one under test.
import { createHash, createPrivateKey, generateKeyPairSync, sign } from "node:crypto"
import type { JsonWebKey, KeyObject } from "node:crypto"
import { deflateRawSync } from "node:zlib"
import { recordPlatform } from "../../src/cli/record-platform.ts"
import { parseIssuerKeys } from "../../src/health/smart-health-card/issuer-keys.ts"
import type { HealthCardContext } from "../../src/health/smart-health-card/read-health-card.ts"

/** 2026-11-20T12:00:00Z. */
export const NOW = 1_795_176_000
export const ISS = "https://cards.example/issuer"

export interface CardSigner {
  readonly kid: string
  readonly privateKey: KeyObject
  /** The public key as the issuer publishes it. */
  readonly jwk: JsonWebKey & { readonly kid: string; readonly crlVersion?: number }
}

/** A signer from a private JWK, or a fresh one. */
export function cardSigner(secret?: JsonWebKey): CardSigner {
  const privateKey =
    secret === undefined
      ? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey
      : createPrivateKey({ key: secret, format: "jwk" })
  const { x = "", y = "" } = privateKey.export({ format: "jwk" })
  const members = { crv: "P-256", kty: "EC", x, y }
  const kid = createHash("sha256").update(JSON.stringify(members)).digest("base64url")
  return { kid, privateKey, jwk: { kid, use: "sig", alg: "ES256", ...members } }
}

export const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

/** A bundle of two COVID-19 doses of one person. */
export const BUNDLE = {
  resourceType: "Bundle",
  type: "collection",
  entry: [
    { fullUrl: "resource:0", resource: { resourceType: "Patient", birthDate: "1951-01-20" } },
    ...["2026-01-01", "2026-02-01"].map((occurrenceDateTime, i) => ({
      fullUrl: `resource:${i + 1}`,
      resource: {
        resourceType: "Immunization",
        status: "completed",
        vaccineCode: { coding: [{ system: "http://hl7.org/fhir/sid/cvx", code: "207" }] },
        patient: { reference: "resource:0" },
        occurrenceDateTime,
      },
    })),
  ],
}

/** The payload of a genuine card, with members of `vc` and of the payload replaced. */
export function cardPayload(
  members: Readonly<Record<string, unknown>> = {},
  vc: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    iss: ISS,
    nbf: NOW - 86_400,
    vc: {
      type: ["https://smarthealth.cards#health-card", "https://smarthealth.cards#immunization"],
      credentialSubject: { fhirVersion: "4.0.1", fhirBundle: BUNDLE },
      ...vc,
    },
    ...members,
  }
}

export interface Minting {
  readonly payload?: Readonly<Record<string, unknown>>
  /** The payload's JSON text, where no object can say it. */
  readonly text?: string
  readonly header?: Readonly<Record<string, unknown>>
  readonly deflate?: (json: Uint8Array) => Uint8Array
  readonly dsaEncoding?: "ieee-p1363" | "der"
}

/** A compact JWS, signed over whatever it is made to say. */
export function mintCard(signer: CardSigner, minting: Minting = {}): string {
  const { payload = cardPayload(), deflate = deflateRawSync, dsaEncoding = "ieee-p1363" } = minting
  const header = minting.header ?? { zip: "DEF", alg: "ES256", kid: signer.kid }
  const json = minting.text === undefined ? bytesOf(payload) : new TextEncoder().encode(minting.text)
  const signed = [bytesOf(header), deflate(json)].map((part) => Buffer.from(part).toString("base64url"))
  const signature = sign("sha256", Buffer.from(signed.join(".")), { key: signer.privateKey, dsaEncoding })
  return [...signed, signature.toString("base64url")].join(".")
}

/** The texts of the card's QR codes. @param count - how many codes to spread it over; 1 has no ordinal */
export function toQr(jws: string, count = 1): readonly string[] {
  const size = Math.ceil(jws.length / count)
  return Array.from({ length: count }, (_, i) => {
    const part = jws.slice(i * size, (i + 1) * size)
    const digits = Array.from(part, (c) => String(c.charCodeAt(0) - 45).padStart(2, "0")).join("")
    return count === 1 ? `shc:/${digits}` : `shc:/${i + 1}/${count}/${digits}`
  })
}

/** What a reader holds who pinned the signers under ISS. */
export const cardContext = (
  signers: readonly CardSigner[],
  changes: Partial<HealthCardContext> = {},
): HealthCardContext => ({
  now: NOW,
  issuers: changes.issuers ?? new Map([[ISS, parseIssuerKeys(keySet(signers))]]),
  revocations: [],
  inflateRaw: recordPlatform.inflateRaw,
  ...changes,
})

/** The key set as issuers publish it. */
export const keySet = (signers: readonly CardSigner[]): Uint8Array =>
  bytesOf({ keys: signers.map(({ jwk }) => jwk) })
