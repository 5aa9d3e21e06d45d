// The journal alone, byte by byte: what a crash tears off is closed and forgotten, what was whole is kept or refused.
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { appendJournal, placeAfter, readJournal } from "../../src/cli/issuer-journal.ts"
import type { JournalPlace } from "../../src/cli/issuer-journal.ts"
import { encodeIssuerEvents } from "../../src/protocol/wire/issuer-state.ts"
import type { IssuerEvent } from "../../src/protocol/wire/issuer-state.ts"
import { newIssuer, orderFor, SCHEMA_ID, seededRandom } from "../support/issued-records.ts"

const EVENTS: readonly IssuerEvent[] = (() => {
  const issuer = newIssuer()
  for (const holder of [1, 2]) issuer.issue(orderFor(holder), seededRandom(holder))
  issuer.publish(SCHEMA_ID, 0)
  issuer.issue(orderFor(3), seededRandom(3))
  return issuer.journal
})()
const NEXT: IssuerEvent = { kind: "published", schemaId: SCHEMA_ID, number: 99 }
const WHOLE = Buffer.from(encodeIssuerEvents(EVENTS))
const LAST = WHOLE.lastIndexOf(10, WHOLE.length - 2) + 1
const CLOSING = '{"kind":"recovered"}'

let path: string
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), "sotto-journal-")), "issued.jsonl")
})
afterEach(() => rm(join(path, ".."), { recursive: true }))

/** What a process that begins now knows, and where it would write. */
async function read(): Promise<{ readonly events: readonly IssuerEvent[]; readonly place: JournalPlace }> {
  const events: IssuerEvent[] = []
  const place = await readJournal(path, placeAfter(0), (event) => events.push(event))
  return { events, place }
}
const codeOf = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => "no error",
    (error: unknown) => (error as { code: string }).code,
  )
const linesIn = (bytes: Buffer): number => bytes.filter((byte) => byte === 10).length

describe("a journal that a crash cut off", () => {
  it("anywhere keeps every whole line and goes on behind them", async () => {
    for (let cut = 0; cut <= WHOLE.length; cut++) {
      const left = WHOLE.subarray(0, cut)
      await writeFile(path, left)
      const { events, place } = await read()
      expect(events).toEqual(EVENTS.slice(0, linesIn(left)))
      await appendJournal(path, place, [NEXT])
      expect((await read()).events).toEqual([...events, NEXT])
      expect((await readFile(path)).subarray(0, cut)).toEqual(left)
    }
  })

  it("again and again while it was being closed", async () => {
    const torn = WHOLE.subarray(0, LAST + 40)
    for (let first = 0; first <= CLOSING.length; first++) {
      for (let second = 0; second <= CLOSING.length; second += 5) {
        const tries = CLOSING.slice(0, first) + CLOSING.slice(0, second)
        await writeFile(path, Buffer.concat([torn, Buffer.from(tries)]))
        await appendJournal(path, (await read()).place, [NEXT])
        expect((await read()).events).toEqual([...EVENTS.slice(0, -1), NEXT])
      }
    }
  })
})

describe("a journal that rotted", () => {
  it("in any byte of its last line is damaged, not torn", async () => {
    for (let at = LAST; at < WHOLE.length; at++) {
      const rotten = Buffer.from(WHOLE)
      rotten[at] = (rotten[at] ?? 0) ^ 0x80
      await writeFile(path, rotten)
      expect(await codeOf(read()), `byte ${at - LAST}`).toBe("issuer-state-damaged")
    }
  })

  it("in any byte before that is damaged as well, closed lines included", async () => {
    const closed = `${WHOLE.toString("utf8", LAST, LAST + 40)}${CLOSING}\n`
    const bytes = Buffer.concat([WHOLE.subarray(LAST), Buffer.from(closed), WHOLE.subarray(LAST)])
    const start = WHOLE.length - LAST + 40 // what was torn says nothing, so it may rot
    for (const [from, to] of [
      [0, start - 40],
      [start, bytes.length],
    ] as const) {
      // prettier-ignore
      for (let at = from; at < to; at++) {
        const rotten = Buffer.from(bytes)
        rotten[at] = (rotten[at] ?? 0) ^ 0x80
        await writeFile(path, rotten)
        expect(await codeOf(read()), `byte ${at}`).toBe("issuer-state-damaged")
      }
    }
  })
})

describe("a writer that was overtaken", () => {
  it("is told, and its line counts for nothing behind one that was torn meanwhile", async () => {
    await writeFile(path, WHOLE.subarray(0, LAST))
    const { place } = await read()
    for (const length of [1, 40, WHOLE.length - LAST - 2]) {
      await writeFile(path, WHOLE.subarray(0, LAST + length)) // another process died in its write
      expect(await codeOf(appendJournal(path, place, [NEXT]))).toBe("issuer-busy")
      expect((await read()).events).toEqual(EVENTS.slice(0, -1))
      await appendJournal(path, (await read()).place, [NEXT])
      expect((await read()).events).toEqual([...EVENTS.slice(0, -1), NEXT])
    }
  })

  it("is told when the torn line was closed by another, or ended after all", async () => {
    for (const between of [`${CLOSING}\n`, WHOLE.subarray(LAST + 40)]) {
      await writeFile(path, WHOLE.subarray(0, LAST + 40))
      const { place } = await read()
      await appendFile(path, between)
      expect(await codeOf(appendJournal(path, place, [NEXT]))).toBe("issuer-busy")
      const kept = typeof between === "string" ? EVENTS.slice(0, -1) : EVENTS
      expect((await read()).events).toEqual([...kept, NEXT])
    }
  })
})
