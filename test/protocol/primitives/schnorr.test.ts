import { createHash } from "node:crypto"
import { beforeAll, describe, expect, it } from "vitest"
import { BASE8, parseCurvePoint, SUBGROUP_ORDER } from "../../../src/protocol/primitives/babyjubjub.ts"
import type { CurvePoint } from "../../../src/protocol/primitives/babyjubjub.ts"
import type { Fr } from "../../../src/protocol/primitives/field.ts"
import {
  encodeKnowledgeProof,
  parseKnowledgeProof,
  proveChallenge,
  proveKnowledge,
  ROLE,
  verifyChallenge,
  verifyKnowledge,
} from "../../../src/protocol/primitives/schnorr.ts"
import type { KnowledgeContext, KnowledgeProof } from "../../../src/protocol/primitives/schnorr.ts"
import { openOracle } from "../../support/circuit-oracle.ts"
import type { Oracle, PlainPoint } from "../../support/circuit-oracle.ts"
import { codeOf } from "../../support/code-of.ts"
import { constantBytes, seededBytes } from "../../support/seeded-bytes.ts"

let oracle: Oracle
beforeAll(async () => {
  oracle = await openOracle()
})

const context: KnowledgeContext = {
  ceremonyId: new Uint8Array(32).fill(1),
  n: 5,
  t: 3,
  role: ROLE.constantTerm,
  i: 2,
  x: 3,
}
const randomBytes = seededBytes("schnorr")
const secret = 123456789123456789123456789n
const point = BASE8.multiply(secret)
const proof = proveKnowledge(context, secret, randomBytes)
const hex = (value: bigint): string => value.toString(16).padStart(64, "0")
const enc = ([x, y]: PlainPoint): string => hex(x) + hex(y)
const plain = (of: CurvePoint): PlainPoint => {
  const { x, y } = of.toAffine()
  return [x, y]
}
const scalarOf = (tag: string, hexadecimal: string): bigint => {
  const bytes = Buffer.concat([Buffer.from([tag.length]), Buffer.from(tag), Buffer.from(hexadecimal, "hex")])
  return BigInt(`0x${createHash("sha512").update(bytes).digest("hex")}`) % SUBGROUP_ORDER
}

