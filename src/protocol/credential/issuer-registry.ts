// The registry of issuers: one leaf per (key, schema). Its root hides which issuer signed; its bundle lets anyone check.
import { parseCurvePoint } from "../primitives/babyjubjub.ts"
import type { EncodedPoint } from "../primitives/babyjubjub.ts"
import { ProtocolError } from "../primitives/errors.ts"
import type { Fr } from "../primitives/field.ts"
import { parseVerifierKey } from "../primitives/note-key.ts"
import { poseidon, TAG } from "../primitives/poseidon.ts"
import { buildTree4 } from "../primitives/tree4.ts"
import type { TreePath } from "../primitives/tree4.ts"
import { accept, refuse } from "../primitives/verdict.ts"
import type { Verdict } from "../primitives/verdict.ts"
import type { IssuerEntry, RegistryBundle, StatusList } from "../wire/credential.ts"
import { CredentialError } from "./credential-error.ts"
import { decodeWords, verifyStatusList } from "./status-list.ts"
import type { StatusTree } from "./status-list.ts"

/** A leaf of a registry with what it stands for. */
export interface RegistryLeaf {
  readonly index: number
  readonly issuer: IssuerEntry
  readonly list: StatusList
}

/** A registry whose root can be compared and whose leaves can be proved. */
export interface Registry {
  readonly root: bigint
  readonly leaves: readonly RegistryLeaf[]
  /** @param index - 0..4095 */
  path: (index: number) => TreePath
  /** The one leaf of an issuer entry and a schema, or null. */
  find: (issuerId: string, schemaId: Fr) => RegistryLeaf | null
  /**
   * E8 for one leaf: its list, once the signature of its issuer's operations key holds and the words give the leaf's root.
   * Checked at the first call and remembered: a full list costs a second.
   * @param known - an earlier list of the same issuer and schema, as in `buildStatusTree`
   */
  openList: (leaf: RegistryLeaf, known?: StatusTree) => Verdict<StatusTree, "registry-inconsistent">
}

/** P(1003, Ax, Ay, schemaId, statusRoot). */
function computeIssuerLeaf(key: EncodedPoint, schemaId: Fr, statusRoot: Fr): bigint {
  return poseidon(TAG.issuer, BigInt(key[0]), BigInt(key[1]), BigInt(schemaId), BigInt(statusRoot))
}

/**
 * The tree over a bundle's leaves. Signatures and roots of the lists are `openList`'s question.
 * @throws CredentialError `registry-inconsistent` for a list without an issuer entry or two leaves at one index
 */
export function buildRegistry(bundle: RegistryBundle): Registry {
  const issuers = new Map(bundle.issuers.map((issuer) => [issuer.id, issuer]))
  const nodes = new Map<number, bigint>()
  const leaves = bundle.leaves.map(({ index, list }): RegistryLeaf => {
    const issuer = issuers.get(list.issuer)
    if (issuer === undefined || nodes.has(index)) {
      throw new CredentialError("registry-inconsistent", `leaf ${index} has no place of its own`)
    }
    nodes.set(index, computeIssuerLeaf(issuer.key, list.schemaId, list.statusRoot))
    return { index, issuer, list }
  })
  const tree = buildTree4(nodes)
  const opened = new Map<RegistryLeaf, ReturnType<typeof openList>>()
  return {
    root: tree.root,
    leaves,
    path: tree.path,
    find: (issuerId, schemaId) =>
      leaves.find(({ issuer, list }) => issuer.id === issuerId && list.schemaId === schemaId) ?? null,
    openList: (leaf, known) => {
      const verdict = opened.get(leaf) ?? openList(leaf, known)
      opened.set(leaf, verdict)
      return verdict
    },
  }
}

function openList(
  { issuer, list }: RegistryLeaf,
  known?: StatusTree,
): Verdict<StatusTree, "registry-inconsistent"> {
  try {
    const verdict = verifyStatusList(list, parseVerifierKey(issuer.operationsKey), known)
    return verdict.ok ? verdict : refuse("registry-inconsistent")
  } catch (cause) {
    if (cause instanceof ProtocolError) return refuse("registry-inconsistent") // a key or words in another shape
    throw cause
  }
}

/** What the registry's signed epoch says of its bundle. */
export interface ExpectedBundle {
  readonly registry: string
  readonly number: number
  readonly root: Fr
  readonly leafCount: number
}

/** Why a bundle is not what its epoch says. */
export type BundleRefusal = "bundle-mismatch" | "registry-inconsistent"

/**
 * E6 and E7: leaf count and root are the epoch's; a key stands in one entry and is of prime order; (key, schema) has one
 * leaf. What a wallet checks of all issuers, in time that does not grow with their lists; E8 is `Registry.openList` for the
 * own one and `verifyLists` for all. The digest of the bundle's bytes is compared by the caller, who has them.
 */
export function verifyBundle(
  bundle: RegistryBundle,
  expected: ExpectedBundle,
): Verdict<Registry, BundleRefusal> {
  const { registry, number, root, leafCount } = expected
  if (bundle.registry !== registry || bundle.number !== number) return refuse("bundle-mismatch")
  if (bundle.leaves.length !== leafCount) return refuse("bundle-mismatch")
  try {
    if (!areEntriesSound(bundle.issuers) || !areLeavesSound(bundle)) return refuse("registry-inconsistent")
    const built = buildRegistry(bundle)
    if (built.root !== BigInt(root)) return refuse("bundle-mismatch")
    return accept(built)
  } catch (cause) {
    // Points off the curve, leaves without an entry: all the publisher's doing.
    if (cause instanceof ProtocolError || cause instanceof CredentialError)
      return refuse("registry-inconsistent")
    throw cause
  }
}

/**
 * E8 over every list, the check of services and auditors: each opens and follows the one before it.
 * @param previous - the last bundle that was accepted, if any: numbers of lists do not fall, bits are not cleared
 */
export function verifyLists(
  { leaves, openList: open }: Registry,
  previous?: RegistryBundle,
): Verdict<null, "registry-inconsistent"> {
  const before = new Map(previous?.leaves.map(({ list }) => [nameOf(list), list]))
  const areSound = leaves.every((leaf) => {
    const old = before.get(nameOf(leaf.list))
    return open(leaf).ok && (old === undefined || isListSuccessor(leaf.list, old))
  })
  return areSound ? accept(null) : refuse("registry-inconsistent")
}

const nameOf = ({ issuer, schemaId }: StatusList): string => `${issuer} ${schemaId}`

function areEntriesSound(issuers: readonly IssuerEntry[]): boolean {
  for (const { key } of issuers) parseCurvePoint(key)
  const isUnique = (values: readonly string[]): boolean => new Set(values).size === values.length
  return isUnique(issuers.map(({ id }) => id)) && isUnique(issuers.map(({ key }) => key.join()))
}

// Entries have one key each, so (issuer, schemaId) stands for (key, schemaId).
function areLeavesSound({ registry, leaves }: RegistryBundle): boolean {
  const names = new Set(leaves.map(({ list }) => nameOf(list)))
  return names.size === leaves.length && leaves.every(({ list }) => list.registry === registry)
}

/**
 * True when `list` may follow `old`: the number does not fall, one number has one content, `suspension` was declared from
 * the first number on, and without it no bit is cleared.
 */
export function isListSuccessor(list: StatusList, old: StatusList): boolean {
  if (list.number < old.number || list.suspension !== old.suspension) return false
  if (list.number === old.number) return list.words === old.words
  if (list.suspension) return true
  const words = decodeWords(list.words)
  return decodeWords(old.words).every((word, position) => (word & ~(words[position] ?? 0n)) === 0n)
}
