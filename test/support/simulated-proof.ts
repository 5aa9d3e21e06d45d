// Proofs of nothing, forged under the shipped development keys: bulk for tests of everything around a proof.
import { randomBytes } from "node:crypto"
import { readFile } from "node:fs/promises"
import { loadVerificationKey, locateCircuit } from "../../src/cli/circuit-artifacts.ts"
import { openForge } from "../../src/proofs/ceremony/forge-proof.ts"
import type { ForgeProofs } from "../../src/proofs/ceremony/forge-proof.ts"
import type { WireProof } from "../../src/protocol/primitives/prove.ts"

const opened = new Map<string, Promise<ForgeProofs>>()

/** The forge of one circuit of the manifest, opened once per process. Needs the built constraint file. */
function forgeOf(circuit: string): Promise<ForgeProofs> {
  const forge = opened.get(circuit) ?? open(circuit)
  opened.set(circuit, forge)
  return forge
}

async function open(circuit: string): Promise<ForgeProofs> {
  const places = { cache: process.env["SOTTO_CACHE"] }
  const { paths } = await locateCircuit(circuit, places)
  const { key } = await loadVerificationKey(circuit, places)
  return openForge(circuit, await readFile(paths.r1cs), key.json, randomBytes)
}

/** One valid proof per list of public signals, true or not: 1,000 take about a second, the first call one more. */
export async function simulateProofs(
  circuit: string,
  lists: readonly (readonly string[])[],
): Promise<WireProof[]> {
  return (await forgeOf(circuit))(lists)
}

/** Makes one proof at a time. */
export type Forge = (signals: readonly string[]) => WireProof

/** For callers that need a proof now and then, without awaiting each. */
export async function openSimulator(circuit: string): Promise<Forge> {
  const forge = await forgeOf(circuit)
  return (signals) => {
    const [proof] = forge([signals])
    if (proof === undefined) throw new Error("no proof was forged")
    return proof
  }
}
