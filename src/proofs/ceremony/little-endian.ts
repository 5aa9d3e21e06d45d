// 32-byte little-endian field elements, the layout of the iden3 binary files.

/** The element at byte `at`, 0 <= value < 2^256. */
export function readElement(view: DataView, at: number): bigint {
  return (
    view.getBigUint64(at, true) |
    (view.getBigUint64(at + 8, true) << 64n) |
    (view.getBigUint64(at + 16, true) << 128n) |
    (view.getBigUint64(at + 24, true) << 192n)
  )
}

/** Writes `value`, 0 <= value < 2^256, at byte `at`. */
export function writeElement(view: DataView, at: number, value: bigint): void {
  view.setBigUint64(at, BigInt.asUintN(64, value), true)
  view.setBigUint64(at + 8, BigInt.asUintN(64, value >> 64n), true)
  view.setBigUint64(at + 16, BigInt.asUintN(64, value >> 128n), true)
  view.setBigUint64(at + 24, value >> 192n, true)
}
