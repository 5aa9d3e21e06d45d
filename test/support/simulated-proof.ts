// Forges proofs with the published trapdoor of a development key: bulk for tests, and the reason why production
// refuses such keys.
import { randomBytes } from "node:crypto"
import { bn254 } from "@noble/curves/bn254.js"
import { deriveDevelopmentSecrets } from "../../src/proofs/ceremony/dev-keys.ts"
import { publicSignalsOf } from "../../src/proofs/ceremony/r1cs.ts"
import { invert, reduce } from "../../src/proofs/ceremony/scalar-field.ts"
import { bytesToBigint } from "../../src/protocol/primitives/bytes.ts"
import type { WireProof } from "../../src/protocol/primitives/prove.ts"

/** Forges a valid proof for any public signals, true statement or not, under one development key. */
export type Forge = (signals: readonly string[]) => WireProof

/**
 * Takes the trapdoor and the public wires' polynomials out of the constraint file; afterwards a proof takes a few
 * milliseconds.
 * @param circuitId - the id the key was made for
 * @param r1cs - the constraint file the key was made from
 * @returns throws RangeError when the number of signals is not the circuit's
 */
export function openForge(circuitId: string, r1cs: Uint8Array): Forge {
  const { circuit, trapdoor, queries } = deriveDevelopmentSecrets(circuitId, r1cs)
  const k = queries.k.slice(0, publicSignalsOf(circuit) + 1)
  const inverseDelta = invert(trapdoor.delta)
  const alphaBeta = trapdoor.alpha * trapdoor.beta
  return (signals) => {
    const values = [1n, ...signals.map(BigInt)]
    if (values.length !== k.length)
      throw new RangeError(`expected ${k.length - 1} signals, got ${signals.length}`)
    const publicPart = values.reduce((sum, value, j) => sum + value * (k[j] ?? 0n), 0n)
    const [x, y] = [randomScalar(), randomScalar()]
    // e(A,B) = e(alpha,beta) e(L,gamma) e(C,delta) in the exponents, gamma = 1, solved for C.
    const z = reduce((x * y - alphaBeta - publicPart) * inverseDelta)
    return { a: g1(x), b: g2(y), c: g1(z) }
  }
}

function g1(scalar: bigint): WireProof["a"] {
  const { x, y } = bn254.G1.Point.BASE.multiply(scalar).toAffine()
  return [x.toString(), y.toString()]
}

function g2(scalar: bigint): WireProof["b"] {
  const { x, y } = bn254.G2.Point.BASE.multiply(scalar).toAffine()
  return [
    [x.c0.toString(), x.c1.toString()],
    [y.c0.toString(), y.c1.toString()],
  ]
}

/** 1 to r - 1, bias below 2^-250: 64 bytes are reduced. */
function randomScalar(): bigint {
  return reduce(bytesToBigint(randomBytes(64))) || 1n
}
