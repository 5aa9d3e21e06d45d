import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { bytesToHex } from "../../src/protocol/primitives/bytes.ts"
import { makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { claimKey } from "../../src/protocol/log/claim.ts"
import type { Claim } from "../../src/protocol/log/claim.ts"
import type { Entry } from "../../src/protocol/log/entry.ts"
import { exportLog } from "../../src/ledger/log/export.ts"
import { fsckCopy, fsckDatabase, fsckPublic } from "../../src/ledger/log/fsck.ts"
import type { Finding } from "../../src/ledger/log/fsck-tree.ts"
import { readGuardFile } from "../../src/ledger/log/rollback-guard.ts"
import type { LedgerStore } from "../../src/ledger/log/store.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { DraftElection, ballotEntry, challengedEntry, pseudonym } from "../support/election-drafts.ts"
import { editDatabase } from "../support/databases.ts"
import { withEntries } from "../support/edited-database.ts"
import { LOG_KEY, ORIGIN, makeHome, openHome } from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

const election = new DraftElection()
const other = new DraftElection("other")
const { origin } = election
const OPEN = 24 // entries up to the opening
const KEY = makeSigningKey(origin, LOG_KEY.seed)

let home: LedgerHome
beforeEach(async () => {
  home = await makeHome()
  const { ledger, close } = await openHome(home)
  await ledger.openElection(election.ceremony)
  for (const step of election.steps()) await Promise.all(step.map((entry) => ledger.admit(origin, { entry })))
  await ledger.setBallotWindow(origin, { batchWindowSeconds: 10, closesAtUnixSeconds: 0 })
  // One by one, so that their places are known: 24 to 28, then the close and two shares.
  const voted = [
    ballotEntry(1, 1),
    ballotEntry(1, 2),
    challengedEntry(1, 3),
    challengedEntry(1, 3, { randomness: "b" }),
  ]
  for (const entry of [...voted, ballotEntry(2, 1)]) await ledger.admit(origin, { entry })
  await ledger.closeElection(origin, ({ size }) => election.close(size))
  for (const i of [1, 2]) await ledger.admit(origin, { entry: election.share(i) })
  await close()
})
afterEach(() => home.remove())

async function withStore<T>(run: (store: LedgerStore) => Promise<T>): Promise<T> {
  const stores = await openStores(home.database)
  try {
    return await run(stores.ledger)
  } finally {
    await stores.close()
  }
}

const fsck = (decorate: (store: LedgerStore) => LedgerStore = (store) => store) =>
  withStore(async (store) => {
    const guardNote = await readGuardFile(home.stateDirectory, origin)
    return fsckDatabase({ store: decorate(store), origin, key: KEY, guardNote })
  })
const fsckWith = (...changed: readonly (readonly [number, Entry])[]) =>
  fsck((store) => withEntries(store, new Map(changed)))

const found = (finding: Partial<Finding>) => expect.objectContaining(finding) as Finding
const hexKey = (claim: Claim) => bytesToHex(claimKey(claim))
const item: Entry = { kind: "catalogue-item", v: 1, type: "schema", id: "a/1", sha256: "ab".repeat(32) }

describe("fsck of an election's log", () => {
  test("finds nothing in a whole one, from the database, from an export, and in the copy", async () => {
    expect(await fsck()).toEqual([])
    const files = new Map<string, Uint8Array>()
    const read = (path: string) => Promise.resolve(files.get(path) ?? null)
    const opened = await openHome(home)
    const head = opened.ledger.head(origin)
    const write = (path: string, bytes: Uint8Array) => {
      files.set(path, bytes)
      return Promise.resolve()
    }
    await exportLog(opened.stores.ledger, head, { read, write })
    expect(await fsckPublic(read, { origin, key: KEY })).toEqual([])
    expect(await fsckCopy({ store: opened.stores.ledger, origin, key: KEY }, head, read)).toEqual([])
    for (const path of files.keys()) {
      expect(await opened.ledger.resource(origin, path)).toEqual(files.get(path))
    }
    await opened.close()
  })

  test("wants the ceremony whose id gives its origin, first and nowhere else", async () => {
    expect(await fsckWith([0, other.ceremony])).toContainEqual(
      found({ check: "K2", object: "entry 0", expected: `the ceremony of ${origin}` }),
    )
    expect(await fsckWith([0, election.trusteeKey(1)])).toContainEqual(
      found({ check: "K2", expected: "ceremony" }),
    )
    expect(await fsckWith([5, election.ceremony])).toContainEqual(found({ check: "K2", object: "entry 5" }))
  })

  test("wants no entry of the main log in it, and none of an election in the main log", async () => {
    expect(await fsckWith([5, item])).toContainEqual(
      found({ check: "K2", expected: "a kind of an election" }),
    )
    const main = await withStore((store) =>
      fsckDatabase({
        store: withEntries(store, new Map([[0, election.ceremony]])),
        origin: ORIGIN,
        key: LOG_KEY,
      }),
    )
    expect(main).toContainEqual(found({ check: "K2", object: "entry 0", expected: "log-genesis" }))
  })

  test("wants every signature: of who speaks in an entry, of the log on its checkpoints", async () => {
    const forged = election.trusteeKey(1)
    expect(await fsckWith([1, { ...forged, body: { ...forged.body, trustee: 2 } }])).toContainEqual(
      found({ check: "K2", object: "entry 1" }),
    )
    const key = makeSigningKey(origin, new Uint8Array(32).fill(9))
    const findings = await withStore((store) => fsckDatabase({ store, origin, key }))
    expect(findings).toContainEqual(found({ check: "K6", expected: "our signature" }))
  })

  test.each([
    ["a sequence", ["seq", pseudonym(1), "2"]],
    ["a used randomness", ["r", ...ballotOf()]],
    ["a challenge", ["challenge", pseudonym(1), "2"]],
    ["the close", ["close"]],
    ["a share", ["share", "2"]],
  ] as const)("names the claim of %s that is gone", async (_what, claim) => {
    await editDatabase(home.database, `DELETE FROM claim WHERE key = x'${hexKey(claim)}'`)
    expect(await fsck()).toEqual([found({ check: "K8", found: "missing" })])
  })

  test("names a challenge that was given another's number", async () => {
    const [one, two] = (["1", "2"] as const).map((n) => hexKey(["challenge", pseudonym(1), n]))
    await editDatabase(
      home.database,
      `UPDATE claim SET entry_index = ${OPEN + 3} WHERE key = x'${one}'`,
      `UPDATE claim SET entry_index = ${OPEN + 2} WHERE key = x'${two}'`,
    )
    expect(await fsck()).toEqual([found({ check: "K8" }), found({ check: "K8" })])
  })

  test("names a claim that no entry implies", async () => {
    const key = hexKey(["seq", pseudonym(9), "1"])
    await editDatabase(
      home.database,
      `INSERT INTO claim SELECT id, x'${key}', ${OPEN} FROM log WHERE origin = '${origin}'`,
    )
    expect(await fsck()).toEqual([found({ check: "K8", object: `claim ${key}` })])
  })

  test("names what stands twice: a sequence, a randomness, a share", async () => {
    const twice = { check: "K8", found: "claimed by an earlier entry" } as const
    const changes = [
      ballotEntry(1, 2, { randomness: "again" }), // its sequence
      ballotEntry(3, 1, { randomness: "1/1" }), // its R
      challengedEntry(3, 1, { randomness: "1/1" }),
    ]
    for (const entry of changes)
      expect(await fsckWith([OPEN + 4, entry])).toContainEqual(
        found({ ...twice, object: `entry ${OPEN + 4}` }),
      )
    expect(await fsckWith([OPEN + 7, election.share(1)])).toContainEqual(found(twice))
  })

  test("names what came before its time", async () => {
    const early = (index: number) => found({ check: "K9", object: `entry ${index}` })
    expect(await fsckWith([OPEN, ballotEntry(1, 2, { randomness: "x" })])).toContainEqual(early(OPEN))
    expect(await fsckWith([OPEN + 5, election.close(OPEN)])).toContainEqual(early(OPEN + 5))
    expect(await fsckWith([OPEN + 6, ballotEntry(5)])).toContainEqual(early(OPEN + 6))
    expect(await fsckWith([OPEN + 7, election.tally()])).toContainEqual(early(OPEN + 7))
    expect(await fsckWith([OPEN + 6, election.voided()])).toContainEqual(early(OPEN + 6))
    expect(await fsckWith([4, election.deal(1)])).toContainEqual(early(4))
    expect(await fsckWith([3, ballotEntry(5)])).toContainEqual(early(3))
  })

  test("names a guard that remembers another history", async () => {
    const guardNote = await readGuardFile(home.stateDirectory, ORIGIN)
    const findings = await withStore((store) => fsckDatabase({ store, origin, key: KEY, guardNote }))
    expect(findings).toEqual([found({ check: "K11" })])
  })
})

function ballotOf() {
  const { R } = ballotEntry(1, 1)
  return R.map((coordinate) => BigInt(`0x${coordinate}`).toString()) as unknown as readonly [never, never]
}
