import { buildBn128, type Curve, type CurveGroup } from "ffjavascript"
import { writeElement } from "./little-endian.ts"

/** Multiplies one generator by many scalars; owns a region of the curve's memory until the curve is dropped. */
export interface FixedBase {
  /** Bytes of one affine point: 64 in G1, 128 in G2; little-endian, Montgomery 2^256, infinity all zeros. */
  readonly pointBytes: number
  /** Affine points of at most CHUNK scalars below r, one after another. */
  multiply(scalars: readonly bigint[]): Uint8Array
}

/** Points per call: small enough that progress moves and timers run, large enough to share one inversion. */
export const CHUNK = 1024

const SCALAR_BITS = 254
const PAGE_BYTES = 65536
const G1 = { prefix: "g1m", coordinateBytes: 32, windowBits: 10 } // 26 additions a point, table 1.7 MB
const G2 = { prefix: "g2m", coordinateBytes: 64, windowBits: 8 } // 32 additions a point, table 1.0 MB

/** Tables for both generators in a curve of their own: no thread is started and no shared curve is grown. */
export async function openFixedBases(): Promise<{ g1: FixedBase; g2: FixedBase }> {
  const curve = await buildBn128(true)
  return { g1: openFixedBase(curve, curve.G1, G1), g2: openFixedBase(curve, curve.G2, G2) }
}

function openFixedBase(curve: Curve, group: CurveGroup, shape: typeof G1): FixedBase {
  const { tm } = curve
  const { coordinateBytes, windowBits } = shape
  const [pointBytes, jacobianBytes] = [2 * coordinateBytes, 3 * coordinateBytes]
  const windows = Math.ceil(SCALAR_BITS / windowBits)
  const digits = (1 << windowBits) - 1
  const { zero, addMixed, batchToAffine } = operationsOf(curve, shape.prefix)

  // batchToAffine takes scratch space of one coordinate a point from the free end of the memory.
  const batch = Math.max(digits, CHUNK)
  grow(curve, windows * digits * pointBytes + batch * (jacobianBytes + pointBytes + coordinateBytes))
  const table = tm.alloc(windows * digits * pointBytes)
  const jacobian = tm.alloc(batch * jacobianBytes)
  const affine = tm.alloc(batch * pointBytes)

  let base = group.g // 2^(windowBits * window) times the generator
  for (let window = 0; window < windows; window++) {
    const step = group.toAffine(base)
    let multiple = base
    for (let digit = 0; digit < digits; digit++) {
      tm.u8.set(multiple, jacobian + digit * jacobianBytes)
      multiple = digit === 0 ? group.double(base) : group.add(multiple, step)
    }
    batchToAffine(jacobian, digits, table + window * digits * pointBytes)
    base = multiple
  }

  const scalar = new Uint8Array(32 + 2) // two bytes of margin: a window is read across byte borders
  const view = new DataView(scalar.buffer)
  const multiply = (scalars: readonly bigint[]): Uint8Array => {
    if (scalars.length > CHUNK) throw new RangeError(`expected at most ${CHUNK} scalars`)
    for (const [i, value] of scalars.entries()) {
      const sum = jacobian + i * jacobianBytes
      zero(sum)
      writeElement(view, 0, value)
      for (let window = 0; window < windows; window++) {
        const digit = windowAt(scalar, window * windowBits) & digits
        if (digit !== 0) addMixed(sum, table + (window * digits + digit - 1) * pointBytes, sum)
      }
    }
    batchToAffine(jacobian, scalars.length, affine)
    return tm.u8.slice(affine, affine + scalars.length * pointBytes)
  }
  return { pointBytes, multiply }
}

interface Operations {
  readonly zero: (at: number) => void
  readonly addMixed: (jacobian: number, affine: number, out: number) => void
  readonly batchToAffine: (jacobian: number, count: number, out: number) => void
}

function operationsOf({ tm }: Curve, prefix: string): Operations {
  const operation = (name: string): ((...args: number[]) => void) => {
    const found = tm.instance.exports[`${prefix}_${name}`]
    if (found === undefined) throw new TypeError(`the curve has no ${prefix}_${name}`)
    return found
  }
  return {
    zero: operation("zero"),
    addMixed: operation("addMixed"),
    batchToAffine: operation("batchToAffine"),
  }
}

/** The 16 or more bits that begin at `bit`. */
function windowAt(bytes: Uint8Array, bit: number): number {
  const at = bit >> 3
  return ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)) >>> (bit & 7)
}

function grow({ tm }: Curve, bytes: number): void {
  tm.memory.grow(Math.ceil(bytes / PAGE_BYTES) + 1)
  tm.u8 = new Uint8Array(tm.memory.buffer) // growing detaches the old views
  tm.u32 = new Uint32Array(tm.memory.buffer)
}
