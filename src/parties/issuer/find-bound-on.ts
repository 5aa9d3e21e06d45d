// Since when a holder is bound to an entitlement: `once` requests use it to refuse a secret that came in mid-epoch.
import type { Fr } from "../../protocol/primitives/field.ts"
import { parseDay } from "../../protocol/credential/calendar.ts"
import type { IssuerState } from "./issuer-state.ts"

/**
 * The day on which this holder was first bound to the entitlement: that of its first record, today when there is none.
 * Another holder, even of the same person, is bound today: its nullifiers are new.
 * @param credId - the entitlement of a re-issue; null for a new one
 * @param today - days since 1970-01-01
 * @returns days since 1970-01-01
 */
export function findBoundOn(state: IssuerState, holder: Fr, credId: Fr | null, today: number): number {
  const days = state.records
    .filter((record) => record.credId === credId && record.holder === holder)
    .flatMap(({ boundOn }) => (boundOn === undefined ? [] : [parseDay(boundOn) ?? today]))
  return Math.min(today, ...days)
}
