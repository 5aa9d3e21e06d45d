// One proof judged: our verifier against plain snarkjs, warm and cold, in turns.
import { groth16 } from "snarkjs"
import type { CircuitId } from "../../src/protocol/primitives/prove.ts"
import { parseProof } from "../../src/protocol/wire/proof.ts"
import type { Artifacts } from "../../src/proofs/groth16/artifacts.ts"
import { decodeProof } from "../../src/proofs/groth16/canonical.ts"
import { openCurve } from "../../src/proofs/groth16/curve.ts"
import { verifyWithSecondVerifier } from "../../src/proofs/groth16/second-verifier.ts"
import { toSnarkjsProof } from "../../src/proofs/groth16/snarkjs-proof.ts"
import { prepareVerificationKey } from "../../src/proofs/groth16/verification-key.ts"
import { verifyProof } from "../../src/proofs/groth16/verify.ts"
import { openProver } from "../../src/proofs/prover/pool.ts"
import { benchBatch } from "./batch.ts"
import { interleave } from "./interleave.ts"
import type { Peer } from "./interleave.ts"
import type { BenchResult } from "./report.ts"
import { coldOrigin, openSubject, runCold } from "./subject.ts"

const BATCH_ROUNDS = 5 // each of them judges 1,024 ballots

/** Measures verification of one proof, and of many at once. @param rounds - samples per peer */
export async function benchVerify(rounds: number): Promise<BenchResult> {
  const { artifacts, paths, input, expected } = await openSubject()
  const prover = await openProver(new Map<CircuitId, Artifacts>([["presentation", artifacts]]), {
    threads: 1,
  })
  const wire = await prover.prove("presentation", input, expected)
  await prover.close()
  const text = JSON.stringify(wire)
  const [snarkjsProof, signals] = [toSnarkjsProof(wire), [...expected]]
  const key = await prepareVerificationKey(artifacts.vkey)
  const ours = async (): Promise<boolean> => {
    const decoded = await decodeProof(parseProof(JSON.parse(text)))
    return decoded.ok && (await verifyProof(key, expected, decoded.value))
  }
  const single = await openCurve()
  const plain = (curve: unknown) => async (): Promise<boolean> => {
    ;(globalThis as { curve_bn128?: unknown }).curve_bn128 = curve
    return groth16.verify(artifacts.vkey.json, signals, snarkjsProof)
  }
  await plain(null)()
  const threaded = (globalThis as { curve_bn128?: unknown }).curve_bn128
  const job = { proof: wire, snarkjsProof, expected, ...paths }
  const cold = (task: string) => async (): Promise<boolean> => (await runCold(task, job)).answer as boolean
  const peers: Peer<boolean>[] = [
    { name: "ours, warm: decode, subgroup, verify", run: ours },
    { name: "snarkjs verify, warm, 1 thread", run: plain(single) },
    { name: "snarkjs verify, warm, default threads", run: plain(threaded) },
    {
      name: "second verifier (noble)",
      run: () => Promise.resolve(verifyWithSecondVerifier(artifacts.vkey, expected, wire)),
    },
    { name: `ours, cold process (${coldOrigin})`, run: cold("verify-ours") },
    { name: "snarkjs verify, cold process", run: cold("verify-snarkjs") },
  ]
  const results = await interleave(peers, rounds, (verdict) =>
    verdict ? Promise.resolve() : Promise.reject(new Error("a good proof was refused")),
  )
  const pairs = [
    [1, 0],
    [2, 0],
    [3, 0],
    [5, 4],
  ] as const
  ;(globalThis as { curve_bn128?: unknown }).curve_bn128 = single // the batch refuses a foreign one
  const batch = await benchBatch(Math.min(rounds, BATCH_ROUNDS))
  const at = (peer: number): number => results.length + peer
  const largest = batch.results.findIndex(({ name }) => name.endsWith("batch of 1024"))
  return {
    entry: artifacts.entry,
    results: [...results, ...batch.results],
    pairs: [...pairs, ...batch.pairs.map(([other, ours]) => [at(other), at(ours)] as const)],
    named: { batch1024: [at(0), at(largest)] },
  }
}
