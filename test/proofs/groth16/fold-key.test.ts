import { randomBytes } from "node:crypto"
import { groth16 } from "snarkjs"
import { beforeAll, describe, expect, test } from "vitest"
import { loadVerificationKey } from "../../../src/cli/circuit-artifacts.ts"
import { deriveDevelopmentSecrets } from "../../../src/proofs/ceremony/dev-keys.ts"
import { invert, reduce } from "../../../src/proofs/ceremony/scalar-field.ts"
import { presetCurve } from "../../../src/proofs/groth16/curve.ts"
import { foldVerificationKey } from "../../../src/proofs/groth16/fold-key.ts"
import type { ConstantSignal } from "../../../src/proofs/groth16/fold-key.ts"
import { verifyWithSecondVerifier } from "../../../src/proofs/groth16/second-verifier.ts"
import { toSnarkjsProof } from "../../../src/proofs/groth16/snarkjs-proof.ts"
import { parseVerificationKey, prepareVerificationKey } from "../../../src/proofs/groth16/verification-key.ts"
import type { VerificationKey } from "../../../src/proofs/groth16/verification-key.ts"
import { verifyMany } from "../../../src/proofs/groth16/verify-many.ts"
import { verifyProof } from "../../../src/proofs/groth16/verify.ts"
import { encodeFr, R } from "../../../src/protocol/primitives/field.ts"
import type { Fr } from "../../../src/protocol/primitives/field.ts"
import type { WireProof } from "../../../src/protocol/primitives/prove.ts"
import { canonicalBytes } from "../../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../../src/protocol/wire/canonical-json.ts"
import { makeBallots } from "../../support/made-ballots.ts"
import { openProofFixture, sampleStatement } from "../../support/proof-fixture.ts"
import type { ProofFixture } from "../../support/proof-fixture.ts"
import { decodedProof, proveSample, provingCircuit } from "../../support/proof-sample.ts"
import { simulateProofs } from "../../support/simulated-proof.ts"

let fixture: ProofFixture
let key: VerificationKey
let signals: readonly Fr[] // sum, product, two spare ones
let proof: WireProof

beforeAll(async () => {
  fixture = await openProofFixture()
  key = fixture.artifacts.vkey
  ;({ proof, signals } = await proveSample(await provingCircuit(fixture), sampleStatement(3n, 5n, [7n, 9n])))
})

const constant = (index: number, value = signals[index] ?? encodeFr(0n)): ConstantSignal => ({ index, value })
const plusOne = (signal: Fr): Fr => encodeFr((BigInt(signal) + 1n) % R)
const without = (list: readonly Fr[], positions: readonly number[]): Fr[] =>
  list.filter((_, index) => !positions.includes(index))

/** What three verifiers say; they must agree. */
async function verdict(under: VerificationKey, given: readonly Fr[], of = proof): Promise<boolean> {
  await presetCurve()
  const verdicts = [
    await verifyProof(await prepareVerificationKey(under), given, await decodedProof(of)),
    verifyWithSecondVerifier(under, given, of),
    await groth16.verify(under.json, [...given], toSnarkjsProof(of)),
  ]
  expect(new Set(verdicts).size).toBe(1)
  return verdicts[0] ?? false
}

describe.each([[[2]], [[1, 3]], [[0, 1, 2]], [[3, 2, 1, 0]]])("with signals %j folded in", (positions) => {
  test("full and folded key agree on the honest signals and on every changed one", async () => {
    const folded = await foldVerificationKey(
      key,
      positions.map((index) => constant(index)),
    )
    const rest = without(signals, positions)
    expect(folded.json.nPublic).toBe(rest.length)
    expect(await verdict(key, signals)).toBe(true)
    expect(await verdict(folded, rest)).toBe(true)
    for (const index of signals.keys()) {
      const changed = signals.map((signal, i) => (i === index ? plusOne(signal) : signal))
      expect(await verdict(key, changed)).toBe(false)
      const byKey = positions.includes(index)
      const other = byKey
        ? await foldVerificationKey(
            key,
            positions.map((i) => constant(i, changed[i])),
          )
        : folded
      expect(await verdict(other, without(changed, positions))).toBe(false)
    }
  })
})

