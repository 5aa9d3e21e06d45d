// A proof as snarkjs writes it: Jacobian coordinates with z, `protocol`, `curve`.
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import type { WireProof } from "../../protocol/primitives/prove.ts"
import { parseProof } from "../../protocol/wire/proof.ts"

/** snarkjs's own members. */
export interface SnarkjsProof {
  readonly pi_a: [string, string, string]
  readonly pi_b: [[string, string], [string, string], [string, string]]
  readonly pi_c: [string, string, string]
  readonly protocol: string
  readonly curve: string
}

/**
 * Reads a proof in snarkjs's form: exactly its members and z = 1, else the same codes as `parseProof`.
 * @throws ProtocolError `proof-malformed`, `field-element-not-canonical`
 */
export function parseSnarkjsProof(value: unknown): WireProof {
  const proof = value as Partial<SnarkjsProof> | null
  const exact =
    typeof proof === "object" &&
    proof !== null &&
    Object.keys(proof).sort().join() === "curve,pi_a,pi_b,pi_c,protocol" &&
    proof.protocol === "groth16" &&
    proof.curve === "bn128"
  if (!exact)
    throw new ProtocolError("proof-malformed", "expected a Groth16 proof over bn128 as snarkjs writes it")
  const [a, b, c] = [affine(proof.pi_a, "1"), affine(proof.pi_b, "1,0"), affine(proof.pi_c, "1")]
  return parseProof({ a, b, c })
}

/** The same proof in snarkjs's form, for its verifier and other tools. */
export function toSnarkjsProof(wire: WireProof): SnarkjsProof {
  const [[bx0, bx1], [by0, by1]] = wire.b
  return {
    pi_a: [...wire.a, "1"],
    pi_b: [
      [bx0, bx1],
      [by0, by1],
      ["1", "0"],
    ],
    pi_c: [...wire.c, "1"],
    protocol: "groth16",
    curve: "bn128",
  }
}

function affine(point: unknown, one: string): unknown[] {
  if (!Array.isArray(point) || point.length !== 3 || String(point[2]) !== one) {
    throw new ProtocolError("proof-malformed", "expected an affine point")
  }
  return point.slice(0, 2)
}
