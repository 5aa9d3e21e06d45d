// The folder on a real file system: what a crash, a second process or a lost file may not do is give an index twice.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { appendFile, chmod, copyFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import fc from "fast-check"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { createIssuerFolder, openIssuer } from "../../src/cli/issuer-state.ts"
import { issuerEntryOf } from "../../src/parties/issuer/create-issuer.ts"
import type { RandomBytes } from "../../src/protocol/credential/holder.ts"
import { isRevoked } from "../../src/protocol/credential/status-list.ts"
import { decodeWords } from "../../src/protocol/credential/status-list.ts"
import { encodeIssuerEvents } from "../../src/protocol/wire/issuer-state.ts"
import type { Credential } from "../../src/protocol/wire/credential.ts"
import { newIssuer, orderFor, SCHEMA_ID, seededRandom, TODAY } from "../support/issued-records.ts"

const IDENTITY = {
  id: "lakeside-clinic",
  operator: "lakeside",
  name: "Lakeside Clinic",
  registry: "samples",
}
let dir: string
const journal = (): string => join(dir, "issued.jsonl")
const lists = (): string => join(dir, "lists.json")
beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), "sotto-issuer-")), "clinic")
  await createIssuerFolder(dir, IDENTITY, seededRandom("keys"))
})
afterEach(() => rm(join(dir, ".."), { recursive: true }))

/** Indexes from a few of one word, so that every draw is one of eight. */
const narrow = (seed: string): RandomBytes => {
  const random = seededRandom(seed)
  return (length) =>
    length === 31 ? random(31) : Uint8Array.of(0, 0, 240 + ((random(1)[0] ?? 0) % 8)).slice(0, length)
}
const codeOf = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => "no error",
    (error: unknown) => (error as { code: string }).code,
  )
const issueOne = async (seed: string, random = narrow(seed)): Promise<Credential> =>
  (await openIssuer(dir, random)).issue(orderFor(1))

describe("an issuer's folder", () => {
  it("goes on where the last process stopped, with the entry it began with", async () => {
    const issuer = await openIssuer(dir)
    const first = await issuer.issue(orderFor(1))
    await issuer.revoke(first)
    const list = await issuer.publish(SCHEMA_ID, TODAY * 86_400)
    const again = await openIssuer(dir)
    expect(issuerEntryOf(again.keys)).toEqual(issuerEntryOf(issuer.keys))
    const next = await again.publish(SCHEMA_ID, TODAY * 86_400 + 60)
    expect([list.number, next.number]).toEqual([1, 2])
    expect(isRevoked(decodeWords(next.words), first.statusIndex)).toBe(true)
  })

  it("finds every version of a record it re-issues, in another process too", async () => {
    const first = await (await openIssuer(dir)).issue(orderFor(42))
    await (await openIssuer(dir)).issue(orderFor(7))
    const { credId } = first
    const second = await (await openIssuer(dir)).issue(orderFor(42, { replaces: credId }))
    const issuer = await openIssuer(dir)
    const third = await issuer.issue(orderFor(42, { replaces: credId }))
    const words = decodeWords((await issuer.publish(SCHEMA_ID, 0)).words)
    expect([first, second, third].map(({ statusIndex }) => isRevoked(words, statusIndex))).toEqual([
      true,
      true,
      false,
    ])
    expect(await codeOf(issuer.issue(orderFor(42, { replaces: first.holder })))).toBe("record-unknown")
    expect(await codeOf(issuer.revoke({ ...first, statusIndex: first.statusIndex ^ 1 }))).toBe(
      "record-unknown",
    )
  })

  it("is made once, is private, and is refused when an earlier version wrote it", async () => {
    expect(await codeOf(createIssuerFolder(dir, IDENTITY))).toBe("file-exists")
    const keys = join(dir, "issuer.json")
    await chmod(keys, 0o644)
    expect(await codeOf(openIssuer(dir))).toBe("file-not-private")
    await chmod(keys, 0o600)
    const text = await readFile(keys, "utf8")
    await writeFile(keys, text.replace("sotto/issuer/2", "sotto/issuer/1"))
    expect(await codeOf(openIssuer(dir))).toBe("issuer-state-outdated")
    await writeFile(keys, text.replace("lakeside-clinic", "Lakeside Clinic"))
    expect(await codeOf(openIssuer(dir))).toBe("malformed-credential")
    await rm(keys)
    expect(await codeOf(openIssuer(dir))).toBe("file-missing")
  })
})

