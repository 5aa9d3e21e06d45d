// An election as a party reads it: the log of a service or a folder, replayed through the same door that the service has,
// against a census that was recomputed. What comes out is believed because it was checked, not because it was said.
import { ElectionLog } from "../protocol/election/election-log.ts"
import type { BallotCircuitId } from "../protocol/election/ballot-signals.ts"
import type { CircuitDigests } from "../protocol/election/definition.ts"
import { isMainEntry, parseEntry } from "../protocol/log/entry.ts"
import type { ElectionEntry } from "../protocol/log/entry.ts"
import { hostOf } from "../protocol/log/log-keys.ts"
import type { Policy } from "../protocol/log/policy.ts"
import { bytesToHex } from "../protocol/primitives/bytes.ts"
import { ProtocolError } from "../protocol/primitives/errors.ts"
import { sha256 } from "../protocol/primitives/hash.ts"
import { encodeVerifierKey } from "../protocol/primitives/note-key.ts"
import { canonicalBytes } from "../protocol/wire/canonical-json.ts"
import { parseDefinition } from "../protocol/wire/election-definition.ts"
import { keysUnder } from "../parties/verifier/audit-steps/notes.ts"
import { readCensus } from "./election-census.ts"
import type { ReadCensus } from "./election-census.ts"
import { ElectionError } from "./election-error.ts"
import type { ElectionPlace } from "./election-place.ts"
import { ElectionTree } from "./election-tree.ts"
import type { SignedHead } from "./election-tree.ts"

/** What an election is read with, all the reader's own. */
export interface ReadingRules {
  /** Names the service's main log: the election's is signed by the same key under its own name. */
  readonly policy: Policy
  /** The election's id, or its ceremony's: the log must be that one. */
  readonly election: string
  readonly circuits: Readonly<Record<BallotCircuitId, CircuitDigests>>
  readonly allowDevelopmentKeys: boolean
}

/** An election up to its newest signed head. */
export interface ElectionReading {
  /** The replay: every entry was accepted by `check`, but for those in `invalidShares`. */
  readonly log: ElectionLog
  readonly entries: readonly ElectionEntry[]
  /** Their canonical bytes. */
  readonly bytes: readonly Uint8Array[]
  /** The root of the first `size` entries, or null beyond them. */
  readonly rootAt: (size: number) => Uint8Array | null
  readonly head: SignedHead
  /** Every head seen by this reader, oldest first. */
  readonly heads: readonly SignedHead[]
  /** Indices of decryption shares that do not hold; a result goes on without them. */
  readonly invalidShares: readonly number[]
  /** Null before the definition. */
  readonly census: ReadCensus | null
  /** The key of this log, text. */
  readonly logKey: string
}

/** Reads one election, again and again; what was read once is not read or checked again. */
export interface ElectionReader {
  /**
   * The election as it stands now.
   * @throws ElectionError; what the place throws
   */
  readonly read: () => Promise<ElectionReading>
}

/** A reader of the election that `rules` name. One call of `read` at a time. */
export function openElectionReader(place: ElectionPlace, rules: ReadingRules): ElectionReader {
  const tree = new ElectionTree(place, rules.policy)
  const replay = new Replay(place, rules)
  return {
    read: async () => {
      const head = await tree.advance()
      for (const bytes of tree.entries.slice(replay.size)) await replay.add(bytes, head)
      return replay.reading(tree, head)
    },
  }
}

/** The entries of one log, held one after the other against those before. */
class Replay {
  readonly #place: ElectionPlace
  readonly #rules: ReadingRules
  readonly #entries: ElectionEntry[] = []
  readonly #documents = new Map<string, Uint8Array>()
  readonly #invalidShares: number[] = []
  #census: ReadCensus | null = null
  #opened: { readonly log: ElectionLog; readonly logKey: string } | null = null

  constructor(place: ElectionPlace, rules: ReadingRules) {
    this.#place = place
    this.#rules = rules
  }

  get size(): number {
    return this.#entries.length
  }

