// Signals that are the same for everybody, such as those of one election, belong into the key.
import { bytesToHex, concatBytes } from "../../protocol/primitives/bytes.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import { sha256 } from "../../protocol/primitives/hash.ts"
import { canonicalBytes } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { openCurve } from "./curve.ts"
import type { Point } from "./curve.ts"
import { Groth16Error } from "./errors.ts"
import { encodeElements } from "./input.ts"
import type { VerificationKey, VerificationKeyJson } from "./verification-key.ts"

/** A signal whose value is decided before any proof is made. */
export interface ConstantSignal {
  /** Position among all signals of the key, from 0. */
  readonly index: number
  readonly value: Fr
}

/**
 * The key with constants built in: IC_0' = IC_0 + Σ value_s·IC_s, and the other signals in their order. The equation of
 * a proof sees only the sum, so the folded check is the full check with those values, and not a weaker one; it is
 * cheaper by the terms of the constants. The same constants in any order give the same key, which anyone can recompute.
 * @param key - the pinned key of the circuit, or one already folded
 * @param constants - decided by whoever asks for proofs, never by who makes them
 * @returns a key of the same circuit, with the digest of its own canonical form
 * @throws Groth16Error `verification-key-refused` when the constants cancel IC_0; RangeError for a position that does
 *   not exist or is given twice (programmer error)
 */
export async function foldVerificationKey(
  key: VerificationKey,
  constants: readonly ConstantSignal[],
): Promise<VerificationKey> {
  const { IC } = key.json
  const values = new Map(constants.map(({ index, value }) => [index, BigInt(value)]))
  const areKnown = [...values.keys()].every(
    (index) => Number.isInteger(index) && index >= 0 && index < IC.length - 1,
  )
  if (!areKnown || values.size !== constants.length) {
    throw new RangeError("expected every constant at a signal of its own")
  }
  const { G1 } = await openCurve()
  const pointOf = (index: number): Point => G1.fromObject((IC[index] ?? []).map(BigInt))
  const scalars = encodeElements([...values.values()])
  const points = concatBytes(...[...values.keys()].map((index) => pointOf(index + 1)))
  const sum = G1.add(await G1.multiExpAffine(points, scalars), pointOf(0))
  if (G1.isZero(sum))
    throw new Groth16Error("verification-key-refused", `the constants of ${key.circuit} cancel out`)
  const [x, y] = G1.toObject(G1.toAffine(sum))
  const rest = IC.slice(1).filter((_, index) => !values.has(index))
  const json = {
    ...key.json,
    nPublic: rest.length,
    IC: [[String(x), String(y), "1"], ...rest],
  } as VerificationKeyJson
  return {
    circuit: key.circuit,
    sha256: bytesToHex(sha256(canonicalBytes(json as unknown as Json))),
    json,
  } as VerificationKey
}
