// A trustee's program in the key ceremony and the drill: one step at a time, nothing signed twice, nothing without its key.
import { describe, expect, it } from "vitest"
import { endorse } from "../../../src/parties/trustee/endorse.ts"
import { makeTrusteeKey } from "../../../src/parties/trustee/make-trustee-key.ts"
import { backedUp, backupOf, nextStep } from "../../../src/parties/trustee/next-step.ts"
import { encodeTrustee, parseTrustee, withWork } from "../../../src/parties/trustee/trustee-state.ts"
import { abortCeremony } from "../../../src/parties/organizer/control-election.ts"
import { openElection } from "../../../src/parties/organizer/control-election.ts"
import { computeDealCommitment } from "../../../src/protocol/election/deal.ts"
import type { DealBody } from "../../../src/protocol/election/deal.ts"
import { encodeEntry, parseEntry } from "../../../src/protocol/log/entry.ts"
import type { ElectionEntry } from "../../../src/protocol/log/entry.ts"
import { signBody } from "../../../src/protocol/log/signed-entry.ts"
import { utf8ToBytes } from "../../../src/protocol/primitives/bytes.ts"
import { makeSigningKey } from "../../../src/protocol/primitives/note-key.ts"
import { createTrustee } from "../../../src/parties/trustee/trustee-state.ts"
import { canonicalText } from "../../../src/protocol/wire/canonical-json.ts"
import { QUESTION, TrusteeTable } from "../../support/trustee-table.ts"

const kinds = (entries: readonly ElectionEntry[]): string[] => [...new Set(entries.map(({ kind }) => kind))]

describe("a ceremony of honest trustees", () => {
  const table = new TrusteeTable(3, 2, "honest")
  table.sit()

  it("ends in confirmed keys, and in no key that opens boxes", () => {
    expect(kinds(table.entries)).toEqual(["ceremony", "trustee-key", "dkg-commit", "dkg-deal", "dkg-confirm"])
    expect(table.entries).toHaveLength(1 + 4 * 3)
    for (const at of [0, 1, 2]) {
      expect(table.next(at)).toMatchObject({ do: "wait", for: "definition" })
      expect(table.work(at)).toMatchObject({ encryption: null, isBackedUp: true })
    }
  })

  it("deletes that key in whatever phase it is next read", () => {
    const late = withWork(table.states[0]!, { ...table.work(0), encryption: 5n })
    const later = new TrusteeTable(3, 2, "honest")
    later.sit()
    later.define()
    const step = nextStep(later.view, late, later.randomBytes)
    expect(step.do).toBe("endorse")
    expect(step.state.work[0]?.encryption).toBeNull()
  })

  it("leaves a stranger and a lost file outside", () => {
    const stranger = createTrustee(makeSigningKey("stranger.example", new Uint8Array(32).fill(3)))
    expect(nextStep(table.view, stranger, table.randomBytes)).toMatchObject({
      do: "stop",
      reason: "not-a-trustee",
    })
  })
})

describe("a trustee that is interrupted", () => {
  it("sends the same bytes again, whatever its generator gives the second time", () => {
    const table = new TrusteeTable(2, 2, "again")
    for (;;) {
      const step = table.next(0)
      if (step.do !== "publish") break
      const once = nextStep(table.view, step.state, (length) => new Uint8Array(length).fill(1))
      expect(once).toMatchObject({ do: "publish", bytes: step.bytes })
      table.keep(0, step.state)
      table.say(step.bytes)
    }
    expect(table.next(0)).toMatchObject({ do: "wait", missing: [2] })
  })

  it("confirms nothing before its backup was read back", () => {
    const table = new TrusteeTable(2, 2, "backup")
    table.sit()
    const early = withWork(table.states[0]!, { ...table.work(0), isBackedUp: false })
    const before = unconfirmed(table).view
    const step = nextStep(before, early, table.randomBytes)
    expect(step.do).toBe("back-up")
    const after = nextStep(before, backedUp(step.state, table.log.ceremonyId), table.randomBytes)
    expect(after.do).toBe("publish")
  })

  it("stops when its file has lost what it spoke with", () => {
    const table = new TrusteeTable(2, 2, "lost")
    const first = table.next(0)
    if (first.do !== "publish") throw new Error(first.do)
    table.say(first.bytes) // and the state of this step is lost
    expect(table.next(0)).toMatchObject({ do: "stop", reason: "key-lost" })
  })
})

