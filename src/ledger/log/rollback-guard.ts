// The memory outside the database: a restored database is the one event that turns an honest operator into an
// equivocator. Two slots, written in turn, so that a torn write leaves the older one whole.
import { mkdir, open, readdir, stat } from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"
import { dirname, join } from "node:path"
import {
  bigintToBytes,
  bytesToBigint,
  bytesToHex,
  concatBytes,
  equalBytes,
  utf8ToBytes,
} from "../../protocol/primitives/bytes.ts"
import { sha256 } from "../../protocol/primitives/hash.ts"
import { LedgerError } from "./errors.ts"
import type { SignedHead } from "./ledger.ts"

const SLOT_BYTES = 4096 // one page: a note with one signature is below 700 bytes
const MAGIC = utf8ToBytes("SOTTORG1")
const HEADER_BYTES = 8 + 8 + 4
const HASH_BYTES = 32

/** Remembers the newest head this instance signed. */
export interface RollbackGuard {
  /** A memory elsewhere, for which to know nothing is no sign of a loss. */
  readonly mayBeEmpty?: true
  /** The note of the remembered head; null when nothing was ever recorded. */
  read: () => Uint8Array | null
  /** Durable once resolved; never called twice at a time. */
  record: (head: SignedHead) => Promise<void>
  close: () => Promise<void>
}

/** Where the guard of a log lies: `<stateDirectory>/guard/<first 32 hex of SHA-256(origin)>.bin`. */
export function guardPath(stateDirectory: string, origin: string): string {
  return join(stateDirectory, "guard", `${bytesToHex(sha256(utf8ToBytes(origin))).slice(0, 32)}.bin`)
}

/** True when a guard file of the log exists. */
export async function guardExists(stateDirectory: string, origin: string): Promise<boolean> {
  try {
    return (await stat(guardPath(stateDirectory, origin))).size > 0
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false
    throw error
  }
}

/**
 * Opens the guard file of a log, creating an empty one when there is none.
 * @throws LedgerError `guard-missing` when both slots are torn
 */
export async function openRollbackGuard(stateDirectory: string, origin: string): Promise<RollbackGuard> {
  const path = guardPath(stateDirectory, origin)
  const existed = await guardExists(stateDirectory, origin)
  if (!existed) await createDurably(path)
  const file = await open(path, "r+")
  const newest = await newestSlot(file)
  if (existed && newest === null) {
    await file.close()
    throw new LedgerError("guard-missing", "both slots of the guard file are torn")
  }
  let generation = newest?.generation ?? 0n
  let note = newest?.note ?? null
  return {
    read: () => note,
    record: async (head) => {
      const slot = encodeSlot({ generation: generation + 1n, note: head.note })
      const { bytesWritten } = await file.write(
        slot,
        0,
        SLOT_BYTES,
        Number((generation + 1n) % 2n) * SLOT_BYTES,
      )
      if (bytesWritten !== SLOT_BYTES) throw new Error("a guard slot was written in part")
      await file.datasync()
      generation += 1n
      note = head.note
    },
    close: () => file.close(),
  }
}

/** The note in a log's guard file, for readers that only look; null when there is none or both slots are torn. */
export async function readGuardFile(stateDirectory: string, origin: string): Promise<Uint8Array | null> {
  return (await guardExists(stateDirectory, origin)) ? readNote(guardPath(stateDirectory, origin)) : null
}

/**
 * The notes of guard files that belong to none of the given logs: heads this instance signed of logs that the database
 * no longer has.
 */
export async function readOrphanGuards(
  stateDirectory: string,
  origins: readonly string[],
): Promise<readonly Uint8Array[]> {
  const known = new Set(origins.map((origin) => guardPath(stateDirectory, origin)))
  const notes: Uint8Array[] = []
  for (const name of await guardNames(stateDirectory)) {
    const path = join(stateDirectory, "guard", name)
    const note = known.has(path) ? null : await readNote(path)
    if (note !== null) notes.push(note)
  }
  return notes
}

async function guardNames(stateDirectory: string): Promise<readonly string[]> {
  try {
    return (await readdir(join(stateDirectory, "guard"))).filter((name) => name.endsWith(".bin"))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return []
    throw error
  }
}

async function readNote(path: string): Promise<Uint8Array | null> {
  const file = await open(path, "r")
  try {
    return (await newestSlot(file))?.note ?? null
  } finally {
    await file.close()
  }
}

interface Slot {
  readonly generation: bigint
  readonly note: Uint8Array
}

function encodeSlot({ generation, note }: Slot): Uint8Array {
  const header = concatBytes(MAGIC, bigintToBytes(generation, 8), bigintToBytes(BigInt(note.length), 4))
  const body = concatBytes(header, note)
  if (body.length + HASH_BYTES > SLOT_BYTES) throw new RangeError("a note does not fit a guard slot")
  const slot = new Uint8Array(SLOT_BYTES)
  slot.set(concatBytes(body, sha256(body)))
  return slot
}

async function newestSlot(file: FileHandle): Promise<Slot | null> {
  const [even, odd] = [await readSlot(file, 0), await readSlot(file, 1)]
  if (even === null || odd === null) return even ?? odd
  return even.generation > odd.generation ? even : odd
}

async function readSlot(file: FileHandle, position: 0 | 1): Promise<Slot | null> {
  const bytes = new Uint8Array(SLOT_BYTES)
  const { bytesRead } = await file.read(bytes, 0, SLOT_BYTES, position * SLOT_BYTES)
  const length = Number(bytesToBigint(bytes.subarray(16, HEADER_BYTES)))
  const end = HEADER_BYTES + length
  if (bytesRead < HEADER_BYTES || end + HASH_BYTES > SLOT_BYTES) return null
  if (!equalBytes(bytes.subarray(0, 8), MAGIC)) return null
  if (!equalBytes(bytes.subarray(end, end + HASH_BYTES), sha256(bytes.subarray(0, end)))) return null
  return { generation: bytesToBigint(bytes.subarray(8, 16)), note: bytes.slice(HEADER_BYTES, end) }
}

/** The file's name must be as durable as its contents: its directory is synced with the handle still open. */
async function createDurably(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const file = await open(path, "a", 0o600)
  const directory = await open(dirname(path), "r")
  try {
    await file.sync()
    await directory.sync()
  } finally {
    await directory.close()
    await file.close()
  }
}
