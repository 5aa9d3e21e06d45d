// Taking a record back. It takes effect for verifiers with the next registry epoch that carries the published list.
import type { Fr } from "../../protocol/primitives/field.ts"
import { setStatus } from "../../protocol/credential/status-list.ts"
import { IssuerError } from "./issuer-error.ts"
import { isRecordRevoked, listOf, withList } from "./issuer-state.ts"
import type { IssuerState } from "./issuer-state.ts"

/**
 * Sets the bit of every record of an entitlement that is still valid, and raises the number of its list. No bit is ever
 * cleared: lists of this issuer are not declared `suspension`.
 * @throws IssuerError `record-unknown`, `already-revoked`
 */
export function revoke(state: IssuerState, credId: Fr): IssuerState {
  const own = state.records.filter((record) => record.credId === credId)
  if (own.length === 0) throw new IssuerError("record-unknown", "no record of this entitlement")
  const valid = own.filter((record) => !isRecordRevoked(state, record))
  if (valid.length === 0)
    throw new IssuerError("already-revoked", "every record of this entitlement is revoked")
  return valid.reduce((before, { schemaId, statusIndex }) => {
    const list = listOf(before, schemaId)
    return withList(before, {
      ...list,
      number: list.number + 1,
      revoked: setStatus(list.revoked, statusIndex, true),
    })
  }, state)
}
