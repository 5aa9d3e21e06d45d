// Entries of an election's log that have the right shape and signatures and nothing else: what a ledger looks at are their
// claims. Points are no points and proofs no proofs.
import { createHash } from "node:crypto"
import type { ElectionEntry } from "../../src/protocol/log/entry.ts"
import { signBody } from "../../src/protocol/log/signed-entry.ts"
import type { SignedBodies } from "../../src/protocol/log/signed-entry.ts"
import { encodeFr } from "../../src/protocol/primitives/field.ts"
import type { Fr, Nullifier } from "../../src/protocol/primitives/field.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import type { Scalar } from "../../src/protocol/primitives/scalar.ts"
import type { BallotEntry, ChallengedBallotEntry } from "../../src/protocol/wire/ballot.ts"
import type { ElectionBodies, ElectionClose } from "../../src/protocol/wire/election-entries.ts"
import { electionOrigin, computeCeremonyId } from "../../src/protocol/election/key-ceremony.ts"

export type EntryOf<K extends ElectionEntry["kind"]> = Extract<ElectionEntry, { kind: K }>

const HEX = "ab".repeat(32)
const fr = (value: number): Fr => encodeFr(BigInt(value))
const point = (seed: number): [Fr, Fr] => [fr(seed), fr(seed + 1)]
const Z = "1" as Scalar
const knowledge = { T: point(1), z: Z }
const share = { delta: point(1), A1: point(3), A2: point(5), z: Z }
const four = <T>(value: T): T[] => [value, value, value, value]

/** An election whose entries can be made in any order; `name` tells it from others. */
export class DraftElection {
  readonly n: number
  readonly t: number
  readonly ceremonyId: string
  readonly electionId: Fr
  readonly origin: string
  readonly ceremony: EntryOf<"ceremony">
  readonly #organizer
  readonly #trustees

  constructor(name = "one", { t = 2, n = 3, mainOrigin = "verifier.example/ledger" } = {}) {
    const key = (who: string) => makeSigningKey(who, createHash("sha256").update(`${name}/${who}`).digest())
    this.n = n
    this.t = t
    this.#organizer = key("organizer.example")
    this.#trustees = Array.from({ length: n }, (_, i) => key(`trustee-${i + 1}.example`))
    const body: ElectionBodies["ceremony"] = {
      title: name,
      organizer: { name: "Organizer", key: encodeVerifierKey(this.#organizer) },
      circuit: "ballot8",
      threshold: { t, n },
      trustees: this.#trustees.map((trustee, i) => ({
        index: i + 1,
        name: `Trustee ${i + 1}`,
        key: encodeVerifierKey(trustee),
      })),
      policy: "quorum none\n",
      stepTimeoutSeconds: 3600,
      nonce: HEX,
    }
    this.ceremony = signBody("ceremony", body, this.#organizer)
    this.ceremonyId = computeCeremonyId(body)
    this.electionId = encodeFr(BigInt(`0x${this.ceremonyId}`) >> 8n)
    this.origin = electionOrigin(mainOrigin, this.ceremonyId)
  }

