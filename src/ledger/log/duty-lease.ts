// One of several instances does what needs doing once: epochs on time, erasing, forgetting. The lease saves work and nothing
// more: whatever runs under it is safe when run twice, since two processes may hold it for a moment.
import { holderName, takeOrRenew } from "./lease-holder.ts"
import type { LeaseParts } from "./lease-holder.ts"

const NAME = "duties"

/** The duties of a service that has several instances. */
export interface DutyLease {
  /** Takes the lease or renews it: true when this instance is the one. After a crash another takes over within 15 s. */
  readonly held: () => Promise<boolean>
  readonly release: () => Promise<void>
}

/** Prepares the lease; nothing is taken before `held` is asked. */
export function createDutyLease(parts: LeaseParts): DutyLease {
  const holder = holderName(parts)
  return {
    held: () => takeOrRenew(parts, NAME, holder),
    release: () => parts.store.releaseLease(NAME, holder),
  }
}
