import { deflateRawSync, deflateSync, gzipSync } from "node:zlib"
import { p256 } from "@noble/curves/nist.js"
import { describe, expect, it } from "vitest"
import { recordPlatform } from "../../../src/cli/record-platform.ts"
import { readDcc } from "../../../src/health/eu-dcc/read-dcc.ts"
import { codeOf } from "../../support/code-of.ts"
import { Pairs, Raw, Tag, writeCbor } from "../../support/dcc-cbor.ts"
import {
  ALG,
  certificate,
  encodeBase45,
  headerOf,
  mintCose,
  mintDcc,
  NOW,
  read,
  refusal,
  SIGNER,
  textOf,
  VACCINATION,
} from "../../support/dcc-mint.ts"
import { mintSigner } from "../../support/dcc-signer.ts"

describe("D1 to D3, text to bytes", () => {
  const text = mintDcc()

  it("reads a genuine certificate", () => {
    expect(read(text).records).toHaveLength(1)
  })

  it.each([
    ["another prefix", "HC2:", "prefix-unknown"],
    ["no prefix", "", "prefix-unknown"],
    ["a prefix in lower case", "hc1:", "prefix-unknown"],
    ["white space before it", " HC1:", "prefix-unknown"],
  ])("refuses %s", (_, prefix, code) => {
    expect(refusal(prefix + text.slice(4))).toBe(code)
  })

  it("refuses text that is no base45, a trailing line break included", () => {
    expect(refusal(`${text}\n`)).toBe("base45-malformed")
    expect(refusal(text.toLowerCase().replace("hc1:", "HC1:"))).toBe("base45-malformed")
  })

  it("refuses what is not one whole zlib stream", () => {
    const cose = mintCose()
    const zlib = deflateSync(cose)
    for (const bytes of [
      cose,
      deflateRawSync(cose),
      gzipSync(cose),
      zlib.subarray(0, -1),
      Buffer.concat([zlib, Buffer.of(0)]),
      Buffer.concat([zlib, zlib]),
      Buffer.concat([zlib.subarray(0, -4), Buffer.alloc(4)]),
      Buffer.alloc(0),
    ]) {
      expect(refusal(textOf(bytes))).toBe("inflate-failed")
    }
  })

  it("refuses an inflate bomb without unpacking it", () => {
    const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024))
    expect(bomb.length).toBeLessThan(128 * 1024)
    expect(refusal(textOf(bomb))).toBe("inflate-failed")
    expect(refusal(textOf(deflateSync(Buffer.alloc(1024 * 1024 + 1))))).toBe("inflate-failed")
    expect(refusal(textOf(deflateSync(Buffer.alloc(1024 * 1024))))).toBe("cbor-malformed") // fits, and is no CBOR
  })

  it("refuses text above 256 KiB before looking at it", () => {
    expect(refusal("0".repeat(256 * 1024 + 1))).toBe("too-large")
    expect(refusal("0".repeat(256 * 1024))).toBe("prefix-unknown")
  })
})

