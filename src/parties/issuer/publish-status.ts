// The signed status list of one leaf: what a registry puts into its next epoch.
import { signStatusList } from "../../protocol/credential/status-list.ts"
import type { StatusList } from "../../protocol/wire/credential.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import { assertUnixSeconds } from "./issue.ts"
import { assertKeysOf } from "./issuer-keys.ts"
import type { IssuerKeys } from "./issuer-keys.ts"
import { listOf } from "./issuer-state.ts"
import type { IssuerState } from "./issuer-state.ts"

/**
 * Signs the whole list of a schema for a registry; before the first record, an empty one, which is what a registry lists
 * a new issuer with. A refresh without a revocation in between has the same number and the same words.
 * @param leaf - registry and schema; `signedAt` in Unix seconds: a leaf unsigned for 7 days is dropped by its registry
 * @throws IssuerError `key-mismatch`, `time-invalid`
 */
export function publishStatus(
  state: IssuerState,
  keys: IssuerKeys,
  leaf: { readonly registry: string; readonly schemaId: Fr; readonly signedAt: number },
): StatusList {
  const { registry, schemaId, signedAt } = leaf
  assertKeysOf(state.entry, keys)
  assertUnixSeconds(signedAt)
  const { number, revoked } = listOf(state, schemaId)
  const fields = { registry, issuer: state.entry.id, schemaId, number, signedAt }
  return signStatusList({ ...fields, suspension: false, words: revoked }, keys.operationsKey)
}
