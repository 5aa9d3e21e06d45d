// One serving process per SQLite file: the second one finds the lease alive and stays out. It saves an operator from a
// mistake and nothing more: what two processes write stays one history by the lock of each head, and tests that race them
// take no lease.
import { LedgerError } from "./errors.ts"
import { holderName, takeOrRenew } from "./lease-holder.ts"
import type { LeaseParts } from "./lease-holder.ts"

const NAME = "instance"
const RENEW_MILLISECONDS = 5000 // two renewals may fail before the lease runs out

/** A held lease. */
export interface InstanceLease {
  /** Gives the place up; the next process may start at once. */
  release: () => Promise<void>
}

/** What the lease needs of its process. */
interface InstanceLeaseParts extends LeaseParts {
  /** Called when the lease could not be renewed: another process may be serving now. */
  readonly onLost: (cause: unknown) => void
}

/**
 * Takes the lease and keeps it until released. The lease of a process of this host that is dead is taken over at once,
 * so that a crash costs no waiting.
 * @throws LedgerError `instance-running`
 */
export async function takeInstanceLease(parts: InstanceLeaseParts): Promise<InstanceLease> {
  const holder = holderName(parts)
  const renew = (): Promise<boolean> => takeOrRenew(parts, NAME, holder)
  if (!(await renew())) {
    throw new LedgerError("instance-running", "another process serves this database")
  }
  const timer = setInterval(() => {
    renew().then((held) => {
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
