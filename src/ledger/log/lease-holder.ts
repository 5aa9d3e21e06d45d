// Who holds a lease: a process, named so that another of its machine can see whether it lives.
import { hostname } from "node:os"
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import type { LedgerStore } from "./store.ts"

/** How long a crashed host keeps its place, seconds. */
const LEASE_SECONDS = 15

/** What a lease needs of its process. */
export interface LeaseParts {
  readonly store: LedgerStore
  readonly nowUnixSeconds: () => number
  readonly randomBytes: (length: number) => Uint8Array
}

/** A name for this process that no other one has. */
export function holderName({ randomBytes }: LeaseParts): string {
  return `${hostname()}/${process.pid}/${bytesToHex(randomBytes(8))}`
}

/** Takes or renews a lease; that of a dead process of this host is taken over at once, so that a crash costs no waiting. */
export async function takeOrRenew(
  { store, nowUnixSeconds }: LeaseParts,
  name: string,
  holder: string,
): Promise<boolean> {
  const now = nowUnixSeconds()
  if (await store.takeLease(name, holder, now, now + LEASE_SECONDS)) return true
  const other = await store.findLeaseHolder(name)
  if (other !== null && isDead(other)) await store.releaseLease(name, other)
  else if (other !== null) return false
  return store.takeLease(name, holder, now, now + LEASE_SECONDS)
}

function isDead(holder: string): boolean {
  const [host, pid] = holder.split("/")
  return host === hostname() && !isAlive(Number(pid))
}

/** A lease under our own process number is of an earlier process that had it, unless it bears our name. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH"
  }
}