test("a swap of two constants is another key; equal values in two places are two signals", async () => {
  const swapped = await foldVerificationKey(key, [constant(2, signals[3]), constant(3, signals[2])])
  expect(await verdict(swapped, signals.slice(0, 2))).toBe(false)
  const circuit = await provingCircuit(fixture)
  const equal = await proveSample(circuit, sampleStatement(3n, 5n, [7n, 7n]))
  const folded = await foldVerificationKey(key, [
    constant(2, equal.signals[2]),
    constant(3, equal.signals[3]),
  ])
  expect(await verdict(folded, equal.signals.slice(0, 2), equal.proof)).toBe(true)
})

test("the remaining signals keep their order", async () => {
  const folded = await foldVerificationKey(key, [constant(1)])
  const [sum, , first, second] = signals as [Fr, Fr, Fr, Fr]
  expect(await verdict(folded, [sum, first, second])).toBe(true)
  expect(await verdict(folded, [sum, second, first])).toBe(false)
  expect(folded.json.IC.slice(1)).toEqual([1, 3, 4].map((i) => key.json.IC[i]))
})

test("the same constants give the same key, in any order and in one step or two", async () => {
  const at = (...positions: number[]): Promise<VerificationKey> =>
    foldVerificationKey(
      key,
      positions.map((index) => constant(index)),
    )
  const once = await at(1, 2)
  expect(await at(2, 1)).toEqual(once)
  expect(await foldVerificationKey(await at(1), [{ ...constant(2), index: 1 }])).toEqual(once)
  expect(await at()).toEqual(key)
  expect((await at(1)).sha256).not.toBe(once.sha256)
})

test("passes the checks of any verification key, under the digest it says", async () => {
  const folded = await foldVerificationKey(key, [constant(0), constant(2)])
  const bytes = canonicalBytes(folded.json as unknown as Json)
  const entry = { id: folded.circuit, publicSignals: 2, vkeySha256: folded.sha256 }
  expect(await parseVerificationKey(bytes, entry)).toEqual(folded)
})

test("a constant of zero leaves IC_0 as it is, and still fixes its signal", async () => {
  const folded = await foldVerificationKey(key, [constant(2, encodeFr(0n))])
  expect(folded.json.IC[0]).toEqual(key.json.IC[0])
  expect(await verdict(folded, without(signals, [2]))).toBe(false)
})

test.each([
  ["before the first", [-1]],
  ["after the last", [4]],
  ["between two", [0.5]],
  ["named twice", [1, 1]],
])("a position %s is a mistake of the caller", async (_, positions) => {
  await expect(
    foldVerificationKey(
      key,
      positions.map((index) => constant(index, encodeFr(1n))),
    ),
  ).rejects.toThrow(RangeError)
})

test("constants that cancel IC_0 give no key", async () => {
  const { queries } = deriveDevelopmentSecrets(fixture.entry.id, fixture.r1cs)
  const [k0 = 0n, k1 = 0n] = queries.k
  const value = encodeFr(reduce(-k0 * invert(k1)))
  await expect(foldVerificationKey(key, [{ index: 0, value }])).rejects.toMatchObject({
    code: "verification-key-refused",
  })
})

describe.each([
  ["ballot8", 12],
  ["ballot16", 20],
] as const)("the shipped key of %s", (id, remaining) => {
  test(`folds to the ${remaining} signals that vary in an election`, async () => {
    const { key: full } = await loadVerificationKey(id)
    const { signals: ballots, own, constants } = makeBallots(id, 7)
    const folded = await foldVerificationKey(full, constants)
    expect(folded.json.nPublic).toBe(remaining)
    const proofs = await simulateProofs(id, ballots)
    const claims = own.map((list, i) => ({ signals: list, proof: proofs[i]! }))
    const prepared = await prepareVerificationKey(folded)
    expect(await verifyMany(prepared, claims, randomBytes)).toEqual(claims.map(() => true))
    const wrong = claims.map((claim, i) => (i === 5 ? { ...claim, signals: own[0]! } : claim))
    expect(await verifyMany(prepared, wrong, randomBytes)).toEqual(claims.map((_, i) => i !== 5))
    expect(verifyWithSecondVerifier(folded, own[0]!, proofs[0]!)).toBe(true)
    const elsewhere = constants.map((one, i) => (i === 1 ? { ...one, value: plusOne(one.value) } : one))
    const other = await prepareVerificationKey(await foldVerificationKey(full, elsewhere))
    expect(await verifyMany(other, claims, randomBytes)).toEqual(claims.map(() => false))
  })
})