/** The same ceremony without its confirmations. */
function unconfirmed(table: TrusteeTable): TrusteeTable {
  const other = new TrusteeTable(2, 2, "backup")
  for (const bytes of table.bytes.slice(1)) if (parseEntry(bytes).kind !== "dkg-confirm") other.say(bytes)
  return other
}

describe("A10, A11, A21: a dealer that lies, and one that is silent", () => {
  const table = new TrusteeTable(3, 2, "liar")
  const say = (kind: "dkg-commit" | "dkg-deal", body: never): void => {
    table.say(encodeEntry(signBody(kind, body, table.states[0]!.signing) as never))
  }
  // Up to the commitments everybody is honest; dealer 1 then turns one digit of the box of trustee 2.
  for (const at of [0, 1, 2]) {
    const step = table.next(at)
    if (step.do === "publish") table.say(step.bytes)
    table.keep(at, step.state)
  }
  const honest = table.next(0)
  const deal = parseEntry(honest.state.work[0]!.signed.get("dkg-deal")!)
  if (deal.kind !== "dkg-deal") throw new Error("no deal")
  const boxes = deal.body.boxes.map((box, at) =>
    at === 1 ? { ...box, box: (box.box.startsWith("0") ? "1" : "0") + box.box.slice(1) } : box,
  )
  const lie: DealBody = { ...deal.body, boxes }
  const { ceremonyId } = table.log
  say("dkg-commit", { ceremonyId, trustee: 1, commitment: computeDealCommitment(lie) } as never)
  for (const at of [1, 2]) {
    const step = table.next(at)
    if (step.do === "publish") table.say(step.bytes)
    table.keep(at, step.state)
  }

  it("refuses at the door another deal than was committed to", () => {
    expect(() => table.say(honest.state.work[0]!.signed.get("dkg-deal")!)).toThrow("commit-mismatch")
  })

  it("is complained of by the one who got the bad share, named by every reader, and ends the ceremony", () => {
    say("dkg-deal", lie as never)
    for (const at of [1, 2]) {
      const step = table.next(at)
      if (step.do === "publish") table.say(step.bytes)
      table.keep(at, step.state)
    }
    expect(table.next(2)).toMatchObject({ do: "back-up" })
    const complaint = table.next(1)
    if (complaint.do !== "publish") throw new Error(complaint.do)
    expect(parseEntry(complaint.bytes).kind).toBe("dkg-complaint")
    table.keep(1, complaint.state)
    // Whoever has complained does not confirm later: the same bytes come again.
    expect(table.next(1)).toMatchObject({ do: "publish", bytes: complaint.bytes })
    table.say(complaint.bytes)
    for (const at of [0, 1, 2]) {
      expect(table.next(at)).toMatchObject({
        do: "stop",
        reason: "complaint",
        verdicts: [{ reason: "dealer-faulty", trustee: 1 }],
      })
    }
    expect(() => table.define()).toThrow()
    const abort = abortCeremony(table.log, null, table.organizer)
    expect(abort.body).toMatchObject({ reason: "dealer-faulty", trustee: 1 })
    table.sayEntry(abort)
    expect(table.log.phase).toBe("aborted")
  })

  it("is called silent by the organizer alone, and only by name", () => {
    const quiet = new TrusteeTable(2, 2, "quiet")
    expect(() => abortCeremony(quiet.log, null, quiet.organizer)).toThrow(
      expect.objectContaining({ code: "phase-refused" }),
    )
    quiet.sayEntry(abortCeremony(quiet.log, 2, quiet.organizer))
    expect(quiet.next(0)).toMatchObject({ do: "stop", reason: "aborted", verdicts: [] })
  })
})

