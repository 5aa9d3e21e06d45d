// One presentation: the accelerated pool against snarkjs in its fastest honest form, and against rapidsnark where it is.
import { groth16 } from "snarkjs"
import type { CircuitSignals } from "snarkjs"
import type { CircuitId, WireProof } from "../../src/protocol/primitives/prove.ts"
import type { Artifacts } from "../../src/proofs/groth16/artifacts.ts"
import { openCurve } from "../../src/proofs/groth16/curve.ts"
import { encodeInput } from "../../src/proofs/groth16/input.ts"
import { verifyWithSecondVerifier } from "../../src/proofs/groth16/second-verifier.ts"
import { parseSnarkjsProof } from "../../src/proofs/groth16/snarkjs-proof.ts"
import { calculateWitness, compileWitnessCode } from "../../src/proofs/groth16/witness.ts"
import type { BackendSetting } from "../../src/proofs/prover/backend-choice.ts"
import { openProver } from "../../src/proofs/prover/pool.ts"
import { interleave } from "./interleave.ts"
import type { Peer } from "./interleave.ts"
import { rapidsnarkPeers } from "./rapidsnark.ts"
import type { BenchResult } from "./report.ts"
import { coldOrigin, openSubject, runCold } from "./subject.ts"

/** Where snarkjs looks for a curve: a preset one spares it the 0.1 s of building one per proof. */
const slot = globalThis as { curve_bn128?: unknown }

/** Measures proving. @param rounds - samples per peer */
export async function benchProve(rounds: number): Promise<BenchResult> {
  const { artifacts, paths, input, text, expected, cache } = await openSubject()
  const signals = text as unknown as CircuitSignals
  const open = (backend: BackendSetting) =>
    openProver(new Map<CircuitId, Artifacts>([["presentation", artifacts]]), { threads: 1, backend })
  const [accelerated, onSnarkjs] = [await open("accelerated"), await open("snarkjs")]
  const single = await openCurve()
  const plain = (curve: unknown) => async (): Promise<WireProof> => {
    slot.curve_bn128 = curve
    return parseSnarkjsProof((await groth16.fullProve(signals, artifacts.wasm, artifacts.zkey)).proof)
  }
  await plain(null)() // leaves the curve that snarkjs makes for itself, with a thread per core
  const threaded = slot.curve_bn128
  const peaks: Record<string, number> = {}
  const cold = (task: string) => async (): Promise<WireProof> => {
    const { answer, peakMb } = await runCold(task, { input: text, expected, cache, ...paths })
    peaks[task] = Math.max(peaks[task] ?? 0, peakMb)
    return answer as WireProof
  }
  const native = await rapidsnarkPeers(signals, paths)
  const peers: Peer<WireProof>[] = [
    { name: "ours, accelerated, 1 thread", run: () => accelerated.prove("presentation", input, expected) },
    { name: "snarkjs fullProve, warm, curve kept, 1 thread", run: plain(single) },
    { name: "snarkjs fullProve, warm, curve kept, all cores", run: plain(threaded) },
    { name: "ours on snarkjs, 1 thread", run: () => onSnarkjs.prove("presentation", input, expected) },
    { name: `ours, accelerated, cold process (${coldOrigin})`, run: cold("prove-ours") },
    { name: "snarkjs fullProve, cold process", run: cold("prove-snarkjs") },
    ...native,
  ]
  const results = await interleave(peers, rounds, (proof) => {
    const holds = verifyWithSecondVerifier(artifacts.vkey, expected, proof)
    return holds ? Promise.resolve() : Promise.reject(new Error("a measured proof does not verify"))
  })
  await Promise.all([accelerated.close(), onSnarkjs.close()])
  const facts = {
    "peak memory of a cold process: ours, MB": peaks["prove-ours"] ?? 0,
    "peak memory of a cold process: snarkjs, MB": peaks["prove-snarkjs"] ?? 0,
    "witness alone, ms": await witnessMs(artifacts, encodeInput(artifacts.entry, input)),
  }
  const pairs = [
    [1, 0],
    [2, 0],
    [3, 0],
    [5, 4],
  ] as const
  const named: BenchResult["named"] = {
    snarkjs1: [1, 0],
    snarkjs2: [2, 0], // ours has one thread per proof
    chromium: null,
    rapidsnark1: native.length === 0 ? null : [0, 6],
    rapidsnark2: native.length === 0 ? null : [0, 7],
  }
  return { entry: artifacts.entry, results, pairs, named, facts }
}

/** Median of five: one instance per job, the compiled module kept. */
async function witnessMs({ entry, wasm }: Artifacts, input: Uint8Array): Promise<number> {
  const code = await compileWitnessCode(wasm)
  const samples: number[] = []
  for (let i = 0; i < 5; i++) {
    const start = performance.now()
    await calculateWitness(code, entry, input)
    samples.push(performance.now() - start)
  }
  return Math.round(samples.sort((a, b) => a - b)[2] ?? 0)
}
