import { describe, expect, it } from "vitest"
import { encodeEntry } from "../../../src/protocol/log/entry.ts"
import type { ElectionEntry } from "../../../src/protocol/log/entry.ts"
import { envelopeSignature, signBody } from "../../../src/protocol/log/signed-entry.ts"
import { encodePoint, parseCurvePoint } from "../../../src/protocol/primitives/babyjubjub.ts"
import { bytesToHex, hexToBytes } from "../../../src/protocol/primitives/bytes.ts"
import { encodeShare, proveShare } from "../../../src/protocol/primitives/chaum-pedersen.ts"
import { ProtocolError } from "../../../src/protocol/primitives/errors.ts"
import type { Fr } from "../../../src/protocol/primitives/field.ts"
import { sha256 } from "../../../src/protocol/primitives/hash.ts"
import { canonicalBytes } from "../../../src/protocol/wire/canonical-json.ts"
import type { ElectionBodies, ElectionControlKind } from "../../../src/protocol/wire/election-entries.ts"
import { computeDealCommitment } from "../../../src/protocol/election/deal.ts"
import { computeElectionId } from "../../../src/protocol/election/definition.ts"
import { ElectionLog } from "../../../src/protocol/election/election-log.ts"
import type { EntryOf } from "../../../src/protocol/election/signers.ts"
import { mutationsOf } from "../../support/mutate-body.ts"
import { CLOSES_AT, makeElection, OPENS_AT, SmallElection } from "../../support/small-election.ts"

const DAY = 86_400
const life = makeElection({ revotes: 2, challenges: 1, extensions: [CLOSES_AT + DAY, CLOSES_AT + 3 * DAY] })

type Answer = { ok: boolean; reason?: string; at?: string }
const ask = (log: ElectionLog, entry: ElectionEntry): Answer => log.check(entry, encodeEntry(entry))
/** The replay of an election up to, and without, the first entry of a kind. */
function before(kind: ElectionEntry["kind"], election = life, skip = 0): ElectionLog {
  const log = new ElectionLog(election.sources)
  let seen = 0
  for (const { entry, bytes } of election.entries) {
    if (entry.kind === kind && seen++ === skip) break
    log.append(entry, bytes)
  }
  return log
}
/** The door's answer, or the parser's code where the mutant is no entry at all. */
function askMutant(log: ElectionLog, entry: ElectionEntry): Answer {
  try {
    return ask(log, entry)
  } catch (error) {
    if (error instanceof ProtocolError) return { ok: false, reason: error.code }
    throw error
  }
}

describe("an honest life", () => {
  it("is accepted entry by entry, and says at each phase what follows from it", () => {
    const log = new ElectionLog(life.sources)
    const phases: string[] = []
    for (const { entry, bytes } of life.entries) {
      expect([entry.kind, log.check(entry, bytes)]).toEqual([entry.kind, { ok: true, value: true }])
      log.append(entry, bytes)
      if (phases.at(-1) !== log.phase) phases.push(log.phase)
    }
    expect(phases).toEqual(["ceremony", "defined", "open", "closed", "tallied"])
    expect(log.size).toBe(life.entries.length)
    expect([log.t, log.n, log.opensAt, log.closesAt]).toEqual([3, 5, OPENS_AT, CLOSES_AT + 3 * DAY])
    expect(log.counts).toEqual({ accepted: 14, counted: 12, superseded: 2, challenged: 1 })
    expect(log.close).toMatchObject({ logSize: log.size - 7, accepted: 14, counted: 12, superseded: 2, challenged: 1 }) // prettier-ignore
    expect(log.definition).toEqual(life.definition)
    expect(log.electionId).toBe(computeElectionId(log.definition))
    expect(log.tally?.counts).toEqual([4, 4, 4])
    expect(log.shares.map(({ trustee }) => trustee)).toEqual([1, 2, 3, 4, 5])
  })

  it("has ballot entries of one length", () => {
    const sizes = (kind: ElectionEntry["kind"]) => [
      ...new Set(life.of(kind).map(({ bytes }) => bytes.length)),
    ]
    expect(sizes("ballot")).toEqual([1380])
    expect(sizes("challenged-ballot")).toEqual([1602])
  })

  it("has no facts of a phase that is not reached", () => {
    const log = new ElectionLog(life.sources)
    expect(() => log.ceremonyId).toThrow(RangeError)
    const defined = before("definition")
    expect(() => defined.electionId).toThrow(RangeError)
    expect(() => before("dkg-deal").keys).toThrow(RangeError)
    expect(() => before("election-close").closeHash).toThrow(RangeError)
    expect(before("election-close").close).toBeNull()
  })
})

