import { describe, expect, it } from "vitest"
import { parseIssuerKeys } from "../../../src/health/smart-health-card/issuer-keys.ts"
import { readHealthCard } from "../../../src/health/smart-health-card/read-health-card.ts"
import { parseRevocationList } from "../../../src/health/smart-health-card/revocation.ts"
import { codeOf } from "../../support/code-of.ts"
import {
  bytesOf,
  cardContext,
  cardPayload,
  cardSigner,
  ISS,
  mintCard,
  NOW,
} from "../../support/health-card.ts"
import type { CardSigner } from "../../support/health-card.ts"

const signer = cardSigner()
const { jwk } = signer
const without = (member: string) =>
  Object.fromEntries(Object.entries(jwk).filter(([name]) => name !== member))

describe("a key set", () => {
  const codeFor = (...keys: readonly unknown[]): string => codeOf(() => parseIssuerKeys(bytesOf({ keys })))

  it("gives the thumbprint and point of each signing key, whatever certificates stand beside it", () => {
    const rsa = { kty: "RSA", use: "sig", alg: "RS256", n: "AQAB", e: "AQAB", kid: "r" }
    const encryption = { ...cardSigner().jwk, use: "enc", alg: "ECDH-ES" }
    const keys = parseIssuerKeys(bytesOf({ keys: [rsa, encryption, { ...jwk, x5c: ["anything"] }, jwk] }))
    expect(keys.map(({ kid, point }) => [kid, point.length])).toEqual([[signer.kid, 65]])
  })

  it("takes the highest counter of a key that stands there once per certificate", () => {
    const keys = [{ ...jwk, crlVersion: 2 }, { ...jwk, crlVersion: 5 }, jwk]
    expect(parseIssuerKeys(bytesOf({ keys })).map(({ crlVersion }) => crlVersion)).toEqual([5])
  })

  it.each<[string, unknown]>([
    ["key-mismatch", { ...jwk, kid: cardSigner().kid }],
    ["key-mismatch", { ...jwk, kid: "1" }],
    ["key-mismatch", without("kid")],
    ["key-private", { ...jwk, d: "AA" }],
    ["keys-malformed", { ...jwk, crv: "P-384" }],
    ["keys-malformed", { ...jwk, y: jwk.x }],
    ["keys-malformed", { ...jwk, x: `${jwk.x ?? ""}=` }],
    ["keys-malformed", { ...jwk, x: Buffer.alloc(33).toString("base64url") }],
    ["keys-malformed", { ...jwk, x: Buffer.alloc(32, 255).toString("base64url") }],
    ["keys-malformed", without("x")],
    ["keys-malformed", { ...jwk, crlVersion: 1.5 }],
    ["keys-malformed", { ...jwk, crlVersion: "1" }],
    ["keys-malformed", { ...jwk, kty: 1 }],
    ["keys-malformed", "a key"],
    ["keys-malformed", { ...jwk, use: "enc" }],
  ])("is refused as %s, given %j", (code, key) => expect(codeFor(key)).toBe(code))

  it("is refused whole when any key in it, for whatever use, comes with its secret", () => {
    expect(codeFor(jwk, { ...cardSigner().jwk, use: "enc", alg: "ECDH-ES", d: "AA" })).toBe("key-private")
  })

  it("is refused when it is none", () => {
    for (const value of [{}, [], { keys: {} }, { keys: [] }, "x"]) {
      expect(codeOf(() => parseIssuerKeys(bytesOf(value)))).toBe("keys-malformed")
    }
    expect(codeOf(() => parseIssuerKeys(new Uint8Array(1024 * 1024 + 1)))).toBe("too-large")
  })
})

