// C2SP tlog-witness over HTTP: each status of the specification, state that outlives the process, evidence that is kept.
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { openCosignerStore } from "../../../src/ledger/storage/cosigner-store.ts"
import { parseLines, parseSize } from "../../../src/protocol/log/add-checkpoint.ts"
import { parseCheckpoint, verifyLogSignature } from "../../../src/protocol/log/checkpoint.ts"
import { verifyCosignatures } from "../../../src/protocol/log/cosignature.ts"
import { bytesToHex, utf8ToBytes } from "../../../src/protocol/primitives/bytes.ts"
import { sha256 } from "../../../src/protocol/primitives/hash.ts"
import { makeSigningKey } from "../../../src/protocol/primitives/note-key.ts"
import { proofOf, startCosigner, submit, wordEntries } from "../../support/cosigner.ts"
import type { CosignerReply, TestCosigner } from "../../support/cosigner.ts"
import { headOf } from "../../support/election-places.ts"

const ORIGIN = "service.example/ledger"
const logKey = makeSigningKey(ORIGIN, new Uint8Array(32).fill(1))
const electionKey = makeSigningKey(`service.example/elections/${"ab".repeat(16)}`, logKey.seed)
const NOW = 1_800_000_000

let cosigner: TestCosigner
beforeEach(async () => {
  cosigner = await startCosigner(1, [logKey], () => NOW)
})
afterEach(() => cosigner.remove())

const ask = (count: number, from: number, word = "entry", key = logKey): Promise<CosignerReply> => {
  const all = wordEntries(count, word)
  return submit(cosigner.url, {
    oldSize: from,
    proof: from > count ? [] : proofOf(all, from),
    checkpoint: headOf(key.name, key, all),
  })
}

describe("add-checkpoint", () => {
  it("answers 200 with a line that verifies, and remembers the head before it does", async () => {
    const { status, body } = await ask(3, 0)
    expect(status).toBe(200)
    const { note } = parseCheckpoint(headOf(ORIGIN, logKey, wordEntries(3)))
    const cosigned = { ...note, lines: [...note.lines, ...parseLines(body)] }
    expect(verifyCosignatures(cosigned, [cosigner.key])).toMatchObject({
      ok: true,
      value: [{ timeUnixSeconds: NOW }],
    })
    const other = await openCosignerStore(cosigner.database)
    expect(await other.find(ORIGIN)).toMatchObject({ size: 3 })
    await other.close()
    expect((await ask(7, 3)).status).toBe(200)
    expect((await ask(7, 7)).status).toBe(200) // dated again
  })

  it("answers 409 with its own size to a submitter with another idea of it", async () => {
    await ask(3, 0)
    for (const from of [0, 2]) {
      const { status, mediaType, body } = await ask(5, from)
      expect({ status, mediaType, size: parseSize(body) }).toEqual({
        ...{ status: 409, mediaType: "text/x.tlog.size", size: 3 },
      })
    }
  })

  it("answers a longer fork with 422 and one of the same size with 409, and keeps the evidence", async () => {
    await ask(3, 0)
    expect((await ask(7, 3, "forked")).status).toBe(422)
    expect((await ask(3, 3, "forked")).status).toBe(409)
    expect(cosigner.evidence).toHaveLength(1)
    const store = await openCosignerStore(cosigner.database, { readonly: true })
    const [kept] = await store.listEvidence()
    await store.close()
    const heads = (kept?.checkpoints ?? []).map(parseCheckpoint)
    expect(heads.map(({ note }) => verifyLogSignature(note, [logKey]).ok)).toEqual([true, true])
    expect(heads.map(({ checkpoint }) => checkpoint.size)).toEqual([3, 3])
    expect((await ask(5, 3)).status).toBe(200) // the log's honest history goes on
  })

  it.each([
    ["404, a log that it does not watch", 404, makeSigningKey("other.example/ledger", new Uint8Array(32))],
    ["404, a place of the same host that is no log", 404, makeSigningKey("service.example/x", logKey.seed)],
    ["403, another key under the log's name", 403, makeSigningKey(ORIGIN, new Uint8Array(32))],
    ["200, an election of the same host and key", 200, electionKey],
    ["403, an election under another key", 403, makeSigningKey(electionKey.name, new Uint8Array(32))],
  ])("answers %s", async (_name, status, key) => {
    expect((await ask(3, 0, "entry", key)).status).toBe(status)
  })

  it("answers 400 to an old size above the new one and to what is no request, 413 to too much", async () => {
    expect((await ask(3, 4)).status).toBe(400)
    for (const text of ["", "old 0\n", "old 00\n\nx", "new 0\n\n", `old 0\n${"x".repeat(44)}\n\n`])
      expect((await submit(cosigner.url, utf8ToBytes(text))).status, text).toBe(400)
    expect((await submit(cosigner.url, new Uint8Array(80_000))).status).toBe(413)
  })

  it("signs one of many continuations that come at once", async () => {
    await ask(3, 0)
    const replies = await Promise.all(
      ["entry", "left", "right", "up", "down"].map((word) => {
        const all = [...wordEntries(3), ...wordEntries(9, word).slice(3)]
        const checkpoint = headOf(ORIGIN, logKey, all)
        return submit(cosigner.url, { oldSize: 3, proof: proofOf(all, 3), checkpoint })
      }),
    )
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409])
  })
})

describe("the monitoring address", () => {
  const monitored = (origin: string) =>
    fetch(`${cosigner.url}/${bytesToHex(sha256(utf8ToBytes(origin)))}/checkpoint`)

  it("serves the newest cosigned head of a log, and 404 for one that was never seen", async () => {
    expect((await monitored(ORIGIN)).status).toBe(404)
    await ask(3, 0)
    await ask(5, 3)
    const { note, checkpoint } = parseCheckpoint(
      new Uint8Array(await (await monitored(ORIGIN)).arrayBuffer()),
    )
    expect(checkpoint.size).toBe(5)
    expect(verifyLogSignature(note, [logKey]).ok).toBe(true)
    expect(verifyCosignatures(note, [cosigner.key])).toMatchObject({
      ok: true,
      value: [{ timeUnixSeconds: NOW }],
    })
    expect((await monitored("other.example/ledger")).status).toBe(404)
  })
})

describe("a cosigner's file", () => {
  it("refuses to go back or to forget, whatever program asks", async () => {
    await ask(3, 0)
    const { default: Sqlite } = await import("better-sqlite3")
    const raw = new Sqlite(cosigner.database)
    expect(() => raw.exec("UPDATE cosigned SET size = 2")).toThrow("never goes back")
    expect(() => raw.exec("UPDATE cosigned SET root = zeroblob(32)")).toThrow("never goes back")
    expect(() => raw.exec("DELETE FROM cosigned")).toThrow("never forgets")
    raw.close()
  })
})
