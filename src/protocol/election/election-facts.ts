// What an election's log says so far: everything that follows from its entries and from nothing else.
import type { Ciphertexts } from "../primitives/elgamal.ts"
import type { EncodedPoint } from "../primitives/babyjubjub.ts"
import type { Fr, Nullifier } from "../primitives/field.ts"
import { ballotOfEntry } from "../wire/ballot.ts"
import type { ElectionDefinition } from "../wire/election-definition.ts"
import type { ElectionBodies, ElectionClose } from "../wire/election-entries.ts"
import type { ElectionEntry } from "../log/entry.ts"
import { BallotOrder } from "./ballot-order.ts"
import type { BallotCounts, BallotKind } from "./ballot-order.ts"
import { CeremonyReplay, isCeremonyEntry } from "./ceremony-replay.ts"
import type { CeremonyEntry, CeremonyKeys } from "./ceremony-replay.ts"
import { computeCloseHash } from "./close.ts"
import type { ClosedSum, DecryptionShareBody } from "./decryption-share.ts"
import { GrowingRoot } from "./growing-root.ts"
import type { ComplaintVerdict } from "./judge-complaint.ts"
import { ceremonyFacts } from "./key-ceremony.ts"
import type { CeremonyBody, CeremonyFacts } from "./key-ceremony.ts"
import { PhaseTable } from "./phase-table.ts"
import type { Phase } from "./phase-table.ts"
import { readDefinition } from "./read-definition.ts"

/** Answers the document of a SHA-256, 64 hexadecimal digits, or null. */
export type BlobReader = (sha256: string) => Uint8Array | null

interface Ceremony {
  readonly body: CeremonyBody
  readonly facts: CeremonyFacts
  readonly replay: CeremonyReplay
  readonly ballots: BallotOrder
}
interface Defined {
  readonly definition: ElectionDefinition
  readonly electionId: Fr
}
interface Closed {
  readonly close: ElectionClose
  readonly closeHash: string
}

/**
 * The facts of an election's log, entry by entry. A fact of a phase that is not reached throws RangeError: `phase` says
 * which exist.
 */
export class ElectionFacts {
  /** Which entry may come next. */
  protected readonly phases = new PhaseTable()
  /** Closing times of the extensions. */
  protected readonly closings: number[] = []
  readonly #tree = new GrowingRoot()
  readonly #shares: DecryptionShareBody[] = []
  readonly #blob: BlobReader
  #ceremony: Ceremony | null = null
  #defined: Defined | null = null
  #closed: Closed | null = null
  #tally: ElectionBodies["tally"] | null = null

  constructor(blob: BlobReader) {
    this.#blob = blob
  }

  /**
   * Takes an entry of the log.
   * @param entry - as from `parseEntry`; `check` accepted it, or the reader lists its fault and goes on
   * @param bytes - its canonical bytes
   * @throws RangeError, ProtocolError for one that no log can have at this place
   */
  append(entry: ElectionEntry, bytes: Uint8Array): void {
    if (isCeremonyEntry(entry)) this.replay.add(entry, bytes)
    else this.#take(entry)
    this.phases.add(entry)
    this.#tree.append(bytes)
    if (entry.kind === "election-close") {
      this.#closed = { close: entry, closeHash: computeCloseHash(this.electionId, this.root()) }
    }
  }

  /** Number of entries. */
  get size(): number {
    return this.#tree.size
  }
  /** The root of the log's tree at this size. */
  root(): Uint8Array {
    return this.#tree.root()
  }
  /** Where the election stands. */
  get phase(): Phase {
    return this.phases.phase
  }

