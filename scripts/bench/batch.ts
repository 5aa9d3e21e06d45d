// Many ballots judged: our equation for all at once against plain snarkjs one by one, in turns; times are per ballot.
import { groth16 } from "snarkjs"
import { locateCircuit, loadVerificationKey } from "../../src/cli/circuit-artifacts.ts"
import { systemRandomness } from "../../src/proofs/groth16/blinding.ts"
import { decodeProof } from "../../src/proofs/groth16/canonical.ts"
import { presetCurve } from "../../src/proofs/groth16/curve.ts"
import { foldVerificationKey } from "../../src/proofs/groth16/fold-key.ts"
import { toSnarkjsProof } from "../../src/proofs/groth16/snarkjs-proof.ts"
import { prepareVerificationKey } from "../../src/proofs/groth16/verification-key.ts"
import { verifyMany } from "../../src/proofs/groth16/verify-many.ts"
import type { ProofClaim } from "../../src/proofs/groth16/verify-many.ts"
import { verifyProof } from "../../src/proofs/groth16/verify.ts"
import type { Fr } from "../../src/protocol/primitives/field.ts"
import { makeBallots } from "../../test/support/made-ballots.ts"
import { simulateProofs } from "../../test/support/simulated-proof.ts"
import { interleave } from "./interleave.ts"
import type { Peer } from "./interleave.ts"
import type { BenchResult } from "./report.ts"

const CIRCUIT = "ballot8"
const BATCHES = [32, 128, 1024] as const

/** Measures verification of many ballots. @param rounds - samples per peer */
export async function benchBatch(rounds: number): Promise<BenchResult> {
  const { entry } = await locateCircuit(CIRCUIT, { cache: process.env["SOTTO_CACHE"] })
  const { key } = await loadVerificationKey(CIRCUIT)
  const { signals, own, constants } = makeBallots(CIRCUIT, Math.max(...BATCHES))
  const proofs = await simulateProofs(CIRCUIT, signals) // the same work to verify as honest ones
  const full = await prepareVerificationKey(key)
  const folded = await prepareVerificationKey(await foldVerificationKey(key, constants))
  const ballots = proofs.map((proof, i): ProofClaim => ({ proof, signals: own[i] ?? [] }))
  await presetCurve()
  const random = systemRandomness()
  let turn = 0
  /** Another ballot every time, none measured from a warm cache. */
  const next = (): number => turn++ % ballots.length
  const single =
    (prepared: typeof full, signalsOf: (i: number) => readonly Fr[]) => async (): Promise<boolean> => {
      const i = next()
      const decoded = await decodeProof(proofs[i]!)
      return decoded.ok && verifyProof(prepared, signalsOf(i), decoded.value)
    }
  const batch = (pieces: number, wrong?: number): Peer<boolean> => ({
    name: `ours, folded key, batch of ${pieces}${wrong === undefined ? "" : ", one wrong"}`,
    pieces,
    run: async () => {
      const claims = ballots
        .slice(0, pieces)
        .map((ballot, i) => (i === wrong ? { ...ballot, proof: proofs[i + 1]! } : ballot))
      const verdicts = await verifyMany(folded, claims, random)
      return verdicts.every((verdict, i) => verdict === (i !== wrong))
    },
  })
  const peers: Peer<boolean>[] = [
    {
      name: "snarkjs verify, 47 signals, 1 thread",
      run: async () => {
        const i = next()
        return groth16.verify(key.json, [...signals[i]!], toSnarkjsProof(proofs[i]!))
      },
    },
    { name: "ours, single, 47 signals", run: single(full, (i) => signals[i]!) },
    { name: "ours, single, folded key, 12 signals", run: single(folded, (i) => own[i]!) },
    ...BATCHES.map((pieces) => batch(pieces)),
    batch(128, 77),
  ]
  const results = await interleave(peers, rounds, (verdict) =>
    verdict ? Promise.resolve() : Promise.reject(new Error("a verdict was wrong")),
  )
  return { entry, results, pairs: peers.slice(1).map((_, i) => [0, i + 1] as const) }
}