describe("an index is never given twice", () => {
  it("over one process per record", async () => {
    const given = new Set<number>()
    for (let n = 0; n < 8; n++) given.add((await issueOne(`${n}`)).statusIndex)
    expect(given.size).toBe(8)
  })

  it("by calls that do not wait for each other", async () => {
    const issuer = await openIssuer(dir, narrow("parallel"))
    const credentials = await Promise.all(Array.from({ length: 8 }, (_, n) => issuer.issue(orderFor(n + 1))))
    expect(new Set(credentials.map(({ statusIndex }) => statusIndex)).size).toBe(8)
  })

  it("by several processes at once: whoever was overtaken hands nothing out", async () => {
    for (let round = 0; round < 3; round++) {
      const before = await journalIndexes()
      const racing = await Promise.all(
        Array.from({ length: 6 }, (_, n) => openIssuer(dir, narrow(`${round} ${n}`))),
      )
      const outcomes = await Promise.allSettled(racing.map((issuer) => issuer.issue(orderFor(1))))
      const given = outcomes.flatMap((outcome) =>
        outcome.status === "fulfilled" ? [outcome.value.statusIndex] : [],
      )
      for (const outcome of outcomes) {
        if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "issuer-busy" })
      }
      expect(given.length).toBeGreaterThan(0)
      expect(new Set(given).size).toBe(given.length)
      expect(given.filter((index) => before.has(index))).toEqual([])
      if ((await journalIndexes()).size === 8) return
    }
  })

  it("to a record that was overtaken: nothing can be done in the name of its line", async () => {
    const kept = await issueOne("kept")
    const [record] = newIssuerEvents()
    if (record?.kind !== "issued") throw new Error("a record was issued")
    const overtaken = { ...record, statusIndex: kept.statusIndex }
    await appendFile(journal(), encodeIssuerEvents([overtaken]))
    const issuer = await openIssuer(dir)
    expect(await codeOf(issuer.revoke(overtaken))).toBe("record-unknown")
    const correction = orderFor(9, { replaces: overtaken.credId })
    expect(await codeOf(issuer.issue(correction))).toBe("record-unknown")
    const { words } = await issuer.publish(SCHEMA_ID, 0)
    expect(isRevoked(decodeWords(words), kept.statusIndex)).toBe(false)
    expect(await codeOf(issuer.revoke(kept))).toBe("no error")
  })

  it("by three processes that are killed while they race: what left them is in the journal, each index once", async () => {
    const printed = await raceAndKill(3, 60)
    const given = printed.map((line) => line.split(" ")[0])
    expect(given.length).toBeGreaterThanOrEqual(60)
    expect(new Set(given).size).toBe(given.length)
    const owners = new Map<string, string>()
    for (const [, credId = "", index = ""] of (await readFile(journal(), "utf8")).matchAll(
      /"credId":"(\d+)".*"statusIndex":(\d+)\}\n/g,
    )) {
      if (!owners.has(index)) owners.set(index, credId)
    }
    for (const line of printed) {
      const [index = "", credId] = line.split(" ")
      expect(owners.get(index)).toBe(credId)
    }
    expect((await openIssuer(dir)).keys.id).toBe(IDENTITY.id)
  })

  it("after a crash at any byte of the write: what was torn is closed, what was whole counts", async () => {
    const kept = await issueOne("kept")
    const whole = await readFile(journal())
    await issueOne("torn")
    const both = await readFile(journal())
    for (const cut of [1, 2, 40, both.length - whole.length - 1]) {
      await writeFile(journal(), both.subarray(0, whole.length + cut))
      const given = new Set([kept.statusIndex])
      for (let n = 0; n < 7; n++) given.add((await issueOne(`${cut} ${n}`)).statusIndex)
      expect(given.size).toBe(8) // all eight: a torn line takes none away
      expect((await readFile(journal())).subarray(0, whole.length + cut)).toEqual(
        both.subarray(0, whole.length + cut),
      )
    }
  })

  it("after a crash at any byte of closing a torn line", async () => {
    const kept = await issueOne("kept")
    const torn = Buffer.concat([await readFile(journal()), Buffer.from('{"boundDay":2')])
    const closing = '{"kind":"recovered"}\n'
    for (let cut = 0; cut <= closing.length; cut++) {
      await writeFile(journal(), Buffer.concat([torn, Buffer.from(closing.slice(0, cut))]))
      const { statusIndex } = await issueOne(`${cut}`)
      expect(statusIndex).not.toBe(kept.statusIndex)
      expect((await openIssuer(dir)).keys.id).toBe(IDENTITY.id)
    }
  })

  it("when the other writer's line only looked torn", async () => {
    const issuer = await openIssuer(dir, narrow("looked"))
    const line = encodeIssuerEvents(newIssuerEvents())
    await appendFile(journal(), line.slice(0, 50))
    await issuer.refresh()
    await appendFile(journal(), line.slice(50)) // its write ends after all
    expect(await codeOf(issuer.issue(orderFor(1)))).toBe("no error") // every call reads first
    expect((await journalIndexes()).size).toBe(2)
  })
})

