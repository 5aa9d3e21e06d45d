// An issuer without a folder: its state as a value, orders for invented holders, randomness that can be repeated.
import { createIssuer } from "../../src/parties/issuer/create-issuer.ts"
import type { IssueOrder } from "../../src/parties/issuer/issue.ts"
import { IMMUNIZATION_1 } from "../../src/protocol/catalogue/schemas/immunization-1.ts"
import type { RandomBytes } from "../../src/protocol/credential/holder.ts"
import { computeSchemaId } from "../../src/protocol/credential/schema.ts"
import { sha256 } from "../../src/protocol/primitives/hash.ts"
import { encodeFr } from "../../src/protocol/primitives/field.ts"
import { utf8ToBytes } from "../../src/protocol/primitives/bytes.ts"
import type { IssuerState } from "../../src/protocol/wire/issuer-state.ts"

export const SCHEMA_ID = computeSchemaId(IMMUNIZATION_1)
/** 2026-11-20 as days since 1970-01-01. */
export const TODAY = 20_777

/** SHA-256 in counter mode: every run of a seed draws the same bytes. */
export function seededRandom(seed: string | number): RandomBytes {
  let counter = 0
  return (length) => sha256(utf8ToBytes(`${seed} ${counter++}`)).slice(0, length)
}

/** An issuer that has signed nothing yet. */
export function newIssuer(id = "lakeside-clinic"): IssuerState {
  const identity = { id, operator: "lakeside", name: "Lakeside Clinic", registry: "samples" }
  return createIssuer(identity, seededRandom(id))
}

/** An order for a COVID-19 record of holder number `holder`. */
export function orderFor(holder: number, changes: Partial<IssueOrder> = {}): IssueOrder {
  return {
    schema: IMMUNIZATION_1,
    schemaId: SCHEMA_ID,
    attributes: {
      disease: "http://snomed.info/sct|840539006",
      vaccine: "http://hl7.org/fhir/sid/cvx|208",
      dosesInRecord: 2,
      occurredOn: "2026-04-30",
    },
    holder: {
      type: "sotto/holder/1",
      registry: "samples",
      issuer: "lakeside-clinic",
      holder: encodeFr(BigInt(holder)),
    },
    validFromDay: TODAY,
    validUntilDay: TODAY + 364,
    ...changes,
  }
}
