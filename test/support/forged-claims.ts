// Claims about the sample circuit that hold, and every way of spoiling one.
import { randomBytes } from "node:crypto"
import { openForge } from "../../src/proofs/ceremony/forge-proof.ts"
import type { ProofClaim } from "../../src/proofs/groth16/verify-many.ts"
import { encodeFr, R } from "../../src/protocol/primitives/field.ts"
import type { ProofFixture } from "./proof-fixture.ts"
import { g1OfWire, g2OfWire, twistPoint, wireOfG1, wireOfG2 } from "./proof-points.ts"

/** Claims with proofs that hold, all different. */
export async function forgeClaims(
  { entry, r1cs, artifacts }: ProofFixture,
  count: number,
): Promise<ProofClaim[]> {
  const forge = await openForge(entry.id, r1cs, artifacts.vkey.json, randomBytes)
  const lists = Array.from({ length: count }, (_, i) => [1, 2, 3, i].map((value) => encodeFr(BigInt(value))))
  return forge(lists).map((proof, i) => ({ proof, signals: lists[i] ?? [] }))
}

/** Ways of being wrong, each caught by another check. */
export const SPOILS: Readonly<Record<string, (claim: ProofClaim) => ProofClaim>> = {
  "another signal": ({ signals, proof }) => ({
    proof,
    signals: signals.map((signal, i) => (i === 1 ? encodeFr((BigInt(signal) + 1n) % R) : signal)),
  }),
  "another C": ({ signals, proof }) => ({
    signals,
    proof: { ...proof, c: wireOfG1(g1OfWire(proof.c).double()) },
  }),
  "-A": ({ signals, proof }) => ({ signals, proof: { ...proof, a: wireOfG1(g1OfWire(proof.a).negate()) } }),
  "B outside the subgroup": ({ signals, proof }) => ({
    signals,
    proof: { ...proof, b: wireOfG2(g2OfWire(proof.b).add(twistPoint(5n, 3n))) },
  }),
  "A off the curve": ({ signals, proof }) => ({ signals, proof: { ...proof, a: ["1", "1"] } }),
  "C = (0, 0)": ({ signals, proof }) => ({ signals, proof: { ...proof, c: ["0", "0"] } }),
}