describe("D4, envelope and claims", () => {
  const sign1 = (parts: readonly unknown[]) => new Tag(18, parts)

  it("takes COSE_Sign1 with tag 18, also inside a CWT tag", () => {
    expect(refusal(mintDcc({ envelope: (parts) => new Tag(61, sign1(parts)) }))).toBe("no error")
  })

  it.each<[string, (parts: readonly unknown[]) => unknown]>([
    ["no tag", (parts) => parts],
    ["the CWT tag alone", (parts) => new Tag(61, parts)],
    ["the tags in the other order", (parts) => new Tag(18, new Tag(61, parts))],
    ["the CWT tag twice", (parts) => new Tag(61, new Tag(61, sign1(parts)))],
    ["the tag of COSE_Sign", (parts) => new Tag(98, parts)],
    ["a fifth part", (parts) => sign1([...parts, 0])],
    ["three parts", (parts) => sign1(parts.slice(0, 3))],
    ["a map", () => sign1(new Map() as never)],
    ["a detached payload", ([a, b, , d]) => sign1([a, b, null, d])],
    ["a header that is no map", ([, b, c, d]) => sign1([writeCbor([1]), b, c, d])],
    ["a header that is no CBOR", ([, b, c, d]) => sign1([Buffer.of(0xff), b, c, d])],
    ["a header that is not wrapped", ([, b, c, d]) => sign1([new Map(), b, c, d])],
    ["an unprotected header that is no map", ([a, , c, d]) => sign1([a, [], c, d])],
    ["bytes after the envelope", (parts) => new Raw(Buffer.concat([writeCbor(sign1(parts)), Buffer.of(0)]))],
  ])("refuses %s", (_, envelope) => {
    expect(refusal(mintDcc({ envelope }))).toBe("cbor-malformed")
  })

  it("takes maps of open length, also in what is signed", () => {
    const open = (members: object) => new Pairs(Object.entries(members), true)
    const inner = open(certificate({ v: [open(VACCINATION)] }))
    const payload = new Pairs([[4, NOW + 1], [6, NOW], [-260, new Pairs([[1, inner]], true)]], true) // prettier-ignore
    const protectedHeader = new Pairs([[1, ALG.ES256], [4, SIGNER.kid]], true) // prettier-ignore
    expect(refusal(mintDcc({ payload, protectedHeader }))).toBe("no error")
  })

  it("refuses a key given twice in header, claims, certificate and event", () => {
    const twice = (members: object) =>
      new Pairs([...Object.entries(members), ...Object.entries(members).slice(0, 1)])
    const claims = [[4, NOW + 1], [6, NOW], [-260, new Map([[1, certificate()]])]] as const // prettier-ignore
    for (const mint of [
      { protectedHeader: new Pairs([[1, -7], [1, -7], [4, SIGNER.kid]]) }, // prettier-ignore
      { unprotectedHeader: new Pairs([[4, SIGNER.kid], [4, SIGNER.kid]]) }, // prettier-ignore
      { payload: new Pairs([...claims, [4, NOW + 2]]) },
      { certificate: twice(certificate()) },
      { certificate: certificate({ v: [twice(VACCINATION)] }) },
      { certificate: certificate({ nam: twice({ fnt: "A" }) }) },
    ]) {
      expect(refusal(mintDcc(mint))).toBe("cbor-malformed")
    }
  })

  it.each<[string, unknown]>([
    ["a payload that is no map", [1]],
    ["a payload that is no CBOR", new Raw(Buffer.of(0xff))],
    ["no certificate", headerOf([4, NOW + 1], [6, NOW])],
    [
      "a certificate under another member",
      headerOf([4, NOW + 1], [6, NOW], [-260, new Map([[2, certificate()]])]),
    ],
    [
      "a certificate as bytes",
      headerOf([4, NOW + 1], [6, NOW], [-260, new Map([[1, writeCbor(certificate())]])]),
    ],
    ["no expiry", headerOf([6, NOW], [-260, new Map([[1, certificate()]])])],
    ["no time of issue", headerOf([4, NOW + 1], [-260, new Map([[1, certificate()]])])],
    ["a time as text", headerOf([4, String(NOW + 1)], [6, NOW], [-260, new Map([[1, certificate()]])])],
  ])("refuses %s", (_, payload) => {
    expect(refusal(mintDcc({ payload }))).toBe("cbor-malformed")
  })

  it("refuses a header parameter that is declared critical, in either header", () => {
    const protectedHeader = headerOf([1, ALG.ES256], [4, SIGNER.kid], [2, [99]], [99, 1])
    expect(refusal(mintDcc({ protectedHeader }))).toBe("cbor-malformed")
    expect(refusal(mintDcc({ unprotectedHeader: headerOf([2, [99]]) }))).toBe("cbor-malformed")
  })
})

describe("D5, algorithm", () => {
  it.each([
    ["none", null],
    ["ES384", -35],
    ["EdDSA", -8],
    ["HS256", 5],
    ["PS384", -38],
    ["RS256", -257],
    ["its name", "ES256"],
  ])("refuses %s", (_, algorithm) => {
    expect(refusal(mintDcc({ protectedHeader: headerOf([1, algorithm], [4, SIGNER.kid]) }))).toBe(
      "alg-not-allowed",
    )
  })

  it("refuses a header without an algorithm", () => {
    expect(refusal(mintDcc({ protectedHeader: headerOf([4, SIGNER.kid]) }))).toBe("alg-not-allowed")
  })

  it("reads the algorithm from the unprotected header when the protected one, empty or no bytes, has none", () => {
    const unprotectedHeader = headerOf([1, ALG.ES256], [4, SIGNER.kid])
    for (const protectedHeader of [headerOf(), Buffer.alloc(0)]) {
      expect(refusal(mintDcc({ protectedHeader, unprotectedHeader }))).toBe("no error")
    }
  })

  it("lets the protected algorithm win", () => {
    expect(refusal(mintDcc({ unprotectedHeader: headerOf([1, ALG.PS256]) }))).toBe("no error")
    const protectedHeader = headerOf([1, ALG.PS256], [4, SIGNER.kid])
    const unprotectedHeader = headerOf([1, ALG.ES256])
    expect(refusal(mintDcc({ protectedHeader, unprotectedHeader }))).toBe("signature-invalid")
  })
})

