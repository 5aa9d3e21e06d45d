import { link, readFile, rename, stat, unlink, utimes, writeFile } from "node:fs/promises"
import { randomBytes } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"

/** How long a lock is believed without a sign of life; many heartbeats, so a busy machine is not taken for a dead one. */
const STALE_AFTER_MS = 30_000
const HEARTBEAT_MS = 2_000
const POLL_MS = 100

/**
 * Runs `work` while this process holds the lock file, so that two builds of the same thing do it once. A lock whose
 * process is gone, or that shows no sign of life, is taken over.
 *
 * The lock only saves work. That nothing half made is ever seen rests on renames and digests, hence a take-over that
 * errs (a process suspended for half a minute) costs time and nothing else.
 * @param path - in an existing folder
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const mine = `${process.pid} ${randomBytes(8).toString("hex")}`
  await acquire(path, mine)
  const heartbeat = setInterval(() => {
    const now = new Date()
    utimes(path, now, now).catch(() => undefined) // taken over: see above
  }, HEARTBEAT_MS)
  try {
    return await work()
  } finally {
    clearInterval(heartbeat)
    if ((await contentOf(path)) === mine) await unlink(path)
  }
}

async function acquire(path: string, mine: string): Promise<void> {
  const candidate = `${path}.${mine.replace(" ", ".")}`
  await writeFile(candidate, mine)
  try {
    for (;;) {
      try {
        await link(candidate, path) // atomic, and the lock is never seen without its owner in it
        return
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
      }
      if (await isAbandoned(path)) await discard(path, `${candidate}.stale`)
      else await sleep(POLL_MS)
    }
  } finally {
    await unlink(candidate)
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const owner = await contentOf(path)
  const seen = await stat(path).catch(() => null)
  if (owner === null || seen === null) return false // released just now
  return !isAlive(Number(owner.split(" ")[0])) || Date.now() - seen.mtimeMs > STALE_AFTER_MS
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" // alive, under another user
  }
}

/** Of several that find the same abandoned lock, the rename lets one remove it. */
async function discard(path: string, aside: string): Promise<void> {
  try {
    await rename(path, aside)
    await unlink(aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
  }
}

async function contentOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null
    throw error
  }
}
