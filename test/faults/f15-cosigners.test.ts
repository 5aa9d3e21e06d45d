// F15: cosigners that are slow, down or lying. Their bad lines are dropped, the policy decides what is published, and what
// is appended never waits for them.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { openCosigner } from "../../src/ledger/log/cosigner-client.ts"
import type { CosignerClient } from "../../src/ledger/log/cosigner-client.ts"
import type { CosignFeed } from "../../src/ledger/log/cosign-feed.ts"
import { fsckDatabase } from "../../src/ledger/log/fsck.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"
import type { Policy } from "../../src/protocol/log/policy.ts"
import { parseReceipt } from "../../src/protocol/log/receipt.ts"
import { verifyReceipt } from "../../src/protocol/log/verify-receipt.ts"
import { encodeVerifierKey } from "../../src/protocol/primitives/note-key.ts"
import { openCosigned } from "../support/cosigned-ledger.ts"
import type { CosignedLedger } from "../support/cosigned-ledger.ts"
import { cosignerKey, startCosigner } from "../support/cosigner.ts"
import type { Listening, TestCosigner } from "../support/cosigner.ts"
import { LOG_KEY, ORIGIN, appendMany, makeHome, openHome } from "../support/ledger-bench.ts"
import type { LedgerHome, OpenedLedger } from "../support/ledger-bench.ts"
import { LIES, awaitingCosigner, believing, startLiar } from "../support/lying-cosigner.ts"

const NOW = 1_800_000_000
const now = (): number => NOW

let home: LedgerHome
let opened: OpenedLedger
let honest: TestCosigner
let told: CosignedLedger["told"]
const listening: Listening[] = []
beforeEach(async () => {
  home = await makeHome()
  honest = await startCosigner(1, [LOG_KEY], now)
})
afterEach(async () => {
  await opened.close()
  await Promise.all(listening.splice(0).map((one) => one.stop()))
  await honest.remove()
  await home.remove()
})

/** The honest cosigner and one more, of whom a policy wants so many. */
function policyWanting(k: 1 | 2, url: string): Policy {
  const second = `witness c2 ${encodeVerifierKey(cosignerKey(2))} ${url}`
  const lines = [`log ${encodeVerifierKey(LOG_KEY)}`, honest.policyLine, second]
  return parsePolicy([...lines, `group both ${k} c1 c2`, "quorum both", ""].join("\n"))
}

async function open(policy: Policy, decorate?: (one: CosignerClient) => CosignerClient): Promise<CosignFeed> {
  const cosigned = await openCosigned(home, policy, now, {}, decorate)
  opened = cosigned
  told = cosigned.told
  return cosigned.feed
}

const publishedSize = async () => (await opened.ledger.published(ORIGIN))?.size ?? 0
const cosignaturesOf = async () => {
  const row = await opened.stores.ledger.findLog(ORIGIN)
  return opened.stores.ledger.listCosignatures(row?.id ?? 0, 0, 1000, 100)
}

describe("a second cosigner that answers with", () => {
  test.each(LIES)("%s adds nothing, and a policy of one of two goes on", { timeout: 30_000 }, async (lie) => {
    const liar = await startLiar(lie, cosignerKey(2), now)
    listening.push(liar)
    const policy = policyWanting(1, liar.url)
    const feed = await open(policy)
    await appendMany(opened.ledger, 0, 5)
    await feed.round()
    expect(await publishedSize()).toBe(6)
    expect(new Set((await cosignaturesOf()).map(({ name }) => name))).toEqual(new Set([honest.key.name]))
    expect(told.map(([name]) => name)).toContain(cosignerKey(2).name)
    expect(opened.ledger.state()).toBe("running")
    const receipt = await opened.ledger.receipt(ORIGIN, 3)
    expect(verifyReceipt(parseReceipt(JSON.stringify(receipt)), policy)).toMatchObject({ ok: true })
    await feed.stop()
  })

  test("500 keeps publication at rest where both are needed", async () => {
    const liar = await startLiar("500", cosignerKey(2), now)
    listening.push(liar)
    const feed = await open(policyWanting(2, liar.url))
    await appendMany(opened.ledger, 0, 5)
    await feed.round()
    expect(await publishedSize()).toBe(0)
    expect(await opened.ledger.resource(ORIGIN, "checkpoint")).toBeNull()
    expect(await opened.ledger.receipt(ORIGIN, 0)).not.toBeNull() // given at once, with the log's signature alone
    await feed.stop()
  })
})

/** Milliseconds of one append, the slowest of some. */
async function slowestAppend(): Promise<number> {
  let slowest = 0
  for (let n = 100; n < 110; n++) {
    const started = performance.now()
    await appendMany(opened.ledger, n, n + 1)
    slowest = Math.max(slowest, performance.now() - started)
  }
  return slowest
}

describe("a cosigner that never answers", () => {
  test("does not delay an append", async () => {
    const liar = await startLiar("timeout", cosignerKey(2), now)
    listening.push(liar)
    const feed = await open(policyWanting(2, liar.url))
    feed.start()
    expect(await slowestAppend()).toBeLessThan(2500) // half of a cosigner's time limit; a busy machine has its own pauses
    listening.splice(0)
    await liar.stop()
    await feed.stop()
  })

  test("would, were it asked inside the transaction", async () => {
    const liar = await startLiar("timeout", cosignerKey(2), now)
    const client = openCosigner(cosignerKey(2), liar.url, now)
    opened = await openHome(home)
    const { note: checkpoint } = opened.ledger.head(ORIGIN)
    await opened.close()
    const stores = await openStores(home.database)
    const bug = () => client.add({ oldSize: 0, proof: [], checkpoint })
    opened = await openHome(home, { store: awaitingCosigner(stores.ledger, bug) })
    const started = performance.now()
    await appendMany(opened.ledger, 0, 1)
    expect(performance.now() - started).toBeGreaterThan(2500)
    await stores.close()
    await liar.stop()
  })
})

describe("a feed that stores lines unverified", () => {
  test("would make every reader refuse the note; the published head does not count such a row", async () => {
    const policy = policyWanting(2, "http://127.0.0.1:9")
    const feed = await open(policy, (one) =>
      one.key.name === honest.key.name ? one : believing(one, cosignerKey(2), now),
    )
    await appendMany(opened.ledger, 0, 5)
    await feed.round()
    expect(await cosignaturesOf()).toHaveLength(2) // the bug is there
    const target = { store: opened.stores.ledger, origin: ORIGIN, key: LOG_KEY }
    const keys = policy.cosigners.map(({ key }) => key)
    expect(await fsckDatabase({ ...target, cosigners: keys })).toEqual([
      expect.objectContaining({ check: "K7", object: `cosignature of ${cosignerKey(2).name}, size 6` }),
    ])
    expect(await fsckDatabase({ ...target, cosigners: [honest.key] })).toEqual([])
    expect(await publishedSize()).toBe(0) // two lines, and one of them counts for nothing
    const lenient = policyWanting(1, "http://127.0.0.1:9")
    const reopened = await openHome(home, {
      policy: parsePolicy(`log ${encodeVerifierKey(LOG_KEY)}\nquorum none\n`),
    })
    const receipt = await reopened.ledger.receipt(ORIGIN, 3)
    await reopened.close()
    expect(verifyReceipt(parseReceipt(JSON.stringify(receipt)), lenient)).toEqual({
      ok: false,
      reason: "cosignature-refused",
    })
    await feed.stop()
  })
})
