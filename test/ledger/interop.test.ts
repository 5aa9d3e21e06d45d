import { mkdir } from "node:fs/promises"
import { dirname, join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { writeFileDurably } from "../../src/ledger/durable/write-file.ts"
import { exportLog } from "../../src/ledger/log/export.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"
import type { Receipt } from "../../src/protocol/log/receipt.ts"
import { verifyReceipt } from "../../src/protocol/log/verify-receipt.ts"
import { readReceipts } from "../interop/exported-log.ts"
import { sigstoreAccepts } from "../interop/sigstore.ts"
import { LOG_KEY, ORIGIN, appendMany, makeHome, openHome } from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

let home: LedgerHome
let receipts: readonly Receipt[]
const policy = parsePolicy(`log ${encodeVerifierKey(LOG_KEY)}\nquorum none\n`)

beforeAll(async () => {
  home = await makeHome()
  const opened = await openHome(home)
  await appendMany(opened.ledger, 0, 320)
  await exportLog(opened.stores.ledger, opened.ledger.head(ORIGIN), {
    read: () => Promise.resolve(null),
    write: async (path, bytes) => {
      await mkdir(dirname(join(home.folder, "export", path)), { recursive: true })
      await writeFileDurably(join(home.folder, "export", path), bytes)
    },
  })
  await opened.close()
  receipts = await readReceipts(join(home.folder, "export"), LOG_KEY)
})
afterAll(() => home.remove())

const ours = (receipt: Receipt) => verifyReceipt(receipt, policy).ok

describe("@sigstore/verify", () => {
  test("accepts every entry of a log written by the ledger, as we do", () => {
    expect(receipts).toHaveLength(321)
    expect(receipts.filter((receipt) => !sigstoreAccepts(receipt, LOG_KEY))).toEqual([])
    expect(receipts.filter((receipt) => !ours(receipt))).toEqual([])
  })

  test("refuses, as we do, another entry, another index, another key", () => {
    const [a, b] = receipts.slice(300)
    if (a === undefined || b === undefined) throw new Error("too few receipts")
    const swapped: Receipt = { ...a, canonicalizedBody: b.canonicalizedBody }
    const path = { ...a.inclusionProof, logIndex: "301" }
    const moved: Receipt = {
      ...a,
      inclusionProof: path,
      tlogProof: a.tlogProof.replace("index 300", "index 301"),
    }
    for (const receipt of [swapped, moved]) {
      expect([sigstoreAccepts(receipt, LOG_KEY), ours(receipt)]).toEqual([false, false])
    }
    const other = makeSigningKey(ORIGIN, new Uint8Array(32).fill(9))
    expect(sigstoreAccepts(a, other)).toBe(false)
    expect(verifyReceipt(a, parsePolicy(`log ${encodeVerifierKey(other)}\nquorum none\n`)).ok).toBe(false)
  })
})
