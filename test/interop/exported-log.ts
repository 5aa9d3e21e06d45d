// An exported log read back with nothing but its public bytes: receipts for every entry, as an auditor would build them.
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { VerifierKey } from "../../src/protocol/primitives/note-key.ts"
import { parseCheckpoint } from "../../src/protocol/log/checkpoint.ts"
import { parseEntry } from "../../src/protocol/log/entry.ts"
import { encodeReceipt } from "../../src/protocol/log/receipt.ts"
import type { Receipt } from "../../src/protocol/log/receipt.ts"
import { hashOfRange, inclusionRanges } from "../../src/protocol/log/tree.ts"
import { TILE_WIDTH, decodeBundle, resourcePath, tileReader, tileWidth } from "../../src/protocol/log/tile.ts"
import { resourcesOf } from "../../src/ledger/log/resource.ts"

/** The receipts of all entries of an exported log. @param directory - in the C2SP layout */
export async function readReceipts(directory: string, key: VerifierKey): Promise<readonly Receipt[]> {
  const read = async (path: string) => new Uint8Array(await readFile(join(directory, path)))
  const note = await read("checkpoint")
  const { size } = parseCheckpoint(note).checkpoint
  const files = new Map<string, Uint8Array>()
  for (const resource of resourcesOf(size))
    files.set(resourcePath(resource), await read(resourcePath(resource)))
  const file = (path: string) => files.get(path) ?? new Uint8Array(0)
  const hashes = tileReader((place) =>
    file(resourcePath({ kind: "tile", ...place, width: tileWidth(place, size) })),
  )
  const receipts: Receipt[] = []
  for (let n = 0; n * TILE_WIDTH < size; n++) {
    const width = tileWidth({ level: 0, n }, size)
    for (const body of decodeBundle(file(resourcePath({ kind: "entries", n, width })), width) ?? []) {
      const index = receipts.length
      const path = inclusionRanges(index, size).map((range) => hashOfRange(range, hashes))
      const proof = { index, hashes: path, checkpoint: note }
      receipts.push(encodeReceipt({ proof, entryBytes: body, kind: parseEntry(body).kind, keyId: key.keyId }))
    }
  }
  return receipts
}
