// The holder's wallet as one encrypted file: private to its owner, written durably, open in one process at a time.
import { randomBytes } from "node:crypto"
import { readFile } from "node:fs/promises"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import type { WalletStore } from "../parties/wallet/store.ts"
import { encodeWallet, parseWallet } from "../parties/wallet/wallet.ts"
import type { Wallet } from "../parties/wallet/wallet.ts"
import { AgentError } from "./agent-error.ts"
import { takeWalletLock } from "./wallet-lock.ts"
import type { WalletLock } from "./wallet-lock.ts"
import { deriveSealKey, makeSealKey, seal, unseal } from "./wallet-seal.ts"
import type { SealKey } from "./wallet-seal.ts"

/** An open wallet file: a store that must be closed, so that the next process may open it. */
export interface WalletFile extends WalletStore {
  readonly close: () => Promise<void>
}

/** Largest wallet file read, bytes: thousands of credentials and consent receipts. */
const MAX_FILE_BYTES = 64 * 1024 * 1024

/**
 * Writes a new wallet file, mode 0600, and leaves it open.
 * @param passphrase - secret; never stored
 * @throws AgentError `wallet-file-exists`, `wallet-locked`
 */
export async function createWalletFile(
  path: string,
  passphrase: string,
  wallet: Wallet,
): Promise<WalletFile> {
  return withLock(path, async (lock) => {
    if ((await readOrNull(path)) !== null)
      throw new AgentError("wallet-file-exists", `${path} exists already`)
    const key = await makeSealKey(passphrase, randomBytes)
    const file = openFile(path, key, lock, wallet)
    await file.replace(wallet)
    return file
  })
}

/**
 * Opens an existing wallet file; takes about a second, which is what a guess of the passphrase costs too.
 * @throws AgentError `wallet-file-missing`, `wallet-file-damaged`, `passphrase-wrong`, `wallet-locked`
 */
export async function openWalletFile(path: string, passphrase: string): Promise<WalletFile> {
  return withLock(path, async (lock) => {
    const bytes = await readOrNull(path)
    if (bytes === null) throw new AgentError("wallet-file-missing", `there is no wallet at ${path}`)
    if (bytes.length > MAX_FILE_BYTES)
      throw new AgentError("wallet-file-damaged", "too large for a wallet file")
    const key = await deriveSealKey(passphrase, bytes)
    return openFile(path, key, lock, parseWallet(unseal(bytes, key)))
  })
}

function openFile(path: string, key: SealKey, lock: WalletLock, initial: Wallet): WalletFile {
  let current = initial
  // Writes go one after the other: two at once could end with the older state on disk.
  let last: Promise<void> = Promise.resolve()
  const write = async (next: Wallet): Promise<void> => {
    await lock.assertHeld()
    await writeFileDurably(path, seal(encodeWallet(next), key, randomBytes), { mode: 0o600 })
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

async function withLock(path: string, body: (lock: WalletLock) => Promise<WalletFile>): Promise<WalletFile> {
  const lock = await takeWalletLock(path)
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
