// F9: each step of the append fails in two forms, before it did anything and after it had done everything. The process
// halts; after a restart the client's retry finds exactly one effect.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { fsckDatabase } from "../../src/ledger/log/fsck.ts"
import type { Admission } from "../../src/ledger/log/ledger.ts"
import type { LedgerParts } from "../../src/ledger/log/open-ledger.ts"
import { openRollbackGuard } from "../../src/ledger/log/rollback-guard.ts"
import type { LedgerStore, SideRow } from "../../src/ledger/log/store.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { DraftElection, ballotEntry } from "../support/election-drafts.ts"
import {
  WRITES,
  failingAt,
  failingCommit,
  failingGuard,
  retryingUnknownCommits,
} from "../support/fault-store.ts"
import type { Form } from "../support/fault-store.ts"
import {
  LOG_KEY,
  ORIGIN,
  appendMany,
  makeHome,
  openHome,
  presentationDraft,
} from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

let home: LedgerHome
beforeEach(async () => {
  home = await makeHome()
  const opened = await openHome(home)
  await appendMany(opened.ledger, 0, 255) // so that the failing batch fills a tile and begins another
  await opened.close()
})
afterEach(() => home.remove())

const FORMS: readonly Form[] = ["not persisted", "persisted"]
const key: SideRow = {
  row: "idempotency",
  key: new Uint8Array(32).fill(1),
  bodySha256: new Uint8Array(32).fill(2),
  status: 201,
  expiresAtUnixSeconds: 1_900_000_000,
}
const draft = presentationDraft(900, ["42"], [key])

type Broken = (store: LedgerStore) => Promise<Partial<LedgerParts>> | Partial<LedgerParts>

/** Admits through a broken part. @returns what the caller was told, and whether the ledger halted */
async function admitBroken(breaking: Broken, tried = draft) {
  const plain = await openStores(home.database)
  const opened = await openHome(home, await breaking(plain.ledger))
  const told = await opened.ledger.admit(ORIGIN, tried).then(
    (answer): Admission | string => answer,
    (error: unknown) => (error as { code: string }).code,
  )
  const state = opened.ledger.state()
  const next = await opened.ledger.admit(ORIGIN, presentationDraft(901)).then(
    () => "admitted",
    () => "refused",
  )
  await opened.close()
  await plain.close()
  return { told, state, next }
}

/** Restarts on the real parts and retries as a client does. @returns the retry's answer; fsck must be clean */
async function retryAfterRestart(): Promise<Admission> {
  const opened = await openHome(home)
  const answer = await opened.ledger.admit(ORIGIN, draft)
  expect(await fsckDatabase({ store: opened.stores.ledger, origin: ORIGIN, key: LOG_KEY })).toEqual([])
  expect(opened.ledger.head(ORIGIN).size).toBe(257)
  expect(await opened.ledger.receipt(ORIGIN, 256, 257)).not.toBeNull()
  await opened.close()
  return answer
}

describe("a failing step", () => {
  test.each(WRITES.flatMap((step) => FORMS.map((form) => [step, form] as const)))(
    "%s, %s: nothing was written, the process halts, the retry is the first",
    async (step, form) => {
      const { told, state, next } = await admitBroken((store) => ({ store: failingAt(store, step, form) }))
      expect([told, state, next]).toEqual(["storage-failed", "halted", "refused"])
      expect(await retryAfterRestart()).toMatchObject({ ok: true, outcome: "committed", index: 256 })
    },
  )

  test.each(FORMS)("COMMIT without an answer, %s: neither success nor failure is told", async (form) => {
    const { told, state } = await admitBroken((store) => ({ store: failingCommit(store, form) }))
    expect([told, state]).toEqual(["commit-outcome-unknown", "halted"])
    const retried = await retryAfterRestart()
    if (form === "persisted")
      expect(retried).toMatchObject({ outcome: "replayed", record: { ref: "256/257" } })
    else expect(retried).toMatchObject({ outcome: "committed", index: 256 })
  })

  test.each(FORMS)("the guard, %s: the entry stays and is told only after a restart", async (form) => {
    let armed = false
    const { told, state } = await admitBroken(() => ({
      openGuard: async (...place) => {
        const guard = await openRollbackGuard(...place)
        const record = (head: Parameters<typeof guard.record>[0]) => {
          if (armed) return failingGuard(guard, form).record(head)
          armed = true // the first record is that of the start
          return guard.record(head)
        }
        return { ...guard, record }
      },
    }))
    expect([told, state]).toEqual(["commit-outcome-unknown", "halted"])
    expect(await retryAfterRestart()).toMatchObject({ outcome: "replayed", record: { ref: "256/257" } })
  })

  test.each(FORMS)("COMMIT of a ballot without an answer, %s: told again it has one place", async (form) => {
    const election = new DraftElection()
    const { origin } = election
    const opened = await openHome(home)
    await opened.ledger.openElection(election.ceremony)
    for (const step of election.steps())
      await Promise.all(step.map((entry) => opened.ledger.admit(origin, { entry })))
    await opened.close()
    const plain = await openStores(home.database)
    const broken = await openHome(home, { store: failingCommit(plain.ledger, form) })
    const lost = broken.ledger.admit(origin, { entry: ballotEntry(1) })
    await broken.ledger.setBallotWindow(origin, { batchWindowSeconds: 10, closesAtUnixSeconds: 0 })
    await expect(lost).rejects.toMatchObject({ code: "commit-outcome-unknown" })
    await broken.close()
    await plain.close()
    const after = await openHome(home)
    await after.ledger.setBallotWindow(origin, { batchWindowSeconds: 10, closesAtUnixSeconds: 0 })
    const again = ballotEntry(1, 1, { proof: "made anew" }) // no Idempotency-Key: a ballot is its own
    expect(await after.ledger.admit(origin, { entry: again })).toMatchObject({
      ok: true,
      outcome: form === "persisted" ? "existing" : "committed",
      index: 24,
    })
    const key = makeSigningKey(origin, LOG_KEY.seed)
    expect(await fsckDatabase({ store: after.stores.ledger, origin, key })).toEqual([])
    await after.close()
  })

  test("would be told as a refusal by a process that tries an unknown commit again", async () => {
    const unkeyed = presentationDraft(902, ["43"])
    const retrying: Broken = (store) => ({ store: retryingUnknownCommits(failingCommit(store, "persisted")) })
    const { told } = await admitBroken(retrying, unkeyed)
    expect(told).toMatchObject({ ok: false }) // the entry is there, and its own sender hears that it is not
  })
})
