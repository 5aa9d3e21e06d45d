// Issuers and status lists of the test registry.
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { issuerKeyOf } from "../../src/protocol/credential/credential.ts"
import { signStatusList } from "../../src/protocol/credential/status-list.ts"
import type { StatusListFields } from "../../src/protocol/credential/status-list.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import type { StatusList } from "../../src/protocol/wire/credential.ts"
import { ISSUER, REGISTRY, START } from "./running-service.ts"
import type { Reply, TestService } from "./running-service.ts"

export const SCHEMA_ID = CATALOGUE.schemaIdOf(CATALOGUE.schemas[0]!)
export const OPERATIONS_KEY = makeSigningKey("clinic.example/operations", new Uint8Array(32).fill(0x51))

/** The entry of an issuer; each seed is another key. */
export function issuerBody(id = ISSUER, seedByte = 0x21, schemas: readonly string[] = [SCHEMA_ID]) {
  const key = issuerKeyOf(new Uint8Array(32).fill(seedByte))
  const operationsKey = encodeVerifierKey(OPERATIONS_KEY)
  return { issuer: { id, operator: `${id}-group`, name: id, key: [...key], operationsKey }, schemas }
}

export function postIssuer(service: TestService, body: unknown = issuerBody()): Promise<Reply> {
  return service.call("POST", `/v1/registries/${REGISTRY}/issuers`, { key: service.apiKeys.registry, body })
}

/** A signed list; every member can be another. */
export function statusList(fields: Partial<StatusListFields> = {}, key = OPERATIONS_KEY): StatusList {
  const usual = { registry: REGISTRY, issuer: ISSUER, schemaId: SCHEMA_ID, number: 1, signedAt: START }
  return signStatusList({ ...usual, suspension: false, words: [], ...fields }, key)
}

export function putList(
  service: TestService,
  list: unknown,
  query = "",
  place: Partial<Record<"issuer" | "schema", string>> = {},
): Promise<Reply> {
  const { issuer = ISSUER, schema = SCHEMA_ID } = place
  const path = `/v1/registries/${REGISTRY}/issuers/${issuer}/schemas/${schema}/status${query}`
  return service.call("PUT", path, { key: service.apiKeys.issuer, body: list })
}

export function postEpoch(service: TestService, urgent = false): Promise<Reply> {
  return service.call("POST", `/v1/registries/${REGISTRY}/epochs`, {
    key: service.apiKeys.registry,
    body: { urgent },
  })
}
