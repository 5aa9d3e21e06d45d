import { createHash } from "node:crypto"
import { setImmediate as nextTurn } from "node:timers/promises"
import { R } from "../../protocol/primitives/field.ts"
import { deriveDevelopmentTrapdoor, type Trapdoor } from "./development-trapdoor.ts"
import { CHUNK, openFixedBases, type FixedBase } from "./fixed-base.ts"
import { computeLagrangeBasis } from "./lagrange.ts"
import { domainLog2Of, evaluateQueries, type Queries } from "./queries.ts"
import { parseR1cs, publicSignalsOf, type R1cs } from "./r1cs.ts"
import { invert } from "./scalar-field.ts"
import { writeZkey, type ZkeyPoints } from "./write-zkey.ts"

/** Where key making stands; `done` and `total` count scalars of the stage. */
export interface KeyProgress {
  readonly stage: "lagrange" | "commit-a" | "commit-b" | "commit-c" | "write"
  readonly done: number
  readonly total: number
}

/** All that forging under a development key needs: the trapdoor and, per wire, its polynomials at tau. */
export interface DevelopmentSecrets {
  readonly circuit: R1cs
  readonly domainLog2: number
  readonly trapdoor: Trapdoor
  readonly queries: Queries
}

/**
 * The public "secrets" of a development key.
 * @param circuitId - id of circuits/circuits.json; with the digest of `r1cs` it decides the key
 * @param r1cs - constraint file compiled by circom
 * @throws CeremonyError `r1cs-malformed`
 */
export function deriveDevelopmentSecrets(circuitId: string, r1cs: Uint8Array): DevelopmentSecrets {
  const circuit = parseR1cs(r1cs)
  const domainLog2 = domainLog2Of(circuit)
  const r1csSha256 = createHash("sha256").update(r1cs).digest()
  const trapdoor = deriveDevelopmentTrapdoor(circuitId, r1csSha256, domainLog2)
  return { circuit, domainLog2, trapdoor, queries: evaluateQueries(circuit, trapdoor, domainLog2) }
}

/**
 * Computes a Groth16 proving key from the published seed, byte for byte the same everywhere. ANYONE CAN FORGE PROOFS
 * under it, since the trapdoor is public; it is well formed, so honest proofs still hide the witness.
 *
 * @param circuitId - id of circuits/circuits.json; with the digest of `r1cs` it decides the key
 * @param r1cs - constraint file compiled by circom
 * @param onProgress - called between chunks of scalars; the event loop runs in between
 * @returns the bytes of a snarkjs zkey
 * @throws CeremonyError `r1cs-malformed`
 */
export async function makeDevelopmentKey(
  circuitId: string,
  r1cs: Uint8Array,
  onProgress: (progress: KeyProgress) => void = () => undefined,
): Promise<Uint8Array> {
  onProgress({ stage: "lagrange", done: 0, total: 1 })
  const { circuit, domainLog2, trapdoor, queries } = deriveDevelopmentSecrets(circuitId, r1cs)
  const inverseDelta = invert(trapdoor.delta)
  const overDelta = (scalars: readonly bigint[]) => scalars.map((scalar) => (scalar * inverseDelta) % R)
  // The prover knows A*B - C on the odd positions of the double domain; on the even ones it is zero.
  const odd = computeLagrangeBasis(trapdoor.tau, domainLog2 + 1).filter((_, position) => position % 2 === 1)
  const { g1, g2 } = await openFixedBases()
  const publicRows = publicSignalsOf(circuit) + 1

  const points: ZkeyPoints = {
    alpha1: g1.multiply([trapdoor.alpha]),
    beta1: g1.multiply([trapdoor.beta]),
    delta1: g1.multiply([trapdoor.delta]),
    beta2: g2.multiply([trapdoor.beta]),
    gamma2: g2.multiply([1n]), // snarkjs's convention
    delta2: g2.multiply([trapdoor.delta]),
    ...(await commit("commit-a", g1, { a: queries.a, b1: queries.b }, onProgress)),
    ...(await commit("commit-b", g2, { b2: queries.b }, onProgress)),
    ...(await commit(
      "commit-c",
      g1,
      {
        publicPoints: queries.k.slice(0, publicRows),
        c: overDelta(queries.k.slice(publicRows)),
        h: overDelta(odd),
      },
      onProgress,
    )),
  }
  onProgress({ stage: "write", done: 0, total: 1 })
  return writeZkey(circuit, 2 ** domainLog2, points)
}

/** Multiplies each list of scalars into the group, chunk by chunk, as one stage. */
async function commit<Name extends string>(
  stage: KeyProgress["stage"],
  base: FixedBase,
  lists: Readonly<Record<Name, readonly bigint[]>>,
  onProgress: (progress: KeyProgress) => void,
): Promise<Record<Name, Uint8Array>> {
  const entries = Object.entries(lists) as [Name, readonly bigint[]][]
  const total = entries.reduce((sum, [, scalars]) => sum + scalars.length, 0)
  const committed: Partial<Record<Name, Uint8Array>> = {}
  let done = 0
  for (const [name, scalars] of entries) {
    const points = new Uint8Array(scalars.length * base.pointBytes)
    for (let start = 0; start < scalars.length; start += CHUNK) {
      const chunk = scalars.slice(start, start + CHUNK)
      points.set(base.multiply(chunk), start * base.pointBytes)
      done += chunk.length
      onProgress({ stage, done, total })
      await nextTurn() // a lock's heartbeat and a progress bar live on timers
    }
    committed[name] = points
  }
  return committed as Record<Name, Uint8Array>
}
