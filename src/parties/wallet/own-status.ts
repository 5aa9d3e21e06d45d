// E8 for one record of the wallet: its issuer's list in the accepted epoch, and the record's own bit in it.
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import type { Registry, RegistryLeaf } from "../../protocol/credential/issuer-registry.ts"
import { isRevoked } from "../../protocol/credential/status-list.ts"
import type { StatusTree } from "../../protocol/credential/status-list.ts"
import type { HeldCredential } from "./wallet.ts"

/** Where a record stands in an epoch. */
export interface OwnStatus {
  readonly leaf: RegistryLeaf
  readonly list: StatusTree
}

/**
 * The leaf of a record's (key, schema) and its list, when the list is its issuer's, gives the leaf's status root, and the
 * own bit is 0. The lists of others are not opened: hashing all of them is what services and auditors do.
 */
export function checkOwnStatus(
  registry: Registry,
  { credential, issuer }: Pick<HeldCredential, "credential" | "issuer">,
): Verdict<OwnStatus, "issuer-not-listed" | "registry-inconsistent" | "already-revoked"> {
  const leaf = registry.leaves.find(
    ({ issuer: listed, list }) =>
      listed.key[0] === issuer.key[0] &&
      listed.key[1] === issuer.key[1] &&
      list.schemaId === credential.schemaId,
  )
  if (leaf === undefined) return refuse("issuer-not-listed")
  const opened = registry.openList(leaf)
  if (!opened.ok) return opened
  const isGood = !isRevoked(opened.value.words, credential.statusIndex)
  return isGood ? accept({ leaf, list: opened.value }) : refuse("already-revoked")
}
