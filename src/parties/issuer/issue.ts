// Signing a record for one holder.
import type { Fr } from "../../protocol/primitives/field.ts"
import { encodeFr } from "../../protocol/primitives/field.ts"
import { formatDay, SECONDS_PER_DAY } from "../../protocol/credential/calendar.ts"
import { signCredential } from "../../protocol/credential/credential.ts"
import { drawScalar31 } from "../../protocol/credential/holder.ts"
import type { RandomBytes } from "../../protocol/credential/holder.ts"
import { computeSchemaId, schemaName } from "../../protocol/credential/schema.ts"
import { setStatus } from "../../protocol/credential/status-list.ts"
import type { Attributes, Credential, HolderCommitment } from "../../protocol/wire/credential.ts"
import type { Schema } from "../../protocol/wire/statement.ts"
import { drawStatusIndex } from "./draw-status-index.ts"
import { findBoundOn } from "./find-bound-on.ts"
import { IssuerError } from "./issuer-error.ts"
import { assertKeysOf } from "./issuer-keys.ts"
import type { IssuerKeys } from "./issuer-keys.ts"
import { isRecordRevoked, listOf, withList } from "./issuer-state.ts"
import type { IssuedRecord, IssuerState } from "./issuer-state.ts"

/** What is to be signed, and for whom. */
export interface IssueOrder {
  /** Attacker-controlled beside its shape: whoever hands it over gets the record. */
  readonly commitment: HolderCommitment
  readonly schema: Schema
  /** From `attest`. */
  readonly attributes: Attributes
  /** First and last day of validity, days since 1970-01-01; the record holds from 00:00:00 to 23:59:59 UTC. */
  readonly validFromDay: number
  readonly validUntilDay: number
  /** Unix seconds. */
  readonly issuedAt: number
  /** The entitlement whose revoked record this one replaces; left out for a new entitlement. */
  readonly replaces?: Fr
}

/**
 * Signs one record and notes it. The credential may leave only once the new state is kept: an index that is forgotten
 * could be given again.
 * @param keys - secret, those of `state.entry`
 * @param randomBytes - a CSPRNG, for credId and index
 * @throws IssuerError `commitment-foreign`, `key-mismatch`, `time-invalid`, `validity-invalid`, `record-unknown`,
 * `older-record-valid`, `bound-on-wrong`, `status-list-full`; CredentialError of `encodeAttributes`
 */
export function issue(
  state: IssuerState,
  keys: IssuerKeys,
  order: IssueOrder,
  randomBytes: RandomBytes,
): { readonly state: IssuerState; readonly credential: Credential } {
  const { commitment, schema, attributes, issuedAt, replaces } = order
  if (commitment.issuer !== state.entry.id) {
    throw new IssuerError("commitment-foreign", "the commitment was made for another issuer")
  }
  assertKeysOf(state.entry, keys)
  assertUnixSeconds(issuedAt)
  if (replaces !== undefined) assertReplaceable(state, replaces)
  assertBoundOn(state, order)
  const schemaId = computeSchemaId(schema)
  const list = listOf(state, schemaId)
  const statusIndex = drawStatusIndex(list.used, randomBytes)
  const unsigned = {
    type: "sotto/credential/1" as const,
    registry: commitment.registry,
    issuer: state.entry.id,
    schema: schemaName(schema),
    subject: schema.subject,
    schemaId,
    attributes,
    holder: commitment.holder,
    credId: replaces ?? encodeFr(drawScalar31(randomBytes)),
    statusIndex,
    ...wholeDays(order),
  }
  const credential = signCredential(unsigned, schema, keys.signingSeed)
  const noted = withList(state, { ...list, used: setStatus(list.used, statusIndex, true) })
  return { credential, state: { ...noted, records: [...state.records, recordOf(credential, issuedAt)] } }
}

/**
 * Asserts a time in whole seconds: above 10^11 somebody passes milliseconds.
 * @throws IssuerError `time-invalid`
 */
export function assertUnixSeconds(time: number): void {
  if (!Number.isInteger(time) || time < 0 || time > MAX_UNIX_SECONDS) {
    throw new IssuerError("time-invalid", "expected unix seconds")
  }
}

const MAX_UNIX_SECONDS = 1e11 // that of wire/scalars.ts, some 3,000 years

// Two live records of one entitlement would let a holder prove with whichever version serves better.
function assertReplaceable(state: IssuerState, credId: Fr): void {
  const older = state.records.filter((record) => record.credId === credId)
  if (older.length === 0) throw new IssuerError("record-unknown", "no record of this entitlement")
  if (older.some((record) => !isRecordRevoked(state, record))) {
    throw new IssuerError("older-record-valid", "revoke the older record before it is replaced")
  }
}

function assertBoundOn(state: IssuerState, order: IssueOrder): void {
  const { commitment, schema, attributes, issuedAt, replaces = null } = order
  if (!schema.attributes.some(({ name }) => name === "boundOn")) return
  const today = Math.floor(issuedAt / SECONDS_PER_DAY)
  const expected = formatDay(findBoundOn(state, commitment.holder, replaces, today))
  if (attributes["boundOn"] !== expected) {
    throw new IssuerError("bound-on-wrong", "boundOn is not the day this holder was first bound")
  }
}

function wholeDays({ validFromDay, validUntilDay }: IssueOrder) {
  const validFrom = validFromDay * SECONDS_PER_DAY
  const validUntil = (validUntilDay + 1) * SECONDS_PER_DAY - 1
  const areTimes = [validFrom, validUntil].every(
    (time) => Number.isInteger(time) && time >= 0 && time <= MAX_UNIX_SECONDS,
  )
  if (!areTimes || validFrom > validUntil) {
    throw new IssuerError("validity-invalid", "expected a first and a last day, in this order")
  }
  return { validFrom, validUntil }
}

function recordOf(credential: Credential, issuedAt: number): IssuedRecord {
  const { credId, registry, schemaId, holder, statusIndex, attributes } = credential
  const { boundOn } = attributes
  return {
    ...{ credId, registry, schemaId, holder, statusIndex, issuedAt },
    ...(typeof boundOn === "string" ? { boundOn } : {}),
  }
}
