import type { Credential } from "../../protocol/wire/credential.ts"
import type { IssuedRecord, IssuerEvent } from "../../protocol/wire/issuer-state.ts"
import { IssuerError } from "./issuer-error.ts"

/**
 * The event that marks a record as revoked; it takes effect with the next published list and epoch. Repeating it changes
 * nothing.
 * @param issued - the record that was given the credential's index under its schema, if any
 * @throws IssuerError `record-unknown`
 */
export function revoke(
  { schemaId, credId, statusIndex }: Pick<Credential, "schemaId" | "credId" | "statusIndex">,
  issued: IssuedRecord | undefined,
): readonly IssuerEvent[] {
  // An index alone names a record of every issuer: the credId tells a stranger's credential from one's own.
  const isOwn =
    issued?.schemaId === schemaId && issued.statusIndex === statusIndex && issued.credId === credId
  if (!isOwn) throw new IssuerError("record-unknown", "no such record was issued here")
  return [{ kind: "revoked", schemaId, statusIndex }]
}
