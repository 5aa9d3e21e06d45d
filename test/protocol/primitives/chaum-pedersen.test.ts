import { createHash } from "node:crypto"
import { beforeAll, describe, expect, it } from "vitest"
import { BABYJUBJUB, BASE8, pointBytes, SUBGROUP_ORDER } from "../../../src/protocol/primitives/babyjubjub.ts"
import type { CurvePoint } from "../../../src/protocol/primitives/babyjubjub.ts"
import {
  encodeShare,
  parseShare,
  proveShare,
  verifyEqualLogs,
  verifyShare,
} from "../../../src/protocol/primitives/chaum-pedersen.ts"
import type { Share, ShareContext } from "../../../src/protocol/primitives/chaum-pedersen.ts"
import type { Fr } from "../../../src/protocol/primitives/field.ts"
import { invert, reduce } from "../../../src/protocol/primitives/scalar.ts"
import { hashToScalar } from "../../../src/protocol/primitives/tagged-hash.ts"
import { openOracle } from "../../support/circuit-oracle.ts"
import type { Oracle, PlainPoint } from "../../support/circuit-oracle.ts"
import { codeOf } from "../../support/code-of.ts"
import { constantBytes, seededBytes } from "../../support/seeded-bytes.ts"

let oracle: Oracle
beforeAll(async () => {
  oracle = await openOracle()
})

const randomBytes = seededBytes("chaum-pedersen")
const electionId = "7" as Fr
const closeHash = new Uint8Array(32).fill(3)
const real: ShareContext = { kind: "decryption-share", electionId, closeHash, trustee: 2, ciphertext: 1 }
const drill: ShareContext = { kind: "drill-share", electionId, round: 1, trustee: 2, ciphertext: 1 }
const complaint: ShareContext = { kind: "dkg-complaint", ceremonyId: closeHash, dealer: 3, trustee: 2 }
const [secret, rho] = [987654321987654321n, 555n]
const [key, base] = [BASE8.multiply(secret), BASE8.multiply(rho)]
const share = proveShare(real, secret, base, randomBytes)

const hex = (value: bigint, bytes = 32): string => value.toString(16).padStart(2 * bytes, "0")
const plain = (point: CurvePoint): PlainPoint => {
  const { x, y } = point.toAffine()
  return [x, y]
}
const enc = (...points: PlainPoint[]): string =>
  points
    .flat()
    .map((value) => hex(value))
    .join("")

describe("a share", () => {
  it.each([
    ["sotto/decryption-share/1", real, hex(7n) + "03".repeat(32) + "02" + "01"],
    ["sotto/drill-share/1", drill, hex(7n) + "01" + "02" + "01"],
    ["sotto/dkg-complaint/1", complaint, "03".repeat(32) + "03" + "02"],
  ])("satisfies both equations of %s, over circomlibjs", (tag, context, head) => {
    const { delta, A1, A2, z } = proveShare(context, secret, base, randomBytes)
    const [D, RΣ, image] = [oracle.multiply(secret), oracle.multiply(rho), oracle.multiply(secret * rho)]
    expect(plain(delta)).toEqual(image)
    const statement = head + enc(oracle.multiply(1n), D, RΣ, image, plain(A1), plain(A2))
    const bytes = Buffer.concat([Buffer.from([tag.length]), Buffer.from(tag), Buffer.from(statement, "hex")])
    const e = BigInt(`0x${createHash("sha512").update(bytes).digest("hex")}`) % SUBGROUP_ORDER
    expect(oracle.multiply(z)).toEqual(oracle.add(plain(A1), oracle.multiply(reduce(e * secret))))
    const zR = oracle.multiply(reduce(z * rho))
    expect(zR).toEqual(oracle.add(plain(A2), oracle.multiply(reduce(e * secret * rho))))
  })

  it("comes back from its document form and verifies", () => {
    const back = parseShare(encodeShare(share))
    expect(verifyShare(real, key, base, back)).toBe(true)
    expect(encodeShare(back)).toEqual(encodeShare(share))
  })

  it("repeats no nonce between two contexts when the generator repeats itself", () => {
    const first = proveShare(real, secret, base, constantBytes(0))
    const second = proveShare({ ...real, ciphertext: 2 }, secret, base, constantBytes(0))
    expect(first.A1.equals(second.A1)).toBe(false)
  })

  it.each<[string, Partial<Share>]>([
    ["delta", { delta: share.delta.double() }],
    ["A1", { A1: share.A1.double() }],
    ["A2", { A2: share.A2.double() }],
    ["A1 and A2 swapped", { A1: share.A2, A2: share.A1 }],
    ["z", { z: reduce(share.z + 1n) }],
    ["z + l", { z: share.z + SUBGROUP_ORDER }],
    ["z - l", { z: share.z - SUBGROUP_ORDER }],
  ])("is refused with another %s", (_, change) => {
    expect(verifyShare(real, key, base, { ...share, ...change })).toBe(false)
  })

  it("is refused for another key or another sum", () => {
    expect(verifyShare(real, key.double(), base, share)).toBe(false)
    expect(verifyShare(real, key, base.double(), share)).toBe(false)
  })

  it("A13: is not read with z + l, a torsion part or the identity", () => {
    const document = encodeShare(share)
    const posed = oracle.add(plain(share.delta), oracle.torsion(4n)).map(String)
    expect(codeOf(() => parseShare({ ...document, z: (share.z + SUBGROUP_ORDER).toString() }))).toBe(
      "field-element-not-canonical",
    )
    for (const member of ["delta", "A1", "A2"] as const) {
      expect(codeOf(() => parseShare({ ...document, [member]: posed }))).toBe("point-refused")
      expect(codeOf(() => parseShare({ ...document, [member]: ["0", "1"] }))).toBe("point-refused")
    }
  })
})

