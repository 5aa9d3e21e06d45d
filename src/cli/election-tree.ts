// The entries of an election's log under one signed head: fetched, hashed, and held against the root before anybody looks
// at them. Grows with the log: what was read stays, and a later head must extend it.
import { setTimeout as sleep } from "node:timers/promises"
import { resourcePath, decodeBundle, TILE_WIDTH } from "../protocol/log/tile.ts"
import { hashOfRange, leafHash, nodeHash } from "../protocol/log/tree.ts"
import type { HashReader } from "../protocol/log/tree.ts"
import { hostOf } from "../protocol/log/log-keys.ts"
import type { Policy } from "../protocol/log/policy.ts"
import { equalBytes } from "../protocol/primitives/bytes.ts"
import { keysUnder, readSeenCheckpoint } from "../parties/verifier/audit-steps/notes.ts"
import { lacksQuorum } from "./cosigned-receipt.ts"
import { ElectionError } from "./election-error.ts"
import type { ElectionPlace } from "./election-place.ts"

/** Looks at a head that is not cosigned yet; together more than a cosigner's time to answer. */
const COSIGN_TRIES = 20
const COSIGN_PAUSE_MS = 500

/** A signed head as it was read. */
export interface SignedHead {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  /** The note. */
  readonly bytes: Uint8Array
}

/** Reads one log of one place. Owned by one caller. */
export class ElectionTree {
  readonly #place: ElectionPlace
  readonly #policy: Policy
  readonly #entries: Uint8Array[] = []
  readonly #leaves: Uint8Array[] = []
  readonly #inner = new Map<string, Uint8Array>()
  readonly #heads: SignedHead[] = []

  /** @param policy - the reader's own: an election's log is signed by the key of a log of the same host */
  constructor(place: ElectionPlace, policy: Policy) {
    this.#place = place
    this.#policy = policy
  }

  /** Canonical bytes of the entries so far, by index. */
  get entries(): readonly Uint8Array[] {
    return this.#entries
  }
  /** Every head that was read, oldest first. */
  get heads(): readonly SignedHead[] {
    return this.#heads
  }
  /** Number of entries so far. */
  get size(): number {
    return this.#entries.length
  }

  /** The root of the first `size` entries, or null beyond them. */
  rootAt(size: number): Uint8Array | null {
    return size < 0 || size > this.size ? null : hashOfRange({ lo: 0, hi: size }, this.#read)
  }

  /**
   * Reads the newest head and everything below it.
   * @throws ElectionError `election-missing`, `log-inconsistent`; what the place throws
   */
  async advance(): Promise<SignedHead> {
    const { name } = this.#place
    const bytes = await this.#readHead()
    const seen = readSeenCheckpoint(bytes, this.#policy, (origin) => keysUnder(this.#policy, origin))
    if (seen === null)
      throw inconsistent(
        name,
        `its head is not signed by a log of your policy (host ${hostsOf(this.#policy)})`,
      )
    if (!seen.hasQuorum) throw inconsistent(name, "too few cosigners of your policy have signed its head")
    const head: SignedHead = { origin: seen.origin, size: seen.size, root: seen.root, bytes }
    const last = this.#heads.at(-1)
    if (last !== undefined && (last.origin !== head.origin || last.size > head.size))
      throw inconsistent(name, "its log has become shorter")
    const before = this.size
    this.#take(await this.#fetch(head.size))
    const root = this.rootAt(head.size)
    const isWhole = root !== null && equalBytes(root, head.root)
    if (!isWhole) this.#forget(before)
    if (!isWhole) throw inconsistent(name, "its entries do not lead to the root that the log signed")
    if (last === undefined || !equalBytes(last.bytes, bytes)) this.#heads.push(head)
    return head
  }

  /** The head, read again while the reader's cosigners have not seen it yet: an election may ask less than its reader. */
  async #readHead(): Promise<Uint8Array> {
    const { name } = this.#place
    for (let left = COSIGN_TRIES; ; left--) {
      const bytes = await this.#place.logFile("checkpoint")
      // A log whose first head nobody cosigned yet serves none.
      const isWaiting = bytes === null ? this.#policy.quorum !== "none" : lacksQuorum(bytes, this.#policy)
      if (isWaiting && left > 1) await sleep(COSIGN_PAUSE_MS)
      else if (bytes === null) throw new ElectionError("election-missing", `${name} has no such log`)
      else return bytes
    }
  }

  async #fetch(size: number): Promise<readonly Uint8Array[]> {
    const fresh: Uint8Array[] = []
    for (let n = Math.floor(this.size / TILE_WIDTH); n * TILE_WIDTH < size; n++) {
      const width = Math.min(TILE_WIDTH, size - n * TILE_WIDTH)
      const bundle = await this.#place.logFile(resourcePath({ kind: "entries", n, width }))
      const entries = bundle === null ? null : decodeBundle(bundle, width)
      if (entries === null)
        throw inconsistent(this.#place.name, `entries from ${n * TILE_WIDTH} on are missing`)
      fresh.push(...entries.slice(Math.max(0, this.size - n * TILE_WIDTH)))
    }
    return fresh
  }

  #take(fresh: readonly Uint8Array[]): void {
    for (const bytes of fresh) {
      this.#entries.push(bytes)
      this.#leaves.push(leafHash(bytes))
    }
  }

  #forget(size: number): void {
    this.#entries.length = size
    this.#leaves.length = size
    this.#inner.clear()
  }

  // Complete subtrees never change, so each is hashed once.
  readonly #read: HashReader = (height, index) => {
    if (height === 0) {
      const leaf = this.#leaves[index]
      if (leaf === undefined) throw new RangeError("a leaf beyond the tree")
      return leaf
    }
    const key = `${height}/${index}`
    const known = this.#inner.get(key)
    if (known !== undefined) return known
    const hash = nodeHash(this.#read(height - 1, 2 * index), this.#read(height - 1, 2 * index + 1))
    this.#inner.set(key, hash)
    return hash
  }
}

const hostsOf = ({ logs }: Policy): string => logs.map(({ name }) => hostOf(name)).join(", ")

const inconsistent = (place: string, what: string): ElectionError =>
  new ElectionError("log-inconsistent", `${place}: ${what}`)
