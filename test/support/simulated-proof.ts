// Proofs of nothing, forged under the shipped development keys: bulk for tests of everything around a proof.
import type { WireProof } from "../../src/protocol/primitives/prove.ts"
import { circuitForge } from "./circuit-forge.ts"

type Circuit = Parameters<typeof circuitForge>[0]

/** One valid proof per list of public signals, true or not: 1,000 take about a second, the first call one more. */
export async function simulateProofs(
  circuit: Circuit,
  lists: readonly (readonly string[])[],
): Promise<WireProof[]> {
  return (await circuitForge(circuit)).forge(lists)
}

/** Makes one proof at a time. */
export type Forge = (signals: readonly string[]) => WireProof

/** For callers that need a proof now and then, without awaiting each. */
export async function openSimulator(circuit: Circuit): Promise<Forge> {
  const { forge } = await circuitForge(circuit)
  return (signals) => {
    const [proof] = forge([signals])
    if (proof === undefined) throw new Error("no proof was forged")
    return proof
  }
}
