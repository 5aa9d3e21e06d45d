// One process at a time: a lock file beside the secret one, made with O_EXCL, holding its maker's process id and a token.
import { randomBytes } from "node:crypto"
import { open, readFile, rename, rm, unlink } from "node:fs/promises"
import { AgentError } from "./agent-error.ts"
import type { FileOwner } from "./agent-error.ts"

/** A held lock. */
export interface WalletLock {
  /** Throws when the lock is no longer ours. @throws AgentError `…-locked` */
  assertHeld: () => Promise<void>
  /** Gives the lock back; a lock that somebody else took over is left alone. */
  release: () => Promise<void>
}

/**
 * Takes the lock of a secret file. A lock whose process is gone (kill -9, power loss) is taken over.
 * @param path - of the file; the lock is `<path>.lock`
 * @throws AgentError `…-locked`
 */
export async function takeWalletLock(path: string, owner: FileOwner = "wallet"): Promise<WalletLock> {
  const lockPath = `${path}.lock`
  const mine = `${process.pid} ${randomBytes(16).toString("hex")}\n`
  if (!(await create(lockPath, mine))) {
    await removeStale(lockPath, owner)
    if (!(await create(lockPath, mine))) throw locked(owner)
  }
  return {
    assertHeld: async () => {
      if ((await readOrNull(lockPath)) !== mine) throw locked(owner)
    },
    release: async () => {
      if ((await readOrNull(lockPath)) === mine) await rm(lockPath, { force: true })
    },
  }
}

async function create(lockPath: string, text: string): Promise<boolean> {
  try {
    const handle = await open(lockPath, "wx", 0o600)
    try {
      await handle.writeFile(text)
    } finally {
      await handle.close()
    }
    return true
  } catch (error) {
    if (isCode(error, "EEXIST")) return false
    throw error
  }
}

// Renaming is atomic: of two processes that find the same stale lock one moves it and the other finds none. What was
// moved is read again, since a third may have replaced the stale lock by its own in between.
async function removeStale(lockPath: string, owner: FileOwner): Promise<void> {
  const found = await readOrNull(lockPath)
  if (found === null) return
  const pid = Number(/^([0-9]{1,10}) [0-9a-f]{32}\n$/.exec(found)?.[1] ?? Number.NaN)
  if (!Number.isNaN(pid) && isAlive(pid)) throw locked(owner)
  // A lock without a full line is being written at this moment, or its maker died while writing: only a person can tell.
  if (Number.isNaN(pid)) throw locked(owner, `; if no other process runs, remove ${lockPath}`)
  const aside = `${lockPath}.${randomBytes(8).toString("hex")}`
  try {
    await rename(lockPath, aside)
  } catch (error) {
    if (isCode(error, "ENOENT")) return
    throw error
  }
  const moved = await readOrNull(aside)
  if (moved === found) return unlink(aside)
  await rename(aside, lockPath)
  throw locked(owner)
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    if (isCode(error, "ENOENT")) return null
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return isCode(error, "EPERM") // somebody else's process, but a process
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code
}

function locked(owner: FileOwner, advice = ""): AgentError {
  return new AgentError(`${owner}-locked`, `another process has this ${owner} open${advice}`)
}
