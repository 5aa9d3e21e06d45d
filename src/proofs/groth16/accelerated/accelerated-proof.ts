// One proof by the kernel: the same points as snarkjs computes from the same key, witness and blinding.
import type { WireProof } from "../../../protocol/primitives/prove.ts"
import { encodeFr, R } from "../../../protocol/primitives/field.ts"
import type { Fr } from "../../../protocol/primitives/field.ts"
import type { ProofTask } from "../backend.ts"
import type { Bn254, Point } from "../curve.ts"
import { ELEMENT_BYTES, readElement, writeElement } from "../input.ts"
import { biasOf } from "./digits.ts"
import { arithmeticOf } from "./groups.ts"
import { writePoint } from "./group-sums.ts"
import { SECRET_SCRATCH, FREE } from "./memory-map.ts"
import { multiScalar } from "./multi-scalar.ts"
import { computeQuotient } from "./quotient.ts"
import { scalarNumbers } from "./working-key.ts"
import type { PointList, WorkingKey } from "./working-key.ts"

/** Computes a proof in the calling thread. Its memory holds no secret afterwards, whatever happened. */
export function proveAccelerated(
  curve: Bn254,
  key: WorkingKey,
  task: ProofTask,
): { readonly proof: WireProof; readonly signals: readonly Fr[] } {
  const { lists } = key
  try {
    placeScalars(key, task)
    task.onStage("assignment")
    assign(key)
    task.onStage("transform")
    const { polynomials, products } = key.secret
    const out = key.secret.scalars + ELEMENT_BYTES * scalarNumbers(key.entry).h
    computeQuotient(key.kernel, key.roots, { polynomials, products, out })
    task.onStage("commit-a")
    const a = sumOf(curve, key, lists.a)
    task.onStage("commit-b")
    const b1 = sumOf(curve, key, lists.b1)
    const b2 = sumOf(curve, key, lists.b2)
    task.onStage("commit-c")
    // C = Σ w·C + Σ h·H + s·A + r·B1 - r·s·δ: A and B1 take the last two places.
    const { group, points, count } = lists.c
    writePoint(key.kernel, group, points + group.pointBytes * (count - 2), a)
    writePoint(key.kernel, group, points + group.pointBytes * (count - 1), b1)
    const c = sumOf(curve, key, lists.c)
    return { proof: wireOf(curve, a, b2, c), signals: publicSignals(task.witness, key.entry.publicSignals) }
  } finally {
    wipe(key)
  }
}

function placeScalars({ entry, kernel, secret }: WorkingKey, { witness, blinding }: ProofTask): void {
  const { r, s, minusRs } = scalarNumbers(entry)
  const at = (number: number): number => secret.scalars + ELEMENT_BYTES * number
  kernel.bytes.set(witness, secret.scalars)
  writeElement(kernel.bytes, at(r), blinding.r)
  writeElement(kernel.bytes, at(s), blinding.s)
  writeElement(kernel.bytes, at(minusRs), R - ((blinding.r * blinding.s) % R))
}

/** A·w and B·w for every row. */
function assign({ entry, kernel, rows, roots, secret }: WorkingKey): void {
  kernel.call.unpackMany(secret.witness, secret.scalars, entry.wires)
  kernel.call.fr_rows(secret.polynomials, rows.records, rows.counts, roots.size, secret.witness)
}

/** The sum of a list with the scalars that lie ready, affine. */
function sumOf(curve: Bn254, { entry, kernel, secret }: WorkingKey, list: PointList): Point {
  const { scalars, raised, bias, work } = secret
  kernel.bytes.set(biasOf(list.windows), bias)
  const count = scalarNumbers(entry).h + 2 ** entry.domainLog2
  kernel.call.raise(raised, scalars, count, bias)
  const arithmetic = arithmeticOf(curve, list.group)
  const sum = multiScalar({ kernel, group: list.group, arithmetic, work }, { ...list, scalars: raised })
  return arithmetic.toAffine(sum)
}

/** Zeroes everything that a proof computed, and the two points it put into the list of C. */
function wipe({ kernel, secret, lists }: WorkingKey): void {
  const { group, points, count } = lists.c
  kernel.bytes.fill(0, secret.begin, secret.end)
  kernel.bytes.fill(0, SECRET_SCRATCH, FREE)
  kernel.bytes.fill(0, points + group.pointBytes * (count - 2), points + group.pointBytes * count)
}

function wireOf({ G1, G2 }: Bn254, a: Point, b: Point, c: Point): WireProof {
  const g1 = (point: Point): [string, string] => {
    const [x = 0n, y = 0n] = G1.toObject(point)
    return [String(x), String(y)]
  }
  const [[x0, x1], [y0, y1]] = G2.toObject(b) as [[bigint, bigint], [bigint, bigint]]
  const g2 = [
    [String(x0), String(x1)],
    [String(y0), String(y1)],
  ] as const
  return { a: g1(a), b: g2, c: g1(c) }
}

/** Wires 1 to n, which circom 2 gives to outputs and public inputs. */
function publicSignals(witness: Uint8Array, count: number): Fr[] {
  return Array.from({ length: count }, (_, i) => encodeFr(readElement(witness, ELEMENT_BYTES * (i + 1))))
}
