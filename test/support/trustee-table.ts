// Trustees around one log in memory: each with its own state, each sending what its program says, every entry through the
// door of the log.
import { beginCeremony } from "../../src/parties/organizer/begin-ceremony.ts"
import { openElection } from "../../src/parties/organizer/control-election.ts"
import { defineElection } from "../../src/parties/organizer/define-election.ts"
import type { ElectionDescription } from "../../src/parties/organizer/define-election.ts"
import { endorse } from "../../src/parties/trustee/endorse.ts"
import type { SignedStep } from "../../src/parties/trustee/endorse.ts"
import { backedUp, nextStep } from "../../src/parties/trustee/next-step.ts"
import type { TrusteeStep, TrusteeView } from "../../src/parties/trustee/next-step.ts"
import { trialTally } from "../../src/parties/trustee/trial-tally.ts"
import {
  createTrustee,
  encodeTrustee,
  findWork,
  parseTrustee,
} from "../../src/parties/trustee/trustee-state.ts"
import type { CeremonyWork, TrusteeState } from "../../src/parties/trustee/trustee-state.ts"
import { frozenCensus } from "../../src/protocol/election/census.ts"
import { computeClose } from "../../src/protocol/election/close.ts"
import type { CircuitDigests } from "../../src/protocol/election/definition.ts"
import { ElectionLog } from "../../src/protocol/election/election-log.ts"
import { electionOrigin } from "../../src/protocol/election/key-ceremony.ts"
import { GrowingRoot } from "../../src/protocol/election/growing-root.ts"
import { encodeEntry, isMainEntry, parseEntry } from "../../src/protocol/log/entry.ts"
import type { ElectionEntry } from "../../src/protocol/log/entry.ts"
import { encodePoint } from "../../src/protocol/primitives/babyjubjub.ts"
import { bytesToHex } from "../../src/protocol/primitives/bytes.ts"
import { encryptMarks } from "../../src/protocol/primitives/elgamal.ts"
import { sha256 } from "../../src/protocol/primitives/hash.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import type { SigningKey } from "../../src/protocol/primitives/note-key.ts"
import { drawScalar } from "../../src/protocol/primitives/scalar.ts"
import { deriveBallotNullifier } from "../../src/protocol/primitives/voter.ts"
import { ballotEntryOf } from "../../src/protocol/wire/ballot.ts"
import { canonicalBytes } from "../../src/protocol/wire/canonical-json.ts"
import { makeCensus } from "./election-census.ts"
import type { TestCensus } from "./election-census.ts"
import { seededBytes } from "./seeded-bytes.ts"

const DIGESTS: CircuitDigests = {
  r1csSha256: "a".repeat(64),
  zkeySha256: "b".repeat(64),
  vkeySha256: "c".repeat(64),
  ceremony: "dev",
}
const OPENS = 1_000_000
export const CLOSES = OPENS + 86_400
const MAIN = "service.example/ledger"

export const QUESTION: ElectionDescription = {
  kind: "election",
  title: "Board election",
  description: "Who chairs the board?",
  locale: "en",
  opensAtUnixSeconds: OPENS,
  closesAtUnixSeconds: CLOSES,
  batchWindowSeconds: 10,
  revote: true,
  minAnonymity: 10,
  ballot: {
    type: "single-choice",
    label: "Chair",
    options: ["ann", "ben", "cem"].map((id) => ({ id, label: id.toUpperCase() })),
    mayAbstain: true,
  },
}

export class TrusteeTable {
  readonly randomBytes
  readonly organizer: SigningKey
  readonly states: TrusteeState[]
  readonly entries: ElectionEntry[] = []
  readonly bytes: Uint8Array[] = []
  readonly log: ElectionLog
  readonly census: TestCensus
  readonly circuits = { ballot8: DIGESTS }
  readonly logDescription: { readonly origin: string; readonly vkey: string }
  readonly #documents = new Map<string, Uint8Array>()

  /** @param policy - of the ceremony */
  constructor(n: number, t: number, seed: string, policy = "quorum none\n") {
    this.randomBytes = seededBytes(seed)
    this.organizer = makeSigningKey("organizer.example", this.randomBytes(32))
    this.states = Array.from({ length: n }, (_, at) =>
      createTrustee(makeSigningKey(`trustee-${at + 1}.example`, this.randomBytes(32))),
    )
    const trustees = this.states.map(({ signing }, at) => ({
      name: `T${at + 1}`,
      key: encodeVerifierKey(signing),
    }))
    const words = {
      title: "Board",
      organizer: "Society",
      circuit: "ballot8",
      stepTimeoutSeconds: 3600,
      policy,
    } as const
    const begun = beginCeremony({ ...words, threshold: t, trustees }, this.organizer, this.randomBytes)
    const origin = electionOrigin(MAIN, begun.facts.ceremonyId)
    this.logDescription = {
      origin,
      vkey: encodeVerifierKey(makeSigningKey(origin, new Uint8Array(32).fill(9))),
    }
    this.census = makeCensus(12, this.organizer, OPENS - 1, this.randomBytes)
    const frozen = this.frozen
    this.log = new ElectionLog({
      origin,
      logKey: this.logDescription.vkey,
      mainOrigin: MAIN,
      blob: (digest) => this.#documents.get(digest) ?? null,
      circuits: this.circuits,
      census: (id) => (id === frozen.body.censusId ? frozen : null),
      allowDevelopmentKeys: true,
    })
    this.sayEntry(begun.entry)
  }

