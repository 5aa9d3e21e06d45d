// One serving process per SQLite file: the second one finds the lease alive and stays out. It saves an operator from a
// mistake and nothing more: what two processes write stays one history by the lock of each head, and tests that race them
// take no lease.
import { hostname } from "node:os"
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import { LedgerError } from "./errors.ts"
import type { LedgerStore } from "./store.ts"

const NAME = "instance"
const LEASE_SECONDS = 15 // how long a crashed host keeps its place
const RENEW_MILLISECONDS = 5000 // two renewals may fail before the lease runs out

/** A held lease. */
export interface InstanceLease {
  /** Gives the place up; the next process may start at once. */
  release: () => Promise<void>
}

/** What the lease needs of its process. */
export interface LeaseParts {
  readonly store: LedgerStore
  readonly nowUnixSeconds: () => number
  readonly randomBytes: (length: number) => Uint8Array
  /** Called when the lease could not be renewed: another process may be serving now. */
  readonly onLost: (cause: unknown) => void
}

/**
 * Takes the lease and keeps it until released. The lease of a process of this host that is dead is taken over at once,
 * so that a crash costs no waiting.
 * @throws LedgerError `instance-running`
 */
export async function takeInstanceLease(parts: LeaseParts): Promise<InstanceLease> {
  const holder = `${hostname()}/${process.pid}/${bytesToHex(parts.randomBytes(8))}`
  await evictDead(parts.store)
  if (!(await renew(parts, holder))) {
    throw new LedgerError("instance-running", "another process serves this database")
  }
  const timer = setInterval(() => {
    renew(parts, holder).then((held) => {
      if (!held) parts.onLost(new LedgerError("instance-running", "the instance lease was taken over"))
    }, parts.onLost)
  }, RENEW_MILLISECONDS)
  timer.unref()
  return {
    release: async () => {
      clearInterval(timer)
      await parts.store.releaseLease(NAME, holder)
    },
  }
}

function renew({ store, nowUnixSeconds }: LeaseParts, holder: string): Promise<boolean> {
  const now = nowUnixSeconds()
  return store.takeLease(NAME, holder, now, now + LEASE_SECONDS)
}

async function evictDead(store: LedgerStore): Promise<void> {
  const holder = await store.findLeaseHolder(NAME)
  if (holder === null) return
  const [host, pid] = holder.split("/")
  if (host === hostname() && !isAlive(Number(pid))) await store.releaseLease(NAME, holder)
}

/** A lease under our own process number is of an earlier process that had it. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH"
  }
}
