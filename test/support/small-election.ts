// A whole election in memory, honest from its ceremony to its tally: every entry signed, every share and key real. Proofs
// of ballots are whatever `prove` gives: by default points that no verifier accepts, for tests that do not look at them.
import { BASE8, encodePoint } from "../../src/protocol/primitives/babyjubjub.ts"
import { bytesToHex, hexToBytes } from "../../src/protocol/primitives/bytes.ts"
import { computeBallotHash, encryptMarks } from "../../src/protocol/primitives/elgamal.ts"
import type { Fr } from "../../src/protocol/primitives/field.ts"
import { sha256 } from "../../src/protocol/primitives/hash.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import type { SigningKey } from "../../src/protocol/primitives/note-key.ts"
import type { WireProof } from "../../src/protocol/primitives/prove.ts"
import { drawScalar } from "../../src/protocol/primitives/scalar.ts"
import type { RandomBytes } from "../../src/protocol/primitives/scalar.ts"
import { encodeKnowledgeProof, proveChallenge } from "../../src/protocol/primitives/schnorr.ts"
import { deriveBallotNullifier } from "../../src/protocol/primitives/voter.ts"
import { ballotEntryOf, challengedEntryOf } from "../../src/protocol/wire/ballot.ts"
import type { Ballot, ChallengedBallot } from "../../src/protocol/wire/ballot.ts"
import { canonicalBytes } from "../../src/protocol/wire/canonical-json.ts"
import type { ElectionDefinition } from "../../src/protocol/wire/election-definition.ts"
import type { ElectionBodies, ElectionControlKind } from "../../src/protocol/wire/election-entries.ts"
import { encodeEntry } from "../../src/protocol/log/entry.ts"
import type { ElectionEntry } from "../../src/protocol/log/entry.ts"
import { signBody } from "../../src/protocol/log/signed-entry.ts"
import { ballotConstants } from "../../src/protocol/election/ballot-constants.ts"
import { buildBallotInput } from "../../src/protocol/election/ballot-input.ts"
import type { BallotInput } from "../../src/protocol/election/ballot-input.ts"
import { BALLOT_CIRCUITS } from "../../src/protocol/election/ballot-signals.ts"
import type { BallotCircuitId } from "../../src/protocol/election/ballot-signals.ts"
import { composeBallot } from "../../src/protocol/election/ballot-types.ts"
import type { BallotDescription } from "../../src/protocol/election/ballot-types.ts"
import { computeCensusId, frozenCensus } from "../../src/protocol/election/census.ts"
import { censusPath } from "../../src/protocol/election/census-tree.ts"
import { computeClose } from "../../src/protocol/election/close.ts"
import { computeDealCommitment } from "../../src/protocol/election/deal.ts"
import { sortShares } from "../../src/protocol/election/decryption-share.ts"
import { computeElectionId } from "../../src/protocol/election/definition.ts"
import type { CircuitDigests } from "../../src/protocol/election/definition.ts"
import { deriveDrill } from "../../src/protocol/election/drill.ts"
import { ElectionLog } from "../../src/protocol/election/election-log.ts"
import type { ElectionLogSources } from "../../src/protocol/election/election-log.ts"
import { ceremonyFacts, electionOrigin } from "../../src/protocol/election/key-ceremony.ts"
import type { CeremonyBody, CeremonyFacts } from "../../src/protocol/election/key-ceremony.ts"
import { bitOf } from "../../src/protocol/election/rules.ts"
import { computeResult } from "../../src/protocol/election/tally.ts"
import type { ComputedResult } from "../../src/protocol/election/tally.ts"
import { makeCensus } from "./election-census.ts"
import type { CensusService, TestCensus } from "./election-census.ts"
import { dealBody, makeTrustees, secretsOf, trusteeKeyBody, wireShares } from "./election-trustees.ts"
import type { TestTrustee } from "./election-trustees.ts"
import { seededBytes } from "./seeded-bytes.ts"

