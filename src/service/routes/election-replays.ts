// The elections of this service as their logs tell them: one replay a log, brought up to its head before it is asked.
import { ElectionLog } from "../../protocol/election/election-log.ts"
import { frozenCensus } from "../../protocol/election/census.ts"
import type { FrozenCensus } from "../../protocol/election/census.ts"
import type { CircuitDigests } from "../../protocol/election/definition.ts"
import type { BallotCircuitId } from "../../protocol/election/ballot-signals.ts"
import { isMainEntry, parseEntry } from "../../protocol/log/entry.ts"
import type { ElectionEntry } from "../../protocol/log/entry.ts"
import { bytesToHex, hexToBytes } from "../../protocol/primitives/bytes.ts"
import { sha256 } from "../../protocol/primitives/hash.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import { parseCensus, parseCensusPlan } from "../../protocol/wire/census.ts"
import { parseDefinition } from "../../protocol/wire/election-definition.ts"
import { isBallotKind } from "../../ledger/log/draft.ts"
import type { Ledger } from "../../ledger/log/ledger.ts"
import type { ElectionRow, ElectionStore } from "../election-store.ts"
import type { ServiceStore } from "../store.ts"

/** What replays are made from. */
export interface ReplayDeps {
  readonly store: Pick<ServiceStore, "findBlob">
  readonly elections: ElectionStore
  readonly ledger: Ledger
  readonly ledgerOrigin: string
  /** The verifier key of an election's log, text. */
  readonly logKeyOf: (origin: string) => string
  readonly ballotCircuits: Readonly<Record<BallotCircuitId, CircuitDigests>>
  readonly allowDevelopmentKeys: boolean
  /** Unix seconds. */
  readonly now: () => number
}

/** Entries of one read. */
const PAGE = 256

/** How an election is named in a call. */
export type ElectionName = Parameters<ElectionStore["findElection"]>[0]

/** One election's replay with what it looked up. */
interface Replay {
  readonly log: ElectionLog
  readonly documents: Map<string, Uint8Array>
  readonly censuses: Map<string, FrozenCensus>
  /** Places of all entries but ballots, by SHA-256 of their bytes. */
  readonly places: Map<string, number>
  /** The last work on it: replays are brought up to date one call after the other. */
  current: Promise<void>
}

/** Replays by origin. Owned by the routes of one process; another process may write, hence every look asks the ledger. */
export class ElectionReplays {
  readonly #deps: ReplayDeps
  readonly #replays = new Map<string, Replay>()

  constructor(deps: ReplayDeps) {
    this.#deps = deps
  }

  /** The row of an election, or null. */
  find(by: ElectionName): Promise<ElectionRow | null> {
    return this.#deps.elections.findElection(by)
  }

  /** The replay of a log up to its newest committed entry. @throws LedgerError */
  async upToDate(origin: string): Promise<ElectionLog> {
    const { size } = await this.#deps.ledger.refresh(origin)
    return this.at(origin, size)
  }

  /** The replay of a log of at least `size` entries. */
  async at(origin: string, size: number): Promise<ElectionLog> {
    const replay = this.#replayOf(origin)
    const work = replay.current.then(() => this.#advance(replay, origin, size))
    replay.current = work.catch(() => undefined)
    await work
    return replay.log
  }

  /** Makes a document and its frozen census known to a replay that is about to check the definition. */
  async offerDefinition(origin: string, bytes: Uint8Array, sha256: string): Promise<void> {
    const replay = this.#replayOf(origin)
    replay.documents.set(sha256, bytes)
    const { id } = parseDefinition(bytes).census
    const frozen = await this.#frozen(id)
    if (frozen === null) replay.censuses.delete(id)
    else replay.censuses.set(id, frozen)
  }

  /** Forgets a document that was offered, so that refused ones do not gather; one that is written is in the store. */
  withdrawDefinition(origin: string, sha256: string): void {
    this.#replayOf(origin).documents.delete(sha256)
  }

  /** Where a log holds exactly this entry, which is no ballot; null when it does not. */
  async placeOf(origin: string, bytes: Uint8Array): Promise<number | null> {
    await this.upToDate(origin)
    return this.#replayOf(origin).places.get(bytesToHex(sha256(bytes))) ?? null
  }

  #replayOf(origin: string): Replay {
    const known = this.#replays.get(origin)
    if (known !== undefined) return known
    const { ledgerOrigin, logKeyOf, ballotCircuits, allowDevelopmentKeys } = this.#deps
    const documents = new Map<string, Uint8Array>()
    const censuses = new Map<string, FrozenCensus>()
    const log = new ElectionLog({
      origin,
      logKey: logKeyOf(origin),
      mainOrigin: ledgerOrigin,
      blob: (sha256) => documents.get(sha256) ?? null,
      circuits: ballotCircuits,
      census: (id) => censuses.get(id) ?? null,
      allowDevelopmentKeys,
    })
    const replay = { log, documents, censuses, places: new Map(), current: Promise.resolve() }
    this.#replays.set(origin, replay)
    return replay
  }

  async #advance({ log, documents, places }: Replay, origin: string, size: number): Promise<void> {
    while (log.size < size) {
      const rows = await this.#deps.ledger.readEntries(origin, log.size, Math.min(size, log.size + PAGE))
      if (rows.length === 0) throw new RangeError(`the log ${origin} lacks entry ${log.size}`)
      for (const { body } of rows) {
        const entry = parseElectionEntry(body)
        if (entry.kind === "definition") await this.#fetchDocument(documents, entry.body.definitionSha256)
        if (!isBallotKind(entry.kind)) places.set(bytesToHex(sha256(body)), log.size)
        log.append(entry, body) // it was checked before it was admitted
      }
    }
  }

  async #fetchDocument(documents: Map<string, Uint8Array>, sha256: string): Promise<void> {
    const bytes = documents.get(sha256) ?? (await this.#deps.store.findBlob(hexToBytes(sha256)))
    if (bytes !== null) documents.set(sha256, bytes)
  }

  /** A census whose freeze stands and whose objections are over. */
  async #frozen(id: string): Promise<FrozenCensus | null> {
    const row = await this.#deps.elections.findCensus(id)
    if (row?.document == null || row.frozenAtUnixSeconds === null) return null
    const plan = parseCensusPlan(row.plan).body
    if (this.#deps.now() < row.frozenAtUnixSeconds + plan.objectionSeconds) return null
    return frozenCensus(plan, parseCensus(row.document))
  }
}

/** Reads an entry of an election's log. @throws RangeError for one of the main log: no election log holds it */
export function parseElectionEntry(bytes: Uint8Array): ElectionEntry {
  const entry = parseEntry(bytes)
  if (isMainEntry(entry)) throw new RangeError(`an election's log holds no ${entry.kind}`)
  return entry
}

/** The name of the election whose id a body bears. */
export const nameOf = (body: { readonly ceremonyId: string } | { readonly electionId: Fr }): ElectionName =>
  "ceremonyId" in body ? { ceremonyId: body.ceremonyId } : { electionId: body.electionId }
