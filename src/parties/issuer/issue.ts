import { schemaName } from "../../protocol/credential/schema.ts"
import { signCredential } from "../../protocol/credential/credential.ts"
import { formatDay, SECONDS_PER_DAY } from "../../protocol/credential/calendar.ts"
import { drawScalar31 } from "../../protocol/credential/holder.ts"
import type { RandomBytes } from "../../protocol/credential/holder.ts"
import { isRevoked } from "../../protocol/credential/status-list.ts"
import { encodeFr } from "../../protocol/primitives/field.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import type { Attributes, Credential, HolderCommitment } from "../../protocol/wire/credential.ts"
import type { IssuedRecord, IssuerEvent } from "../../protocol/wire/issuer-state.ts"
import type { Schema } from "../../protocol/wire/statement.ts"
import { signingSeedOf } from "./create-issuer.ts"
import { IssuerError } from "./issuer-error.ts"
import { drawStatusIndex } from "./status.ts"
import type { IssuerState } from "./status.ts"

/** The attribute of every schema that feeds `once` requests: a re-issue to the same holder keeps its first day. */
const BOUND_ON = "boundOn"

/** What is to be signed, and for how long; `boundOn` is added here. */
export interface IssueOrder {
  readonly schema: Schema
  readonly schemaId: Fr
  readonly attributes: Attributes
  readonly holder: HolderCommitment
  /** Days since 1970-01-01, both inclusive: validity is whole days, since a second of one's own would be a mark. */
  readonly validFromDay: number
  readonly validUntilDay: number
  /** The credId of the record that this one corrects; its older versions are revoked in the same step. */
  readonly replaces?: Fr
}

/**
 * Signs a record. The events must be durable and applied before the credential leaves: they say that its index is taken.
 * @param versions - every record issued under the order's schema and `replaces`; empty without `replaces`
 * @param randomBytes - a CSPRNG
 * @throws IssuerError `holder-mismatch`, `validity-malformed`, `status-list-full`, `record-unknown`;
 *   CredentialError of `encodeAttributes`
 */
export function issue(
  state: IssuerState,
  order: IssueOrder,
  versions: readonly IssuedRecord[],
  randomBytes: RandomBytes,
): { readonly events: readonly IssuerEvent[]; readonly credential: Credential } {
  const { schema, schemaId, holder, validFromDay, validUntilDay, replaces } = order
  const { registry, id } = state.keys
  if (holder.registry !== registry || holder.issuer !== id) {
    throw new IssuerError("holder-mismatch", "the commitment was made for another issuer")
  }
  assertValidity(validFromDay, validUntilDay)
  const older = replaces === undefined ? [] : versionsOf(order, versions)
  const statusIndex = drawStatusIndex(state, schemaId, randomBytes)
  const credId = replaces ?? encodeFr(drawScalar31(randomBytes))
  const boundDay = firstBoundDay(order, older)
  const isBound = schema.attributes.some((attribute) => attribute.name === BOUND_ON)
  const attributes = isBound ? { ...order.attributes, [BOUND_ON]: formatDay(boundDay) } : order.attributes
  const credential = signCredential(
    {
      type: "sotto/credential/1",
      ...{ registry, issuer: id, schema: schemaName(schema), subject: schema.subject },
      ...{ schemaId, attributes, holder: holder.holder, credId, statusIndex },
      validFrom: validFromDay * SECONDS_PER_DAY,
      validUntil: (validUntilDay + 1) * SECONDS_PER_DAY - 1,
    },
    schema,
    signingSeedOf(state.keys),
  )
  // A corrected record may not live beside its older version: parts of both could be mixed.
  const words = state.lists.get(schemaId)?.words ?? []
  const revoked = older
    .filter((old) => !isRevoked(words, old.statusIndex))
    .map((old) => ({ kind: "revoked", schemaId, statusIndex: old.statusIndex }) as const)
  const issued = { kind: "issued", schemaId, credId, statusIndex, holder: holder.holder, boundDay } as const
  return { events: [...revoked, issued], credential }
}

/** The older records that an order corrects; one that only its caller took for a version would be revoked wrongly. */
function versionsOf(
  { schemaId, replaces }: IssueOrder,
  versions: readonly IssuedRecord[],
): readonly IssuedRecord[] {
  const older = versions.filter((record) => record.schemaId === schemaId && record.credId === replaces)
  if (older.length === 0) throw new IssuerError("record-unknown", "nothing with this credId was issued here")
  return older
}

/** A new secret is bound today; the same one was bound when its first version was signed. */
function firstBoundDay({ holder, validFromDay }: IssueOrder, versions: readonly IssuedRecord[]): number {
  const own = versions.filter((record) => record.holder === holder.holder)
  return Math.min(validFromDay, ...own.map(({ boundDay }) => boundDay))
}

// Above 10^11 seconds, the limit of every time on the wire, somebody passed seconds for days.
const MAX_DAY = Math.floor(1e11 / SECONDS_PER_DAY) - 1

function assertValidity(fromDay: number, untilDay: number): void {
  const isDay = (day: number): boolean => Number.isInteger(day) && day >= 0 && day <= MAX_DAY
  if (!isDay(fromDay) || !isDay(untilDay)) throw new IssuerError("validity-malformed", "expected whole days")
  if (untilDay < fromDay) throw new IssuerError("validity-malformed", "validity ends before it begins")
}
