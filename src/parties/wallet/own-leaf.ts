// The own leaf in a frozen census, and what a voter has in hand when it is not there.
import type { PlacedRecord } from "../../protocol/election/census.ts"
import { findPlace } from "../../protocol/election/leaves-file.ts"
import type { CensusPlace, LeavesFile } from "../../protocol/election/leaves-file.ts"
import { isPromiseBroken } from "../../protocol/election/promise.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import type { CensusPromise } from "../../protocol/wire/census.ts"
import type { Enrolment } from "./voting.ts"

/** What a voter finds in a frozen census. */
export type OwnLeaf =
  | { readonly found: true; readonly weight: number; readonly place: CensusPlace }
  | {
      readonly found: false
      /**
       * `promise-broken`: the promise is proof of misconduct, to whoever recomputes the census. `replaced`: the slot of the
       * promise holds another leaf, so the promise accuses nobody. `no-promise`: nothing to show. `other-root`: the leaves
       * are not those of the root that was signed.
       */
      readonly reason: "promise-broken" | "replaced" | "no-promise" | "other-root"
      readonly promise?: CensusPromise
    }

/**
 * Looks for the own leaf and climbs from it to the root.
 * @param records - of the frozen census, each by evidence that was accepted
 * @param root - that two registrars signed, or that the definition names
 */
export function findOwnLeaf(
  { commitment, promise }: Enrolment,
  records: readonly PlacedRecord[],
  leaves: LeavesFile,
  root: Fr,
): OwnLeaf {
  const own = records.find((record) => record.commitment === commitment)
  const place = own === undefined ? null : findPlace(leaves, own.leaf, root)
  if (own !== undefined && place?.ok === true) return { found: true, weight: own.weight, place: place.value }
  if (own !== undefined) return { found: false, reason: "other-root" }
  if (promise === undefined) return { found: false, reason: "no-promise" }
  const frozen = {
    hasLeaf: (leaf: Fr) => records.some((record) => record.leaf === leaf),
    hasSlot: (slot: string) => records.some((record) => record.slot === slot),
  }
  const reason = isPromiseBroken(promise, frozen) ? "promise-broken" : "replaced"
  return { found: false, reason, promise }
}
