// An issuer without a folder: its journal in memory, orders for invented holders, randomness that can be repeated.
import { createIssuer } from "../../src/parties/issuer/create-issuer.ts"
import { issue } from "../../src/parties/issuer/issue.ts"
import type { IssueOrder } from "../../src/parties/issuer/issue.ts"
import { publishStatus } from "../../src/parties/issuer/publish-status.ts"
import { revoke } from "../../src/parties/issuer/revoke.ts"
import { applyEvent } from "../../src/parties/issuer/status.ts"
import type { IssuerState } from "../../src/parties/issuer/status.ts"
import { IMMUNIZATION_1 } from "../../src/protocol/catalogue/schemas/immunization-1.ts"
import type { RandomBytes } from "../../src/protocol/credential/holder.ts"
import { computeSchemaId } from "../../src/protocol/credential/schema.ts"
import { sha256 } from "../../src/protocol/primitives/hash.ts"
import { encodeFr } from "../../src/protocol/primitives/field.ts"
import { utf8ToBytes } from "../../src/protocol/primitives/bytes.ts"
import type { Credential, StatusList } from "../../src/protocol/wire/credential.ts"
import type { IssuedRecord, IssuerEvent, IssuerKeys } from "../../src/protocol/wire/issuer-state.ts"
import type { Fr } from "../../src/protocol/primitives/field.ts"

export const SCHEMA_ID = computeSchemaId(IMMUNIZATION_1)
/** 2026-11-20 as days since 1970-01-01. */
export const TODAY = 20_777

/** SHA-256 in counter mode: every run of a seed draws the same bytes. */
export function seededRandom(seed: string | number): RandomBytes {
  let counter = 0
  return (length) => sha256(utf8ToBytes(`${seed} ${counter++}`)).slice(0, length)
}

/** Keys of an issuer that has signed nothing yet. */
export function newKeys(id = "lakeside-clinic"): IssuerKeys {
  const identity = { id, operator: "lakeside", name: "Lakeside Clinic", registry: "samples" }
  return createIssuer(identity, seededRandom(id))
}

/** An issuer whose journal is an array: what a folder does, without its files. */
export interface MemoryIssuer {
  readonly state: IssuerState
  readonly journal: readonly IssuerEvent[]
  /** Every record issued under a schema, in order. */
  readonly issued: (schemaId?: Fr) => readonly IssuedRecord[]
  readonly issue: (order: IssueOrder, randomBytes: RandomBytes) => Credential
  readonly revoke: (credential: Credential) => void
  readonly publish: (schemaId: Fr, now: number) => StatusList
}

/** An issuer that has signed what its journal says. */
export function newIssuer(id?: string, before: readonly IssuerEvent[] = []): MemoryIssuer {
  const state: IssuerState = { keys: newKeys(id), lists: new Map() }
  const journal: IssuerEvent[] = []
  const keep = (events: readonly IssuerEvent[]): void => {
    for (const event of events) {
      journal.push(event)
      applyEvent(state, event)
    }
  }
  const issued = (schemaId = SCHEMA_ID): readonly IssuedRecord[] =>
    journal.filter((event) => event.kind === "issued").filter((record) => record.schemaId === schemaId)
  keep(before)
  return {
    state,
    journal,
    issued,
    issue: (order, randomBytes) => {
      const versions = issued(order.schemaId).filter(({ credId }) => credId === order.replaces)
      const { events, credential } = issue(state, order, versions, randomBytes)
      keep(events)
      return credential
    },
    revoke: (credential) => {
      const { schemaId, statusIndex } = credential
      keep(
        revoke(
          credential,
          issued(schemaId).find((record) => record.statusIndex === statusIndex),
        ),
      )
    },
    publish: (schemaId, now) => {
      const { events, list } = publishStatus(state, schemaId, now)
      keep(events)
      return list
    },
  }
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
