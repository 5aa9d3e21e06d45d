import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { claimKey } from "../../src/protocol/log/claim.ts"
import type { Claim } from "../../src/protocol/log/claim.ts"
import type { Entry } from "../../src/protocol/log/entry.ts"
import { fsckDatabase } from "../../src/ledger/log/fsck.ts"
import type { Finding } from "../../src/ledger/log/fsck-tree.ts"
import { readGuardFile } from "../../src/ledger/log/rollback-guard.ts"
import type { LedgerStore } from "../../src/ledger/log/store.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { editDatabase } from "../support/databases.ts"
import { withEntries } from "../support/edited-database.ts"
import { LOG_KEY, ORIGIN, appendMany, makeHome, openHome } from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

let home: LedgerHome
beforeEach(async () => {
  home = await makeHome()
  const opened = await openHome(home)
  await appendMany(opened.ledger, 0, 20)
  await opened.close()
})
afterEach(() => home.remove())

async function fsck(
  decorate: (store: LedgerStore) => LedgerStore = (store) => store,
): Promise<readonly Finding[]> {
  const stores = await openStores(home.database)
  const guardNote = await readGuardFile(home.stateDirectory, ORIGIN)
  try {
    return await fsckDatabase({ store: decorate(stores.ledger), origin: ORIGIN, key: LOG_KEY, guardNote })
  } finally {
    await stores.close()
  }
}

const hexKey = (claim: Claim) => Buffer.from(claimKey(claim)).toString("hex")
const found = (finding: Partial<Finding>) => expect.objectContaining(finding) as Finding

describe("fsck", () => {
  test("finds nothing in a whole log", async () => {
    expect(await fsck()).toEqual([])
  })

  test.each([
    [
      "an entry that is gone",
      "DELETE FROM entry WHERE idx = 5",
      { check: "K1", object: "entry 5", found: "missing" },
    ],
    [
      "an entry beyond the head",
      "INSERT INTO entry SELECT log_id, 21, kind, body FROM entry WHERE idx = 5",
      { check: "K1", object: "entry 21" },
    ],
    [
      "an entry of no kind",
      'UPDATE entry SET body = CAST(\'{"kind":"diary","v":1}\' AS BLOB) WHERE idx = 5',
      { check: "K2", object: "entry 5" },
    ],
    [
      "a second genesis",
      "UPDATE entry SET body = (SELECT body FROM entry WHERE idx = 0) WHERE idx = 5",
      { check: "K2", object: "entry 5" },
    ],
    [
      "a tile that is too long",
      "UPDATE tile SET hashes = CAST(hashes || x'00' AS BLOB)",
      { check: "K4", object: "tile 0/0" },
    ],
    [
      "a tile beyond the head",
      "INSERT INTO tile SELECT log_id, 0, 1, hashes FROM tile",
      { check: "K4", object: "tile 0/1" },
    ],
    [
      "a tile above the head",
      "INSERT INTO tile SELECT log_id, 1, 0, hashes FROM tile",
      { check: "K4", object: "tile 1/0" },
    ],
    [
      "a head without checkpoint",
      "DELETE FROM checkpoint WHERE size = 21",
      { check: "K5", object: "newest checkpoint" },
    ],
    [
      "a claim that is gone",
      `DELETE FROM claim WHERE key = x'${hexKey(["spent", "1000003"])}'`,
      { check: "K8" },
    ],
    [
      "a claim of another index",
      `UPDATE claim SET entry_index = 1 + entry_index % 20 WHERE key = x'${hexKey(["spent", "1000003"])}'`,
      { check: "K8" },
    ],
    [
      "a claim that no entry implies",
      "INSERT INTO claim SELECT log_id, x'00', 0 FROM claim LIMIT 1",
      { check: "K8", object: "claim 00" },
    ],
    [
      "a presentation that answers nothing",
      `DELETE FROM claim WHERE key = x'${hexKey(["answered", "5000003"])}'`,
      { check: "K8", expected: "one answered claim" },
    ],
    [
      "an answered request that was withdrawn",
      `INSERT INTO claim SELECT log_id, x'${hexKey(["ended", "5000003"])}', NULL FROM claim LIMIT 1`,
      { check: "K9" },
    ],
  ] as const)("names %s", async (_what, statement, finding) => {
    await editDatabase(home.database, statement)
    expect(await fsck()).toContainEqual(found(finding))
  })

  test("names an entry whose precondition did not hold, from the entries alone", async () => {
    const withdrawal: Entry = {
      kind: "catalogue-withdrawal",
      v: 1,
      type: "schema",
      id: "coverage/1",
      sha256: "ab".repeat(32),
    }
    const findings = await fsck((store) => withEntries(store, new Map([[5, withdrawal]])))
    expect(findings).toContainEqual(found({ check: "K9", object: "entry 5", expected: "exists before it" }))
  })

  test("finds nothing while a service appends: it looks at one moment", async () => {
    const opened = await openHome(home)
    const findings = await fsck((store) => ({
      ...store,
      snapshot: (run) =>
        store.snapshot((reads) =>
          run({
            ...reads,
            findLog: async (origin) => {
              const row = await reads.findLog(origin)
              await appendMany(opened.ledger, 100, 400)
              return row
            },
          }),
        ),
    }))
    expect(opened.ledger.head(ORIGIN).size).toBe(321)
    await opened.close()
    expect(findings).toEqual([])
  })

  test("names a guard that remembers another history", async () => {
    const stores = await openStores(home.database)
    const foreign = await makeHome()
    const other = await openHome(foreign)
    await appendMany(other.ledger, 0, 10)
    const guardNote = other.ledger.head(ORIGIN).note
    await other.close()
    await foreign.remove()
    const findings = await fsckDatabase({ store: stores.ledger, origin: ORIGIN, key: LOG_KEY, guardNote })
    await stores.close()
    expect(findings).toEqual([found({ check: "K11", object: "guard file, size 11" })])
  })

  test("could not run on a log it does not know", async () => {
    const stores = await openStores(home.database)
    await expect(
      fsckDatabase({ store: stores.ledger, origin: "other.example/ledger", key: LOG_KEY }),
    ).rejects.toMatchObject({ code: "log-unknown" })
    await stores.close()
  })
})
