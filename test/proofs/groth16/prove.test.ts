import { beforeAll, describe, expect, test } from "vitest"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import type { ProofBackend } from "../../../src/proofs/groth16/backend.ts"
import { encodeInput } from "../../../src/proofs/groth16/input.ts"
import { proveStatement } from "../../../src/proofs/groth16/prove.ts"
import type { ProvingCircuit } from "../../../src/proofs/groth16/prove.ts"
import * as door from "../../../src/proofs/groth16/prove.ts"
import { verifyWithSecondVerifier } from "../../../src/proofs/groth16/second-verifier.ts"
import { snarkjsBackend } from "../../../src/proofs/groth16/snarkjs-backend.ts"
import { openProofFixture, sampleStatement } from "../../support/proof-fixture.ts"
import { g1OfWire, wireOfG1 } from "../../support/proof-points.ts"
import { proveSample, provingCircuit } from "../../support/proof-sample.ts"

let circuit: ProvingCircuit

beforeAll(async () => {
  circuit = await provingCircuit(await openProofFixture())
})

const { input, expected } = sampleStatement(3n, 5n)
const secretBytes = (): Uint8Array => encodeInput(circuit.entry, input)

test("a statement proves, twice differently, and a second verifier agrees", async () => {
  const [first, second] = [await proveSample(circuit), await proveSample(circuit)]
  expect(first.proof).not.toEqual(second.proof)
  for (const { proof } of [first, second]) {
    expect(verifyWithSecondVerifier(circuit.key.key, expected, proof)).toBe(true)
  }
})

test("two statements asked for at once both prove", async () => {
  const both = await Promise.all([proveSample(circuit), proveSample(circuit, sampleStatement(11n, 13n))])
  expect(both.map(({ signals }) => signals[0])).toEqual(["8", "24"])
})

describe("what was not proved does not leave", () => {
  test("refuses when a signal differs from what the caller computed, before any proving work", async () => {
    const untouched: ProofBackend = () => Promise.reject(new Error("reached the back end"))
    for (const wrong of [
      [...expected.slice(0, 3), encodeFr(1n)],
      expected.slice(0, 3),
      [...expected, encodeFr(0n)],
      [],
    ]) {
      await expect(proveStatement(circuit, secretBytes(), wrong, untouched)).rejects.toMatchObject({
        code: "signals-unexpected",
      })
    }
  })

  const stub =
    (change: (made: Awaited<ReturnType<ProofBackend>>) => Awaited<ReturnType<ProofBackend>>): ProofBackend =>
    async (task) =>
      change(await snarkjsBackend(task))
  const doubled = (point: readonly [string, string]): readonly [string, string] =>
    wireOfG1(g1OfWire(point).double())

  test.each<[string, ProofBackend]>([
    ["a wrong A", stub(({ proof, signals }) => ({ signals, proof: { ...proof, a: doubled(proof.a) } }))],
    ["a wrong C", stub(({ proof, signals }) => ({ signals, proof: { ...proof, c: doubled(proof.c) } }))],
    [
      "a point off the curve",
      stub(({ proof, signals }) => ({ signals, proof: { ...proof, a: ["1", "1"] } })),
    ],
  ])("a back end that gives %s is stopped by the self-check", async (_, backend) => {
    await expect(proveStatement(circuit, secretBytes(), expected, backend)).rejects.toMatchObject({
      code: "self-check-failed",
    })
  })

  test("a back end that gives a good proof of another statement is stopped", async () => {
    const other = await proveSample(circuit, sampleStatement(3n, 7n))
    const honestSignals: ProofBackend = () => Promise.resolve({ proof: other.proof, signals: expected })
    await expect(proveStatement(circuit, secretBytes(), expected, honestSignals)).rejects.toMatchObject({
      code: "self-check-failed",
    })
    const itsOwnSignals: ProofBackend = () => Promise.resolve(other)
    await expect(proveStatement(circuit, secretBytes(), expected, itsOwnSignals)).rejects.toMatchObject({
      code: "signals-unexpected",
    })
  })
})

describe("secrets", () => {
  test("input and witness are zero after success and after failure", async () => {
    const witnesses: Uint8Array[] = []
    const spy: ProofBackend = (task) => (witnesses.push(task.witness), snarkjsBackend(task))
    const failing: ProofBackend = (task) => (
      witnesses.push(task.witness),
      Promise.reject(new Error("broken"))
    )
    for (const backend of [spy, failing]) {
      const bytes = secretBytes()
      await proveStatement(circuit, bytes, expected, backend).catch(() => undefined)
      expect(bytes.every((byte) => byte === 0)).toBe(true)
    }
    const refused = secretBytes()
    await proveStatement(circuit, refused, []).catch(() => undefined)
    expect(refused.every((byte) => byte === 0)).toBe(true)
    expect(witnesses).toHaveLength(2)
    for (const witness of witnesses) expect(witness.every((byte) => byte === 0)).toBe(true)
  })

  test("nobody can choose the blinding: the door takes circuit, input, signals and back end", () => {
    expect(Object.keys(door)).toEqual(["proveStatement"])
    expect(proveStatement.length).toBe(3)
  })
})
