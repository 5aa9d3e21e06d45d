// The shipped circuit with its shipped key: one honest presentation through the pool, judged by three verifiers.
import { groth16 } from "snarkjs"
import { afterAll, beforeAll, expect, test } from "vitest"
import { loadCircuit } from "../../../src/cli/circuit-artifacts.ts"
import { makeCatalogue } from "../../../src/protocol/catalogue/catalogue.ts"
import { CATALOGUE } from "../../../src/protocol/catalogue/released.ts"
import { parseStatement } from "../../../src/protocol/wire/statement.ts"
import { encodeFr, R } from "../../../src/protocol/primitives/field.ts"
import type { CircuitId } from "../../../src/protocol/primitives/prove.ts"
import type { Artifacts } from "../../../src/proofs/groth16/artifacts.ts"
import { presetCurve } from "../../../src/proofs/groth16/curve.ts"
import { verifyWithSecondVerifier } from "../../../src/proofs/groth16/second-verifier.ts"
import { toSnarkjsProof } from "../../../src/proofs/groth16/snarkjs-proof.ts"
import { prepareVerificationKey } from "../../../src/proofs/groth16/verification-key.ts"
import { verifyProof } from "../../../src/proofs/groth16/verify.ts"
import { openProver } from "../../../src/proofs/prover/pool.ts"
import type { Prover } from "../../../src/proofs/prover/pool.ts"
import { oneCredential, VACCINATED } from "../../support/one-credential.ts"
import { decodedProof } from "../../support/proof-sample.ts"

let artifacts: Artifacts
let prover: Prover

beforeAll(async () => {
  artifacts = await loadCircuit("presentation", { cache: process.env["SOTTO_CACHE"] })
  prover = await openProver(new Map<CircuitId, Artifacts>([["presentation", artifacts]]), { threads: 1 })
})
afterAll(() => prover.close())

test("an honest presentation proves, and no other signal holds under its proof", async () => {
  const { input, expected } = oneCredential().input()
  const proof = await prover.prove("presentation", input, expected)
  const key = await prepareVerificationKey(artifacts.vkey)
  await presetCurve()
  const verdicts = async (signals: typeof expected): Promise<boolean[]> => [
    await verifyProof(key, signals, await decodedProof(proof)),
    verifyWithSecondVerifier(artifacts.vkey, signals, proof),
    await groth16.verify(artifacts.vkey.json, [...signals], toSnarkjsProof(proof)),
  ]
  expect(await verdicts(expected)).toEqual([true, true, true])
  for (const at of [0, 1, 2, 3, 60, expected.length - 1]) {
    const changed = expected.map((signal, i) => (i === at ? encodeFr((BigInt(signal) + 1n) % R) : signal))
    expect(await verdicts(changed)).toEqual([false, false, false])
  }
})

test("a revoked record has no proof", async () => {
  const { input, expected } = oneCredential().input()
  const revoked = { ...input, statusWord: (1n << 248n) - 1n }
  await expect(prover.prove("presentation", revoked, expected)).rejects.toMatchObject({
    code: "witness-refused",
  })
})

test("a statement that no release knows is proved and verified with the shipped keys: it is data", async () => {
  const statement = parseStatement({
    type: "sotto/statement/1",
    id: "vaccinated-abroad-or-recently/1",
    title: { en: "Vaccinated outside of Austria, or in the last month" },
    schema: "immunization/1",
    subject: "self",
    where: {
      any: [
        { not: { field: "country", in: { param: "home" } } },
        { field: "occurredOn", atLeast: "today-P1M" },
      ],
    },
  })
  const { schemas, valueSets } = CATALOGUE
  const catalogue = makeCatalogue({ schemas, valueSets, statements: [statement] })
  const parameters = { home: ["urn:iso:std:iso:3166|AT"] }
  const attributes = { ...VACCINATED, occurredOn: "2021-03-01", country: "urn:iso:std:iso:3166|FR" }
  const { input, expected } = oneCredential({ catalogue, statement, parameters, attributes }).input()
  const proof = await decodedProof(await prover.prove("presentation", input, expected))
  expect(await verifyProof(await prepareVerificationKey(artifacts.vkey), expected, proof)).toBe(true)
})
