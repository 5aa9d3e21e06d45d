import { sha512 } from "@noble/hashes/sha2.js"
import { bytesToBigint, concatBytes, utf8ToBytes } from "../../protocol/primitives/bytes.ts"
import { R } from "../../protocol/primitives/field.ts"
import { power } from "./scalar-field.ts"

/** The secrets of a Groth16 setup that, in a development key, are public: whoever has them can forge any proof. */
export interface Trapdoor {
  readonly tau: bigint
  readonly alpha: bigint
  readonly beta: bigint
  readonly delta: bigint
}

/** The published seed. It is part of the digest that names a build, so another seed is another key. */
export const DEVELOPMENT_SEED = "sotto/dev-keys/v1"

/**
 * The trapdoor everyone can compute. It is bound to the constraint file, so a stale key never fits a changed circuit.
 * @param circuitId - id of circuits/circuits.json
 * @param r1csSha256 - 32 bytes
 * @param domainLog2 - N = 2^domainLog2 rows
 */
export function deriveDevelopmentTrapdoor(
  circuitId: string,
  r1csSha256: Uint8Array,
  domainLog2: number,
): Trapdoor {
  if (r1csSha256.length !== 32) throw new RangeError("expected a SHA-256 digest")
  const derive = (name: string, fits: (value: bigint) => boolean): bigint => {
    for (let attempt = 0; attempt < 256; attempt++) {
      const value = bytesToBigint(sha512(seedOf(name, circuitId, r1csSha256, attempt))) % R
      if (value !== 0n && fits(value)) return value
    }
    throw new RangeError("256 unusable draws: the hash is broken")
  }
  return {
    // A root of unity of the double domain would make a Lagrange denominator vanish.
    tau: derive("tau", (value) => power(value, 1n << BigInt(domainLog2 + 1)) !== 1n),
    alpha: derive("alpha", () => true),
    beta: derive("beta", () => true),
    // gamma is 1, and a key whose delta is plus or minus gamma is refused everywhere.
    delta: derive("delta", (value) => value !== 1n && value !== R - 1n),
  }
}

function seedOf(name: string, circuitId: string, r1csSha256: Uint8Array, attempt: number): Uint8Array {
  return concatBytes(
    utf8ToBytes(`${DEVELOPMENT_SEED}\0${name}\0${circuitId}\0`),
    r1csSha256,
    Uint8Array.of(attempt),
  )
}