/** Changes that another honest author could have made: admitted, and caught by what comes later. */
const FREE: Partial<Record<ElectionControlKind, RegExp>> = {
  "dkg-commit": /^commitment$/, // any digest may be committed to; the deal must then have it
  extension: /^closesAt$/,
  void: /^reason$/,
}
/** With another index and that trustee's signature it is that trustee's honest message. */
const SAME_FOR_ALL: ReadonlySet<string> = new Set(["dkg-commit", "dkg-confirm", "definition-signature"])

describe("every control entry with one member changed", () => {
  const kinds = [
    "ceremony", "trustee-key", "dkg-commit", "dkg-deal", "dkg-confirm", "definition", "definition-signature",
    "drill-share", "election-open", "extension", "decryption-share", "tally",
  ] as const // prettier-ignore

  it.each(kinds)("is refused: %s", (kind) => {
    const log = before(kind)
    const honest = life.of(kind)[0]!.entry as EntryOf<typeof kind>
    const mutants = mutationsOf(honest.body).filter(({ at }) => FREE[kind]?.test(at) !== true)
    expect(mutants.length).toBeGreaterThan(0)
    for (const { at, value } of mutants) {
      if (at === "trustee" && SAME_FOR_ALL.has(kind)) continue
      const body = value as ElectionBodies[typeof kind]
      const stale = { ...honest, body } as ElectionEntry
      expect([at, askMutant(log, stale).ok]).toEqual([at, false])
      const signed = resigned(kind, body)
      if (signed !== null) expect([at, askMutant(log, signed).ok]).toEqual([at, false])
    }
    expect(ask(log, honest)).toEqual({ ok: true, value: true })
  })

  it("is refused: election-close", () => {
    const log = before("election-close")
    const { kind, v, ...members } = life.of("election-close")[0]!.entry as EntryOf<"election-close">
    for (const { at, value } of mutationsOf(members)) {
      const mutant = { kind, v, ...(value as typeof members) }
      expect([at, askMutant(log, mutant).ok]).toEqual([at, false])
    }
    expect(ask(log, { kind, v, ...members }).ok).toBe(true)
  })

  it.each(kinds)("is refused with any other signature: %s", (kind) => {
    const log = before(kind)
    const honest = life.of(kind)[0]!.entry as EntryOf<typeof kind>
    const stranger = life.census.registrars[0]!
    const [first] = honest.signatures
    const strange = envelopeSignature(kind, honest.body as never, stranger)
    const { organizer, trustees } = life
    const wrong = kind === "ceremony" || !("trustee" in honest.body) ? trustees[0]!.signing : organizer
    const signatures = [
      [strange],
      [first!, strange],
      [{ ...first!, signature: strange.signature }],
      [envelopeSignature(kind, honest.body as never, wrong)],
      [envelopeSignature("void", honest.body as never, organizer)], // signed as another kind
    ]
    for (const forged of signatures) {
      const entry = { ...honest, signatures: forged } as ElectionEntry
      expect(ask(log, entry)).toMatchObject({ ok: false, reason: "signature-refused" })
    }
  })

  /** The mutant signed by whom its body names; null when nobody of the ceremony could. */
  function resigned<K extends ElectionControlKind>(kind: K, body: ElectionBodies[K]): ElectionEntry | null {
    const isTrustees = "trustee" in body && kind !== "ceremony-aborted"
    if (isTrustees && life.trustees[body.trustee - 1] === undefined) return null
    return life.signed(kind, body)
  }
})