/** Where a life may stop: after the entries of that stage. */
export type Stage =
  | "ceremony"
  | "trustee-keys"
  | "commits"
  | "deals"
  | "confirms"
  | "definition"
  | "signed"
  | "drilled"
  | "open"
  | "voted"
  | "closed"
  | "shared"
  | "tallied"

export interface ElectionOptions {
  /** 5 trustees, 3 of whom open the sum. */
  readonly n?: number
  readonly t?: number
  /** 12 voters, one ballot each. */
  readonly voters?: number
  readonly seed?: string
  /** A single choice of three that may be left blank. */
  readonly ballot?: BallotDescription
  /** The smallest that carries the ballot. */
  readonly circuit?: BallotCircuitId
  /** Positions that voter v marks in the last ballot; by default v mod number of choices. */
  readonly marks?: (v: number) => readonly number[]
  /** Weight of voter v; the ballot must be of a weighted type. */
  readonly weights?: (v: number) => number
  /** The first so many voters vote twice, the second time for the same. */
  readonly revotes?: number
  /** The first so many voters challenge a ballot before they vote. */
  readonly challenges?: number
  /** Closing times, one extension each, before the votes. */
  readonly extensions?: readonly number[]
  readonly definition?: Partial<ElectionDefinition>
  readonly ceremony?: Partial<CeremonyBody>
  readonly digests?: CircuitDigests
  readonly mainOrigin?: string
  /** Seed of the log's key: a service's own, where the election is handed to one. */
  readonly logSeed?: Uint8Array
  /** The service that a census names, with the key that makes its promises. */
  readonly service?: CensusService
  /** The secret of voter v, for one who has a wallet; null for the others. */
  readonly secretOf?: (v: number, censusId: string) => bigint | null
  /** Makes the proof of a ballot out of its proof job; without it no proof job is built. */
  readonly prove?: (input: BallotInput) => WireProof
  /** By default the whole life. */
  readonly upTo?: Stage
}

/** An entry with its canonical bytes. */
export interface LoggedEntry {
  readonly entry: ElectionEntry
  readonly bytes: Uint8Array
}

/** Seconds: voting opens, and closes a day later. */
export const OPENS_AT = 1_000_000
export const CLOSES_AT = OPENS_AT + 86_400

const NO_PROOF: WireProof = { a: ["1", "2"], b: [["3", "4"], ["5", "6"]], c: ["7", "8"] } // prettier-ignore
const THREE: BallotDescription = {
  type: "single-choice",
  label: "Who chairs the board?",
  options: ["ann", "ben", "cem"].map((id) => ({ id, label: id.toUpperCase() })),
  mayAbstain: true,
}
const DIGESTS: CircuitDigests = {
  r1csSha256: "a".repeat(64),
  zkeySha256: "b".repeat(64),
  vkeySha256: "c".repeat(64),
  ceremony: "dev",
}

const made = new Map<string, SmallElection>()

/** An honest election; one without functions among its options is made once per process, so leave it as it is. */
export function makeElection(options: ElectionOptions = {}): SmallElection {
  if (Object.values(options).some((option) => typeof option === "function")) return new SmallElection(options)
  const key = JSON.stringify(options)
  const known = made.get(key) ?? new SmallElection(options)
  made.set(key, known)
  return known
}

export class SmallElection {
  readonly entries: LoggedEntry[] = []
  /** The replay of `entries`, appended without checks. */
  readonly log: ElectionLog
  /** For another replay of the same log. */
  readonly sources: ElectionLogSources
  readonly facts: CeremonyFacts
  readonly organizer: SigningKey
  readonly logKey: SigningKey
  readonly trustees: readonly TestTrustee[]
  readonly census: TestCensus
  readonly circuit: BallotCircuitId
  readonly randomBytes: RandomBytes
  /** Documents by SHA-256: the definition. */
  readonly blobs = new Map<string, Uint8Array>()
  /** Null before the shares. */
  result: ComputedResult | null = null
  readonly #options: ElectionOptions

