// Unsigned integers of fixed width, big-endian: the parts that hashed statements are made of.
import { bigintToBytes } from "./bytes.ts"

/** One byte. @param value - 0..255, else RangeError (programmer error), as for every width here */
export const u8 = (value: number): Uint8Array => bigintToBytes(BigInt(value), 1)
/** Two bytes. */
export const u16 = (value: number): Uint8Array => bigintToBytes(BigInt(value), 2)
/** Three bytes. */
export const u24 = (value: number): Uint8Array => bigintToBytes(BigInt(value), 3)
/** Four bytes. */
export const u32 = (value: number): Uint8Array => bigintToBytes(BigInt(value), 4)
/** 32 bytes: scalars, coordinates and identifiers that are field elements. */
export const i32 = (value: bigint): Uint8Array => bigintToBytes(value, 32)
