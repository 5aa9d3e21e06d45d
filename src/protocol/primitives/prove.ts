// The seam between what makes proofs (a thread pool, a page's worker) and what asks for one (the wallet).
import type { Fr } from "./field.ts"

/** Identifies one circuit instance of circuits/circuits.json. */
export type CircuitId = "presentation" | "ballot8" | "ballot16"

/** A Groth16 proof in wire form: canonical decimals below q; b as snarkjs writes it, x = x0 + x1*u. */
export interface WireProof {
  readonly a: readonly [x: string, y: string]
  readonly b: readonly [x: readonly [c0: string, c1: string], y: readonly [c0: string, c1: string]]
  readonly c: readonly [x: string, y: string]
}

/** Named inputs of a circuit: each a scalar or a (nested) list of scalars. Secret: never logged, never in an error. */
export type CircuitInput = Readonly<Record<string, CircuitValue>>
export type CircuitValue = bigint | readonly CircuitValue[]

/**
 * Makes one proof. The promise resolves only with a proof that was verified against `expected`, every public signal
 * as the caller computed it; a difference is a fault of the encoder or the circuit and never reaches a verifier.
 * Rejects with a typed error whose message holds no input.
 */
export type Prove = (
  circuit: CircuitId,
  input: CircuitInput,
  expected: readonly Fr[],
  signal?: AbortSignal,
) => Promise<WireProof>
