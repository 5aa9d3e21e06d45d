import { hkdfSync } from "node:crypto"
import { beforeAll, describe, expect, it } from "vitest"
import { BASE8 } from "../../../src/protocol/primitives/babyjubjub.ts"
import type { CurvePoint } from "../../../src/protocol/primitives/babyjubjub.ts"
import { openShares, sealShares, verifyBoxKey } from "../../../src/protocol/primitives/share-box.ts"
import type { BoxContext } from "../../../src/protocol/primitives/share-box.ts"
import { drawScalar, reduce } from "../../../src/protocol/primitives/scalar.ts"
import { proveKnowledge, ROLE } from "../../../src/protocol/primitives/schnorr.ts"
import { openOracle } from "../../support/circuit-oracle.ts"
import type { Oracle, PlainPoint } from "../../support/circuit-oracle.ts"
import { seededBytes } from "../../support/seeded-bytes.ts"

let oracle: Oracle
beforeAll(async () => {
  oracle = await openOracle()
})

const context: BoxContext = { ceremonyId: new Uint8Array(32).fill(5), n: 5, t: 3, dealer: 2, trustee: 4 }
const randomBytes = seededBytes("share-box")
const e = 31415926535n
const E = BASE8.multiply(e)
const shares = Array.from({ length: 4 }, () => drawScalar(randomBytes))
const sealed = sealShares(context, E, shares, randomBytes)
const plain = (point: CurvePoint): PlainPoint => {
  const { x, y } = point.toAffine()
  return [x, y]
}
const hex = (value: bigint): string => value.toString(16).padStart(64, "0")
const enc = (point: PlainPoint): Buffer => Buffer.from(point.map(hex).join(""), "hex")

describe("a box of shares", () => {
  it("opens for the trustee, and for everyone who is shown the pad point", () => {
    expect(openShares(context, sealed, sealed.U.multiply(e), 4)).toEqual(shares)
    expect(sealed.box).toHaveLength(4 * 32)
    expect(verifyBoxKey(context, sealed)).toBe(true)
  })

  it("is XORed with the HKDF-SHA-512 of the specification, recomputed by node:crypto", () => {
    const info = Buffer.concat([
      Buffer.from("sotto/dkg-share/1\0"),
      Buffer.from([2, 4]),
      enc(plain(sealed.U)),
    ])
    const u = 8765n
    const known = { U: BASE8.multiply(u), box: sealed.box }
    const knownInfo = Buffer.concat([info.subarray(0, 20), enc(oracle.multiply(u))])
    const padPoint = oracle.multiply(reduce(u * e))
    const pad = Buffer.from(hkdfSync("sha512", enc(padPoint), Buffer.alloc(32, 5), knownInfo, 128))
    const opened = openShares(context, known, E.multiply(u), 4)
    for (const [j, share] of opened.entries()) {
      const bytes = known.box.subarray(32 * j, 32 * j + 32).map((byte, i) => byte ^ (pad[32 * j + i] ?? 0))
      expect(hex(share)).toBe(Buffer.from(bytes).toString("hex"))
    }
  })

  it.each<[string, Partial<BoxContext>]>([
    ["ceremony", { ceremonyId: new Uint8Array(32).fill(6) }],
    ["dealer", { dealer: 3 }],
    ["trustee", { trustee: 5 }],
  ])("opens to something else under another %s", (_, change) => {
    expect(openShares({ ...context, ...change }, sealed, sealed.U.multiply(e), 4)).not.toEqual(shares)
  })

  it("gives integers that need not be scalars: the commitments decide", () => {
    const box = sealed.box.map((byte, i) => (i === 0 ? byte ^ 0xff : byte))
    const [first = 0n, ...others] = openShares(context, { U: sealed.U, box }, sealed.U.multiply(e), 4)
    expect([first !== shares[0], others]).toEqual([true, shares.slice(1)])
  })

  it("of another length is a programmer's error", () => {
    expect(() => openShares(context, { U: sealed.U, box: sealed.box.slice(1) }, sealed.U, 4)).toThrow(
      RangeError,
    )
  })
})

describe("A17: another dealer's U is refused", () => {
  const thief = { ...context, dealer: 3 }

  it("because a complaint against the copier would reveal the pad of the copied box", () => {
    const Z = sealed.U.multiply(e) // what the complaint of trustee 4 against dealer 3 would publish
    expect(openShares(context, sealed, Z, 4)).toEqual(shares)
  })

  it.each<[string, (proofOf: bigint) => { U: CurvePoint; proof: typeof sealed.proof; box: Uint8Array }]>([
    ["copied with its proof", () => sealed],
    ["copied with a proof of another scalar", (u) => ({ ...sealed, proof: proveFor(u) })],
    [
      "multiplied by c, its proof too",
      (c) => ({
        ...sealed,
        U: sealed.U.multiply(c),
        proof: { T: sealed.proof.T.multiply(c), z: reduce(c * sealed.proof.z) },
      }),
    ],
    [
      "shifted by a known point",
      (u) => ({ ...sealed, U: sealed.U.add(BASE8.multiply(u)), proof: proveFor(u) }),
    ],
  ])("%s", (_, forge) => {
    expect(verifyBoxKey(thief, forge(7n))).toBe(false)
  })

  it("even for the same dealer, when the box is meant for another trustee", () => {
    expect(verifyBoxKey({ ...context, trustee: 1 }, sealed)).toBe(false)
  })

  function proveFor(u: bigint) {
    const { ceremonyId, n, t, dealer, trustee } = thief
    return proveKnowledge({ ceremonyId, n, t, role: ROLE.boxKey, i: dealer, x: trustee }, u, randomBytes)
  }
})
