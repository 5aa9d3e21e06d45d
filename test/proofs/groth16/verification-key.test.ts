import { groth16 } from "snarkjs"
import { beforeAll, describe, expect, test } from "vitest"
import { bytesToHex, utf8ToBytes } from "../../../src/protocol/primitives/bytes.ts"
import { encodeFr, Q } from "../../../src/protocol/primitives/field.ts"
import { sha256 } from "../../../src/protocol/primitives/hash.ts"
import { canonicalBytes } from "../../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../../src/protocol/wire/canonical-json.ts"
import { openCurve, presetCurve } from "../../../src/proofs/groth16/curve.ts"
import { toSnarkjsProof } from "../../../src/proofs/groth16/snarkjs-proof.ts"
import { parseVerificationKey } from "../../../src/proofs/groth16/verification-key.ts"
import { openProofFixture } from "../../support/proof-fixture.ts"
import type { ProofFixture } from "../../support/proof-fixture.ts"
import { g2OfWire, twistPoint, wireOfG2 } from "../../support/proof-points.ts"

type Key = Record<string, unknown> & { vk_gamma_2: string[][]; vk_delta_2: string[][]; IC: string[][] }
let fixture: ProofFixture
let key: Key

beforeAll(async () => {
  fixture = await openProofFixture()
  key = JSON.parse(new TextDecoder().decode(fixture.vkey)) as Key
})

/** Parses a key under an entry that pins exactly this key, so that only the later checks can refuse it. */
function parsePinned(edited: Record<string, unknown>): Promise<unknown> {
  const vkeySha256 = bytesToHex(sha256(canonicalBytes(edited as Json)))
  return parseVerificationKey(canonicalBytes(edited as Json), { ...fixture.entry, vkeySha256 })
}
const refused = { code: "verification-key-refused" }
const affine = (wire: readonly (readonly string[])[]): string[][] => [
  ...wire.map((pair) => [...pair]),
  ["1", "0"],
]

test("reads a key in any layout, by the digest of its canonical form and without vk_alphabeta_12", async () => {
  const pretty = utf8ToBytes(JSON.stringify({ vk_alphabeta_12: [[["1", "2"]]], ...key }, null, 2))
  const parsed = await parseVerificationKey(pretty, fixture.entry)
  expect(parsed.json).toEqual(key)
  expect(parsed.sha256).toBe(fixture.entry.vkeySha256)
})

test("refuses any key but the pinned one", async () => {
  const other = { ...key, IC: [...key.IC].reverse() }
  await expect(parseVerificationKey(canonicalBytes(other as Json), fixture.entry)).rejects.toMatchObject(
    refused,
  )
})

test.each([0, 1, 2, 100, 400])("refuses a flipped byte (%#)", async (at) => {
  const bytes = fixture.vkey.slice()
  bytes[at] = (bytes[at] ?? 0) ^ 1
  await expect(parseVerificationKey(bytes, fixture.entry)).rejects.toMatchObject(refused)
})

describe("a pinned key is still refused when", () => {
  const cases: [string, () => Record<string, unknown>][] = [
    ["its list of IC points is short", () => ({ ...key, IC: key.IC.slice(0, -1) })],
    ["it declares another count", () => ({ ...key, nPublic: 3 })],
    ["it is of another protocol", () => ({ ...key, protocol: "plonk" })],
    ["it is over another curve", () => ({ ...key, curve: "bls12381" })],
    ["alpha is off the curve", () => ({ ...key, vk_alpha_1: ["1", "3", "1"] })],
    ["alpha is infinity", () => ({ ...key, vk_alpha_1: ["0", "0", "1"] })],
    ["alpha is in Jacobian form", () => ({ ...key, vk_alpha_1: ["1", "2", "7"] })],
    ["an IC coordinate is aliased", () => ({ ...key, IC: [[String(1n + Q), "2", "1"], ...key.IC.slice(1)] })],
    [
      "beta is off the twist",
      () => ({
        ...key,
        vk_beta_2: [
          ["1", "2"],
          ["3", "4"],
          ["1", "0"],
        ],
      }),
    ],
    ["delta is outside the subgroup", () => ({ ...key, vk_delta_2: affine(wireOfG2(twistPoint(5n, 3n))) })],
    ["delta is gamma", () => ({ ...key, vk_delta_2: key.vk_gamma_2 })],
    ["delta is minus gamma", () => ({ ...key, vk_delta_2: negated(key.vk_gamma_2) })],
  ]
  test.each(cases)("%s", async (_, edit) => {
    await expect(parsePinned(edit())).rejects.toMatchObject(refused)
  })

  test("delta is the generator or its negative while gamma is another point", async () => {
    const { G2 } = await openCurve()
    const generator = G2.toObject(G2.gAffine)
      .slice(0, 2)
      .map((pair) => pair.map(String))
    for (const delta of [affine(generator), negated(affine(generator))]) {
      await expect(
        parsePinned({ ...key, vk_gamma_2: key.vk_delta_2, vk_delta_2: delta }),
      ).rejects.toMatchObject(refused)
    }
  })
})

test("what the delta rule stops: under delta = gamma snarkjs accepts a forgery for any signals", async () => {
  const { G1 } = await presetCurve()
  const signals = [encodeFr(99n), encodeFr(98n), encodeFr(97n), encodeFr(96n)]
  const g1 = (point: readonly string[]): Uint8Array => G1.fromObject(point.map(BigInt))
  const [ic0 = [], ...rest] = key.IC
  const l = rest.reduce(
    (sum, point, i) => G1.add(sum, G1.timesScalar(g1(point), BigInt(signals[i] ?? "0"))),
    G1.toJacobian(g1(ic0)),
  )
  const [x, y] = G1.toObject(G1.toAffine(G1.neg(l))).map(String)
  const [alphaX, alphaY] = key["vk_alpha_1"] as string[]
  const [bx, by] = key["vk_beta_2"] as [[string, string], [string, string]]
  const forgery = toSnarkjsProof({ a: [alphaX ?? "", alphaY ?? ""], b: [bx, by], c: [x ?? "", y ?? ""] })
  expect(await groth16.verify({ ...key, vk_delta_2: key.vk_gamma_2 }, signals, forgery)).toBe(true)
  expect(await groth16.verify(key, signals, forgery)).toBe(false)
})

function negated(point: string[][]): string[][] {
  const [x, y] = point as [[string, string], [string, string]]
  return affine(wireOfG2(g2OfWire([x, y]).negate()))
}