  trusteeKey(trustee: number) {
    return this.#byTrustee("trustee-key", trustee, {
      ...this.#in(trustee),
      key: point(trustee),
      proof: knowledge,
    })
  }
  commit(trustee: number) {
    return this.#byTrustee("dkg-commit", trustee, { ...this.#in(trustee), commitment: HEX })
  }
  deal(trustee: number) {
    const boxes = Array.from({ length: this.n }, () => ({
      U: point(1),
      proof: knowledge,
      box: HEX.repeat(4),
    }))
    const A = four(Array.from({ length: this.t }, (_, x) => point(x)))
    return this.#byTrustee("dkg-deal", trustee, {
      ...this.#in(trustee),
      salt: HEX,
      A,
      proofs: four(knowledge),
      boxes,
    })
  }
  confirm(trustee: number) {
    return this.#byTrustee("dkg-confirm", trustee, { ...this.#in(trustee), keysHash: HEX })
  }
  complaint(trustee: number, dealer: number) {
    const proof = { A1: point(1), A2: point(3), z: Z }
    return this.#byTrustee("dkg-complaint", trustee, { ...this.#in(trustee), dealer, Z: point(1), proof })
  }
  aborted(trustee = 1) {
    const reason = "silent" as const
    return signBody("ceremony-aborted", { ...this.#in(trustee), reason }, this.#organizer)
  }
  definition() {
    const { electionId } = this
    return signBody("definition", { electionId, definitionSha256: HEX }, this.#organizer)
  }
  signature(trustee: number) {
    const { electionId } = this
    return this.#byTrustee("definition-signature", trustee, { electionId, trustee, keysHash: HEX })
  }
  drill(trustee: number, round: 1 | 2) {
    const { electionId } = this
    return this.#byTrustee("drill-share", trustee, { electionId, trustee, round, shares: four(share) })
  }
  opening() {
    return signBody("election-open", { electionId: this.electionId }, this.#organizer)
  }
  extension(number: number) {
    const { electionId } = this
    return signBody("extension", { electionId, number, closesAt: 1_900_000_000 + number }, this.#organizer)
  }
  share(trustee: number) {
    const { electionId } = this
    return this.#byTrustee("decryption-share", trustee, {
      electionId,
      trustee,
      closeHash: HEX,
      shares: four(share),
    })
  }
  tally() {
    const { electionId } = this
    const body = { electionId, closeHash: HEX, trustees: [1, 2], counts: [1, 1], resultSha256: HEX }
    return signBody("tally", body, this.#organizer)
  }
  voided() {
    return signBody("void", { electionId: this.electionId, reason: "a wrong list" }, this.#organizer)
  }
  close(logSize: number): ElectionClose {
    const counts = { accepted: 0, counted: 0, superseded: 0, challenged: 0 }
    const points = { R: point(1), C: four(point(1)) }
    return { kind: "election-close", v: 1, electionId: this.electionId, logSize, ...counts, ...points }
  }

  /** The steps up to the opening; entries of one step may come in any order. */
  steps(): readonly (readonly ElectionEntry[])[] {
    const each = <T>(make: (trustee: number) => T): T[] =>
      Array.from({ length: this.n }, (_, i) => make(i + 1))
    return [
      each((i) => this.trusteeKey(i)),
      each((i) => this.commit(i)),
      each((i) => this.deal(i)),
      each((i) => this.confirm(i)),
      [this.definition()],
      each((i) => this.signature(i)),
      each((i) => this.drill(i, 1)),
      each((i) => this.drill(i, 2)),
      [this.opening()],
    ]
  }

  #in(trustee: number) {
    return { ceremonyId: this.ceremonyId, trustee }
  }

  #byTrustee<K extends keyof ElectionBodies>(kind: K, trustee: number, body: SignedBodies[K]) {
    const key = this.#trustees[trustee - 1]
    if (key === undefined) throw new RangeError("no such trustee")
    return signBody(kind, body, key)
  }
}

/** The pseudonym of voter number n. */
export const pseudonym = (n: number): Nullifier => encodeFr(BigInt(n + 1) << 64n) as Nullifier

const hex = (value: bigint): string => value.toString(16).padStart(64, "0")
const random = (text: string): string =>
  hex(BigInt(`0x${createHash("sha256").update(text).digest("hex")}`) >> 8n)

/**
 * A ballot of a voter. Equal arguments are one ballot; another `randomness` is another ballot, another `proof` is the
 * same ballot with its proof made anew.
 */
export function ballotEntry(
  voter: number,
  sequence = 1,
  { randomness = `${voter}/${sequence}`, proof = "first" } = {},
): BallotEntry {
  const pair = (text: string): [string, string] => [random(`${text}/x`), random(`${text}/y`)]
  return {
    kind: "ballot",
    v: 1,
    nullifier: hex(BigInt(pseudonym(voter))),
    sequence: sequence.toString(16).padStart(6, "0"),
    R: pair(`R/${randomness}`),
    C: [0, 1, 2, 3].map((c) => pair(`C/${randomness}/${c}`)),
    proof: { a: pair(`a/${proof}`), b: [pair(`b/${proof}`), pair(`b2/${proof}`)], c: pair(`c/${proof}`) },
  }
}

/** The same ballot, opened instead of cast. */
export function challengedEntry(...from: Parameters<typeof ballotEntry>): ChallengedBallotEntry {
  return { ...ballotEntry(...from), kind: "challenged-ballot", T: [hex(1n), hex(2n)], z: hex(3n) }
}
