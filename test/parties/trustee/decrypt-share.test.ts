// D6, A18: the one decryption, and everything that stops it.
import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { decryptShare } from "../../../src/parties/trustee/decrypt-share.ts"
import type { DecryptionSources } from "../../../src/parties/trustee/decrypt-share.ts"
import { nextStep } from "../../../src/parties/trustee/next-step.ts"
import { signExtension } from "../../../src/parties/trustee/sign-extension.ts"
import { encodeTrustee, parseTrustee } from "../../../src/parties/trustee/trustee-state.ts"
import type { CeremonyWork } from "../../../src/parties/trustee/trustee-state.ts"
import { computeTally, publishTally } from "../../../src/parties/organizer/publish-tally.ts"
import { assembleExtension } from "../../../src/parties/organizer/extend-election.ts"
import { voidElection } from "../../../src/parties/organizer/control-election.ts"
import { parseEntry } from "../../../src/protocol/log/entry.ts"
import { CLOSES, TrusteeTable } from "../../support/trustee-table.ts"

const table = new TrusteeTable(3, 2, "decrypt")
table.open()
table.vote()
const open = { entries: [...table.entries], bytes: [...table.bytes] }
table.close()
const closeIndex = open.entries.length
const head = { size: closeIndex + 1, hasQuorum: true, cosignedAt: [CLOSES + 70, CLOSES + 75] }
const honest: DecryptionSources = {
  view: table.view,
  areBallotsProven: true,
  second: { size: table.bytes.length, rootAt: (size) => table.rootAt(size) },
  heads: [head],
  acceptsServiceWord: false,
}
const ask = (change: Partial<DecryptionSources>, work: Partial<CeremonyWork> = {}, from = honest) =>
  decryptShare({ ...from, ...change }, { ...table.work(0), ...work }, table.states[0]!, table.randomBytes)
const no = (reason: string) => ({ ok: false, reason })
const heads = (...times: readonly (readonly number[])[]) => ({
  heads: times.map((cosignedAt, i) => ({ size: closeIndex + 1 + i, hasQuorum: true, cosignedAt })),
})

describe("a decryption", () => {
  it("gives a share that the log admits, the same bytes every time", () => {
    const signed = ask({})
    if (!signed.ok) throw new Error(signed.reason)
    const entry = parseEntry(signed.value.bytes)
    expect(table.log.check(entry as never, signed.value.bytes)).toEqual({ ok: true, value: true })
    const state = parseTrustee(encodeTrustee(signed.value.state))
    const again = decryptShare(honest, state.work.at(-1)!, state, (length) => new Uint8Array(length).fill(7))
    expect(again).toMatchObject({ ok: true, value: { bytes: signed.value.bytes } })
  })

  it.each([
    ["log-inconsistent", { second: { size: closeIndex + 1, rootAt: () => new Uint8Array(32) } }],
    ["log-inconsistent", { second: { size: closeIndex, rootAt: (size: number) => table.rootAt(size) } }],
    ["log-inconsistent", { second: { size: closeIndex + 1, rootAt: () => null } }],
    ["log-inconsistent", { areBallotsProven: false }],
    ["close-not-cosigned", { heads: [] }],
    ["close-not-cosigned", { heads: [{ ...head, hasQuorum: false }] }],
    ["close-not-cosigned", { heads: [{ ...head, size: closeIndex }] }],
    ["close-not-cosigned", heads([])], // `quorum none` dates nothing
    ["close-not-cosigned", heads([CLOSES + 901])],
    ["close-early", heads([CLOSES - 6, CLOSES + 70])],
    [
      "ballots-late",
      {
        heads: [
          { ...head, size: closeIndex - 1 },
          { ...head, cosignedAt: [CLOSES + 600] },
        ],
      },
    ],
  ])("is refused as %s", (reason, change) => {
    expect(ask(change)).toEqual(no(reason))
  })

  it("goes on the service's word only when told to", () => {
    expect(ask({ ...heads([]), acceptsServiceWord: true })).toMatchObject({ ok: true })
    expect(ask({ ...heads([CLOSES + 901]), acceptsServiceWord: true })).toMatchObject({ ok: true })
    expect(ask({ ...heads([CLOSES - 6]), acceptsServiceWord: true })).toEqual(no("close-early"))
    expect(ask({ ...heads([CLOSES - 5, CLOSES - 5], [CLOSES + 60]) })).toMatchObject({ ok: true })
  })

  it("is refused before the close, without the drill and for foreign keys", () => {
    const early = new TrusteeTable(3, 2, "decrypt")
    for (const bytes of table.bytes.slice(1, 1 + 4 * 3)) early.say(bytes)
    early.define()
    expect(ask({ view: early.view })).toEqual(no("close-not-cosigned"))
    const undrilled = table.entries.filter((entry) => entry.kind !== "drill-share" || entry.body.round === 1)
    expect(ask({ view: { ...table.view, entries: undrilled } })).toEqual(no("drill-missing"))
    const secrets = table.work(0).secrets!.map((secret) => secret + 1n)
    expect(ask({}, { secrets })).toEqual(no("not-my-definition"))
    expect(ask({}, { secrets: null })).toEqual(no("not-my-definition"))
  })

  it("D6: opens no second sum, remembered or seen in the log, from a restored file or not", () => {
    const other = new TrusteeTable(3, 2, "decrypt")
    for (const bytes of open.bytes.slice(
      1,
      open.entries.findIndex(({ kind }) => kind === "ballot"),
    )) {
      if (parseEntry(bytes).kind === "definition") other.define()
      else other.say(bytes)
    }
    other.vote(11) // a subset of the same ballots, closed as if it were all
    other.close()
    expect(other.log.electionId).toBe(table.log.electionId)
    const first = ask({})
    if (!first.ok) throw new Error(first.reason)
    const remembered = { signed: first.value.state.work.at(-1)!.signed }
    const fork = {
      ...honest,
      view: other.view,
      second: { size: other.bytes.length, rootAt: (size: number) => other.rootAt(size) },
      heads: [{ ...head, size: other.bytes.length }],
    }
    expect(ask({}, {}, fork)).toMatchObject({ ok: true }) // a program that never saw the first
    expect(ask({}, remembered, fork)).toEqual(no("already-decrypted"))
    const entry = parseEntry(first.value.bytes)
    const seen = { ...other.view, entries: [...other.view.entries, entry as never] }
    expect(ask({ view: seen }, {}, fork)).toEqual(no("already-decrypted"))
    // Against the honest second source the fork is no log at all.
    expect(ask({ view: other.view })).toEqual(no("log-inconsistent"))
  })

  it("D6: opens no sum of fewer ballots than the definition wants, and no sum of nothing", () => {
    for (const [voters, reason] of [
      [9, "below-min-anonymity"],
      [0, "aggregate-identity"],
    ] as const) {
      const few = new TrusteeTable(3, 2, "few")
      few.open()
      few.vote(voters)
      few.close()
      const sources = {
        ...honest,
        view: few.view,
        second: { size: few.bytes.length, rootAt: (size: number) => few.rootAt(size) },
        heads: [{ ...head, size: few.bytes.length }],
      }
      expect(decryptShare(sources, few.work(0), few.states[0]!, few.randomBytes)).toEqual(no(reason))
    }
  })

  it("is one step of the program, and the result follows from any two of three", () => {
    const before = table.entries.length
    expect(table.next(2)).toMatchObject({ do: "decrypt" })
    expect(() => computeTally(table.log)).toThrow(expect.objectContaining({ code: "shares-missing" }))
    for (const at of [0, 2])
      table.sign(
        at,
        decryptShare({ ...honest, view: table.view }, table.work(at), table.states[at]!, table.randomBytes),
      )
    expect(table.next(2)).toMatchObject({ do: "wait", for: "tally" })
    expect(table.next(1)).toMatchObject({ do: "decrypt" })
    const computed = computeTally(table.log)
    expect(computed.result).toMatchObject({ counts: [4, 4, 4], trustees: [1, 3], counted: 12 })
    table.sayEntry(publishTally(computed, table.organizer))
    expect(table.entries).toHaveLength(before + 3)
    expect(nextStep(table.view, table.states[0]!, table.randomBytes).do).toBe("done")
    expect(() => voidElection(table.log, "disliked", table.organizer)).toThrow(
      expect.objectContaining({ code: "phase-refused" }),
    )
  })
})