describe("a damaged folder is refused", () => {
  it("with a line that rotted", async () => {
    await issueOne("one")
    const bytes = await readFile(journal())
    await issueOne("two")
    const rotten = await readFile(journal())
    rotten[bytes.length - 30] = 0x7b
    await writeFile(journal(), rotten)
    expect(await codeOf(openIssuer(dir))).toBe("issuer-state-damaged")
  })

  it("with a journal that lost records which the lists had counted", async () => {
    await fillPastLists()
    const { length } = await readFile(journal())
    await truncate(journal(), length - 100_000)
    expect(await codeOf(openIssuer(dir))).toBe("issuer-state-damaged")
    await truncate(journal(), length)
    expect(await codeOf(openIssuer(dir))).toBe("issuer-state-damaged")
  })

  it("but not without its lists, or with lists that rotted: the journal says it all", async () => {
    const filled = await fillPastLists()
    const expected = (await (await openIssuer(dir)).publish(SCHEMA_ID, 0)).words
    expect((await readFile(lists(), "utf8")).length).toBeGreaterThan(100_000)
    const text = await readFile(lists(), "utf8")
    for (const damage of [null, "", text.slice(0, -1), text.replace('"number":0', '"number":9')]) {
      if (damage === null) await rm(lists())
      else await writeFile(lists(), damage)
      const issuer = await openIssuer(dir)
      const list = await issuer.publish(SCHEMA_ID, 0)
      expect(list.words).toBe(expected)
      expect(filled.has((await issuer.issue(orderFor(1))).statusIndex)).toBe(false)
    }
  })

  it("is read from arbitrary bytes with nothing but our error", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        await writeFile(journal(), bytes)
        expect(["no error", "issuer-state-damaged"]).toContain(await codeOf(openIssuer(dir)))
      }),
      { numRuns: 40 },
    )
  })
})

/** Whole lines that `count` issuing processes printed before they were killed, at least `enough` of them. */
async function raceAndKill(count: number, enough: number): Promise<readonly string[]> {
  const program = fileURLToPath(new URL("../support/issuing-child.ts", import.meta.url))
  const texts: string[] = []
  let total = 0
  await new Promise<void>((resolve, reject) => {
    const children = Array.from({ length: count }, (_, i) => {
      const child = spawn(process.execPath, ["--import", "tsx", program, dir], {
        stdio: ["ignore", "pipe", "inherit"],
      })
      child.stdout.on("data", (chunk: Buffer) => {
        texts[i] = (texts[i] ?? "") + chunk.toString()
        total += chunk.toString().split("\n").length - 1
        if (total >= enough) for (const other of children) other.kill("SIGKILL")
      })
      return child
    })
    const ends = children.map((child) => once(child, "close"))
    Promise.all(ends).then(() => {
      resolve()
    }, reject)
  })
  return texts.flatMap((text) => text.split("\n").slice(0, -1))
}

/** Every index that the journal gives, in a set. */
async function journalIndexes(): Promise<Set<number>> {
  const copy = join(dir, "..", "copy")
  await copyFile(journal(), copy)
  const found = (await readFile(copy, "utf8")).matchAll(/"statusIndex":(\d+)\}\n/g)
  return new Set([...found].map(([, index]) => Number(index)))
}

function newIssuerEvents() {
  const issuer = newIssuer()
  issuer.issue(orderFor(9), seededRandom("other process"))
  return issuer.journal
}

/** A journal long enough that the next record writes the lists. */
async function fillPastLists(): Promise<Set<number>> {
  const [record] = newIssuerEvents()
  if (record?.kind !== "issued") throw new Error("a record was issued")
  const indexes = Array.from({ length: 5000 }, (_, i) => 256 * (i % 4096) + Math.floor(i / 4096))
  const events = indexes.map((statusIndex) => ({ ...record, statusIndex }))
  await appendFile(journal(), encodeIssuerEvents(events))
  const issuer = await openIssuer(dir)
  return new Set([...indexes, (await issuer.issue(orderFor(1))).statusIndex])
}
