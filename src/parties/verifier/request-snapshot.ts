// What a verifier's own store and ledger say about a request, read at one moment; plain data, public values only.
import type { Nullifier } from "../../protocol/primitives/field.ts"
import type { Digest } from "../../protocol/primitives/hash.ts"

/** A registry epoch as the verifier's ledger holds it. */
export interface KnownEpoch {
  readonly number: number
  readonly root: string
  readonly notBeforeUnixSeconds: number
  readonly urgent: boolean
}

/** One moment's answers to V4 to V9 and V11. */
export interface RequestSnapshot {
  readonly state: "open" | "satisfied" | "expired"
  /** Digest of the loaded, pinned verification key. */
  readonly circuitVkey: Digest
  /** Every schema, statement and value set of the request is anchored and none is withdrawn. */
  readonly isCatalogueCurrent: boolean
  /** By registry: the newest epoch first, then its predecessor. */
  readonly registries: Readonly<Record<string, readonly KnownEpoch[]>>
  /** Those of the answer's `once` nullifiers that are spent. */
  readonly spent: readonly Nullifier[]
}

/** How long an epoch is accepted after its successor became current, unless that one is urgent, seconds. */
const GRACE_SECONDS = 120
/** Longest life of an epoch: a registry publishes at least every 24 h, with an hour of room; seconds. */
export const EPOCH_LIFE_SECONDS = 25 * 3600

/**
 * V9: the epoch is the newest, or the one before it within the grace, and younger than 25 h.
 * @param known - newest first
 */
export function isEpochAccepted(
  wanted: { readonly epoch: number; readonly root: string },
  known: readonly KnownEpoch[],
  now: number,
): boolean {
  const [newest] = known
  const epoch = known.find(({ number, root }) => number === wanted.epoch && root === wanted.root)
  if (newest === undefined || epoch === undefined) return false
  if (now >= epoch.notBeforeUnixSeconds + EPOCH_LIFE_SECONDS) return false
  if (epoch.number === newest.number) return true
  const graceSeconds = newest.urgent ? 0 : GRACE_SECONDS
  return epoch.number === newest.number - 1 && now < newest.notBeforeUnixSeconds + graceSeconds
}
