// A known answer for every part of the kernel, asked when a thread starts: an engine or a processor that computes
// wrongly is found before it sees a secret.
import { R } from "../../../protocol/primitives/field.ts"
import type { Bn254 } from "../curve.ts"
import { ELEMENT_BYTES, encodeElements, readElement } from "../input.ts"
import type { CompiledModule } from "../webassembly.ts"
import { biasOf } from "./digits.ts"
import { writePoint } from "./group-sums.ts"
import { arithmeticOf, G1_SHAPE, G2_SHAPE } from "./groups.ts"
import type { GroupShape } from "./groups.ts"
import { openKernel } from "./kernel.ts"
import { MONTGOMERY_BITS, PAIR_BYTES, pairBytes, SINGLE_BYTES } from "./layout.ts"
import { FREE } from "./memory-map.ts"
import { multiScalar } from "./multi-scalar.ts"
import { computeQuotient } from "./quotient.ts"
import { writeRoots } from "./roots.ts"
import { layWorkspace } from "./workspace.ts"
import type { Windows } from "./workspace.ts"

const TERMS = 48
const WINDOWS: Windows = { width: 6, windows: 43 }
const SIZE = 256
const QUOTIENT = 9139108733830832897662784712752535271959360748263810858784132824778872562853n // Σ h_i·7^i of the polynomials below, as snarkjs's arithmetic gives it
const EDGES = [0n, 1n, 2n, R - 1n, R - 2n, (1n << 128n) - 1n, (1n << 128n) + 1n] as const

/** Scalar i of the check: an edge, or a number that looks random. */
function scalarOf(i: number): bigint {
  return EDGES[i] ?? (0x9e3779b97f4a7c15f39cc0605cedc834n ** 2n * BigInt(i + 1) ** 5n) % R
}

/** The multiples of the generator that are bases: some equal, some opposite, all of them met by different scalars. */
const MULTIPLES = [1n, 5n, 5n, 11n, R - 5n, 0x1234567n, R - 1n, 77n] as const
const multipleOf = (i: number): bigint => MULTIPLES[i % MULTIPLES.length] ?? 1n

/** True when sums in both groups and the scalars of a small quotient are what they must be. */
export async function passesSelfCheck(curve: Bn254, module: CompiledModule): Promise<boolean> {
  const groups = [G1_SHAPE, G2_SHAPE].map((shape) => sumIsRight(curve, module, shape))
  return (await Promise.all([...groups, quotientIsRight(module)])).every(Boolean)
}

/** Σ k_i·(m_i·G) against (Σ k_i·m_i)·G as ffjavascript has it. */
async function sumIsRight(curve: Bn254, module: CompiledModule, group: GroupShape): Promise<boolean> {
  const place = (kb: number): number => FREE + 1024 * kb
  const [points, terms, scalars, bias, raised] = [place(0), place(10), place(11), place(14), place(15)]
  const work = layWorkspace(FREE + 20 * 1024, [{ group, terms: TERMS, windows: WINDOWS }])
  const kernel = await openKernel(module, work.end)
  const numbers = Array.from({ length: TERMS }, (_, i) => scalarOf(i))
  const bases = MULTIPLES.map((by) => multiple(curve, group, by))
  numbers.forEach((_, i) => {
    writePoint(kernel, group, points + group.pointBytes * i, bases[i % bases.length] ?? new Uint8Array())
    kernel.words[terms / 4 + i] = i
  })
  kernel.bytes.set(encodeElements(numbers), scalars)
  kernel.bytes.set(biasOf(WINDOWS), bias)
  kernel.call.raise(raised, scalars, TERMS, bias)
  const arithmetic = arithmeticOf(curve, group)
  const list = { points, terms, count: TERMS, scalars: raised, windows: WINDOWS }
  const sum = arithmetic.toAffine(multiScalar({ kernel, group, arithmetic, work }, list))
  const expected = numbers.reduce((total, number, i) => (total + number * multipleOf(i)) % R, 0n)
  const right = multiple(curve, group, expected)
  return sum.length === right.length && sum.every((byte, i) => byte === right[i])
}

/** A multiple of the generator, affine. */
function multiple({ G1, G2 }: Bn254, { name }: GroupShape, by: bigint): Uint8Array {
  return name === "g1"
    ? G1.toAffine(G1.timesScalar(G1.gAffine, by))
    : G2.toAffine(G2.timesScalar(G2.gAffine, by))
}

/** The quotient of A_i = i + 1 and B_i = i² + 3. */
async function quotientIsRight(module: CompiledModule): Promise<boolean> {
  const roots = {
    size: SIZE,
    inverse: FREE,
    forward: FREE + SINGLE_BYTES * SIZE,
    coset: FREE + 2 * SINGLE_BYTES * SIZE,
  }
  const polynomials = FREE + 3 * SINGLE_BYTES * SIZE
  const products = polynomials + PAIR_BYTES * SIZE
  const out = products + PAIR_BYTES * SIZE
  const kernel = await openKernel(module, out + ELEMENT_BYTES * SIZE)
  writeRoots(kernel, roots)
  for (let i = 0n; i < SIZE; i++) {
    const [a, b] = [i + 1n, i * i + 3n].map((value) => (value << MONTGOMERY_BITS) % R)
    kernel.bytes.set(
      pairBytes(a ?? 0n, b ?? 0n).subarray(0, PAIR_BYTES),
      polynomials + PAIR_BYTES * Number(i),
    )
  }
  computeQuotient(kernel, roots, { polynomials, products, out })
  let digest = 0n
  for (let i = SIZE - 1; i >= 0; i--) {
    digest = (digest * 7n + readElement(kernel.bytes, out + ELEMENT_BYTES * i)) % R
  }
  return digest === QUOTIENT
}