describe("verifyEqualLogs", () => {
  const [w, e, other] = [1234n, 5678n, secret + 1n]
  const commitments = { A1: BASE8.multiply(w), A2: base.multiply(w) }
  const claimOf = (exponent: bigint) => ({ key, base, image: base.multiply(exponent) })

  it("wants both equations: the answer of the key alone, or of the image alone, is none", () => {
    const answerOf = (exponent: bigint) => ({ ...commitments, z: reduce(w + e * exponent) })
    expect(verifyEqualLogs(BABYJUBJUB, claimOf(secret), answerOf(secret), e)).toBe(true)
    expect(verifyEqualLogs(BABYJUBJUB, claimOf(other), answerOf(secret), e)).toBe(false)
    expect(verifyEqualLogs(BABYJUBJUB, claimOf(other), answerOf(other), e)).toBe(false)
  })

  it("wants commitments with one nonce", () => {
    const mixed = { A1: BASE8.multiply(w), A2: base.multiply(w + 1n), z: reduce(w + e * secret) }
    expect(verifyEqualLogs(BABYJUBJUB, claimOf(secret), mixed, e)).toBe(false)
  })
})

describe("A12: a share proved for one thing is none for another", () => {
  it.each<[string, ShareContext]>([
    ["election", { ...real, electionId: "8" as Fr }],
    ["close", { ...real, closeHash: new Uint8Array(32).fill(4) }],
    ["trustee", { ...real, trustee: 3 }],
    ["ciphertext", { ...real, ciphertext: 2 }],
    ["purpose: the drill", drill],
    ["purpose: a complaint", complaint],
  ])("another %s", (_, context) => {
    expect(verifyShare(context, key, base, share)).toBe(false)
  })

  it("another round of the drill, and the count itself", () => {
    const rehearsed = proveShare(drill, secret, base, randomBytes)
    expect(verifyShare(drill, key, base, rehearsed)).toBe(true)
    expect(verifyShare({ ...drill, round: 2 }, key, base, rehearsed)).toBe(false)
    expect(verifyShare(real, key, base, rehearsed)).toBe(false)
  })

  it("another dealer's box, or the same pair the other way round", () => {
    const accused = proveShare(complaint, secret, base, randomBytes)
    expect(verifyShare(complaint, key, base, accused)).toBe(true)
    expect(verifyShare({ ...complaint, dealer: 4 }, key, base, accused)).toBe(false)
    expect(verifyShare({ ...complaint, dealer: 2, trustee: 3 }, key, base, accused)).toBe(false)
    expect(verifyShare({ ...complaint, ceremonyId: new Uint8Array(32) }, key, base, accused)).toBe(false)
  })
})

// A trustee who wants another result and knows its own key: z answers for the key alone, and the image is solved for
// afterwards. It works whenever the challenge does not fix the image, or the sum, before A2 is chosen.
describe("A12: weak Fiat-Shamir", () => {
  const [w, a2] = [1234n, 4321n]
  const [A1, A2] = [BASE8.multiply(w), BASE8.multiply(a2)]
  const solve = (
    e: bigint,
  ): { claim: { key: CurvePoint; base: CurvePoint; image: CurvePoint }; share: Share } => {
    const z = reduce(w + e * secret)
    const image = base.multiply(z).subtract(A2).multiply(invert(e))
    return { claim: { key, base, image }, share: { delta: image, A1, A2, z } }
  }

  it.each([
    ["only the commitments", [A1, A2]],
    ["key and commitments, neither sum nor image", [BASE8, key, A1, A2]],
    ["everything but the image", [BASE8, key, base, A1, A2]],
  ])("a hash of %s is beaten, ours is not", (_, hashed) => {
    const e = hashToScalar("weak", ...hashed.map(pointBytes))
    const forged = solve(e)
    expect(forged.claim.image.equals(base.multiply(secret))).toBe(false)
    expect(verifyEqualLogs(BABYJUBJUB, forged.claim, forged.share, e)).toBe(true)
    expect(verifyShare(real, key, base, forged.share)).toBe(false)
  })

  it("a hash without the sum is beaten by a sum chosen afterwards, ours is not", () => {
    const delta = BASE8.multiply(31337n)
    const e = hashToScalar("weak", ...[BASE8, key, delta, A1, A2].map(pointBytes))
    const z = reduce(w + e * secret)
    const sum = A2.add(delta.multiply(e)).multiply(invert(z))
    expect(delta.equals(sum.multiply(secret))).toBe(false)
    const forged = { delta, A1, A2, z }
    expect(verifyEqualLogs(BABYJUBJUB, { key, base: sum, image: delta }, forged, e)).toBe(true)
    expect(verifyShare(real, key, sum, forged)).toBe(false)
  })
})
