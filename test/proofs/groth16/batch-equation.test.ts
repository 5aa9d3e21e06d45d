import { randomBytes } from "node:crypto"
import { bn254 } from "@noble/curves/bn254.js"
import { beforeAll, describe, expect, test } from "vitest"
import { deriveDevelopmentSecrets } from "../../../src/proofs/ceremony/dev-keys.ts"
import { openForge } from "../../../src/proofs/ceremony/forge-proof.ts"
import { invert, reduce } from "../../../src/proofs/ceremony/scalar-field.ts"
import { COEFFICIENT_BYTES, drawCoefficients } from "../../../src/proofs/groth16/batch-coefficients.ts"
import { holdsTogether } from "../../../src/proofs/groth16/batch-equation.ts"
import type { Claim } from "../../../src/proofs/groth16/batch-equation.ts"
import { readPoints } from "../../../src/proofs/groth16/canonical.ts"
import { openCurve } from "../../../src/proofs/groth16/curve.ts"
import { prepareVerificationKey } from "../../../src/proofs/groth16/verification-key.ts"
import type { PreparedVerificationKey } from "../../../src/proofs/groth16/verification-key.ts"
import { verifyMany } from "../../../src/proofs/groth16/verify-many.ts"
import type { ProofClaim } from "../../../src/proofs/groth16/verify-many.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { forgeClaims } from "../../support/forged-claims.ts"
import { openProofFixture } from "../../support/proof-fixture.ts"
import type { ProofFixture } from "../../support/proof-fixture.ts"
import { g1OfWire, wireOfG1 } from "../../support/proof-points.ts"

let fixture: ProofFixture
let key: PreparedVerificationKey
let claims: ProofClaim[]

beforeAll(async () => {
  fixture = await openProofFixture()
  key = await prepareVerificationKey(fixture.artifacts.vkey)
  claims = await forgeClaims(fixture, 8)
})

async function decode({ signals, proof }: ProofClaim): Promise<Claim> {
  const points = readPoints(await openCurve(), proof)
  if (points === null) throw new Error("a proof of this test is off the curve")
  return { signals: signals.map(BigInt), points }
}
const holds = async (list: readonly ProofClaim[], coefficients: Uint8Array): Promise<boolean> =>
  holdsTogether(key, await Promise.all(list.map(decode)), coefficients)
const draw = (count: number): Uint8Array => drawCoefficients(randomBytes, count)
const repeated = (count: number): Uint8Array => new Uint8Array(count * COEFFICIENT_BYTES).fill(7)

/** The first two proofs made wrong by the same point, added to one C and taken from the other. */
function cancelling(list: readonly ProofClaim[]): ProofClaim[] {
  const shift = bn254.G1.Point.BASE.multiply(12345n)
  return list.map(({ signals, proof }, i) => {
    const c = g1OfWire(proof.c)
    const moved = i === 0 ? c.add(shift) : i === 1 ? c.subtract(shift) : c
    return { signals, proof: { ...proof, c: wireOfG1(moved) } }
  })
}

describe("two proofs built to cancel", () => {
  test("do cancel under equal coefficients", async () => {
    expect(await holds(cancelling(claims), repeated(8))).toBe(true)
    expect(await holds(cancelling(claims).slice(1), repeated(7))).toBe(false)
  })

  test("are refused under drawn ones, and the others are not", async () => {
    expect(await holds(cancelling(claims), draw(8))).toBe(false)
    const verdicts = await verifyMany(key, cancelling(claims), randomBytes)
    expect(verdicts).toEqual(claims.map((_, i) => i > 1))
  })

  test("find no generator that gives equal coefficients", async () => {
    const constant = (length: number): Uint8Array => new Uint8Array(length).fill(7)
    await expect(verifyMany(key, cancelling(claims), constant)).rejects.toMatchObject({
      code: "randomness-broken",
    })
  })
})

describe("coefficients", () => {
  const broken = expect.objectContaining({ code: "randomness-broken" })

  test("of a generator that is zero, repeats itself or falls short are a fault", () => {
    const zero = (length: number): Uint8Array => new Uint8Array(length)
    const oneZero = (length: number): Uint8Array => new Uint8Array(randomBytes(length)).fill(0, 32, 48)
    const oneTwice = (length: number): Uint8Array =>
      new Uint8Array(randomBytes(length)).copyWithin(48, 16, 32)
    const short = (length: number): Uint8Array => randomBytes(length - 16)
    for (const generator of [zero, oneZero, oneTwice, short]) {
      expect(() => drawCoefficients(generator, 8)).toThrow(broken)
    }
    expect(() => drawCoefficients(zero, 1)).toThrow(broken)
  })

  test("are 128 bits each, drawn at once", () => {
    const asked: number[] = []
    const bytes = drawCoefficients((length) => {
      asked.push(length)
      return new Uint8Array(randomBytes(length))
    }, 5)
    expect([asked, bytes.length]).toEqual([[80], 80])
  })
})

test("every bit of a coefficient and every signal counts", async () => {
  const coefficients = draw(8)
  expect(await holds(claims, coefficients)).toBe(true)
  for (let at = 0; at < 4; at++) {
    const changed = claims.map(({ signals, proof }, i) => ({
      proof,
      signals: signals.map((signal, j) => (i === 6 && j === at ? encodeFr(BigInt(signal) + 1n) : signal)),
    }))
    expect(await holds(changed, coefficients)).toBe(false)
  }
  // A change that only the lowest or only the highest bits of the coefficients could tell from its opposite.
  for (const [from, to] of [
    [0, 8],
    [8, 16],
  ] as const) {
    const alike = repeated(8)
    for (let i = 0; i < 8; i++) alike.set(coefficients.subarray(16 * i + from, 16 * i + to), 16 * i + from)
    expect(await holds(cancelling(claims), alike)).toBe(false)
    expect(await holds(claims, alike)).toBe(true)
  }
})

test("signals whose points cancel to infinity leave the rest of the equation to be met", async () => {
  const { queries } = deriveDevelopmentSecrets(fixture.entry.id, fixture.r1cs)
  const [k0 = 0n, k1 = 0n, k2 = 0n] = queries.k
  const signals = [reduce(-(k0 + 5n * k2) * invert(k1)), 5n, 0n, 0n].map(encodeFr) // IC_0 + Σ s_j·IC_j = 0
  const forge = await openForge(fixture.entry.id, fixture.r1cs, fixture.artifacts.vkey.json, randomBytes)
  const [proof] = forge([signals])
  const claim = { signals, proof: proof! }
  expect(await holds([claim], draw(1))).toBe(true)
  expect(await holds([{ ...claim, proof: claims[0]!.proof }], draw(1))).toBe(false)
  expect(await holds([{ ...claims[0]!, proof: claim.proof }], draw(1))).toBe(false)
})
