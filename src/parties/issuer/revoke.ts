import type { Credential } from "../../protocol/wire/credential.ts"
import type { IssuerState } from "../../protocol/wire/issuer-state.ts"
import { IssuerError } from "./issuer-error.ts"
import { withRevoked } from "./status.ts"

/**
 * Marks a record as revoked; it takes effect with the next published list and epoch. Repeating it changes nothing.
 * @throws IssuerError `record-unknown`
 */
export function revoke(
  state: IssuerState,
  credential: Pick<Credential, "schemaId" | "credId" | "statusIndex">,
): IssuerState {
  const { schemaId, credId, statusIndex } = credential
  // An index alone names a record of every issuer: the credId tells a stranger's credential from one's own.
  const isOwn = state.issued.some(
    (record) =>
      record.schemaId === schemaId && record.statusIndex === statusIndex && record.credId === credId,
  )
  if (!isOwn) {
    throw new IssuerError("record-unknown", "no such record was issued here")
  }
  return withRevoked(state, schemaId, statusIndex)
}