describe("proof of knowledge", () => {
  it("satisfies z*G = T + e*A with the challenge of the specification, over circomlibjs", () => {
    const parts = "01".repeat(32) + "0503020203" // n, t, role, i, x
    const e = scalarOf(
      "sotto/pok/1",
      parts + enc(oracle.multiply(1n)) + enc(oracle.multiply(secret)) + enc(plain(proof.T)),
    )
    const eA = oracle.multiply((e * secret) % SUBGROUP_ORDER)
    expect(oracle.multiply(proof.z)).toEqual(oracle.add(plain(proof.T), eA))
    expect(verifyKnowledge(context, point, proof)).toBe(true)
  })

  it("numbers its roles: 1 encryption key, 2 constant term, 3 box key", () => {
    expect(ROLE).toEqual({ encryptionKey: 1, constantTerm: 2, boxKey: 3 })
  })

  it.each<[string, Partial<KnowledgeContext>]>([
    ["another ceremony", { ceremonyId: new Uint8Array(32).fill(2) }],
    ["another n", { n: 6 }],
    ["another t", { t: 4 }],
    ["another role", { role: ROLE.boxKey }],
    ["another trustee", { i: 1 }],
    ["another key", { x: 2 }],
  ])("is none in %s", (_, change) => {
    expect(verifyKnowledge({ ...context, ...change }, point, proof)).toBe(false)
  })

  it.each<[string, CurvePoint, KnowledgeProof]>([
    ["another point", point.double(), proof],
    ["minus the point", point.negate(), proof],
    ["another T", point, { ...proof, T: proof.T.double() }],
    ["z + 1", point, { ...proof, z: (proof.z + 1n) % SUBGROUP_ORDER }],
    ["z + l, the same residue", point, { ...proof, z: proof.z + SUBGROUP_ORDER }],
    ["a negative z, the same residue", point, { ...proof, z: proof.z - SUBGROUP_ORDER }],
    [
      "a scaled proof for a scaled point",
      point.double(),
      { T: proof.T.double(), z: (2n * proof.z) % SUBGROUP_ORDER },
    ],
  ])("is refused for %s", (_, of, changed) => {
    expect(verifyKnowledge(context, of, changed)).toBe(false)
  })

  it("A8: stops the rogue key X - A, whose owner knows no logarithm", () => {
    const rogue = BASE8.multiply(999n).subtract(point)
    for (const replayed of [proof, proveKnowledge(context, 999n, randomBytes)])
      expect(verifyKnowledge(context, rogue, replayed)).toBe(false)
  })

  it("does not give its secret away when a restored backup repeats the generator", () => {
    const first = proveKnowledge(context, secret, constantBytes(0))
    const second = proveKnowledge({ ...context, x: 4 }, secret, constantBytes(0))
    expect(first.T.equals(second.T)).toBe(false)
    expect(proveKnowledge(context, secret, constantBytes(0))).toEqual(first)
  })

  it("comes back from its document form", () => {
    const back = parseKnowledgeProof(encodeKnowledgeProof(proof))
    expect([back.T.equals(proof.T), back.z]).toEqual([true, proof.z])
  })

  it("A13: is not read with another spelling or a point of another order", () => {
    const { T, z } = encodeKnowledgeProof(proof)
    const torsion = oracle.add(plain(proof.T), oracle.torsion(1n)).map(String)
    expect(codeOf(() => parseKnowledgeProof({ T, z: (proof.z + SUBGROUP_ORDER).toString() }))).toBe(
      "field-element-not-canonical",
    )
    expect(codeOf(() => parseKnowledgeProof({ T: torsion, z }))).toBe("point-refused")
    expect(codeOf(() => parseKnowledgeProof({ T: ["0", "1"], z }))).toBe("point-refused")
  })

  it("takes a ceremony of 32 bytes only", () => {
    expect(() => proveKnowledge({ ...context, ceremonyId: new Uint8Array(31) }, secret, randomBytes)).toThrow(
      RangeError,
    )
  })
})

describe("proof of a challenge", () => {
  const challenge = { electionId: "7" as Fr, ballotHash: new Uint8Array(32).fill(9) }
  const rho = 4242n
  const R = BASE8.multiply(rho)
  const opened = proveChallenge(challenge, rho, randomBytes)

  it("satisfies z*G = T + e*R with the challenge of the specification", () => {
    const e = scalarOf(
      "sotto/challenge/1",
      hex(7n) + "09".repeat(32) + enc(oracle.multiply(rho)) + enc(plain(opened.T)),
    )
    const eR = oracle.multiply((e * rho) % SUBGROUP_ORDER)
    expect(oracle.multiply(opened.z)).toEqual(oracle.add(plain(opened.T), eR))
    expect(verifyChallenge(challenge, R, opened)).toBe(true)
  })

  it("is none for another election, ballot or R, and no proof of a ceremony is one", () => {
    expect(verifyChallenge({ ...challenge, electionId: "8" as Fr }, R, opened)).toBe(false)
    expect(verifyChallenge({ ...challenge, ballotHash: new Uint8Array(32) }, R, opened)).toBe(false)
    expect(verifyChallenge(challenge, R.double(), opened)).toBe(false)
    expect(verifyChallenge(challenge, point, proof)).toBe(false)
  })

  it("cannot be made by a relay that knows R and another scalar", () => {
    expect(verifyChallenge(challenge, R, proveChallenge(challenge, 4243n, randomBytes))).toBe(false)
    expect(
      verifyChallenge(challenge, R, { T: parseCurvePoint(oracle.multiply(3n).map(String)), z: 3n }),
    ).toBe(false)
  })
})
