// Who holds which key around a test election, and how logs are written with them. What an attacker may use of them is the
// corpus's question.
import { cosign } from "../../src/protocol/log/cosignature.ts"
import { checkpointText, signCheckpoint } from "../../src/protocol/log/checkpoint.ts"
import { encodeNote } from "../../src/protocol/log/note.ts"
import type { SignatureLine } from "../../src/protocol/log/note.ts"
import { encodeBundle } from "../../src/protocol/log/tile.ts"
import { encodeTlogProof } from "../../src/protocol/log/tlog-proof.ts"
import { hashOfRange, inclusionRanges, leafHash, nodeHash } from "../../src/protocol/log/tree.ts"
import type { HashReader } from "../../src/protocol/log/tree.ts"
import { tilePath, tilesOf } from "../../src/protocol/election/audit-bundle.ts"
import { concatBytes, utf8ToBytes } from "../../src/protocol/primitives/bytes.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import type { SigningKey } from "../../src/protocol/primitives/note-key.ts"

/** Origin of the service's main log. */
export const MAIN_ORIGIN = "service.example/ledger"

const COSIGNERS: readonly SigningKey[] = [1, 2, 3].map((i) =>
  makeSigningKey(`cosigner-${i}.example`, new Uint8Array(32).fill(60 + i), 0x04),
)

/** The auditor's policy: the main log's key, and two of three cosigners or nobody. */
export function policyText(log: SigningKey, quorum: "cosigned" | "none"): string {
  const lines = [`log ${encodeVerifierKey(log)}`]
  COSIGNERS.forEach((key, i) => lines.push(`witness c${i + 1} ${encodeVerifierKey(key)}`))
  lines.push("group two-of-three 2 c1 c2 c3", `quorum ${quorum === "none" ? "none" : "two-of-three"}`)
  return `${lines.join("\n")}\n`
}

/** A log in memory. */
export interface TestLog {
  readonly size: number
  readonly read: HashReader
  readonly rootAt: (size: number) => Uint8Array
}

export function testLog(entries: readonly Uint8Array[]): TestLog {
  const leaves = entries.map(leafHash)
  const read: HashReader = (height, index) =>
    height === 0 ? leaves[index]! : nodeHash(read(height - 1, 2 * index), read(height - 1, 2 * index + 1))
  return { size: entries.length, read, rootAt: (size) => hashOfRange({ lo: 0, hi: size }, read) }
}

/** Tiles and entry bundles by path in a bundle. */
export function tileFiles(entries: readonly Uint8Array[]): [string, Uint8Array][] {
  const { read } = testLog(entries)
  return tilesOf(entries.length).map((tile) => {
    const bytes =
      tile.kind === "entries"
        ? encodeBundle(entries.slice(256 * tile.n, 256 * tile.n + tile.width))
        : concatBytes(...Array.from({ length: tile.width }, (_, i) => read(8 * tile.level, 256 * tile.n + i)))
    return [tilePath(tile), bytes]
  })
}

/** When each cosigner saw a checkpoint; null where it did not. Unix seconds. */
export type Times = readonly (number | null)[]

/** A checkpoint signed by its log and cosigned. */
export function signedNote(log: SigningKey, size: number, root: Uint8Array, times: Times): Uint8Array {
  const text = checkpointText({ origin: log.name, size, root })
  const own: SignatureLine = { name: log.name, keyId: log.keyId, signature: signCheckpoint(log, text) }
  const lines = times.flatMap((time, i) => (time === null ? [] : [cosign(COSIGNERS[i]!, text, time)]))
  return encodeNote({ text, lines: [own, ...lines] })
}

/** A proof of one entry under a checkpoint of `size`. */
export function proofFile(log: TestLog, index: number, size: number, note: Uint8Array): Uint8Array {
  const hashes = inclusionRanges(index, size).map((range) => hashOfRange(range, log.read))
  return utf8ToBytes(encodeTlogProof({ index, hashes, checkpoint: note }))
}
