// Forgery under a development key: bulk for rehearsals and benches, and the reason why production refuses such keys.
import type { VerificationKeyJson } from "../groth16/verification-key.ts"
import { bytesToBigint } from "../../protocol/primitives/bytes.ts"
import { R } from "../../protocol/primitives/field.ts"
import type { WireProof } from "../../protocol/primitives/prove.ts"
import { canonicalText } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { CeremonyError } from "./ceremony-error.ts"
import { deriveDevelopmentSecrets } from "./dev-keys.ts"
import { CHUNK, openFixedBases } from "./fixed-base.ts"
import type { FixedBase } from "./fixed-base.ts"
import type { Trapdoor } from "./development-trapdoor.ts"
import { publicSignalsOf } from "./r1cs.ts"
import { invert, reduce } from "./scalar-field.ts"
import { readG1, readG2 } from "./zkey-verification-key.ts"

/**
 * Makes one valid proof per list of public signals, true statement or not: nothing is proved by it.
 * RangeError when a list has not as many signals as the circuit.
 */
export type ForgeProofs = (lists: readonly (readonly string[])[]) => WireProof[]

/**
 * Opens forgery with the published trapdoor, for the development key of one circuit and for no other key. Setting up
 * takes about a second; afterwards a proof takes less than a millisecond. The proofs hold under a folded key, too: they
 * are made for all signals of the full one.
 * @param circuitId - the id the key was made for
 * @param r1cs - the constraint file the key was made from
 * @param key - the key to forge under
 * @param randomBytes - makes proofs differ; they hide nothing, since there is no witness
 * @throws CeremonyError `not-a-development-key` when the seed gives another key for this circuit; `r1cs-malformed`
 */
export async function openForge(
  circuitId: string,
  r1cs: Uint8Array,
  key: VerificationKeyJson,
  randomBytes: (length: number) => Uint8Array,
): Promise<ForgeProofs> {
  const { circuit, trapdoor, queries } = deriveDevelopmentSecrets(circuitId, r1cs)
  const k = queries.k.slice(0, publicSignalsOf(circuit) + 1)
  const bases = await openFixedBases()
  if (canonicalText(key as unknown as Json) !== canonicalText(keyOf(bases, trapdoor, k))) {
    throw new CeremonyError("not-a-development-key", `expected the development key of ${circuitId}`)
  }
  const { alpha, beta, delta } = trapdoor
  const inverseDelta = invert(delta)
  const randomScalar = (): bigint => reduce(bytesToBigint(randomBytes(64))) || 1n // bias below 2^-250
  return (lists) => {
    const exponents = lists.map((signals) => {
      if (signals.length !== k.length - 1) {
        throw new RangeError(`expected ${k.length - 1} signals, got ${signals.length}`)
      }
      const publicPart = signals.reduce(
        (sum, signal, j) => sum + BigInt(signal) * (k[j + 1] ?? 0n),
        k[0] ?? 0n,
      )
      const [x, y] = [randomScalar(), randomScalar()]
      // e(A,B) = e(alpha,beta) e(L,gamma) e(C,delta) in the exponents, gamma = 1, solved for C.
      return { x, y, z: reduce(((x * y - alpha * beta - publicPart) % R) * inverseDelta) }
    })
    const inG1 = (scalars: readonly bigint[]) => pointsOf(bases.g1, scalars, readG1)
    const a = inG1(exponents.map(({ x }) => x))
    const b = pointsOf(
      bases.g2,
      exponents.map(({ y }) => y),
      readG2,
    )
    const c = inG1(exponents.map(({ z }) => z))
    return exponents.map((_, i) => wireOf(a[i], b[i], c[i]))
  }
}

/** The verification key that the trapdoor gives, in the form the committed one has. */
function keyOf({ g1, g2 }: Bases, { alpha, beta, delta }: Trapdoor, k: readonly bigint[]): Json {
  const [alpha1] = pointsOf(g1, [alpha], readG1)
  const [beta2, gamma2, delta2] = pointsOf(g2, [beta, 1n, delta], readG2)
  const points = {
    vk_alpha_1: alpha1,
    vk_beta_2: beta2,
    vk_gamma_2: gamma2,
    vk_delta_2: delta2,
    IC: pointsOf(g1, k, readG1),
  }
  return { protocol: "groth16", curve: "bn128", nPublic: k.length - 1, ...points }
}

type Bases = Awaited<ReturnType<typeof openFixedBases>>

/** Multiplies into one group and reads the points off. */
function pointsOf<Point>(
  base: FixedBase,
  scalars: readonly bigint[],
  read: (view: DataView, at: number) => Point,
): Point[] {
  const points: Point[] = []
  for (let start = 0; start < scalars.length; start += CHUNK) {
    const chunk = scalars.slice(start, start + CHUNK)
    const view = new DataView(base.multiply(chunk).buffer)
    for (let i = 0; i < chunk.length; i++) points.push(read(view, i * base.pointBytes))
  }
  return points
}

function wireOf(
  a?: VerificationKeyJson["vk_alpha_1"],
  b?: VerificationKeyJson["vk_beta_2"],
  c?: VerificationKeyJson["vk_alpha_1"],
): WireProof {
  if (a === undefined || b === undefined || c === undefined)
    throw new RangeError("expected three points a proof")
  return { a: [a[0], a[1]], b: [b[0], b[1]], c: [c[0], c[1]] }
}
