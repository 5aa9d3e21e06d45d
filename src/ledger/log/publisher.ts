// What is committed is published once enough cosigners have seen it: the newest head that meets the quorum, never silently
// a newer one. It is worked out of stored rows, so every instance publishes the same whoever asks the cosigners.
import { verifyCosignatures } from "../../protocol/log/cosignature.ts"
import { parseCheckpoint } from "../../protocol/log/checkpoint.ts"
import { parseEntry } from "../../protocol/log/entry.ts"
import { encodeNote } from "../../protocol/log/note.ts"
import { meetsQuorum, parsePolicy } from "../../protocol/log/policy.ts"
import type { Policy } from "../../protocol/log/policy.ts"
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import type { SignedHead } from "./ledger.ts"
import { headAt } from "./proofs.ts"
import type { ProvenLog } from "./proofs.ts"
import type { CosignatureRow, LedgerReads } from "./store.ts"

/** Rows of one read: every cosigner of some dozen sizes. */
const ROWS_AT_A_TIME = 512

/** Believes in a log alone: nobody else is asked. */
export const NO_COSIGNERS: Policy = { logs: [], cosigners: [], groups: [], quorum: "none" }

/** Finds published heads. */
export class Publisher {
  readonly #reads: LedgerReads
  readonly #own: Policy
  readonly #policies = new Map<string, Policy>()
  /** Published sizes so far: nothing older is looked at again, and nothing is ever unpublished. */
  readonly #published = new Map<string, number>()

  /** @param own - of the service: its quorum is the main log's, an election has that of its ceremony */
  constructor(reads: LedgerReads, own: Policy) {
    this.#reads = reads
    this.#own = own
  }

  /** The newest published head with its cosignatures; null while none met the quorum. @param head - the committed one */
  async published(log: ProvenLog, isElection: boolean, head: SignedHead): Promise<SignedHead | null> {
    const policy = await this.#policyOf(log, isElection)
    if (policy.quorum === "none") return this.cosigned(log, head)
    const before = this.#published.get(log.origin) ?? 0
    const size = (await this.#search(log, policy, before, head.size)) ?? before
    if (size === 0) return null
    this.#published.set(log.origin, size)
    const found = size === head.size ? head : await headAt(this.#reads, log, size)
    return found === null ? null : this.cosigned(log, found)
  }

  /** The head with the newest cosignature of each cosigner that has seen it. */
  async cosigned(log: ProvenLog, head: SignedHead): Promise<SignedHead> {
    const rows = await this.#reads.listCosignatures(log.logId, head.size, head.size, ROWS_AT_A_TIME)
    return withCosignatures(head, newest(rows))
  }

  /**
   * The first head, by its cosigners' clocks, that a quorum dated at this time or later; null without one. It carries
   * these dates and no earlier ones.
   */
  async dated(log: ProvenLog, head: SignedHead, fromUnixSeconds: number): Promise<SignedHead | null> {
    const policy = await this.#policyOf(log, true)
    if (policy.quorum === "none") return null
    let first: { readonly at: number; readonly rows: readonly CosignatureRow[] } | null = null
    for await (const rows of this.#bySize(log, 1, head.size)) {
      const late = rows.filter(({ timeUnixSeconds }) => timeUnixSeconds >= fromUnixSeconds)
      for (const { timeUnixSeconds: at } of late) {
        const until = oldest(late.filter((row) => row.timeUnixSeconds <= at))
        if (!(await this.#isQuorum(log, policy, until))) continue
        if (first === null || at <= first.at) first = { at, rows: until }
        break
      }
    }
    const size = first?.rows[0]?.size
    const found = size === undefined ? null : await headAt(this.#reads, log, size)
    return found === null || first === null ? null : withCosignatures(found, first.rows)
  }

  /** The largest size above `before` that meets the quorum; null when there is none. */
  async #search(log: ProvenLog, policy: Policy, before: number, most: number): Promise<number | null> {
    for await (const rows of this.#bySize(log, before + 1, most)) {
      if (await this.#isQuorum(log, policy, newest(rows))) return rows[0]?.size ?? null
    }
    return null
  }

  /** Rows of one size after the other, largest size first. */
  async *#bySize(log: ProvenLog, least: number, most: number): AsyncGenerator<readonly CosignatureRow[]> {
    for (let to = most; to >= least;) {
      const rows = await this.#reads.listCosignatures(log.logId, least, to, ROWS_AT_A_TIME)
      const sizes = [...new Set(rows.map(({ size }) => size))]
      // The last size of a full read may have more rows than were read: it is read again by itself.
      const whole = rows.length < ROWS_AT_A_TIME || sizes.length === 1 ? sizes : sizes.slice(0, -1)
      for (const size of whole) yield rows.filter((row) => row.size === size)
      const last = whole.at(-1)
      if (last === undefined || rows.length < ROWS_AT_A_TIME) return
      to = last - 1
    }
  }

  // Verified again: a row that somebody wrote into the database must publish nothing.
  async #isQuorum(log: ProvenLog, policy: Policy, rows: readonly CosignatureRow[]): Promise<boolean> {
    const known = rows.filter(({ name }) => policy.cosigners.some(({ key }) => key.name === name))
    const [first] = known
    const head = first === undefined ? null : await headAt(this.#reads, log, first.size)
    if (head === null) return false
    const { note } = parseCheckpoint(withCosignatures(head, known).note)
    const keys = policy.cosigners.map(({ key }) => key)
    const verified = verifyCosignatures(note, keys)
    return (
      verified.ok &&
      meetsQuorum(
        policy,
        verified.value.map(({ key }) => key),
      )
    )
  }

  /** The policy that publishes a log; an election's never changes. */
  async #policyOf(log: ProvenLog, isElection: boolean): Promise<Policy> {
    if (!isElection) return this.#own
    const known = this.#policies.get(log.origin)
    if (known !== undefined) return known
    const [row] = await this.#reads.readEntries(log.logId, 0, 1)
    const first = row === undefined ? null : parseEntry(row.body)
    const policy = first?.kind === "ceremony" ? parsePolicy(first.body.policy) : NO_COSIGNERS
    if (row !== undefined) this.#policies.set(log.origin, policy)
    return policy
  }
}

function withCosignatures(head: SignedHead, rows: readonly CosignatureRow[]): SignedHead {
  if (rows.length === 0) return head
  const { note } = parseCheckpoint(head.note)
  const lines = rows.map(({ name, keyId, signature }) => ({ name, keyId, signature }))
  return { ...head, note: encodeNote({ ...note, lines: [...note.lines, ...lines] }) }
}

/** The newest row of each cosigner. @param rows - of one size, oldest first */
const newest = (rows: readonly CosignatureRow[]): readonly CosignatureRow[] => [
  ...new Map(rows.map((row) => [`${row.name} ${bytesToHex(row.keyId)}`, row])).values(),
]

const oldest = (rows: readonly CosignatureRow[]): readonly CosignatureRow[] => newest([...rows].reverse())