  get frozen() {
    return frozenCensus(this.census.plan.body, this.census.document)
  }
  get view(): TrusteeView {
    return { log: this.log, entries: this.entries, rootAt: (size) => this.rootAt(size) }
  }
  rootAt(size: number): Uint8Array | null {
    if (size > this.bytes.length) return null
    const tree = new GrowingRoot()
    for (const bytes of this.bytes.slice(0, size)) tree.append(bytes)
    return tree.root()
  }

  /** The work of trustee `at` + 1. */
  work(at: number): CeremonyWork {
    return findWork(this.states[at]!, this.log.ceremonyId)!
  }
  next(at: number): TrusteeStep {
    return nextStep(this.view, this.states[at]!, this.randomBytes)
  }

  /** Hands an entry to the log. @throws Error with the refusal */
  say(bytes: Uint8Array): void {
    const entry = parseEntry(bytes)
    if (isMainEntry(entry)) throw new Error("not of an election")
    const verdict = this.log.check(entry, bytes)
    if (!verdict.ok) throw new Error(`${entry.kind}: ${verdict.reason} ${verdict.at ?? ""}`)
    this.append(entry, bytes)
  }
  sayEntry(entry: unknown): void {
    this.say(encodeEntry(entry as ElectionEntry))
  }
  append(entry: ElectionEntry, bytes: Uint8Array): void {
    this.log.append(entry, bytes)
    this.entries.push(entry)
    this.bytes.push(bytes)
  }

  /** Every trustee does what its program says until all wait; states go through their files each time. */
  sit(): void {
    for (let moved = true; moved;) {
      moved = false
      for (const at of this.states.keys()) {
        const step = this.next(at)
        this.keep(at, step.state)
        if (step.do === "publish") this.say(step.bytes)
        if (step.do === "back-up") this.keep(at, backedUp(step.state, this.log.ceremonyId))
        moved ||= step.do === "publish" || step.do === "back-up"
      }
    }
  }
  keep(at: number, state: TrusteeState): void {
    this.states[at] = parseTrustee(encodeTrustee(state))
  }
  /** Keeps and says what a trustee signed. @throws Error with the trustee's reason */
  sign(at: number, signed: { ok: true; value: SignedStep } | { ok: false; reason: string }): void {
    if (!signed.ok) throw new Error(signed.reason)
    this.keep(at, signed.value.state)
    this.say(signed.value.bytes)
  }

  define(question: ElectionDescription = QUESTION): void {
    const { log, logDescription, circuits, frozen: census } = this
    const sources = { log, logDescription, census, circuits, allowDevelopmentKeys: true }
    const { entry, definition } = defineElection(question, sources, this.organizer)
    const bytes = canonicalBytes(definition)
    this.#documents.set(bytesToHex(sha256(bytes)), bytes)
    this.sayEntry(entry)
  }
  endorse(): void {
    for (const at of this.states.keys()) this.sign(at, endorse(this.view, this.work(at), this.states[at]!))
  }
  rehearse(): void {
    for (const round of [1, 2] as const)
      for (const at of this.states.keys()) this.sign(at, this.rehearsal(at, round))
  }
  rehearsal(at: number, round: 1 | 2, secretsOf: Pick<CeremonyWork, "secrets"> = this.work(at)) {
    return trialTally(this.view, round, this.work(at), secretsOf, this.states[at]!, this.randomBytes)
  }
  /** From the ceremony to the open election. */
  open(): void {
    this.sit()
    this.define()
    this.endorse()
    this.rehearse()
    this.sayEntry(openElection(this.log, this.organizer))
  }
  /** The first so many voters vote, in turns for each choice. */
  vote(voters = this.census.voters.length): void {
    for (const [v, { secret }] of this.census.voters.slice(0, voters).entries()) {
      const marks = Array.from({ length: 8 }, (_, bit) => bit === v % 3)
      const { R, C } = encryptMarks(this.log.keys, drawScalar(this.randomBytes), marks, 1)
      const { electionId } = this.log
      const proof = { a: ["1", "2"], b: [["3", "4"], ["5", "6"]], c: ["7", "8"] } as const // prettier-ignore
      const points = { R: encodePoint(R), C: C.map(encodePoint) }
      const nullifier = deriveBallotNullifier(secret, electionId)
      this.sayEntry(ballotEntryOf({ electionId, nullifier, sequence: 1, ...points, proof: proof }))
    }
  }
  close(): void {
    this.sayEntry(computeClose(this.log))
  }
}
