// The constants of one prime field, as the kernel finds them in its memory.
import { LIMB_BITS, MONTGOMERY_BITS, limbsOf, raisedLimbs, splatPair } from "./layout.ts"
import type { ModuleWriter } from "./wasm-writer.ts"

/** Addresses of the constants of a field. All are vectors or pairs stored as five vectors. */
export interface FieldConstants {
  readonly modulus: bigint
  /** p, limbs of 29 bits. */
  readonly p: number
  /** 3p as three times the limbs of p: less up to four times those, a limb stays within 32 bits with a sign. */
  readonly triple: number
  /** 2p and 4p with limbs of at least 2^29 and 2^30: differences of limbs stay positive. */
  readonly raised2: number
  readonly raised4: number
  /** -1/p mod 2^29 in every lane. */
  readonly negativeInverse: number
  /** 2^29 - 1 in lanes 0 and 2; in every lane. */
  readonly evenMask: number
  readonly mask: number
  /** Four vectors: the highest limb above which a value surely is at least k·p, k = 1 to 4. */
  readonly thresholds: number
  /** 1 in Montgomery form, as a pair. */
  readonly one: number
  /** The plain number 1, as a pair: a product with it leaves Montgomery form. */
  readonly plainOne: number
  /** What takes an element from the key's form (Montgomery 2^256) to ours, and a coefficient (2^512) to ours. */
  readonly fromKey: number
  readonly fromCoefficient: number
  /** What takes an element from our form to the key's. */
  readonly toKey: number
  /** The 64 hexadecimal digits of p - 2, highest first, a byte each. */
  readonly exponent: number
}

/** Bytes that the constants of one field take. */
const FIELD_CONSTANT_BYTES = 1024

const THRESHOLD_SLACK = 8 // the highest limb before carries is off by at most 4 either way

/** Writes the constants of a field at an address. */
export function writeFieldConstants(writer: ModuleWriter, modulus: bigint, base: number): FieldConstants {
  let next = base
  const place = (bytes: Uint8Array): number => {
    const at = next
    writer.data(at, bytes)
    next += Math.ceil(bytes.length / 16) * 16
    return at
  }
  const words = (...lanes: number[]): Uint8Array => new Uint8Array(Uint32Array.from(lanes).buffer)
  const splat = (word: number): Uint8Array => words(word, word, word, word)
  const power = (bits: bigint): Uint8Array => splatPair(limbsOf((1n << bits) % modulus))
  const mask = 2 ** LIMB_BITS - 1
  const constants = {
    modulus,
    p: place(splatPair(limbsOf(modulus))),
    triple: place(splatPair(limbsOf(modulus).map((limb) => 3 * limb))),
    raised2: place(splatPair(raisedLimbs(2n * modulus, 2 ** LIMB_BITS))),
    raised4: place(splatPair(raisedLimbs(4n * modulus, 2 ** (LIMB_BITS + 1)))),
    negativeInverse: place(splat(negativeInverse(modulus))),
    evenMask: place(words(mask, 0, mask, 0)),
    mask: place(splat(mask)),
    thresholds: place(thresholdBytes(modulus)),
    one: place(power(MONTGOMERY_BITS)),
    plainOne: place(splatPair(limbsOf(1n))),
    fromKey: place(power(2n * MONTGOMERY_BITS - 256n)),
    fromCoefficient: place(power(3n * MONTGOMERY_BITS - 512n)),
    toKey: place(power(256n)),
    exponent: place(Uint8Array.from((modulus - 2n).toString(16).padStart(64, "0"), (d) => parseInt(d, 16))),
  }
  if (next - base > FIELD_CONSTANT_BYTES) throw new RangeError("the constants of a field outgrew their place")
  return constants
}

function thresholdBytes(modulus: bigint): Uint8Array {
  const top = (k: bigint): number => Number((k * modulus) >> BigInt(LIMB_BITS * 8)) + THRESHOLD_SLACK
  const lanes = [1n, 2n, 3n, 4n].flatMap((k) => new Array<number>(4).fill(top(k)))
  return new Uint8Array(Uint32Array.from(lanes).buffer)
}

/** -1/p mod 2^29, by Newton's iteration: each turn doubles the bits that are right. */
function negativeInverse(modulus: bigint): number {
  let inverse = 1n
  for (let bits = 1; bits < LIMB_BITS; bits *= 2) {
    inverse = BigInt.asUintN(LIMB_BITS, inverse * (2n - modulus * inverse))
  }
  return Number(BigInt.asUintN(LIMB_BITS, -inverse))
}