  constructor(options: ElectionOptions) {
    this.#options = options
    const { n = 5, t = 3, voters = 12, mainOrigin = "service.example/ledger" } = options
    const randomBytes = seededBytes(options.seed ?? "small-election")
    this.randomBytes = randomBytes
    this.organizer = makeSigningKey("organizer.example", randomBytes(32))
    this.circuit = options.circuit ?? composeBallot(options.ballot ?? THREE).circuitId
    this.trustees = makeTrustees(n, t, BALLOT_CIRCUITS[this.circuit].pairs, randomBytes)
    const ceremony = this.#ceremonyBody(t)
    this.facts = ceremonyFacts(ceremony)
    const origin = electionOrigin(mainOrigin, this.facts.ceremonyId)
    this.logKey = makeSigningKey(origin, options.logSeed ?? randomBytes(32))
    this.census = makeCensus(
      voters,
      this.organizer,
      OPENS_AT - 1,
      randomBytes,
      options.weights,
      options.service,
      options.secretOf,
    )
    const frozen = frozenCensus(this.census.plan.body, this.census.document)
    this.sources = {
      origin,
      logKey: encodeVerifierKey(this.logKey),
      mainOrigin,
      blob: (digest) => this.blobs.get(digest) ?? null,
      circuits: { [this.circuit]: options.digests ?? DIGESTS },
      census: (id) => (id === frozen.body.censusId ? frozen : null),
      allowDevelopmentKeys: true,
    }
    this.log = new ElectionLog(this.sources)
    for (const [stage, step] of this.#life(ceremony)) {
      step()
      if (stage === options.upTo) break
    }
  }

  get definition(): ElectionDefinition {
    return this.log.definition
  }
  get electionId(): Fr {
    return this.log.electionId
  }
  /** The whole log as it is hashed. */
  get bytes(): readonly Uint8Array[] {
    return this.entries.map(({ bytes }) => bytes)
  }
  /** Entries of a kind. */
  of(kind: ElectionEntry["kind"]): readonly LoggedEntry[] {
    return this.entries.filter(({ entry }) => entry.kind === kind)
  }

  /** The entry of a body, signed by whoever signs this kind: organizer, the trustee it names, or for an extension t. */
  signed<K extends ElectionControlKind>(kind: K, body: ElectionBodies[K]): ElectionEntry {
    const { organizer, trustees } = this
    if (kind === "extension") {
      const quorum = trustees.slice(0, this.facts.t).map(({ signing }) => signing)
      return signBody<ElectionControlKind>(kind, body, organizer, ...quorum) as ElectionEntry
    }
    const isTrustees = "trustee" in body && kind !== "ceremony-aborted"
    const signer = isTrustees ? trustees[body.trustee - 1]!.signing : organizer
    return signBody<ElectionControlKind>(kind, body, signer) as ElectionEntry
  }

