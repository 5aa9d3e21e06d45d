import { signStatusList } from "../../protocol/credential/status-list.ts"
import type { StatusTree } from "../../protocol/credential/status-list.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import { parseSigningKey } from "../../protocol/primitives/note-key.ts"
import type { StatusList } from "../../protocol/wire/credential.ts"
import type { IssuerEvent } from "../../protocol/wire/issuer-state.ts"
import type { IssuerState } from "./status.ts"

/**
 * Signs a schema's whole list under the next number. The events must be durable before the list is published.
 * @param now - Unix seconds
 * @param known - the tree of an earlier list, as in `buildStatusTree`; without one a full list is hashed whole
 */
export function publishStatus(
  { keys, lists }: IssuerState,
  schemaId: Fr,
  now: number,
  known?: StatusTree,
): { readonly events: readonly IssuerEvent[]; readonly list: StatusList } {
  const kept = lists.get(schemaId)
  const number = (kept?.number ?? 0) + 1
  const { id: issuer, registry } = keys
  const words = kept?.words ?? []
  const list = signStatusList(
    { registry, issuer, schemaId, number, signedAt: now, suspension: false, words },
    parseSigningKey(keys.operationsKey),
    known,
  )
  return { events: [{ kind: "published", schemaId, number }], list }
}
