// The root of a tree that only grows: what a reader needs who hashes a log from its first entry on.
import { EMPTY_ROOT, leafHash, nodeHash } from "../log/tree.ts"

/** Keeps the complete subtrees of the right edge, at most one per height (RFC 6962 section 2.1). */
export class GrowingRoot {
  #edge: readonly { readonly height: number; readonly hash: Uint8Array }[] = []
  #size = 0

  /** Number of leaves. */
  get size(): number {
    return this.#size
  }

  /** Adds a leaf. @param data - bytes of the entry */
  append(data: Uint8Array): void {
    const edge = [...this.#edge]
    let node = { height: 0, hash: leafHash(data) }
    for (let left = edge.at(-1); left?.height === node.height; left = edge.at(-1)) {
      node = { height: node.height + 1, hash: nodeHash(left.hash, node.hash) }
      edge.pop()
    }
    this.#edge = [...edge, node]
    this.#size++
  }

  /** The root of all leaves so far. */
  root(): Uint8Array {
    const last = this.#edge.at(-1)
    if (last === undefined) return EMPTY_ROOT
    return this.#edge.slice(0, -1).reduceRight((right, { hash }) => nodeHash(hash, right), last.hash)
  }
}
