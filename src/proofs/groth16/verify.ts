// One proof against one prepared key.
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import type { Proof } from "./canonical.ts"
import { openCurve } from "./curve.ts"
import { encodeElements } from "./input.ts"
import type { PreparedVerificationKey } from "./verification-key.ts"

/**
 * True when the proof holds for exactly these signals: e(A,B) · e(L,-γ) · e(C,-δ) = e(α,β), L = IC_0 + Σ s_i·IC_i.
 * Works in the calling thread, starts no other, keeps no process alive. Anything thrown is a fault, never a "no".
 * @param prepared - made in this thread by `prepareVerificationKey`
 * @param signals - every public signal in the circuit's order: outputs, then public inputs
 * @param proof - out of `decodeProof`
 * @throws ProtocolError `signals-count`: snarkjs itself takes a list whose tail of zeros was cut off
 */
export async function verifyProof(
  prepared: PreparedVerificationKey,
  signals: readonly Fr[],
  proof: Proof,
): Promise<boolean> {
  const expected = prepared.key.json.nPublic
  if (signals.length !== expected) {
    throw new ProtocolError("signals-count", `expected ${expected} signals, got ${signals.length}`)
  }
  const curve = await openCurve()
  const { G1, G2, Gt } = curve
  const scalars = encodeElements(signals.map(BigInt))
  const l = G1.add(await G1.multiExpAffine(prepared.ic, scalars), prepared.ic0)
  const miller = (point: Uint8Array, preparedG2: Uint8Array): Uint8Array =>
    curve.millerLoop(curve.prepareG1(G1.toJacobian(point)), preparedG2)
  let product = Gt.mul(
    miller(proof.a, curve.prepareG2(G2.toJacobian(proof.b))),
    miller(proof.c, prepared.minusDelta),
  )
  if (!G1.isZero(l)) product = Gt.mul(product, miller(l, prepared.minusGamma))
  return Gt.eq(curve.finalExponentiation(product), prepared.alphaBeta)
}