describe("the order of a life", () => {
  it("lets every entry come at its own place only", () => {
    const sample = (["ceremony", "trustee-key", "dkg-commit", "dkg-deal", "dkg-confirm", "definition", "definition-signature", "drill-share", "election-open", "extension", "election-close", "decryption-share", "tally"] as const).map((kind) => life.of(kind)[0]!.entry) // prettier-ignore
    const log = new ElectionLog(life.sources)
    let checked = 0
    for (const { entry, bytes } of life.entries) {
      for (const other of sample) {
        if (other.kind === entry.kind) continue
        // The only other entries that could come here: the close while voting is open, the tally after t shares.
        const mayClose = other.kind === "election-close" && log.phase === "open"
        const mayTally = other.kind === "tally" && log.shares.length >= 3
        if (mayClose || mayTally) continue
        expect([other.kind, ask(log, other)]).toMatchObject([
          other.kind,
          { ok: false, reason: "phase-refused" },
        ])
        checked++
      }
      log.append(entry, bytes)
    }
    expect(checked).toBeGreaterThan(500)
    for (const other of sample) expect(ask(log, other)).toEqual(refused("phase-refused"))
  })

  it("admits a message of a trustee once, and only of trustees who exist", () => {
    for (const kind of [
      "trustee-key",
      "dkg-commit",
      "dkg-deal",
      "dkg-confirm",
      "definition-signature",
      "drill-share",
    ] as const) {
      const log = before(kind, life, 1)
      expect(ask(log, life.of(kind)[0]!.entry)).toEqual(refused("phase-refused"))
      const body = { ...(life.of(kind)[1]!.entry as EntryOf<typeof kind>).body, trustee: 6 }
      const unknown = { ...life.of(kind)[1]!.entry, body } as ElectionEntry
      expect(ask(log, unknown)).toMatchObject({ ok: false, reason: "phase-refused", at: "trustee" })
    }
  })

  it("wants all of round 1 before round 2, and all of both before the opening", () => {
    const shares = life.of("drill-share").map(({ entry }) => entry)
    expect(ask(before("drill-share", life, 4), shares[5]!)).toEqual(refused("phase-refused"))
    expect(ask(before("drill-share", life, 5), shares[5]!).ok).toBe(true)
    expect(ask(before("drill-share", life, 9), life.of("election-open")[0]!.entry)).toEqual(
      refused("phase-refused"),
    )
  })

  it("opens only when both ends of the trustees open the drill, whatever was let into the log", () => {
    const log = new ElectionLog(life.sources)
    const open = life.of("election-open")[0]!.entry
    const [first, second] = life.of("drill-share").map(({ entry }) => entry as EntryOf<"drill-share">)
    for (const { entry, bytes } of life.entries) {
      if (entry === open) break
      if (entry !== first) log.append(entry, bytes)
      else {
        const wrong = life.signed("drill-share", { ...first.body, shares: second!.body.shares })
        expect(ask(log, wrong)).toMatchObject({ ok: false, reason: "share-invalid" })
        log.append(wrong, encodeEntry(wrong))
      }
    }
    expect(ask(log, open)).toEqual({ ok: false, reason: "share-invalid", at: "lowest" })
  })

  it("ends at an abort, at a void and at the tally", () => {
    const aborted = before("dkg-deal")
    take(
      aborted,
      life.signed("ceremony-aborted", { ceremonyId: aborted.ceremonyId, reason: "silent", trustee: 2 }),
    )
    expect(aborted.phase).toBe("aborted")
    expect(ask(aborted, life.of("dkg-deal")[0]!.entry)).toEqual(refused("phase-refused"))
    const voided = before("ballot")
    take(voided, voidEntry())
    expect(voided.phase).toBe("void")
    expect(ask(voided, life.of("ballot")[0]!.entry)).toMatchObject({ reason: "election-void" })
    expect(ask(voided, life.of("election-close")[0]!.entry)).toEqual(refused("phase-refused"))
    const tallied = before("void")
    expect(tallied.phase).toBe("tallied")
    expect(ask(tallied, life.of("tally")[0]!.entry)).toEqual(refused("phase-refused"))
  })

  it("ends every ceremony with a complaint: no definition after one, only an abort", () => {
    const lying = complainedCeremony()
    expect(lying.log.complaintVerdicts).toEqual([{ reason: "dealer-faulty", trustee: 1 }])
    const definition = lying.election.signed("definition", {
      electionId: "7" as Fr,
      definitionSha256: "00".repeat(32),
    })
    expect(ask(lying.log, definition)).toEqual(refused("phase-refused"))
    const abort = { ceremonyId: lying.log.ceremonyId, reason: "dealer-faulty", trustee: 1 } as const
    expect(ask(lying.log, lying.election.signed("ceremony-aborted", abort)).ok).toBe(true)
  })
})

