// D2: a cosigner signs what extends what it signed, and nothing else; a log that shows two histories convicts itself.
import { describe, expect, it } from "vitest"
import { cosignCheckpoint } from "../../../src/parties/cosigner/cosign.ts"
import type { CosignedHead } from "../../../src/parties/cosigner/store.ts"
import type { AddCheckpoint } from "../../../src/protocol/log/add-checkpoint.ts"
import { parseCheckpoint, verifyLogSignature } from "../../../src/protocol/log/checkpoint.ts"
import { verifyCosignatures } from "../../../src/protocol/log/cosignature.ts"
import {
  encodeVerifierKey,
  makeSigningKey,
  parseVerifierKey,
} from "../../../src/protocol/primitives/note-key.ts"
import { proofOf, wordEntries } from "../../support/cosigner.ts"
import { headOf, signedHead } from "../../support/election-places.ts"

const ORIGIN = "service.example/elections/1"
const logKey = makeSigningKey(ORIGIN, new Uint8Array(32).fill(1))
const key = makeSigningKey("cosigner.example", new Uint8Array(32).fill(2), 0x04)
const logs = [parseVerifierKey(encodeVerifierKey(logKey))]
const NOW = 1_800_000_000

const request = (
  all: readonly Uint8Array[],
  from: number,
  change: Partial<AddCheckpoint> = {},
): AddCheckpoint => ({
  oldSize: from,
  proof: proofOf(all, from),
  checkpoint: headOf(ORIGIN, logKey, all),
  ...change,
})
const ask = (last: CosignedHead | null, asked: AddCheckpoint) => cosignCheckpoint(last, asked, logs, key, NOW)
function accepted(last: CosignedHead | null, asked: AddCheckpoint): CosignedHead {
  const verdict = ask(last, asked)
  if (!verdict.ok) throw new Error(verdict.reason)
  return verdict.value.head
}

describe("a cosigner", () => {
  it("signs a tree that grows, with its own time", () => {
    const first = accepted(null, request(wordEntries(3), 0))
    const verdict = ask(first, request(wordEntries(7), 3))
    if (!verdict.ok) throw new Error(verdict.reason)
    const { note } = parseCheckpoint(headOf(ORIGIN, logKey, wordEntries(7)))
    const seen = verifyCosignatures({ ...note, lines: [...note.lines, verdict.value.line] }, [
      parseVerifierKey(encodeVerifierKey(key)),
    ])
    expect(seen).toMatchObject({ ok: true, value: [{ timeUnixSeconds: NOW }] })
    expect(verdict.value.head.size).toBe(7)
  })

  it("signs the same head again, so that it may be dated again", () => {
    const first = accepted(null, request(wordEntries(3), 0))
    expect(accepted(first, request(wordEntries(3), 3))).toEqual(first)
  })

  it.each([
    [
      "origin-unknown",
      request(wordEntries(3), 0, {
        checkpoint: headOf(
          "other.example/log",
          makeSigningKey("other.example/log", new Uint8Array(32)),
          wordEntries(3),
        ),
      }),
    ],
    [
      "signature-refused",
      request(wordEntries(3), 0, {
        checkpoint: headOf(ORIGIN, makeSigningKey(ORIGIN, new Uint8Array(32)), wordEntries(3)),
      }),
    ],
    ["size-backwards", request(wordEntries(3), 0, { oldSize: 4 })],
    ["size-conflict", request(wordEntries(3), 2)],
    ["proof-refused", request(wordEntries(3), 0, { proof: [new Uint8Array(32)] })],
  ])("refuses as %s", (reason, asked) => {
    expect(ask(null, asked)).toEqual({ ok: false, reason })
  })

  it("refuses a fork that is longer, whatever proof comes with it", () => {
    const first = accepted(null, request(wordEntries(3), 0))
    expect(ask(first, request(wordEntries(7, "forked"), 3))).toEqual({ ok: false, reason: "proof-refused" })
    expect(ask(first, request(wordEntries(7), 3, { proof: [] }))).toEqual({
      ok: false,
      reason: "proof-refused",
    })
  })

  it("never signs two heads of one size, and keeps both as evidence, however the request is made up", () => {
    const first = accepted(null, request(wordEntries(3), 0))
    const fork = wordEntries(3, "forked")
    for (const oldSize of [0, 2, 3, 4]) {
      const asked = request(fork, 3, { oldSize, proof: [] })
      const verdict = ask(first, asked)
      expect(verdict).toEqual({
        ok: false,
        reason: "root-conflict",
        evidence: { origin: ORIGIN, size: 3, checkpoints: [first.checkpoint, asked.checkpoint] },
      })
      if (verdict.ok || !("evidence" in verdict)) throw new Error("no evidence")
      // Anybody who has the log's key is convinced by these two notes alone.
      const read = verdict.evidence.checkpoints.map((bytes) => parseCheckpoint(bytes))
      expect(read.map(({ note }) => verifyLogSignature(note, logs).ok)).toEqual([true, true])
      expect(read[0]!.checkpoint.root).not.toEqual(read[1]!.checkpoint.root)
    }
  })

  it("signs an empty tree under its one root only", () => {
    expect(accepted(null, request([], 0)).size).toBe(0)
    const checkpoint = signedHead(ORIGIN, logKey, 0, new Uint8Array(32).fill(5))
    expect(ask(null, { oldSize: 0, proof: [], checkpoint })).toEqual({ ok: false, reason: "proof-refused" })
  })
})