  /** A ballot of voter v. @param marked - positions of choices */
  ballot(v: number, sequence: number, marked = this.marksOf(v)): { ballot: Ballot; rho: bigint } {
    const { definition, electionId } = this
    const { secret, weight, leafIndex } = this.census.voters[v]!
    const bits = new Set(marked.map((position) => bitOf(definition, position)))
    const marks = Array.from({ length: 2 * definition.keys.length }, (_, bit) => bits.has(bit))
    const rho = drawScalar(this.randomBytes)
    const nullifier = deriveBallotNullifier(secret, electionId)
    if (this.#options.prove !== undefined) {
      const path = censusPath(this.census.freeze.built.tree, leafIndex)
      const secrets = { voterSecret: secret, weight, leafIndex, path, marks, randomness: rho }
      const input = buildBallotInput(this.circuit, ballotConstants(definition), sequence, secrets)
      return { ballot: { electionId, ...input.varying, proof: this.#options.prove(input) }, rho }
    }
    const { R, C } = encryptMarks(this.log.keys, rho, marks, weight)
    const points = { R: encodePoint(R), C: C.map(encodePoint) }
    return { ballot: { electionId, nullifier, sequence, ...points, proof: NO_PROOF }, rho }
  }

  /** A ballot given up, with the proof that its maker knew the randomness. */
  challenged({ ballot, rho }: { ballot: Ballot; rho: bigint }): ChallengedBallot {
    const context = { electionId: this.electionId, ballotHash: computeBallotHash(ballot) }
    const { T, z } = encodeKnowledgeProof(proveChallenge(context, rho, this.randomBytes))
    return { ...ballot, T, z }
  }

  /** Positions that voter v marks. */
  marksOf(v: number): readonly number[] {
    return this.#options.marks?.(v) ?? [v % this.definition.choices.length]
  }

  /** Appends an entry to `entries` and to `log`, unchecked. */
  append(entry: ElectionEntry): void {
    const bytes = encodeEntry(entry)
    this.log.append(entry, bytes)
    this.entries.push({ entry, bytes })
  }

  #say<K extends ElectionControlKind>(kind: K, body: ElectionBodies[K]): void {
    this.append(this.signed(kind, body))
  }

  #life(ceremony: CeremonyBody): readonly [Stage, () => void][] {
    const each = (step: (trustee: TestTrustee) => void) => () => {
      for (const trustee of this.trustees) step(trustee)
    }
    const { ceremonyId } = this.facts
    const deals = new Map<number, ElectionBodies["dkg-deal"]>()
    return [
      ["ceremony", () => this.#say("ceremony", ceremony)],
      ["trustee-keys", each((trustee) => this.#say("trustee-key", trusteeKeyBody(this.facts, trustee, this.randomBytes)))],
      ["commits", each((trustee) => {
        const body = this.deal(trustee)
        deals.set(trustee.index, body)
        this.#say("dkg-commit", { ceremonyId, trustee: trustee.index, commitment: computeDealCommitment(body) })
      })],
      ["deals", each(({ index }) => this.#say("dkg-deal", deals.get(index)!))],
      ["confirms", each(({ index }) => this.#say("dkg-confirm", { ceremonyId, trustee: index, keysHash: this.log.keysHash }))],
      ["definition", () => this.#define()],
      ["signed", each(({ index }) => {
        const { electionId, log: { keysHash } } = this
        this.#say("definition-signature", { electionId, trustee: index, keysHash })
      })],
      ["drilled", () => {
        for (const round of [1, 2] as const) for (const { index } of this.trustees) this.#say("drill-share", this.drillShare(index, round))
      }],
      ["open", () => this.#say("election-open", { electionId: this.electionId })],
      ["voted", () => this.#vote()],
      ["closed", () => this.append(computeClose(this.log))],
      ["shared", () => {
        for (const { index } of this.trustees) this.#say("decryption-share", this.decryptionShare(index))
        this.#count()
      }],
      ["tallied", () => this.#say("tally", this.tallyBody())],
    ] // prettier-ignore
  }

  /** The honest deal of a trustee; `lie` as in `dealBody`. */
  deal(trustee: TestTrustee, lie?: Parameters<typeof dealBody>[4]): ElectionBodies["dkg-deal"] {
    const keys = this.trustees.map(({ encryption }) => BASE8.multiply(encryption))
    return dealBody(this.facts, trustee, keys, this.randomBytes, lie)
  }

  drillShare(trustee: number, round: 1 | 2): ElectionBodies["drill-share"] {
    const { electionId, trustees } = this
    const { sum } = deriveDrill(electionId, round, this.log.keys)
    const context = { kind: "drill-share", electionId, round, trustee } as const
    const shares = wireShares(secretsOf(trustees, trustee), sum.R, this.randomBytes, (ciphertext) => ({ ...context, ciphertext })) // prettier-ignore
    return { electionId, trustee, round, shares }
  }

  /** The honest shares of a trustee, once the election is closed. */
  decryptionShare(trustee: number): ElectionBodies["decryption-share"] {
    const { electionId, trustees } = this
    const { closeHash, aggregate } = this.log
    const context = {
      kind: "decryption-share",
      electionId,
      closeHash: hexToBytes(closeHash),
      trustee,
    } as const
    const shares = wireShares(secretsOf(trustees, trustee), aggregate.R, this.randomBytes, (ciphertext) => ({ ...context, ciphertext })) // prettier-ignore
    return { electionId, trustee, closeHash, shares }
  }

  /** The honest tally, once the shares are in. */
  tallyBody(): ElectionBodies["tally"] {
    const { result, resultSha256 } = this.result!
    const { electionId, closeHash, trustees, counts } = result
    return { electionId, closeHash, trustees: [...trustees], counts: [...counts], resultSha256 }
  }

  #define(): void {
    const definition = this.#definitionBody()
    const bytes = canonicalBytes(definition)
    const definitionSha256 = bytesToHex(sha256(bytes))
    this.blobs.set(definitionSha256, bytes)
    this.#say("definition", { electionId: computeElectionId(definition), definitionSha256 })
  }

  #vote(): void {
    const { extensions = [], challenges = 0, revotes = 0 } = this.#options
    for (const [i, closesAt] of extensions.entries())
      this.#say("extension", { electionId: this.electionId, number: i + 1, closesAt })
    const cast = (v: number, sequence: number) => this.append(ballotEntryOf(this.ballot(v, sequence).ballot))
    for (const v of this.census.voters.keys()) {
      if (v < challenges) this.append(challengedEntryOf(this.challenged(this.ballot(v, 1))))
      cast(v, 1)
    }
    for (let v = 0; v < revotes; v++) cast(v, 2)
  }

  #count(): void {
    const computed = computeResult(this.log, sortShares(this.log.closedSum, this.log.shares).valid)
    if (!computed.ok) throw new Error(computed.reason)
    this.result = computed.value
  }

  #ceremonyBody(t: number): CeremonyBody {
    return {
      title: "Board election",
      organizer: { name: "Society", key: encodeVerifierKey(this.organizer) },
      circuit: this.circuit,
      threshold: { t, n: this.trustees.length },
      trustees: this.trustees.map(({ index, name, signing }) => ({
        index,
        name,
        key: encodeVerifierKey(signing),
      })),
      policy: "quorum none\n",
      stepTimeoutSeconds: 3600,
      nonce: bytesToHex(this.randomBytes(32)),
      ...this.#options.ceremony,
    }
  }

  #definitionBody(): ElectionDefinition {
    const { log, sources, circuit, census } = this
    const { ballotType, choices, rules } = composeBallot(this.#options.ballot ?? THREE)
    const { root, size, totalWeight } = census.freeze.body
    return {
      v: 1,
      kind: "election",
      title: "Board election",
      description: "Who chairs the board for the next two years.",
      locale: "en",
      ceremonyId: log.ceremonyId,
      keys: log.keys.map(encodePoint),
      keysHash: log.keysHash,
      log: { origin: sources.origin, vkey: sources.logKey },
      circuit: { id: circuit, ...(this.#options.digests ?? DIGESTS) },
      census: {
        id: computeCensusId(census.plan.body),
        root,
        size,
        totalWeight,
        sha256: frozenCensus(census.plan.body, census.document).sha256,
      },
      ballotType,
      choices: [...choices],
      rules: [...rules],
      opensAtUnixSeconds: OPENS_AT,
      closesAtUnixSeconds: CLOSES_AT,
      batchWindowSeconds: 10,
      revote: true,
      minAnonymity: 10,
      ...this.#options.definition,
    }
  }
}
