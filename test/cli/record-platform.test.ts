import { constants, generateKeyPairSync, sign } from "node:crypto"
import { deflateRawSync, deflateSync } from "node:zlib"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { recordPlatform } from "../../src/cli/record-platform.ts"
import { mintSigner } from "../support/dcc-signer.ts"

const { inflateZlib, inflateRaw, readCertificate, verifyRsaPss } = recordPlatform

describe.each([
  ["zlib", inflateZlib, deflateSync],
  ["raw", inflateRaw, deflateRawSync],
] as const)("inflating %s streams", (_, inflate, deflate) => {
  it("inverts deflating", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        expect(inflate(deflate(bytes), 2000)).toEqual(bytes)
      }),
    )
  })

  it("keeps to the bound, the last byte included", () => {
    const stream = deflate(Buffer.alloc(1000))
    expect(inflate(stream, 1000)).toHaveLength(1000)
    expect(inflate(stream, 999)).toBeNull()
  })

  it("refuses a stream cut off anywhere and bytes after its end", () => {
    const stream = deflate(Buffer.from("a record that is long enough for several blocks of a stream"))
    for (let length = 0; length < stream.length; length++) {
      expect(inflate(stream.subarray(0, length), 1000)).toBeNull()
    }
    expect(inflate(Buffer.concat([stream, Buffer.of(0)]), 1000)).toBeNull()
    expect(inflate(Buffer.concat([stream, stream]), 1000)).toBeNull()
  })

  it("answers null or bytes for any bytes", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void inflate(bytes, 1000)))
  })
})

describe("reading a certificate", () => {
  it("gives life in Unix seconds, usages and key", () => {
    const made = mintSigner({
      notBefore: "210501120000Z",
      notAfter: "491231235959Z",
      usages: ["1.2.3", "2.5.29.37.0"],
    })
    const point = made.privateKey.export({ format: "jwk" })
    expect(readCertificate(made.der)).toEqual({
      notBefore: Date.UTC(2021, 4, 1, 12) / 1000,
      notAfter: Date.UTC(2049, 11, 31, 23, 59, 59) / 1000,
      extendedKeyUsages: ["1.2.3", "2.5.29.37.0"],
      publicKey: {
        kind: "P-256",
        point: new Uint8Array([
          4,
          ...Buffer.from(point.x!, "base64url"),
          ...Buffer.from(point.y!, "base64url"),
        ]),
      },
    })
  })

  it("gives no usages without the extension, and no key but P-256 and RSA of 2,048 bits", () => {
    expect(readCertificate(mintSigner().der)?.extendedKeyUsages).toEqual([])
    expect(readCertificate(mintSigner({ key: "RSA" }).der)?.publicKey?.kind).toBe("RSA")
    expect(readCertificate(mintSigner({ key: "P-384" }).der)).toMatchObject({ publicKey: null })
    expect(readCertificate(mintSigner({ key: "RSA-1024" }).der)).toMatchObject({ publicKey: null })
  })

  it("answers null for PEM, for bytes after the end, and for anything cut off", () => {
    const { der } = mintSigner()
    const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString("base64")}\n-----END CERTIFICATE-----\n`
    expect(readCertificate(Buffer.from(pem))).toBeNull()
    expect(readCertificate(Buffer.concat([der, Buffer.of(0)]))).toBeNull()
    for (let length = 0; length < der.length; length += 7)
      expect(readCertificate(der.subarray(0, length))).toBeNull()
  })

  it("answers null or a certificate when bytes are flipped", () => {
    const { der } = mintSigner({ usages: ["1.2.3"] })
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        void readCertificate(der.map((byte, i) => (i === at ? byte ^ mask : byte)))
      }),
      { numRuns: 500 },
    )
  })
})

describe("RSA-PSS", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const spki = publicKey.export({ format: "der", type: "spki" })
  const message = Buffer.from("message")
  const signed = (saltLength: number, hash = "sha256") =>
    sign(hash, message, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })

  it("takes SHA-256 with 32 bytes of salt and nothing else", () => {
    expect(verifyRsaPss(spki, message, signed(32))).toBe(true)
    expect(verifyRsaPss(spki, Buffer.from("other"), signed(32))).toBe(false)
    expect(verifyRsaPss(spki, message, signed(20))).toBe(false)
    expect(verifyRsaPss(spki, message, signed(32, "sha384"))).toBe(false)
    expect(verifyRsaPss(spki, message, sign("sha256", message, privateKey))).toBe(false)
  })

  it("answers false for keys and signatures that are none", () => {
    expect(verifyRsaPss(Buffer.from("junk"), message, signed(32))).toBe(false)
    expect(verifyRsaPss(spki, message, Buffer.alloc(0))).toBe(false)
    expect(verifyRsaPss(spki, message, Buffer.alloc(512, 0xff))).toBe(false)
  })
})
