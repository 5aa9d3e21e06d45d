// How field elements lie in the memory of the kernel.
//
// A limb has 29 bits, an element nine of them: products of two limbs have 58 bits, so that 64 of them fit an unsigned
// 64-bit lane and carries run once per multiplication. Montgomery form to R = 2^261.
//
// `single`: the nine limbs, 32 bits each, one after another. `pair`: two elements side by side, limb i of both in the
// eight bytes at 8*i: the two lanes of every vector instruction. An element of Fq2 is a pair of its two coefficients.

/** Bits of a limb. */
export const LIMB_BITS = 29

/** Limbs of an element. */
export const LIMBS = 9

/** Bytes of a single element. */
export const SINGLE_BYTES = 36

/** Bytes of a pair. */
export const PAIR_BYTES = 72

/** Bytes of a pair as five whole vectors; how constants lie, and scratch. */
export const VECTOR_BYTES = 80

/** log2 of R. */
export const MONTGOMERY_BITS = 261n

const LIMB_MASK = (1n << 29n) - 1n

/** The nine limbs of a value below 2^261; the highest takes what is left above. */
export function limbsOf(value: bigint): number[] {
  return Array.from({ length: LIMBS }, (_, i) => {
    const limb = value >> BigInt(LIMB_BITS * i)
    return Number(i === LIMBS - 1 ? limb : limb & LIMB_MASK)
  })
}

/** The value of nine limbs, normalised or not, from a view of 32-bit words. */
export function valueOf(words: Int32Array | Uint32Array, at: number, stride: 1 | 2): bigint {
  let value = 0n
  for (let i = LIMBS - 1; i >= 0; i--) value = (value << 29n) + BigInt(words[at + stride * i] ?? 0)
  return value
}

/** Two lists of limbs side by side, as five vectors. */
function interleaveLimbs(first: readonly number[], second: readonly number[]): Uint8Array {
  const words = new Uint32Array(VECTOR_BYTES / 4)
  first.forEach((limb, i) => {
    words[2 * i] = limb
    words[2 * i + 1] = second[i] ?? 0
  })
  return new Uint8Array(words.buffer)
}

/** Both elements of a pair equal, as five vectors. */
export function splatPair(limbs: readonly number[]): Uint8Array {
  return interleaveLimbs(limbs, limbs)
}

/** Two elements side by side, as five vectors. */
export function pairBytes(first: bigint, second: bigint): Uint8Array {
  return interleaveLimbs(limbsOf(first), limbsOf(second))
}

/**
 * The limbs of a multiple of the modulus with every limb but the highest at least `floor`, so that a subtraction of
 * limbs below `floor` needs no borrow.
 */
export function raisedLimbs(multiple: bigint, floor: number): number[] {
  const lift = BigInt(floor)
  const borrow = lift >> BigInt(LIMB_BITS)
  const limbs = limbsOf(multiple)
  return limbs.map((limb, i) => {
    const given = i < LIMBS - 1 ? floor : 0
    const taken = i > 0 ? Number(borrow) : 0
    return limb + given - taken
  })
}