/** A ceremony of one lying dealer whose victim complains, while everyone confirms. */
function complainedCeremony(): { log: ElectionLog; election: SmallElection } {
  const election = new SmallElection({ upTo: "trustee-keys", seed: "liar" })
  const { log, trustees, facts } = election
  const lie = (k: number, _j: number, share: bigint): bigint => (k === 2 ? share + 1n : share)
  const deals = trustees.map((trustee) => election.deal(trustee, trustee.index === 1 ? lie : undefined))
  const { ceremonyId } = facts
  for (const body of deals) {
    const commitment = computeDealCommitment(body)
    take(log, election.signed("dkg-commit", { ceremonyId, trustee: body.trustee, commitment }))
  }
  for (const body of deals) take(log, election.signed("dkg-deal", body))
  const confirm = (trustee: number): void =>
    take(log, election.signed("dkg-confirm", { ceremonyId, trustee, keysHash: log.keysHash }))
  for (const trustee of [3, 4, 5]) confirm(trustee)
  const [victim] = trustees.slice(1)
  const context = {
    kind: "dkg-complaint",
    ceremonyId: hexToBytes(ceremonyId),
    dealer: 1,
    trustee: 2,
  } as const
  const U = parseCurvePoint(deals[0]!.boxes[1]!.U)
  const { delta: Z, ...proof } = encodeShare(proveShare(context, victim!.encryption, U, election.randomBytes))
  take(log, election.signed("dkg-complaint", { ceremonyId, trustee: 2, dealer: 1, Z, proof }))
  for (const trustee of [1, 2]) confirm(trustee) // all n confirms do not mend it
  return { log, election }
}

describe("A20: a message signed for another election", () => {
  it.each([
    "trustee-key",
    "dkg-commit",
    "dkg-deal",
    "dkg-confirm",
    "definition-signature",
    "drill-share",
    "election-open",
    "extension",
    "decryption-share",
    "tally",
  ] as const)("is refused: %s", (kind) => {
    // The same people with the same keys, in a ceremony of another title.
    const other = makeElection({ extensions: [CLOSES_AT + DAY], ceremony: { title: "Another board" } })
    expect(other.organizer).toEqual(life.organizer)
    expect(other.trustees.map(({ signing }) => signing)).toEqual(life.trustees.map(({ signing }) => signing))
    const log = before(kind, other)
    const id = kind === "trustee-key" || kind.startsWith("dkg-") ? "ceremonyId" : "electionId"
    expect(ask(log, life.of(kind)[0]!.entry)).toEqual({ ok: false, reason: "phase-refused", at: id })
    expect(ask(log, other.of(kind)[0]!.entry).ok).toBe(true)
  })

  it("is refused: ceremony, definition, election-close", () => {
    const other = makeElection({ extensions: [CLOSES_AT + DAY], ceremony: { title: "Another board" } })
    expect(ask(new ElectionLog(other.sources), life.of("ceremony")[0]!.entry)).toEqual({ ok: false, reason: "phase-refused", at: "origin" }) // prettier-ignore
    const log = new ElectionLog({ ...other.sources, blob: life.sources.blob })
    for (const { entry, bytes } of other.entries) {
      if (entry.kind === "definition") break
      log.append(entry, bytes)
    }
    expect(ask(log, life.of("definition")[0]!.entry)).toEqual({ ok: false, reason: "definition-invalid", at: "ceremonyId" }) // prettier-ignore
    const close = life.of("election-close")[0]!.entry
    expect(ask(before("election-close", other), close)).toEqual({ ok: false, reason: "phase-refused", at: "electionId" }) // prettier-ignore
  })
})

