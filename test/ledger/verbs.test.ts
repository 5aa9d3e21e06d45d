// `sotto ledger` over all logs of a service: its main log and one of an election.
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { ledgerCommand } from "../../src/cli/ledger.ts"
import { ledgerParts, openStorage, readServiceKeys } from "../../src/cli/service-state.ts"
import { openLedger } from "../../src/ledger/log/open-ledger.ts"
import type { Ledger } from "../../src/ledger/log/ledger.ts"
import { encodeVerifierKey } from "../../src/protocol/primitives/note-key.ts"
import { readConfig } from "../../src/service/config.ts"
import { DraftElection } from "../support/election-drafts.ts"
import { backUp, discardDatabase, editDatabase, makeDatabase, restore } from "../support/databases.ts"
import { runVerb } from "../support/run-verb.ts"

const MAIN = "votes.example/ledger"
const election = new DraftElection("verbs", { mainOrigin: MAIN })
const { origin } = election

let folder: string
let database: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sotto-verbs-"))
  database = await makeDatabase(folder)
  for (const [name, value] of Object.entries({
    SOTTO_PUBLIC_URL: "https://votes.example",
    SOTTO_DATABASE: database.startsWith("postgres:") ? database : `sqlite:${database}`,
    SOTTO_STATE_DIR: join(folder, "state"),
    SOTTO_LOG_KEY_FILE: join(folder, "log.key"),
    SOTTO_REQUEST_KEY_FILE: join(folder, "request.key"),
    SOTTO_REGISTRY_KEY_FILE: join(folder, "registry.key"),
  })) {
    vi.stubEnv(name, value)
  }
  expect(await ledger("init")).toMatchObject({ code: 0 })
  await withLedger(async (one) => {
    await one.openElection(election.ceremony)
    for (const i of [1, 2, 3]) await one.admit(origin, { entry: election.trusteeKey(i) })
  })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await discardDatabase(database)
  await rm(folder, { recursive: true, force: true })
})

const ledger = (...args: readonly string[]) => runVerb(ledgerCommand(), ...args)

async function withLedger(run: (one: Ledger) => Promise<void>): Promise<void> {
  const config = readConfig()
  const storage = await openStorage(config)
  const one = await openLedger(ledgerParts(config, readServiceKeys(config), storage))
  await run(one)
  await one.close()
  await storage.close()
}

test("fsck reads every log, or the one that is named, and says which a finding is of", async () => {
  expect(await ledger("fsck")).toMatchObject({ code: 0, text: "" })
  await editDatabase(database, "DELETE FROM claim WHERE log_id = 2 AND entry_index = 2")
  const all = await ledger("fsck", "--json")
  expect(all.code).toBe(1)
  expect(JSON.parse(all.text)).toMatchObject([{ origin, check: "K8", found: "missing" }])
  expect((await ledger("fsck")).text).toMatch(new RegExp(`^"${origin} K8 `))
  expect(await ledger("fsck", "--origin", MAIN)).toMatchObject({ code: 0 })
  expect(await ledger("fsck", "--origin", origin)).toMatchObject({ code: 1 })
  expect(await ledger("fsck", "--origin", "votes.example/elections/none")).toMatchObject({
    error: "log-unknown",
  })
})

test("an export of an election is checked by anyone who has its key", async () => {
  const dir = join(folder, "export")
  expect(JSON.parse((await ledger("export", dir, "--origin", origin)).text)).toMatchObject({
    origin,
    size: 4,
  })
  expect(await ledger("fsck", "--dir", dir, "--origin", origin)).toMatchObject({ code: 0 })
  const policy = join(folder, "policy")
  await writeFile(policy, `log ${encodeVerifierKey(readServiceKeys(readConfig()).log)}\nquorum none\n`)
  const check = (...of: readonly string[]) => ledger("fsck", "--dir", dir, "--policy", policy, ...of)
  expect(await check("--origin", origin)).toMatchObject({ code: 0 })
  expect(await check()).toMatchObject({ code: 1 }) // the copy is not of the main log
  expect(await check("--origin", "other.example/ledger")).toMatchObject({ error: "option-invalid" })
})

test("adopting an election shows and changes that log alone", async () => {
  await backUp(database)
  await withLedger(async (one) => {
    await one.admit(origin, { entry: election.commit(1) })
  })
  await restore(database)
  await expect(withLedger(() => Promise.resolve())).rejects.toMatchObject({ code: "rolled-back" })
  expect(JSON.parse((await ledger("adopt", "--origin", origin)).text)).toEqual({
    database: 4,
    guard: 5,
    cosigners: {},
    findings: [],
  })
  expect(JSON.parse((await ledger("adopt", "--origin", origin, "--size", "4")).text)).toEqual({ adopted: 4 })
  await withLedger(async (one) => {
    expect(one.head(origin).size).toBe(4)
    await Promise.resolve()
  })
})