describe("D6, key identifier", () => {
  const right = SIGNER.kid
  const wrong = Buffer.from("foo")

  it.each([
    ["right", "absent", "no error"],
    ["right", "right", "no error"],
    ["right", "wrong", "no error"],
    ["absent", "right", "no error"],
    ["wrong", "right", "issuer-unknown"],
    ["wrong", "absent", "issuer-unknown"],
    ["wrong", "wrong", "issuer-unknown"],
    ["absent", "wrong", "issuer-unknown"],
    ["absent", "absent", "issuer-unknown"],
  ])("%s in the protected and %s in the unprotected header: %s", (inside, outside, code) => {
    const member = (which: string) =>
      which === "absent" ? [] : [[4, which === "right" ? right : wrong] as const]
    const protectedHeader = headerOf([1, ALG.ES256], ...member(inside))
    expect(refusal(mintDcc({ protectedHeader, unprotectedHeader: headerOf(...member(outside)) }))).toBe(code)
  })

  it("refuses a protected identifier that is no bytes, whatever the unprotected one says", () => {
    const protectedHeader = headerOf([1, ALG.ES256], [4, "text"])
    expect(refusal(mintDcc({ protectedHeader, unprotectedHeader: headerOf([4, right]) }))).toBe(
      "issuer-unknown",
    )
  })

  it("refuses a signer that is not listed", () => {
    const stranger = mintSigner()
    expect(refusal(mintDcc({ signer: stranger }))).toBe("issuer-unknown")
    expect(refusal(mintDcc({ signer: stranger }), { trust: [] })).toBe("issuer-unknown")
    expect(refusal(mintDcc({ signer: stranger }), { trust: [SIGNER, stranger] })).toBe("no error")
  })

  it("tries every certificate with the identifier, in any order", () => {
    const [first, second, third] = [mintSigner(), mintSigner({ key: "RSA" }), mintSigner()]
    const certificates = [first, second].map(({ der }) => recordPlatform.readCertificate(der)!)
    const trust = new Map([[Buffer.from(first.kid).toString("hex"), certificates]])
    const reverse = new Map([[Buffer.from(first.kid).toString("hex"), certificates.toReversed()]])
    const header = (algorithm: number) => headerOf([1, algorithm], [4, first.kid])
    const texts = [
      mintDcc({ signer: first, protectedHeader: header(ALG.ES256) }),
      mintDcc({ signer: second, algorithm: "PS256", protectedHeader: header(ALG.PS256) }),
    ]
    for (const text of texts) {
      for (const list of [trust, reverse]) {
        expect(codeOf(() => readDcc(text, { now: NOW, trust: list, platform: recordPlatform }))).toBe(
          "no error",
        )
      }
    }
    const forged = mintDcc({ signer: third, protectedHeader: header(ALG.ES256) })
    expect(codeOf(() => readDcc(forged, { now: NOW, trust, platform: recordPlatform }))).toBe(
      "signature-invalid",
    )
  })
})