  async add(bytes: Uint8Array, head: SignedHead): Promise<void> {
    const index = this.size
    const entry = this.#parse(bytes, index)
    const { log } = (this.#opened ??= this.#open(head))
    if (entry.kind === "definition") await this.#fetchDefinition(entry.body.definitionSha256)
    const verdict = log.check(entry, bytes)
    const isPassedOver =
      !verdict.ok && entry.kind === "decryption-share" && verdict.reason === "share-invalid"
    if (!verdict.ok && !isPassedOver)
      throw this.#inconsistent(`entry ${index} (${entry.kind}): ${verdict.reason} ${verdict.at ?? ""}`.trim())
    if (isPassedOver) this.#invalidShares.push(index)
    log.append(entry, bytes)
    this.#entries.push(entry)
    this.#assertNamed(entry, log)
  }

  reading(tree: ElectionTree, head: SignedHead): ElectionReading {
    if (this.#opened === null) throw this.#inconsistent("a log without entries")
    return {
      ...this.#opened,
      entries: [...this.#entries],
      bytes: [...tree.entries],
      rootAt: (size) => tree.rootAt(size),
      head,
      heads: [...tree.heads],
      invalidShares: [...this.#invalidShares],
      census: this.#census,
    }
  }

  #open({ origin }: SignedHead): { readonly log: ElectionLog; readonly logKey: string } {
    const { policy, circuits, allowDevelopmentKeys } = this.#rules
    const [key] = keysUnder(policy, origin)
    if (key === undefined) throw this.#inconsistent("a log of a host that your policy does not name")
    const logKey = encodeVerifierKey(key)
    const log = new ElectionLog({
      origin,
      logKey,
      mainOrigin: `${hostOf(origin)}/ledger`,
      blob: (digest) => this.#documents.get(digest) ?? null,
      circuits,
      census: (id) => (this.#census?.frozen.body.censusId === id ? this.#census.frozen : null),
      allowDevelopmentKeys,
    })
    return { log, logKey }
  }

  #parse(bytes: Uint8Array, index: number): ElectionEntry {
    try {
      const entry = parseEntry(bytes)
      if (!isMainEntry(entry)) return entry
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause
      throw this.#inconsistent(`entry ${index}: ${cause.message}`)
    }
    throw this.#inconsistent(`entry ${index}: not of an election`)
  }

  /** The document and the census behind a definition, wherever they come from: their digests are in what was signed. */
  async #fetchDefinition(digest: string): Promise<void> {
    const bytes = await this.#place.definition()
    if (bytes === null) throw missing(this.#place, "the definition")
    const definition = this.#read(() => parseDefinition(bytes))
    const canonical = canonicalBytes(definition)
    if (bytesToHex(sha256(canonical)) !== digest)
      throw this.#inconsistent("another definition than the log names")
    this.#documents.set(digest, canonical)
    const files = await this.#place.census(definition.census.id)
    if (files === null) throw missing(this.#place, "the frozen census")
    this.#census = readCensus(files, definition.census.id)
  }

  /** The log is the one that was asked for. */
  #assertNamed(entry: ElectionEntry, log: ElectionLog): void {
    const { election } = this.#rules
    const isCeremony = election.length === 64 && /^[0-9a-f]+$/.test(election)
    const found =
      entry.kind === "ceremony" ? log.ceremonyId : entry.kind === "definition" ? log.electionId : null
    if (found === null || (entry.kind === "ceremony") !== isCeremony) return
    if (found !== election) throw this.#inconsistent("another election than the one you named")
  }

  #read<T>(parse: () => T): T {
    try {
      return parse()
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause
      throw this.#inconsistent(cause.message)
    }
  }

  #inconsistent(what: string): ElectionError {
    return new ElectionError("log-inconsistent", `${this.#place.name}: ${what}`)
  }
}

const missing = ({ name }: ElectionPlace, what: string): ElectionError =>
  new ElectionError("election-missing", `${name} does not give ${what}`)
