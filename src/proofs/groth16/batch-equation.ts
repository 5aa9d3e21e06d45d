// Proofs under one key, judged together: their equations, each raised to a coefficient of its own, multiplied.
import { concatBytes } from "../../protocol/primitives/bytes.ts"
import { R } from "../../protocol/primitives/field.ts"
import { COEFFICIENT_BYTES } from "./batch-coefficients.ts"
import type { ProofPoints } from "./canonical.ts"
import { openCurve } from "./curve.ts"
import { encodeElements } from "./input.ts"
import { multiMillerLoop } from "./multi-miller-loop.ts"
import type { PreparedVerificationKey } from "./verification-key.ts"

/** A claim as the equation takes it. */
export interface Claim {
  /** As many as the key has signals, each below r. */
  readonly signals: readonly bigint[]
  readonly points: ProofPoints
}

/**
 * True when every B has order r and, with L_i = IC_0 + Σ s_ij·IC_j,
 * Π e(ρ_i·A_i, B_i) · e(Σ ρ_i·L_i, -γ) · e(Σ ρ_i·C_i, -δ) · e(Σ ρ_i·α, -β) = 1.
 * With coefficients nobody could foresee that means every proof holds, but for a chance of 2^-128. False tells nothing
 * about any one of them.
 * @param coefficients - the ρ_i, out of `drawCoefficients`
 */
export async function holdsTogether(
  prepared: PreparedVerificationKey,
  claims: readonly Claim[],
  coefficients: Uint8Array,
): Promise<boolean> {
  const curve = await openCurve()
  const { G1, Gt } = curve
  const [total, ...sums] = combineSignals(prepared.key.json.nPublic, claims, coefficients)
  const l = G1.add(
    await G1.multiExpAffine(prepared.ic, encodeElements(sums)),
    G1.timesScalar(prepared.ic0, total ?? 0n),
  )
  const c = await G1.multiExpAffine(concatBytes(...claims.map(({ points }) => points.c)), coefficients)
  const alpha = G1.timesScalar(prepared.alpha, total ?? 0n)
  const a = claims.map(({ points }, i) => G1.timesScalar(points.a, coefficientAt(coefficients, i)))
  const g1 = await G1.batchToAffine(concatBytes(...a, alpha, l, c))
  const g2 = concatBytes(...claims.map(({ points }) => points.b), prepared.minusG2)
  const loops = multiMillerLoop(curve, g1, g2)
  return loops !== null && Gt.eq(curve.finalExponentiation(loops), Gt.one)
}

/** Σ ρ_i, then per signal j Σ ρ_i·s_ij, mod r. */
function combineSignals(nPublic: number, claims: readonly Claim[], coefficients: Uint8Array): bigint[] {
  const sums = new Array<bigint>(nPublic + 1).fill(0n)
  const view = new DataView(coefficients.buffer, coefficients.byteOffset)
  claims.forEach(({ signals }, i) => {
    const at = COEFFICIENT_BYTES * i
    const coefficient = view.getBigUint64(at, true) | (view.getBigUint64(at + 8, true) << 64n)
    sums[0] = (sums[0] ?? 0n) + coefficient
    signals.forEach((signal, j) => {
      sums[j + 1] = (sums[j + 1] ?? 0n) + coefficient * signal // reduced once below: fewer divisions
    })
  })
  return sums.map((sum) => sum % R)
}

const coefficientAt = (coefficients: Uint8Array, i: number): Uint8Array =>
  coefficients.subarray(COEFFICIENT_BYTES * i, COEFFICIENT_BYTES * (i + 1))