  /** Body of entry 0. */
  get ceremony(): CeremonyBody {
    return need(this.#ceremony).body
  }
  /** 64 hexadecimal digits. */
  get ceremonyId(): string {
    return need(this.#ceremony).facts.ceremonyId
  }
  /** Number of trustees. */
  get n(): number {
    return need(this.#ceremony).facts.n
  }
  /** Trustees who can open the sum. */
  get t(): number {
    return need(this.#ceremony).facts.t
  }
  /** PK_j, once all deals are in. */
  get keys(): CeremonyKeys["keys"] {
    return this.replay.keys.keys
  }
  /** D_(k,j) as [k - 1][j], once all deals are in. */
  get trusteeKeys(): CeremonyKeys["trusteeKeys"] {
    return this.replay.keys.trusteeKeys
  }
  /** 64 hexadecimal digits, once all deals are in. */
  get keysHash(): string {
    return this.replay.keys.keysHash
  }
  /** Whom the complaints in the log name, and why. */
  get complaintVerdicts(): readonly ComplaintVerdict[] {
    return this.replay.verdicts
  }

  /** The definition, once it is in the log. */
  get definition(): ElectionDefinition {
    return need(this.#defined).definition
  }
  /** The election's id, once it is defined. */
  get electionId(): Fr {
    return need(this.#defined).electionId
  }
  /** Unix seconds: ballots that arrive before are refused. */
  get opensAt(): number {
    return this.definition.opensAtUnixSeconds
  }
  /** Unix seconds: ballots that arrive then or later are refused. The last extension's, else the definition's. */
  get closesAt(): number {
    return this.closings.at(-1) ?? this.definition.closesAtUnixSeconds
  }

  /** The highest sequence of a nullifier, 0 when it has no ballot. */
  lastSequence(nullifier: Nullifier): number {
    return this.ballots.lastSequence(nullifier)
  }
  /** True when a ballot or a challenged ballot has this R. */
  hasRandomness(R: EncodedPoint): boolean {
    return this.ballots.hasRandomness(R)
  }
  /** How many challenged ballots a nullifier has. */
  challenges(nullifier: Nullifier): number {
    return this.ballots.challenges(nullifier)
  }
  /** Index of the entry that admitted this ballot with this kind; undefined when none did. */
  ballotIndex(kind: BallotKind, ballotHash: Uint8Array): number | undefined {
    return this.ballots.indexOf(kind, ballotHash)
  }
  /** Ballots so far by their fate. */
  get counts(): BallotCounts {
    return this.ballots.counts
  }
  /** The sum of the counted ballots so far; after the close it does not change. */
  get aggregate(): Ciphertexts {
    return this.ballots.aggregate
  }

  /** The close, or null before it. */
  get close(): ElectionClose | null {
    return this.#closed?.close ?? null
  }
  /** What shares are made for, once the election is closed; 64 hexadecimal digits. */
  get closeHash(): string {
    return need(this.#closed).closeHash
  }
  /** What decryption shares are held against, once the election is closed. */
  get closedSum(): ClosedSum {
    const { electionId, closeHash, trusteeKeys } = this
    return { electionId, closeHash, R: this.aggregate.R, trusteeKeys }
  }
  /** The decryption shares in the log in its order; `sortShares` tells valid ones. */
  get shares(): readonly DecryptionShareBody[] {
    return this.#shares
  }
  /** The tally, or null before it. */
  get tally(): ElectionBodies["tally"] | null {
    return this.#tally
  }

  /** The messages of the key ceremony. */
  protected get replay(): CeremonyReplay {
    return need(this.#ceremony).replay
  }
  /** The ballots so far. */
  protected get ballots(): BallotOrder {
    return need(this.#ceremony).ballots
  }

  #take(entry: Exclude<ElectionEntry, CeremonyEntry>): void {
    switch (entry.kind) {
      case "ceremony": {
        const facts = ceremonyFacts(entry.body)
        const ballots = new BallotOrder(facts.pairs)
        this.#ceremony = { body: entry.body, facts, replay: new CeremonyReplay(facts), ballots }
        break
      }
      case "definition": {
        const read = readDefinition(entry.body, this.#blob(entry.body.definitionSha256))
        if (!read.ok) throw new RangeError("a definition without its document")
        this.#defined = { definition: read.value, electionId: entry.body.electionId }
        break
      }
      case "ballot":
      case "challenged-ballot":
        this.ballots.add(entry.kind, ballotOfEntry(entry, this.electionId), this.size)
        break
      case "extension":
        this.closings.push(entry.body.closesAt)
        break
      case "decryption-share":
        this.#shares.push(entry.body)
        break
      case "tally":
        this.#tally = entry.body
        break
      case "election-open":
      case "election-close":
      case "void":
        break
    }
  }
}

function need<T>(fact: T | null): T {
  if (fact === null) throw new RangeError("the log has not come so far")
  return fact
}