describe("S8: a revocation list", () => {
  const T = NOW - 1000
  const list = (rids: readonly unknown[], ctr: unknown = 3, kid = signer.kid) =>
    parseRevocationList(bytesOf({ kid, method: "rid", ctr, rids }))
  const watched: CardSigner = { ...signer, jwk: { ...jwk, crlVersion: 3 } }
  const codeFor = (
    rid: string | undefined,
    nbf: number,
    revocations: ReturnType<typeof list>[],
    from = watched,
  ) => {
    const card = mintCard(from, { payload: cardPayload({ nbf }, rid === undefined ? {} : { rid }) })
    return codeOf(() => readHealthCard([card], cardContext([from], { revocations })))
  }

  it.each<[string, string | undefined, number, readonly string[]]>([
    ["card-revoked", "r1", T, ["r1"]],
    ["card-revoked", "r1", T - 1, [`r1.${T}`]],
    ["card-revoked", "r1", T - 0.5, [`r1.${T}`]],
    ["no error", "r1", T, [`r1.${T}`]],
    ["no error", "r1", T + 1, [`r1.${T}`]],
    ["card-revoked", "r1", T + 1, [`r1.${T}`, "r1"]],
    ["card-revoked", "r1", T + 1, [`r1.${T + 2}`, `r1.${T}`]],
    ["no error", "r1", T, ["r2", "R1", "r"]],
    ["no error", undefined, T, ["r1"]],
  ])("gives %s for rid %s of nbf %d under %j", (code, rid, nbf, rids) => {
    expect(codeFor(rid, nbf, [list(rids)])).toBe(code)
  })

  it("must be at hand, of that key, with the counter the key names", () => {
    expect(codeFor("r1", T, [])).toBe("revocation-unavailable")
    expect(codeFor(undefined, T, [])).toBe("revocation-unavailable")
    expect(codeFor("r1", T, [list([], 2)])).toBe("revocation-unavailable")
    expect(codeFor("r1", T, [list([], 3, cardSigner().kid)])).toBe("revocation-unavailable")
    expect(codeFor("r1", T, [list([], 4)])).toBe("no error")
  })

  it("counts in its newest state, and also where the pinned key knows of none yet", () => {
    expect(codeFor("r1", T, [list([], 3), list(["r1"], 4)])).toBe("card-revoked")
    expect(codeFor("r1", T, [list(["r1"], 3), list([], 4)])).toBe("no error")
    expect(codeFor("r1", T, [list(["r1"])], signer)).toBe("card-revoked")
    expect(codeFor("r1", T, [], signer)).toBe("no error")
  })

  it.each<[string, unknown]>([
    ["revocation-list-malformed", { kid: signer.kid, method: "other", ctr: 1, rids: [] }],
    ["revocation-list-malformed", { kid: signer.kid, ctr: 1, rids: [] }],
    ["revocation-list-malformed", { method: "rid", ctr: 1, rids: [] }],
    ["revocation-list-malformed", { kid: signer.kid, method: "rid", ctr: "1", rids: [] }],
    ["revocation-list-malformed", { kid: signer.kid, method: "rid", ctr: 1.5, rids: [] }],
    ["revocation-list-malformed", { kid: signer.kid, method: "rid", ctr: 1 }],
    ["revocation-list-malformed", { kid: signer.kid, method: "rid", ctr: 1, rids: [1] }],
    ["revocation-list-malformed", { kid: signer.kid, method: "rid", ctr: 1, rids: ["a.b"] }],
    ["revocation-list-malformed", { kid: signer.kid, method: "rid", ctr: 1, rids: ["x".repeat(25)] }],
    ["revocation-list-malformed", []],
    ["time-in-milliseconds", { kid: signer.kid, method: "rid", ctr: 1, rids: [`r1.${T * 1000}`] }],
  ])("is refused as %s, given %j", (code, value) => {
    expect(codeOf(() => parseRevocationList(bytesOf(value)))).toBe(code)
  })

  it("is read under the issuer's own name only", () => {
    expect(cardContext([watched]).issuers.get(ISS)?.[0]?.crlVersion).toBe(3)
  })
})
