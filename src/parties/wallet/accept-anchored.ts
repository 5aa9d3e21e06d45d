// E2 and E3: an entry counts when it lies under a checkpoint of the wallet's own policy, and that checkpoint agrees with
// the newest one this wallet has seen. Two histories of one log cannot both be shown to one wallet.
import { bytesToUtf8, equalBytes, utf8ToBytes } from "../../protocol/primitives/bytes.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import { parseCheckpoint } from "../../protocol/log/checkpoint.ts"
import type { Checkpoint } from "../../protocol/log/checkpoint.ts"
import type { Entry } from "../../protocol/log/entry.ts"
import { parsePolicy } from "../../protocol/log/policy.ts"
import { parseReceipt, readReceipt } from "../../protocol/log/receipt.ts"
import type { Receipt } from "../../protocol/log/receipt.ts"
import { resourcePath, tileOf, tileReader, tileWidth } from "../../protocol/log/tile.ts"
import type { TilePlace } from "../../protocol/log/tile.ts"
import {
  consistencyRanges,
  EMPTY_ROOT,
  HASH_BYTES,
  hashOfRange,
  verifyConsistency,
} from "../../protocol/log/tree.ts"
import type { HashReader } from "../../protocol/log/tree.ts"
import { verifyReceipt } from "../../protocol/log/verify-receipt.ts"
import type { WalletSource } from "./source.ts"
import type { WalletStore } from "./store.ts"

/** Where the wallet reads from and what it remembers. */
export interface WalletReader {
  readonly source: WalletSource
  readonly store: WalletStore
}

/** Conflicts kept: evidence needs one pair, and a service that sends broken tiles must not fill the wallet. */
const MAX_CONFLICTS = 16

/** `not-anchored` is E2; `log-inconsistent` is E3. */
export type AnchorRefusal = "not-anchored" | "log-inconsistent"

/**
 * The entry of a receipt, once E2 and E3 hold. The checkpoint is durable in the store before this resolves.
 * @param bytes - attacker-controlled receipt
 */
export async function acceptAnchored(
  bytes: Uint8Array | null,
  reader: WalletReader,
): Promise<Verdict<Entry, AnchorRefusal>> {
  const receipt = readOrNull(bytes)
  if (receipt === null) return refuse("not-anchored")
  const verified = verifyReceipt(receipt, parsePolicy(reader.store.current().trust.policy))
  if (!verified.ok) return refuse("not-anchored")
  const { checkpoint } = readReceipt(receipt).proof
  const isConsistent = await acceptCheckpoint(verified.value.checkpoint, checkpoint, reader)
  return isConsistent ? accept(verified.value.entry) : refuse("log-inconsistent")
}

/** A receipt in parts, or null for bytes that are none. @param bytes - attacker-controlled */
export function readOrNull(bytes: Uint8Array | null): Receipt | null {
  if (bytes === null) return null
  try {
    return parseReceipt(bytes)
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}

async function acceptCheckpoint(
  offered: Checkpoint,
  note: Uint8Array,
  reader: WalletReader,
): Promise<boolean> {
  const wallet = reader.store.current()
  const seen = wallet.checkpoints.find(({ origin }) => origin === offered.origin)
  const noteText = bytesToUtf8(note) ?? ""
  const others = wallet.checkpoints.filter(({ origin }) => origin !== offered.origin)
  const newest = { ...wallet, checkpoints: [...others, { origin: offered.origin, note: noteText }] }
  if (seen === undefined) {
    await reader.store.replace(newest)
    return true
  }
  const held = parseCheckpoint(utf8ToBytes(seen.note)).checkpoint
  const isOlder = offered.size < held.size
  if (!(await isExtension(isOlder ? offered : held, isOlder ? held : offered, reader.source))) {
    const conflict = { origin: offered.origin, held: seen.note, offered: noteText }
    await reader.store.replace({
      ...wallet,
      conflicts: [...wallet.conflicts, conflict].slice(-MAX_CONFLICTS),
    })
    return false
  }
  if (offered.size > held.size) await reader.store.replace(newest)
  return true
}

// Tiles of the larger tree, whole: which of them are read names the smaller size to within 256 entries, no closer.
async function isExtension(from: Checkpoint, to: Checkpoint, source: WalletSource): Promise<boolean> {
  if (from.size === to.size) return equalBytes(from.root, to.root)
  if (from.size === 0) return equalBytes(from.root, EMPTY_ROOT)
  const ranges = consistencyRanges(from.size, to.size)
  const places = new Map<string, TilePlace>()
  const collect: HashReader = (height, index) => {
    const place = tileOf(height, index)
    places.set(`${place.level}/${place.n}`, place)
    return EMPTY_ROOT
  }
  for (const range of ranges) hashOfRange(range, collect)
  const tiles = new Map<string, Uint8Array>()
  for (const [name, place] of places) {
    const width = tileWidth(place, to.size)
    const tile = await source.getTile(resourcePath({ kind: "tile", ...place, width }))
    if (tile?.length !== width * HASH_BYTES) return false
    tiles.set(name, tile)
  }
  const read = tileReader(({ level, n }) => tiles.get(`${level}/${n}`) ?? new Uint8Array(0))
  return verifyConsistency(
    from,
    to,
    ranges.map((range) => hashOfRange(range, read)),
  )
}
