// The powers of roots of unity that the transforms of one size need.
import { R } from "../../../protocol/primitives/field.ts"
import type { Kernel } from "./kernel.ts"
import { limbsOf, MONTGOMERY_BITS, SINGLE_BYTES, splatPair } from "./layout.ts"
import { SCRATCH } from "./memory-map.ts"

/** Addresses of lists of singles. */
export interface Roots {
  readonly size: number
  /** ω^-i and ω^i for i below half the size. */
  readonly inverse: number
  readonly forward: number
  /** g^j / size in bit-reversed order of j, g² = ω: what moves coefficients to the odd places of the double domain. */
  readonly coset: number
}

const TWO_ADICITY = 28 // r - 1 = 2^28 times an odd number
const NON_RESIDUE = 5n // the smallest one; the roots of snarkjs and of its keys descend from it

/** The root of unity of order 2^k that keys are made with. */
function rootOfUnity(k: number): bigint {
  if (k > TWO_ADICITY) throw new RangeError("no root of unity of this order")
  let root = power(NON_RESIDUE, (R - 1n) >> BigInt(TWO_ADICITY))
  for (let i = TWO_ADICITY; i > k; i--) root = (root * root) % R
  return root
}

/** Fills the lists. */
export function writeRoots(kernel: Kernel, roots: Roots): void {
  const { size, inverse, forward, coset } = roots
  const bits = Math.log2(size)
  const [root, shift] = [rootOfUnity(bits), rootOfUnity(bits + 1)]
  writePowers(kernel, inverse, size / 2, 1n, power(root, R - 2n))
  writePowers(kernel, forward, size / 2, 1n, root)
  writePowers(kernel, coset, size, power(BigInt(size), R - 2n), shift)
  reverseBits(kernel, coset, size)
}

function writePowers(kernel: Kernel, at: number, count: number, first: bigint, ratio: bigint): void {
  const place = (value: bigint, address: number): void => {
    kernel.bytes.set(splatPair(limbsOf((value << MONTGOMERY_BITS) % R)), address)
  }
  place(first, SCRATCH.x1)
  place(ratio, SCRATCH.x2)
  kernel.call.fr_powers(at, count, SCRATCH.x1, SCRATCH.x2)
}

/** Exchanges every single with the one at the place whose number is written backwards. */
function reverseBits({ words }: Kernel, at: number, size: number): void {
  const limbs = SINGLE_BYTES / 4
  for (let i = 0, j = 0; i < size; i++) {
    if (i < j) {
      const [first, second] = [at / 4 + limbs * i, at / 4 + limbs * j]
      const kept = words.slice(first, first + limbs)
      words.copyWithin(first, second, second + limbs)
      words.set(kept, second)
    }
    let bit = size >> 1
    for (; bit > 0 && (j & bit) !== 0; bit >>= 1) j ^= bit
    j |= bit
  }
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, base % R]
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % R
    square = (square * square) % R
  }
  return result
}
