import { deflateSync } from "node:zlib"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { recordPlatform } from "../../../src/cli/record-platform.ts"
import { isCborMap, readCbor } from "../../../src/health/eu-dcc/cbor.ts"
import { DccError } from "../../../src/health/eu-dcc/dcc-error.ts"
import { readCertificate } from "../../../src/health/eu-dcc/read-certificate.ts"
import { Raw, writeCbor } from "../../support/dcc-cbor.ts"
import {
  certificate,
  mintCose,
  mintDcc,
  NOW,
  read,
  RECOVERY,
  TEST,
  textOf,
  VACCINATION,
} from "../../support/dcc-mint.ts"

const CANARY = "CANARY-4711"

/** What an issuer would see of a refusal, its causes included; the empty text for a record that is taken in. */
function reportOf(text: string): string {
  return reportOfAct(() => {
    expect(read(text).records).toHaveLength(1)
  })
}

/** The same of a certificate alone, as if it had been signed: signing and verifying take most of the time. */
function reportOfContent(made: unknown): string {
  return reportOfAct(() => {
    const map = readCbor(writeCbor(made))
    if (isCborMap(map)) readCertificate(map)
  })
}

function reportOfAct(act: () => void): string {
  try {
    act()
    return ""
  } catch (error) {
    if (!(error instanceof DccError)) throw error
    const cause = error.cause instanceof Error ? error.cause.message : ""
    return `${error.code} ${error.path} ${error.message} ${cause}`
  }
}

/** The value with whatever stands at the n-th place, counted depth first, replaced. */
function replaceAt(value: unknown, place: { left: number }, by: unknown): unknown {
  if (place.left-- === 0) return by
  if (Array.isArray(value)) return value.map((item) => replaceAt(item, place, by))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replaceAt(member, place, by)]))
}

function countPlaces(value: unknown): number {
  const place = { left: Number.MAX_SAFE_INTEGER }
  replaceAt(value, place, undefined)
  return Number.MAX_SAFE_INTEGER - place.left
}

describe("a signed certificate of any content", () => {
  const whole = [certificate(), certificate({ t: [TEST] }), certificate({ r: [RECOVERY] }), certificate({ v: [VACCINATION, TEST] })] // prettier-ignore

  it("is taken in or refused with a typed error, and no value of it is repeated, wherever it is changed", () => {
    expect(whole.map(reportOfContent)).toEqual(["", "", "", "event-count $ event-count at $ "])
    for (const made of whole) {
      const places = countPlaces(made)
      expect(places).toBeGreaterThan(15)
      for (let left = 0; left < places; left++) {
        for (const value of [
          CANARY,
          [CANARY],
          { [CANARY]: CANARY },
          7,
          -1,
          1.5,
          true,
          null,
          {},
          [],
          "",
          Buffer.from(CANARY),
        ]) {
          // prettier-ignore
          expect(reportOfContent(replaceAt(made, { left }, value))).not.toContain("CANARY")
        }
      }
    }
  })

  it("stays within that law for any JSON and any bytes in its place", () => {
    fc.assert(fc.property(fc.jsonValue(), (json) => void reportOfContent(json)))
    fc.assert(
      fc.property(fc.jsonValue(), (json) => void reportOf(mintDcc({ certificate: json }))),
      { numRuns: 50 },
    )
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1 }),
        (bytes) => void reportOf(mintDcc({ payload: new Raw(bytes) })),
      ),
    )
  })

  it("stays within that law for any times", () => {
    const time = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(NOW))
    fc.assert(
      fc.property(time, time, (iat, exp) => {
        const report = reportOf(mintDcc({ iat, exp }))
        const isTime = Math.floor(iat) <= NOW && NOW <= Math.floor(exp) && exp < 1e11
        expect(report === "").toBe(isTime && iat >= Date.UTC(2020, 0, 1) / 1000)
      }),
    )
  })
})

describe("an unsigned text", () => {
  const cose = mintCose()

  it("with any byte of the signed bytes changed is refused with a typed error", () => {
    fc.assert(
      fc.property(fc.nat(cose.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = cose.map((byte, i) => (i === at ? byte ^ mask : byte))
        expect(reportOf(textOf(deflateSync(changed)))).not.toBe("")
      }),
      { numRuns: 300 },
    )
  })

  it("with any byte of the compressed bytes changed is refused with a typed error", () => {
    const compressed = deflateSync(cose)
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: compressed.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, mask) => {
          const changed = compressed.map((byte, i) => (i === at ? byte ^ mask : byte))
          // A block may be coded in two ways; the signature is over what comes out.
          const isSame = recordPlatform
            .inflateZlib(changed, cose.length)
            ?.every((byte, i) => byte === cose[i])
          expect(reportOf(textOf(changed)) === "").toBe(isSame ?? false)
        },
      ),
      { numRuns: 300 },
    )
  })

  it("of any characters and any bytes is refused with a typed error", () => {
    const character = fc.constantFrom(...Array.from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"))
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(reportOf(text)).not.toBe("")
      }),
    )
    fc.assert(
      fc.property(fc.array(character), (text) => {
        expect(reportOf(`HC1:${text.join("")}`)).not.toBe("")
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(reportOf(textOf(deflateSync(bytes)))).not.toBe("")
      }),
    )
  })

  it("of any four parts in the envelope is refused with a typed error", () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.uint8Array(),
        fc.uint8Array({ maxLength: 64 }),
        (header, payload, signature) => {
          const bytes = writeCbor([header, new Map([[4, Buffer.alloc(8)]]), payload, signature])
          expect(reportOf(textOf(deflateSync(Buffer.concat([Buffer.of(0xd2), bytes]))))).not.toBe("")
        },
      ),
    )
  })
})
