// Value sets: up to 4,096 codes behind one root; the circuit shows membership of one of them.
import { digestOf } from "../primitives/hash.ts"
import type { Digest } from "../primitives/hash.ts"
import { poseidon, TAG } from "../primitives/poseidon.ts"
import { buildTree4 } from "../primitives/tree4.ts"
import type { TreePath } from "../primitives/tree4.ts"
import { canonicalBytes } from "../wire/canonical-json.ts"
import type { ValueSet } from "../wire/statement.ts"
import { encodeCode } from "./attribute.ts"
import { CredentialError } from "./credential-error.ts"

/** A value set ready for compiling and proving. */
export interface PreparedValueSet {
  readonly id: string
  readonly codes: readonly string[]
  /** Field value of each code, in the order of the codes. */
  readonly members: readonly bigint[]
  readonly root: bigint
  /** SHA-256 of the document's RFC 8785 bytes. */
  readonly digest: Digest
  path: (index: number) => TreePath
}

/**
 * Hashes a value set once; 72 codes take some milliseconds, 4,096 about a second.
 * @throws CredentialError `value-set-invalid` unless codes ascend without a duplicate, `value-malformed` for no code
 */
export function prepareValueSet(document: ValueSet): PreparedValueSet {
  const { id, codes } = document
  if (codes.some((code, i) => i > 0 && code <= (codes[i - 1] ?? ""))) {
    throw new CredentialError("value-set-invalid", `value set ${id} is not ascending`)
  }
  const members = codes.map((code) => encodeCode(code))
  const { root, path } = treeOver(members)
  return { id, codes, members, root, path, digest: digestOf(canonicalBytes(document)) }
}

/** The set of a part without a value set: the single value 0, which no present attribute has. */
export const NO_SET = treeOver([0n])

/** Root of `NO_SET`. */
export const NO_SET_ROOT = NO_SET.root

function treeOver(values: readonly bigint[]) {
  return buildTree4(new Map(values.map((value, position) => [position, poseidon(TAG.valueSet, value)])))
}
