import { decodeWords, signStatusList } from "../../protocol/credential/status-list.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import { parseSigningKey } from "../../protocol/primitives/note-key.ts"
import type { StatusList } from "../../protocol/wire/credential.ts"
import type { IssuerState } from "../../protocol/wire/issuer-state.ts"
import { listOf } from "./status.ts"

/**
 * Signs a schema's whole list under the next number. The returned state must be durable before the list is published.
 * @param now - Unix seconds
 */
export function publishStatus(
  state: IssuerState,
  schemaId: Fr,
  now: number,
): { readonly state: IssuerState; readonly list: StatusList } {
  const kept = listOf(state, schemaId)
  const number = kept.number + 1
  const { id: issuer, registry } = state
  const words = decodeWords(kept.words)
  const list = signStatusList(
    { registry, issuer, schemaId, number, signedAt: now, suspension: false, words },
    parseSigningKey(state.operationsKey),
  )
  const lists = [...state.lists.filter((other) => other.schemaId !== schemaId), { ...kept, number }]
  return { state: { ...state, lists }, list }
}
