import fc from "fast-check"
import { groth16 } from "snarkjs"
import { beforeAll, expect, test } from "vitest"
import { encodeFr, R } from "../../../src/protocol/primitives/field.ts"
import { presetCurve } from "../../../src/proofs/groth16/curve.ts"
import type { ProvingCircuit } from "../../../src/proofs/groth16/prove.ts"
import { verifyWithSecondVerifier } from "../../../src/proofs/groth16/second-verifier.ts"
import { toSnarkjsProof } from "../../../src/proofs/groth16/snarkjs-proof.ts"
import { verifyProof } from "../../../src/proofs/groth16/verify.ts"
import { openProofFixture, sampleStatement } from "../../support/proof-fixture.ts"
import { g2OfWire, twistPoint, wireOfG2 } from "../../support/proof-points.ts"
import { decodedProof, proveSample, provingCircuit } from "../../support/proof-sample.ts"

let circuit: ProvingCircuit

beforeAll(async () => {
  circuit = await provingCircuit(await openProofFixture())
})

test("three verifiers agree on proofs and on every changed signal", async () => {
  await presetCurve()
  const element = fc.bigInt({ min: 0n, max: R - 1n })
  await fc.assert(
    fc.asyncProperty(
      element,
      element,
      fc.nat(3),
      fc.bigInt({ min: 1n, max: R - 1n }),
      async (a, b, at, shift) => {
        const { proof, signals } = await proveSample(circuit, sampleStatement(a, b))
        const wrong = signals.map((signal, i) => (i === at ? encodeFr((BigInt(signal) + shift) % R) : signal))
        for (const [list, verdict] of [
          [signals, true],
          [wrong, false],
        ] as const) {
          expect(await verifyProof(circuit.key, list, await decodedProof(proof))).toBe(verdict)
          expect(verifyWithSecondVerifier(circuit.key.key, list, proof)).toBe(verdict)
          expect(await groth16.verify(circuit.key.key.json, [...list], toSnarkjsProof(proof))).toBe(verdict)
        }
      },
    ),
    { numRuns: 8 },
  )
})

test("signals that are all zero prove and verify", async () => {
  const { proof, signals } = await proveSample(circuit, sampleStatement(0n, 0n, [0n, 0n]))
  expect(signals).toEqual(["0", "0", "0", "0"])
  expect(await verifyProof(circuit.key, signals, await decodedProof(proof))).toBe(true)
  expect(verifyWithSecondVerifier(circuit.key.key, signals, proof)).toBe(true)
})

test("a proof of one statement is no proof of another", async () => {
  const first = await proveSample(circuit, sampleStatement(3n, 5n))
  const second = await proveSample(circuit, sampleStatement(3n, 7n))
  expect(await verifyProof(circuit.key, second.signals, await decodedProof(first.proof))).toBe(false)
  const mixed = { ...first.proof, c: second.proof.c }
  expect(await verifyProof(circuit.key, first.signals, await decodedProof(mixed))).toBe(false)
})

test("many at once in one thread do not disturb each other", async () => {
  const { proof, signals } = await proveSample(circuit)
  const decoded = await decodedProof(proof)
  const wrong = [...signals.slice(0, 3), encodeFr(1n)]
  const verdicts = await Promise.all(
    Array.from({ length: 20 }, (_, i) => verifyProof(circuit.key, i % 3 === 0 ? wrong : signals, decoded)),
  )
  expect(verdicts).toEqual(verdicts.map((_, i) => i % 3 !== 0))
})

test("the second verifier refuses points outside the subgroup and a wrong signal count by itself", async () => {
  const { proof, signals } = await proveSample(circuit)
  const outside = { ...proof, b: wireOfG2(g2OfWire(proof.b).add(twistPoint(5n, 3n))) }
  expect(verifyWithSecondVerifier(circuit.key.key, signals, outside)).toBe(false)
  expect(verifyWithSecondVerifier(circuit.key.key, signals, { ...proof, a: ["1", "1"] })).toBe(false)
  expect(verifyWithSecondVerifier(circuit.key.key, signals.slice(0, 3), proof)).toBe(false)
})
