// The door of an election's log: what may come next. Service, trustee and auditor ask it the same questions.
import { accept } from "../primitives/verdict.ts"
import { ballotOfEntry, challengedOfEntry } from "../wire/ballot.ts"
import type { ElectionBodies } from "../wire/election-entries.ts"
import type { ElectionEntry } from "../log/entry.ts"
import { checkBallotShape, ENTRY_BYTES } from "./ballot-check.ts"
import type { BallotKind } from "./ballot-order.ts"
import type { FrozenCensus } from "./census.ts"
import { isCeremonyEntry } from "./ceremony-replay.ts"
import { checkOpening } from "./challenge.ts"
import { checkClose } from "./close.ts"
import type { TrusteeShares } from "./combine.ts"
import { checkDecryptionShare, sortShares } from "./decryption-share.ts"
import type { DecryptionShareBody } from "./decryption-share.ts"
import { checkDefinition } from "./definition.ts"
import type { DefinitionFacts } from "./definition.ts"
import { ElectionFacts } from "./election-facts.ts"
import type { BlobReader } from "./election-facts.ts"
import { checkExtension } from "./extension.ts"
import { checkCeremony, electionOrigin } from "./key-ceremony.ts"
import type { CeremonyBody } from "./key-ceremony.ts"
import { readDefinition } from "./read-definition.ts"
import { refuseAt } from "./refusal.ts"
import type { BallotRefusal, ControlRefusal, ElectionVerdict } from "./refusal.ts"
import { checkSigners } from "./signers.ts"
import type { EntryOf } from "./signers.ts"
import { checkTally } from "./tally.ts"

/** What a replay holds a log against, from sources of the reader's own. */
export interface ElectionLogSources {
  /** The log's origin, `<host>/elections/<32 digits>`. */
  readonly origin: string
  /** The log's verifier key. */
  readonly logKey: string
  /** Origin of the service's main log: the election's must be under the same host. */
  readonly mainOrigin: string
  readonly blob: BlobReader
  readonly circuits: DefinitionFacts["circuits"]
  /** The frozen census of this id, or null. */
  readonly census: (id: string) => FrozenCensus | null
  readonly allowDevelopmentKeys: boolean
}

/** The answer to an entry: the reason and, in `at`, the member that is wrong. */
export type LogVerdict = ElectionVerdict<true, ControlRefusal | BallotRefusal>

/**
 * An election's log. `check` has no effect; `append` (of `ElectionFacts`) takes what is in the log, checked or, when a
 * reader goes on past an invalid share, not.
 */
export class ElectionLog extends ElectionFacts {
  readonly #sources: ElectionLogSources
  /** Verified once per share, however many tallies are offered. */
  #validShares: { readonly ofFirst: number; readonly valid: readonly TrusteeShares[] } | null = null

  constructor(sources: ElectionLogSources) {
    super(sources.blob)
    this.#sources = sources
  }

  /**
   * Whether the entry may come next: order, signatures, content; everything but a ballot's Groth16 proof.
   * @param entry - attacker-controlled, as from `parseEntry`
   * @param bytes - its canonical bytes
   */
  check(entry: ElectionEntry, bytes: Uint8Array): LogVerdict {
    const order = this.phases.check(entry)
    if (!order.ok) return order
    if (entry.kind === "ballot" || entry.kind === "challenged-ballot") return this.#checkBallot(entry, bytes)
    if (entry.kind === "ceremony") {
      const verdict = this.#checkFirst(entry.body)
      return verdict.ok ? checkSigners(entry, entry.body) : verdict
    }
    const signed = checkSigners(entry, this.ceremony)
    if (!signed.ok) return signed
    return isCeremonyEntry(entry) ? this.replay.check(entry) : this.#checkControl(entry)
  }

  #checkFirst(body: CeremonyBody): LogVerdict {
    const checked = checkCeremony(body)
    if (!checked.ok) return checked
    const { origin, mainOrigin } = this.#sources
    return origin === electionOrigin(mainOrigin, checked.value.ceremonyId)
      ? accept(true)
      : refuseAt("phase-refused", "origin")
  }

  #checkBallot(entry: EntryOf<BallotKind>, bytes: Uint8Array): LogVerdict {
    const { definition, electionId } = this
    if (bytes.length !== ENTRY_BYTES[definition.circuit.id][entry.kind]) return refuseAt("signals-count", "C")
    const ballot = ballotOfEntry(entry, electionId)
    const shape = checkBallotShape(ballot, definition)
    if (!shape.ok) return shape
    const order = this.ballots.check(entry.kind, ballot)
    if (!order.ok || entry.kind === "ballot") return order
    return checkOpening(challengedOfEntry(entry, electionId))
  }

  #checkControl(entry: ControlEntry): LogVerdict {
    switch (entry.kind) {
      case "definition":
        return this.#checkDefinition(entry.body)
      case "election-open":
        return this.replay.checkDrills(this.electionId)
      case "extension":
        return checkExtension(entry, this.ceremony, this.definition, this.closings)
      case "election-close":
        return checkClose(this, entry)
      case "decryption-share":
        return this.#checkShare(entry.body)
      case "tally":
        return checkTally(this, this.#sortedShares(), entry.body)
      case "void":
        return accept(true)
    }
  }

  #checkDefinition(body: ElectionBodies["definition"]): LogVerdict {
    const read = readDefinition(body, this.#sources.blob(body.definitionSha256))
    if (!read.ok) return read
    const { origin, logKey, circuits, census, allowDevelopmentKeys } = this.#sources
    const { keys, keysHash, ceremony } = this
    const log = { origin, vkey: logKey }
    const own = { ceremony, keys, keysHash, log, circuits, allowDevelopmentKeys }
    return checkDefinition(read.value, { ...own, census: census(read.value.census.id) })
  }

  #sortedShares(): readonly TrusteeShares[] {
    const { shares, closedSum } = this
    if (this.#validShares?.ofFirst !== shares.length) {
      this.#validShares = { ofFirst: shares.length, valid: sortShares(closedSum, shares).valid }
    }
    return this.#validShares.valid
  }

  #checkShare(body: DecryptionShareBody): LogVerdict {
    // Trustees' programs refuse too; here it keeps a sum of few ballots closed even when t of them run another program.
    if (this.counts.counted < this.definition.minAnonymity) return refuseAt("below-min-anonymity", "counted")
    const verdict = checkDecryptionShare(this.closedSum, body)
    return verdict.ok ? accept(true) : verdict
  }
}

type ControlEntry = EntryOf<
  "definition" | "election-open" | "extension" | "election-close" | "decryption-share" | "tally" | "void"
>
