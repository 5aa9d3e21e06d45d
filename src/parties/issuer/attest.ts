// From a health record that was read and checked to the attributes that are signed.
import type { ImmunizationRecord } from "../../health/fhir/combine-doses.ts"
import { encodeAttributes } from "../../protocol/credential/attribute.ts"
import { formatDay } from "../../protocol/credential/calendar.ts"
import type { Attributes } from "../../protocol/wire/credential.ts"
import type { Schema } from "../../protocol/wire/statement.ts"

/**
 * The attributes of a record under a schema, every one of them encodable, `boundOn` added.
 * @param record - of `readImmunizations`; that its subject is the holder is for the issuer to have checked
 * @param boundOn - days since 1970-01-01, from `findBoundOn`
 * @throws CredentialError `attribute-unknown`, `attribute-missing`, `value-out-of-range` when the schema is not one for
 * this record
 */
export function attest(record: ImmunizationRecord, schema: Schema, boundOn: number): Attributes {
  const attributes = { ...record.attributes, boundOn: formatDay(boundOn) }
  encodeAttributes(schema, attributes)
  return attributes
}
