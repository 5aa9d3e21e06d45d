// A log of this process's memory with real bytes: entries, signed checkpoints, receipts and tiles from protocol/log.
import { encodeCheckpoint, checkpointText, signCheckpoint } from "../../src/protocol/log/checkpoint.ts"
import { encodeEntry } from "../../src/protocol/log/entry.ts"
import type { Entry } from "../../src/protocol/log/entry.ts"
import { encodeReceipt } from "../../src/protocol/log/receipt.ts"
import type { Receipt } from "../../src/protocol/log/receipt.ts"
import { parseResourcePath } from "../../src/protocol/log/tile.ts"
import { hashOfRange, inclusionRanges, leafHash, nodeHash } from "../../src/protocol/log/tree.ts"
import type { HashReader } from "../../src/protocol/log/tree.ts"
import { concatBytes } from "../../src/protocol/primitives/bytes.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"

/** A log that can also lie: `entries` may be edited between receipts. */
export interface TestLog {
  readonly origin: string
  readonly vkey: string
  readonly entries: Uint8Array[]
  append: (entry: Entry) => number
  /** The receipt of an entry under the checkpoint of `size` (default: all entries). */
  receipt: (index: number, size?: number) => Receipt
  /** The bytes at a tile path; throws for another resource. */
  tile: (path: string) => Uint8Array
}

/** Makes a log. @param seed - of its key; a number fills the 32 bytes */
export function makeTestLog(origin: string, seed: number | Uint8Array = 0x42): TestLog {
  const key = makeSigningKey(origin, typeof seed === "number" ? new Uint8Array(32).fill(seed) : seed)
  const entries: Uint8Array[] = []
  const read: HashReader = (height, index) =>
    height === 0
      ? leafHash(entries[index] ?? new Uint8Array(0))
      : nodeHash(read(height - 1, 2 * index), read(height - 1, 2 * index + 1))
  const hash = (lo: number, hi: number): Uint8Array => hashOfRange({ lo, hi }, read)
  return {
    origin,
    vkey: encodeVerifierKey(key),
    entries,
    append: (entry) => entries.push(encodeEntry(entry)) - 1,
    receipt: (index, size = entries.length) => {
      const checkpoint = { origin, size, root: hash(0, size) }
      const note = encodeCheckpoint(checkpoint, key, signCheckpoint(key, checkpointText(checkpoint)))
      const entryBytes = entries[index]
      if (entryBytes === undefined) throw new RangeError("no such entry")
      const { kind } = JSON.parse(new TextDecoder().decode(entryBytes)) as { kind: string }
      const hashes = inclusionRanges(index, size).map(({ lo, hi }) => hash(lo, hi))
      return encodeReceipt({ proof: { index, hashes, checkpoint: note }, entryBytes, kind, keyId: key.keyId })
    },
    tile: (path) => {
      const resource = parseResourcePath(path)
      if (resource?.kind !== "tile") throw new RangeError(`no tile at ${path}`)
      const { level, n, width } = resource
      const span = 256 ** level
      return concatBytes(
        ...Array.from({ length: width }, (_, i) => hash((n * 256 + i) * span, (n * 256 + i + 1) * span)),
      )
    },
  }
}