describe("D7, signature", () => {
  const rsa = mintSigner({ key: "RSA" })

  it("takes ES256 and PS256", () => {
    expect(refusal(mintDcc({ algorithm: "ES256" }))).toBe("no error")
    expect(refusal(mintDcc({ signer: rsa, algorithm: "PS256" }), { trust: [rsa] })).toBe("no error")
  })

  it("takes the low and the high s of one signature, as COSE has no rule about it", () => {
    const order = p256.Point.Fn.ORDER
    const seen = new Set<boolean>()
    const flip = (signature: Buffer): Uint8Array => {
      const s = BigInt(`0x${signature.subarray(32).toString("hex")}`)
      seen.add(s > order / 2n).add(order - s > order / 2n)
      const other = (order - s).toString(16).padStart(64, "0")
      return Buffer.concat([signature.subarray(0, 32), Buffer.from(other, "hex")])
    }
    const cose = mintDcc({ signature: flip })
    expect(seen).toEqual(new Set([true, false]))
    expect(refusal(cose)).toBe("no error")
    expect(refusal(mintDcc({ signature: (s) => s }))).toBe("no error")
  })

  const zero = Buffer.alloc(32)
  const order = Buffer.from(p256.Point.Fn.ORDER.toString(16), "hex")
  it.each<[string, (signature: Buffer) => Uint8Array]>([
    [
      "a DER signature",
      (s) => Buffer.concat([Buffer.of(0x30, 68, 2, 32), s.subarray(0, 32), Buffer.of(2, 32), s.subarray(32)]),
    ],
    ["no bytes", () => Buffer.alloc(0)],
    ["63 bytes", (s) => s.subarray(0, 63)],
    ["65 bytes", (s) => Buffer.concat([s, Buffer.of(0)])],
    ["r = 0", (s) => Buffer.concat([zero, s.subarray(32)])],
    ["s = 0", (s) => Buffer.concat([s.subarray(0, 32), zero])],
    ["r = s = 0", () => Buffer.alloc(64)],
    ["r = n", (s) => Buffer.concat([order, s.subarray(32)])],
    ["s = n", (s) => Buffer.concat([s.subarray(0, 32), order])],
    ["all ones", () => Buffer.alloc(64, 0xff)],
    ["r and s swapped", (s) => Buffer.concat([s.subarray(32), s.subarray(0, 32)])],
  ])("refuses %s", (_, signature) => {
    expect(refusal(mintDcc({ signature }))).toBe("signature-invalid")
  })

  it("refuses a signature with any byte flipped, of both algorithms", () => {
    for (const [signer, algorithm, length] of [
      [SIGNER, "ES256", 64],
      [rsa, "PS256", 256],
    ] as const) {
      // prettier-ignore
      for (let at = 0; at < length; at += algorithm === "ES256" ? 1 : 17) {
        const signature = (s: Buffer) => s.map((byte, i) => (i === at ? byte ^ 1 : byte))
        expect(refusal(mintDcc({ signer, algorithm, signature }), { trust: [signer] })).toBe("signature-invalid")
      }
    }
  })

  it("refuses a changed payload and a changed protected header", () => {
    const forge = (at: 0 | 2) => (parts: readonly unknown[]) =>
      new Tag(
        18,
        parts.map((part, i) =>
          i !== at
            ? part
            : at === 0
              ? writeCbor(headerOf([4, SIGNER.kid], [1, ALG.ES256]))
              : Buffer.from((part as Buffer).toString("latin1").replace("1998", "1988"), "latin1"),
        ),
      )
    for (const at of [0, 2] as const) {
      expect(refusal(mintDcc({ envelope: forge(at) }))).toBe("signature-invalid")
    }
  })

  it("refuses the other algorithm under a key, and keys that no algorithm of the format has", () => {
    const esByRsa = {
      signer: rsa,
      protectedHeader: headerOf([1, ALG.ES256], [4, rsa.kid]),
      algorithm: "PS256" as const,
    }
    expect(refusal(mintDcc(esByRsa), { trust: [rsa] })).toBe("signature-invalid")
    const p384 = mintSigner({ key: "P-384" })
    expect(refusal(mintDcc({ signer: p384 }), { trust: [p384] })).toBe("signature-invalid")
    const short = mintSigner({ key: "RSA-1024" })
    expect(refusal(mintDcc({ signer: short, algorithm: "PS256" }), { trust: [short] })).toBe(
      "signature-invalid",
    )
  })
})

describe("D9, time", () => {
  const at = (now: number, mint = {}) => refusal(mintDcc({ iat: NOW, exp: NOW + 100, ...mint }), { now })

  it("begins with iat and ends after exp", () => {
    expect([at(NOW - 1), at(NOW), at(NOW + 100), at(NOW + 101)]).toEqual([
      "not-yet-valid",
      "no error",
      "no error",
      "expired",
    ])
  })

  it("floors a fraction", () => {
    expect(at(NOW, { iat: NOW + 0.5 })).toBe("no error")
    expect(at(NOW + 101, { exp: NOW + 100.5 })).toBe("expired")
  })

  it("refuses milliseconds in either claim rather than reading them as a far future", () => {
    expect(at(NOW, { exp: (NOW + 100) * 1000 })).toBe("time-in-milliseconds")
    expect(at(NOW, { iat: NOW * 1000 })).toBe("time-in-milliseconds")
    expect(at(NOW, { exp: 100_000_000_000 })).toBe("time-in-milliseconds")
    expect(at(NOW, { exp: 99_999_999_999 })).toBe("no error")
  })
})

it("names the whole certificate by path and no value of it in a refusal", () => {
  try {
    read(mintDcc({ certificate: certificate({ v: [{ ...VACCINATION, dt: "CANARY" }] }) }))
    expect.unreachable()
  } catch (error) {
    expect(error).toMatchObject({
      code: "schema-invalid",
      path: "$.v[0].dt",
      message: "schema-invalid at $.v[0].dt",
    })
  }
})

it("its own base45 writer and reader agree on a whole certificate", () => {
  expect(mintDcc()).toMatch(/^HC1:[0-9A-Z $%*+\-./:]+$/)
  expect(encodeBase45(Buffer.from("AB"))).toBe("BB8")
})