describe("the drill", () => {
  const table = new TrusteeTable(3, 2, "drill")
  table.sit()
  const backups = [0, 1, 2].map((at) =>
    parseTrustee(encodeTrustee(backupOf(table.states[at]!, table.log.ceremonyId))),
  )
  table.define()

  it("D14: endorses nothing that its own secrets do not open", () => {
    const [d = 0n, ...rest] = table.work(0).secrets!
    const foreign = { ...table.work(0), secrets: [d + 1n, ...rest] }
    expect(endorse(table.view, foreign, table.states[0]!)).toEqual({ ok: false, reason: "not-my-definition" })
    expect(endorse(table.view, { ...table.work(0), secrets: null }, table.states[0]!)).toEqual({
      ok: false,
      reason: "not-my-definition",
    })
  })

  it("endorses one election a ceremony, whatever another copy of the log shows", () => {
    table.endorse()
    const fork = new TrusteeTable(3, 2, "drill")
    for (const bytes of table.bytes.slice(1, 1 + 4 * 3)) fork.say(bytes)
    fork.define({ ...QUESTION, title: "Another election with the same keys" })
    expect(fork.log.keysHash).toBe(table.log.keysHash)
    expect(endorse(fork.view, table.work(0), table.states[0]!)).toEqual({
      ok: false,
      reason: "not-my-definition",
    })
  })

  it("wants every trustee's backup before the election opens", () => {
    for (const at of [0, 1, 2]) table.sign(at, table.rehearsal(at, 1))
    expect(table.next(0)).toMatchObject({ do: "rehearse", round: 2 })
    for (const at of [0, 1]) table.sign(at, table.rehearsal(at, 2, backups[at]!.work[0]))
    // The third trustee's backup holds other secrets: it is told, and nobody opens.
    const wrong = { secrets: table.work(2).secrets!.map((secret) => secret + 1n) }
    expect(table.rehearsal(2, 2, wrong)).toEqual({ ok: false, reason: "not-my-definition" })
    expect(table.rehearsal(2, 2, { secrets: null })).toEqual({ ok: false, reason: "not-my-definition" })
    expect(() => table.sayEntry(openElection(table.log, table.organizer))).toThrow("phase-refused")
    table.sign(2, table.rehearsal(2, 2, backups[2]!.work[0]))
    table.sayEntry(openElection(table.log, table.organizer))
    expect(table.log.phase).toBe("open")
  })

  it("keeps in a backup the secrets, and not the key that opened the boxes", () => {
    expect(backups[0]!.work[0]).toMatchObject({ encryption: null, secrets: table.work(0).secrets })
  })
})

describe("a trustee's file", () => {
  const table = new TrusteeTable(2, 2, "file")
  const step = table.next(0)
  const text = new TextDecoder().decode(encodeTrustee(step.state))

  it("gives back what was written", () => {
    expect(encodeTrustee(parseTrustee(encodeTrustee(step.state)))).toEqual(encodeTrustee(step.state))
    expect(makeTrusteeKey(table.view, step.state.work[0]!, step.state.signing, table.randomBytes)).toBe(
      step.state.work[0],
    )
  })

  it.each([
    ["another type", (t: string) => t.replace("sotto/trustee/1", "sotto/trustee/2")],
    ["a member too many", (t: string) => t.replace('{"signing"', '{"more":1,"signing"')],
    ["an index that is a text", (t: string) => t.replace('"index":1', '"index":"1"')],
    ["an entry that is none", (t: string) => t.replace(/("trustee-key":")[^"]{8}/, "$1AAAAAAAA")],
    [
      "a scalar beyond l",
      (t: string) => t.replace(/"encryption":"[0-9]+"/, `"encryption":"${"9".repeat(76)}"`),
    ],
    ["half of it", (t: string) => t.slice(0, t.length / 2)],
  ])("refuses %s", (_, change) => {
    expect(change(text)).not.toBe(text)
    expect(() => parseTrustee(utf8ToBytes(change(text)))).toThrow(
      expect.objectContaining({ code: "malformed-trustee" }),
    )
    expect(canonicalText(JSON.parse(text))).toBe(text)
  })
})