describe("D14: keys that no quorum of trustees stands behind", () => {
  it("never reach an open election: every trustee's signature is asked for", () => {
    const log = before("definition-signature", life, 4)
    expect(ask(log, life.of("drill-share")[0]!.entry)).toEqual(refused("phase-refused"))
    expect(ask(log, life.of("election-open")[0]!.entry)).toEqual(refused("phase-refused"))
  })

  it("are refused in a definition: other keys, swapped keys, another digest", () => {
    const log = before("definition")
    const [first, second, ...others] = life.definition.keys
    const strange = life.log.trusteeKeys[0]!.map(encodePoint)
    const changes = [
      { keys: [strange[0]!, second!, ...others] },
      { keys: [second!, first!, ...others] },
      { keysHash: "00".repeat(32) },
    ]
    for (const change of changes) {
      const definition = { ...life.definition, ...change }
      const bytes = canonicalBytes(definition)
      const definitionSha256 = bytesToHex(sha256(bytes))
      life.blobs.set(definitionSha256, bytes)
      const body = { electionId: computeElectionId(definition), definitionSha256 }
      const [at] = Object.keys(change)
      expect(ask(log, life.signed("definition", body))).toEqual({
        ok: false,
        reason: "definition-invalid",
        at,
      })
    }
  })

  it("are not signed: a signature over another digest of keys is refused", () => {
    const log = before("definition-signature")
    const body = { electionId: life.electionId, trustee: 1, keysHash: "00".repeat(32) }
    expect(ask(log, life.signed("definition-signature", body))).toEqual({ ok: false, reason: "commit-mismatch", at: "keysHash" }) // prettier-ignore
  })
})

describe("D19: a result that is disliked", () => {
  it("cannot be voided after the close", () => {
    expect(ask(before("election-close"), voidEntry()).ok).toBe(true)
    expect(ask(before("definition-signature"), voidEntry()).ok).toBe(true)
    for (const kind of ["decryption-share", "tally"] as const) {
      expect(ask(before(kind), voidEntry())).toEqual(refused("phase-refused"))
    }
    expect(ask(before("definition"), voidEntry())).toMatchObject({ ok: false, reason: "phase-refused" })
  })
})

describe("an extension", () => {
  const say = (log: ElectionLog, number: number, closesAt: number, signers = 3, drop = 0): Answer => {
    const body = { electionId: life.electionId, number, closesAt }
    const keys = life.trustees.slice(drop, drop + signers).map(({ signing }) => signing)
    return ask(log, signBody("extension", body, life.organizer, ...keys))
  }

  it("has the next number, a later time, and three days in all", () => {
    const log = before("extension")
    expect(say(log, 1, CLOSES_AT + 1).ok).toBe(true)
    expect(say(log, 1, CLOSES_AT + 3 * DAY).ok).toBe(true)
    expect(say(log, 1, CLOSES_AT)).toMatchObject({ reason: "phase-refused", at: "closesAt" })
    expect(say(log, 1, CLOSES_AT + 3 * DAY + 1)).toMatchObject({ reason: "phase-refused", at: "closesAt" })
    expect(say(log, 2, CLOSES_AT + 1)).toMatchObject({ reason: "phase-refused", at: "number" })
    const second = before("extension", life, 1)
    expect(say(second, 2, CLOSES_AT + DAY)).toMatchObject({ reason: "phase-refused", at: "closesAt" })
    expect(say(second, 1, CLOSES_AT + 2 * DAY)).toMatchObject({ reason: "phase-refused" })
    expect(say(second, 2, CLOSES_AT + DAY + 1).ok).toBe(true)
    expect(say(second, 2, CLOSES_AT + 3 * DAY + 1)).toMatchObject({ reason: "phase-refused", at: "closesAt" })
  })

  it("is signed by the organizer and at least t trustees, ascending, none twice", () => {
    const log = before("extension")
    expect(say(log, 1, CLOSES_AT + 1, 2)).toMatchObject({ reason: "signature-refused" })
    expect(say(log, 1, CLOSES_AT + 1, 3, 2).ok).toBe(true)
    const body = { electionId: life.electionId, number: 1, closesAt: CLOSES_AT + 1 }
    const [a, b, c] = life.trustees.map(({ signing }) => signing)
    const orders = [
      [life.organizer, b!, a!, c!],
      [a!, b!, c!, life.organizer],
      [a!, b!, c!],
      [life.organizer, a!, b!, life.census.registrars[0]!],
      [life.organizer, a!, b!, b!],
    ]
    for (const keys of orders) {
      const entry = signBody("extension", body, ...keys) as ElectionEntry
      expect(ask(log, entry)).toMatchObject({ ok: false, reason: "signature-refused" })
    }
  })
})

function take(log: ElectionLog, entry: ElectionEntry): void {
  expect(ask(log, entry)).toEqual({ ok: true, value: true })
  log.append(entry, encodeEntry(entry))
}
const voidEntry = (): ElectionEntry =>
  life.signed("void", { electionId: life.electionId, reason: "The list of candidates was wrong" })
const refused = (reason: string) => ({ ok: false, reason, at: "kind" })
