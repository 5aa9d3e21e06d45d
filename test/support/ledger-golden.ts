// The golden log of the specification: seeds, 300 entries and the hashes every implementation must reproduce.
import { makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { utf8ToBytes } from "../../src/protocol/primitives/bytes.ts"
import { hashOfRange, leafHash, nodeHash } from "../../src/protocol/log/tree.ts"
import type { HashReader, Range } from "../../src/protocol/log/tree.ts"

export const GOLDEN_LOG_KEY = makeSigningKey("ledger.example/zk", new Uint8Array(32).fill(0x42))
export const GOLDEN_COSIGNER_KEY = makeSigningKey("cosigner.example/c1", new Uint8Array(32).fill(0x43), 0x04)
export const GOLDEN_ENTRIES = Array.from({ length: 300 }, (_, i) => utf8ToBytes(`leaf-${i}`))

/** A plain tree over leaves in memory: the oracle of every tile computation. */
export class MemoryTree {
  readonly #leaves: Uint8Array[]
  constructor(entries: readonly Uint8Array[]) {
    this.#leaves = entries.map(leafHash)
  }
  readonly read: HashReader = (height, index) => {
    if (height > 0) return nodeHash(this.read(height - 1, index * 2), this.read(height - 1, index * 2 + 1))
    const leaf = this.#leaves[index]
    if (leaf === undefined) throw new RangeError("no such leaf")
    return leaf
  }
  root(size: number): Uint8Array {
    return hashOfRange({ lo: 0, hi: size }, this.read)
  }
  hashes(ranges: readonly Range[]): Uint8Array[] {
    return ranges.map((range) => hashOfRange(range, this.read))
  }
}
