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
  { schemaId, statusIndex }: Pick<Credential, "schemaId" | "statusIndex">,
): IssuerState {
  if (!state.issued.some((record) => record.schemaId === schemaId && record.statusIndex === statusIndex)) {
    throw new IssuerError("record-unknown", "no such record was issued here")
  }
  return withRevoked(state, schemaId, statusIndex)
}