describe("an extension", () => {
  const extended = new TrusteeTable(3, 2, "extension")
  extended.open()
  const sign = (at: number, closesAt: number) =>
    signExtension(extended.view, closesAt, extended.work(at), extended.states[at]!)
  const signedBy = (at: number, closesAt: number) => {
    const signed = sign(at, closesAt)
    if (!signed.ok) throw new Error(signed.reason)
    extended.keep(at, signed.value.state)
    const entry = parseEntry(signed.value.bytes)
    if (entry.kind !== "extension") throw new Error(entry.kind)
    return entry
  }

  it("takes the organizer and two of three trustees, in whatever order their files come", () => {
    const entries = [signedBy(2, CLOSES + 3600), signedBy(0, CLOSES + 3600)]
    const assemble = (pieces: typeof entries) =>
      assembleExtension(extended.log, extended.entries, pieces, extended.organizer)
    expect(() => assemble(entries.slice(0, 1))).toThrow(
      expect.objectContaining({ code: "description-refused" }),
    )
    expect(() => assemble([])).toThrow(expect.objectContaining({ code: "description-refused" }))
    const entry = assemble(entries)
    extended.sayEntry(entry)
    expect(extended.log.closesAt).toBe(CLOSES + 3600)
  })

  it("is signed once a number, and never for an earlier time", () => {
    expect(sign(1, CLOSES + 3600)).toEqual(no("phase-refused"))
    const first = signedBy(1, CLOSES + 7200)
    expect(signedBy(1, CLOSES + 9000).body).toEqual(first.body)
    expect(sign(1, CLOSES)).toEqual(no("phase-refused"))
  })
})

describe("A18: the room of trustees", () => {
  // What takes a point and applies a secret to it would decrypt whatever its caller wants.
  it("exports no function that takes a point", () => {
    const folder = "src/parties/trustee"
    const heads = readdirSync(folder).flatMap((file) => {
      const text = readFileSync(`${folder}/${file}`, "utf8")
      return [...text.matchAll(/^export (?:async )?(?:function|const) [\s\S]*?(?:\{\n|=>)/gm)].map(
        ([found]) => found,
      )
    })
    expect(heads.length).toBeGreaterThan(15)
    for (const signature of heads) {
      const parameters = signature.slice(signature.indexOf("("), signature.lastIndexOf(")"))
      expect(parameters).not.toMatch(/CurvePoint|EncodedPoint|WireShare|base\b/)
    }
  })
})
