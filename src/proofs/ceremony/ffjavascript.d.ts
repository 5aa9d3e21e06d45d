// ffjavascript 0.3.1 ships no types; these are the parts that key making touches.
declare module "ffjavascript" {
  /** The linear memory all operations of a curve share, and its bump allocator: `u32[0]` is the next free byte. */
  export interface CurveMemory {
    memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
    u8: Uint8Array
    u32: Uint32Array
    readonly instance: { readonly exports: Readonly<Record<string, (...args: number[]) => void>> }
    alloc(length: number): number
  }

  /** Points are bytes: affine or Jacobian coordinates, little-endian, Montgomery 2^256. */
  export interface CurveGroup {
    readonly g: Uint8Array
    add(a: Uint8Array, b: Uint8Array): Uint8Array
    double(a: Uint8Array): Uint8Array
    toAffine(a: Uint8Array): Uint8Array
  }

  export interface Curve {
    readonly tm: CurveMemory
    readonly G1: CurveGroup
    readonly G2: CurveGroup
  }

  /** `singleThread` true: a new instance, no worker threads, nothing left in `globalThis`. */
  export function buildBn128(singleThread: true): Promise<Curve>
}
