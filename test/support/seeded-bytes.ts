// A deterministic stand-in for the operating system's generator, so that a failing run can be repeated.
import { createHash } from "node:crypto"

/** Bytes of SHA-512(seed || counter), as many as asked; the same seed gives the same sequence. */
export function seededBytes(seed: string): (length: number) => Uint8Array {
  let counter = 0
  return (length) => {
    const blocks: Buffer[] = []
    for (let have = 0; have < length; have += 64)
      blocks.push(createHash("sha512").update(`${seed}:${counter++}`).digest())
    return Uint8Array.from(Buffer.concat(blocks).subarray(0, length))
  }
}

/** A generator that is broken: every byte it ever gives is the same. */
export const constantBytes =
  (byte: number) =>
  (length: number): Uint8Array =>
    new Uint8Array(length).fill(byte)
