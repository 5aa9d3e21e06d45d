// F2: the database server crashes under load. What it acknowledged is there when it comes back.
import { randomInt } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { fsckDatabase } from "../../src/ledger/log/fsck.ts"
import { readGuardFile } from "../../src/ledger/log/rollback-guard.ts"
import { runStatements } from "../support/databases.ts"
import { lostOf, startWriter } from "../support/killed-writers.ts"
import type { Acknowledged } from "../support/killed-writers.ts"
import { LOG_KEY, ORIGIN, openHome } from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"
import { findPostgres, startPostgres } from "../support/postgres-server.ts"
import type { PostgresServer } from "../support/postgres-server.ts"

const ROUNDS = process.env["SOTTO_FULL"] === "1" ? 10 : 3

let server: PostgresServer
let home: LedgerHome
beforeEach(async () => {
  // Nothing but a commit writes its log: what was not synced then is lost in the crash.
  server = await startPostgres(findPostgres()!, { wal_writer_delay: "10s" })
  const folder = await mkdtemp(join(tmpdir(), "sotto-f02-"))
  const remove = () => rm(folder, { recursive: true, force: true })
  home = { folder, database: server.address("postgres"), stateDirectory: join(folder, "state"), remove }
  await (await openHome(home)).close()
})
afterEach(async () => {
  await server.remove()
  await home.remove()
})

/** Crashes the server at a random moment of a writer's work, and starts it again. @returns what was acknowledged */
async function crash(first: number): Promise<Acknowledged> {
  const writer = startWriter(home, first)
  await new Promise<void>((resolve) => {
    writer.onAcknowledged = (count) => {
      if (count === 1) setTimeout(resolve, randomInt(50, 700))
    }
  })
  await server.stop("immediate")
  const acknowledged = await writer.ended
  await server.start()
  return acknowledged
}

describe("a crashed server", () => {
  test(`has every entry that was acknowledged, over ${ROUNDS} rounds`, async () => {
    const acknowledged: Acknowledged = new Map()
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, hash] of await crash(100_000 * round)) {
        expect(acknowledged.get(index) ?? hash).toBe(hash)
        acknowledged.set(index, hash)
      }
      expect(await lostOf(home.database, acknowledged)).toEqual([])
    }
    expect(acknowledged.size).toBeGreaterThan(ROUNDS)
    const opened = await openHome(home) // the start checks pass: no adoption is needed after a crash
    const guardNote = await readGuardFile(home.stateDirectory, ORIGIN)
    const { ledger: store } = opened.stores
    expect(await fsckDatabase({ store, origin: ORIGIN, key: LOG_KEY, guardNote })).toEqual([])
    await opened.close()
  })

  test("would be seen to lose entries without synchronous commits", async () => {
    const body = "BEGIN PERFORM set_config('synchronous_commit', 'off', true); RETURN new; END"
    await runStatements(
      home.database,
      `CREATE FUNCTION careless() RETURNS trigger LANGUAGE plpgsql AS $$ ${body} $$`,
      "CREATE TRIGGER careless BEFORE INSERT ON checkpoint FOR EACH ROW EXECUTE FUNCTION careless()",
    )
    let missing = 0
    for (let round = 0; round < 5 && missing === 0; round++)
      missing += (await lostOf(home.database, await crash(100_000 * round))).length
    expect(missing).toBeGreaterThan(0)
  })
})
