// E8 for one record of the wallet: its issuer's list in the accepted epoch, and the record's own bit in it.
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import type { Registry, RegistryLeaf } from "../../protocol/credential/issuer-registry.ts"
import { decodeWords, isRevoked } from "../../protocol/credential/status-list.ts"
import type { StatusWords } from "../../protocol/credential/status-list.ts"
import type { HeldCredential } from "./wallet.ts"

/** Where a record stands in an epoch. */
export interface OwnStatus {
  readonly leaf: RegistryLeaf
  readonly words: StatusWords
}

/**
 * The leaf of a record's (key, schema) and the words of its list, when the own bit is 0. That the list gives the leaf's
 * status root was checked when the epoch was accepted.
 */
export function checkOwnStatus(
  registry: Registry,
  { credential, issuer }: Pick<HeldCredential, "credential" | "issuer">,
): Verdict<OwnStatus, "issuer-not-listed" | "already-revoked"> {
  const leaf = registry.leaves.find(
    ({ issuer: listed, list }) =>
      listed.key[0] === issuer.key[0] &&
      listed.key[1] === issuer.key[1] &&
      list.schemaId === credential.schemaId,
  )
  if (leaf === undefined) return refuse("issuer-not-listed")
  const words = decodeWords(leaf.list.words)
  return isRevoked(words, credential.statusIndex) ? refuse("already-revoked") : accept({ leaf, words })
}
