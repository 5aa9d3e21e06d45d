// A secret state as one encrypted file: private to its owner, written durably, open in one process at a time.
import { randomBytes } from "node:crypto"
import { readFile } from "node:fs/promises"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { AgentError } from "./agent-error.ts"
import type { FileOwner } from "./agent-error.ts"
import { takeWalletLock } from "./wallet-lock.ts"
import type { WalletLock } from "./wallet-lock.ts"
import { deriveSealKey, makeSealKey, seal, unseal } from "./wallet-seal.ts"
import type { SealKey } from "./wallet-seal.ts"

/** What is in a file. */
export interface SealedForm<T> {
  readonly owner: FileOwner
  readonly encode: (state: T) => Uint8Array
  /** Throws on bytes that `encode` did not write. */
  readonly parse: (bytes: Uint8Array) => T
}

/** An open file: it must be closed, so that the next process may open it. Its owner runs one operation at a time. */
export interface SealedFile<T> {
  /** The state as of the last `replace`. */
  readonly current: () => T
  /** Resolves only when the new state is durable; from then on `current` answers it. */
  readonly replace: (next: T) => Promise<void>
  readonly close: () => Promise<void>
}

/** Largest file read, bytes: thousands of credentials and consent receipts. */
const MAX_FILE_BYTES = 64 * 1024 * 1024

/**
 * Writes a new file, mode 0600, and leaves it open.
 * @param passphrase - secret; never stored
 * @throws AgentError `…-file-exists`, `…-locked`
 */
export async function createSealedFile<T>(
  path: string,
  passphrase: string,
  form: SealedForm<T>,
  state: T,
): Promise<SealedFile<T>> {
  return withLock(path, form, async (lock) => {
    if ((await readOrNull(path)) !== null)
      throw new AgentError(`${form.owner}-file-exists`, `${path} exists already`)
    const key = await makeSealKey(passphrase, randomBytes, form.owner)
    const file = openFile(path, key, lock, form, state)
    await file.replace(state)
    return file
  })
}

/**
 * Opens an existing file; takes about a second, which is what a guess of the passphrase costs too.
 * @throws AgentError `…-file-missing`, `…-file-damaged`, `passphrase-wrong`, `…-locked`; what `parse` throws
 */
export async function openSealedFile<T>(
  path: string,
  passphrase: string,
  form: SealedForm<T>,
): Promise<SealedFile<T>> {
  return withLock(path, form, async (lock) => {
    const { key, state } = await unsealFile(path, passphrase, form)
    return openFile(path, key, lock, form, state)
  })
}

/** The state in a file that stays as it is: a backup. @throws as `openSealedFile`, but never `…-locked` */
export async function readSealedFile<T>(path: string, passphrase: string, form: SealedForm<T>): Promise<T> {
  return (await unsealFile(path, passphrase, form)).state
}

async function unsealFile<T>(
  path: string,
  passphrase: string,
  { owner, parse }: SealedForm<T>,
): Promise<{ readonly key: SealKey; readonly state: T }> {
  const bytes = await readOrNull(path)
  if (bytes === null) throw new AgentError(`${owner}-file-missing`, `there is no ${owner} at ${path}`)
  if (bytes.length > MAX_FILE_BYTES)
    throw new AgentError(`${owner}-file-damaged`, `too large for a ${owner} file`)
  const key = await deriveSealKey(passphrase, bytes, owner)
  return { key, state: parse(unseal(bytes, key)) }
}

function openFile<T>(
  path: string,
  key: SealKey,
  lock: WalletLock,
  { encode }: SealedForm<T>,
  initial: T,
): SealedFile<T> {
  let current = initial
  // Writes go one after the other: two at once could end with the older state on disk.
  let last: Promise<void> = Promise.resolve()
  const write = async (next: T): Promise<void> => {
    await lock.assertHeld()
    await writeFileDurably(path, seal(encode(next), key, randomBytes), { mode: 0o600 })
    current = next
  }
  return {
    current: () => current,
    replace: (next) => {
      const mine = last.then(() => write(next))
      last = mine.catch(() => undefined) // the caller of `replace` hears of a failure; the next write is its own
      return mine
    },
    close: async () => {
      await last
      await lock.release()
    },
  }
}

async function withLock<T>(
  path: string,
  { owner }: SealedForm<T>,
  body: (lock: WalletLock) => Promise<SealedFile<T>>,
): Promise<SealedFile<T>> {
  const lock = await takeWalletLock(path, owner)
  try {
    return await body(lock)
  } catch (error) {
    await lock.release()
    throw error
  }
}

async function readOrNull(path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null
    throw error
  }
}
