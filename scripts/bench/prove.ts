// One presentation: our pool against plain snarkjs, warm and cold, in turns.
import { groth16 } from "snarkjs"
import type { CircuitSignals } from "snarkjs"
import type { CircuitId, WireProof } from "../../src/protocol/primitives/prove.ts"
import type { Artifacts } from "../../src/proofs/groth16/artifacts.ts"
import { verifyWithSecondVerifier } from "../../src/proofs/groth16/second-verifier.ts"
import { parseSnarkjsProof } from "../../src/proofs/groth16/snarkjs-proof.ts"
import { openProver } from "../../src/proofs/prover/pool.ts"
import { interleave } from "./interleave.ts"
import type { Peer } from "./interleave.ts"
import type { BenchResult } from "./report.ts"
import { coldOrigin, openSubject, runCold } from "./subject.ts"

/** Measures proving. @param rounds - samples per peer */
export async function benchProve(rounds: number): Promise<BenchResult> {
  const { artifacts, paths, input, text, expected, cache } = await openSubject()
  const prover = await openProver(new Map<CircuitId, Artifacts>([["presentation", artifacts]]), {
    threads: 1,
  })
  const job = { input: text, expected, cache, ...paths }
  const plain = async (singleThread: boolean): Promise<WireProof> => {
    const signals = text as unknown as CircuitSignals
    const args = [signals, artifacts.wasm, artifacts.zkey, undefined, undefined, { singleThread }] as const
    return parseSnarkjsProof((await groth16.fullProve(...args)).proof)
  }
  const cold = (task: string) => async (): Promise<WireProof> => (await runCold(task, job)) as WireProof
  const peers: Peer<WireProof>[] = [
    { name: "ours, warm pool, 1 thread", run: () => prover.prove("presentation", input, expected) },
    { name: "snarkjs fullProve, warm, 1 thread", run: () => plain(true) },
    { name: "snarkjs fullProve, warm, default threads", run: () => plain(false) },
    { name: `ours, cold process (${coldOrigin})`, run: cold("prove-ours") },
    { name: "snarkjs fullProve, cold process", run: cold("prove-snarkjs") },
  ]
  const results = await interleave(peers, rounds, (proof) => {
    const holds = verifyWithSecondVerifier(artifacts.vkey, expected, proof)
    return holds ? Promise.resolve() : Promise.reject(new Error("a measured proof does not verify"))
  })
  await prover.close()
  const pairs = [
    [1, 0],
    [2, 0],
    [4, 3],
  ] as const
  return { entry: artifacts.entry, results, pairs }
}
