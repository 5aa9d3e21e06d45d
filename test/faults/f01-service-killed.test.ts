// F1 through the whole service: answers are posted, the process is killed at any moment, and what was acknowledged must
// be there after the restart. Short: 3 rounds of 2 real proofs; SOTTO_FULL: 20 rounds of 10.
import { copyFile } from "node:fs/promises"
import { randomBytes, randomInt } from "node:crypto"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { loadCircuit } from "../../src/cli/circuit-artifacts.ts"
import { openWalletSource } from "../../src/cli/wallet-source.ts"
import { openWalletFile } from "../../src/agent/wallet-file.ts"
import type { WalletFile } from "../../src/agent/wallet-file.ts"
import { respond } from "../../src/parties/wallet/respond.ts"
import { openProver } from "../../src/proofs/prover/pool.ts"
import type { Prover } from "../../src/proofs/prover/pool.ts"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { openDatabase } from "../../src/ledger/storage/database.ts"
import { createLedgerStore } from "../../src/ledger/storage/ledger-store.ts"
import type { Digest } from "../../src/protocol/primitives/hash.ts"
import { encodeBase64 } from "../../src/protocol/primitives/bytes.ts"
import { canonicalText } from "../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../src/protocol/wire/canonical-json.ts"
import {
  keyed,
  raiseIssuers,
  raisePatient,
  raiseService,
  receiveRecord,
  REGISTRY,
} from "../../scripts/demo/cast.ts"
import { startService } from "../../scripts/demo/processes.ts"
import type { RunningService } from "../../scripts/demo/processes.ts"
import { openWorld } from "../../scripts/demo/world.ts"
import type { World } from "../../scripts/demo/world.ts"

const FULL = process.env["SOTTO_FULL"] === "1"
const ROUNDS = FULL ? 20 : 3
const ANSWERS = FULL ? 10 : 2
/** From before the first pairing to after the last reply on a quiet machine. */
const KILL_WITHIN_MS = 60 + 60 * ANSWERS
const RECORD = new URL("../samples/covid-two-of-two.json", import.meta.url).pathname

interface Posted {
  readonly key: string
  readonly body: string
  /** Base64 of the entry and its index, once a receipt came back. */
  acknowledged: { readonly index: string; readonly entry: string } | null
}

let world: World
let service: RunningService
let wallet: WalletFile
let prover: Prover
let vkey: Digest

beforeAll(async () => {
  world = await openWorld("2026-11-20")
  service = await raiseService(world)
  await raiseIssuers(world)
  await raisePatient(world, "ada")
  await receiveRecord(world, "ada", "st-elsewhere", RECORD)
  wallet = await openWalletFile(world.path("ada.wallet"), "an invented passphrase")
  const artifacts = await loadCircuit("presentation", { cache: process.env["SOTTO_CACHE"] })
  vkey = `sha256:${artifacts.entry.vkeySha256}` as Digest
  prover = await openProver(new Map([["presentation", artifacts]]), { threads: 2, bound: ANSWERS })
})

afterAll(async () => {
  await prover.close()
  await wallet.close()
  await world.close()
})

describe("a service that is killed while answers arrive", () => {
  it(
    `keeps every acknowledged entry over ${ROUNDS} rounds of ${ANSWERS} proofs, once each`,
    { timeout: 1_800_000 },
    async () => {
      const posted: Posted[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const answers = await proveAnswers()
        posted.push(...answers)
        await copyFile(world.path("service/sotto.db"), world.path("older.db")) // for the control below
        await Promise.all([
          Promise.all(answers.map((answer) => post(answer))),
          killAfter(randomInt(KILL_WITHIN_MS)),
        ])
        service = await startService(world.environment())
        expect(await missing(posted, world.path("service/sotto.db"))).toEqual([])
        // A client that heard nothing retries with its key and gets its one answer.
        await Promise.all(answers.map((answer) => post(answer)))
        expect(answers.map(({ acknowledged }) => acknowledged === null)).toEqual(answers.map(() => false))
      }
      expect(await missing(posted, world.path("service/sotto.db"))).toEqual([])
      expect(new Set(posted.map(({ acknowledged }) => acknowledged?.index)).size).toBe(ROUNDS * ANSWERS)
      expect(await service.stop()).toBe(0)
      const fsck = await world.tryRun("ledger", "fsck", "--json")
      expect(fsck).toMatchObject({ status: 0, stdout: "[]\n" })
      // Control: an engine that loses its last commits, as one without full sync may, is noticed by the same oracle.
      expect(await missing(posted, world.path("older.db"))).not.toEqual([])
    },
  )
})

async function proveAnswers(): Promise<Posted[]> {
  const links = []
  for (let i = 0; i < ANSWERS; i++) links.push(await askOnce())
  return Promise.all(
    links.map(async (id) => {
      const answer = await respond(id, {
        source: openWalletSource(world.origin),
        store: wallet,
        now: () => Math.floor(Date.parse(world.environment()["SOTTO_DEV_CLOCK"] ?? "") / 1000),
        pinnedVerificationKey: vkey,
        shipped: CATALOGUE,
        consent: () => Promise.resolve(true),
        prove: prover.prove,
      })
      if (!answer.ok) throw new Error(answer.reason)
      const body = canonicalText(answer.presentation as unknown as Json)
      return { key: randomBytes(16).toString("base64url"), body, acknowledged: null }
    }),
  )
}

async function askOnce(): Promise<string> {
  const place = ["--statement", "vaccination-status/1", "--registry", REGISTRY, "--lifetime", "900"]
  const asked = await world.run("request", "create", ...keyed(world, "acme-insurance"), ...place)
  return String(asked["id"])
}

/** Posts until there is an answer, and remembers it; a connection that broke acknowledged nothing. */
async function post(answer: Posted): Promise<void> {
  try {
    for (let busy = true; busy;) busy = await postOnce(answer)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error // fetch rejects with a TypeError when the connection is gone
  }
}

/** True when the service asked to come back later: ten at once from one address are more than its fair share. */
async function postOnce(answer: Posted): Promise<boolean> {
  const response = await fetch(`${world.origin}/v1/presentations`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": answer.key },
    body: answer.body,
  })
  const text = await response.text()
  if (response.status === 429 || response.status === 503) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    return true
  }
  if (response.status !== 201) throw new Error(`answered ${response.status}: ${text}`)
  const receipt = JSON.parse(text) as { readonly logIndex: string; readonly canonicalizedBody: string }
  const heard = { index: receipt.logIndex, entry: receipt.canonicalizedBody }
  expect(answer.acknowledged ?? heard).toEqual(heard) // the same answer for the same key, before and after the kill
  answer.acknowledged = heard
  return false
}

async function killAfter(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
  await service.kill()
}

/** Indices that were acknowledged and are not in the database with the same bytes. */
async function missing(posted: readonly Posted[], file: string): Promise<readonly string[]> {
  const database = openDatabase(file, { readonly: true })
  try {
    const store = createLedgerStore(database)
    const [log] = await store.listLogs()
    const entries = log === undefined ? [] : await store.readEntries(log.id, 0, log.size)
    const bodies = new Map(entries.map(({ index, body }) => [String(index), encodeBase64(body)]))
    return posted.flatMap(({ acknowledged }) =>
      acknowledged === null || bodies.get(acknowledged.index) === acknowledged.entry
        ? []
        : [acknowledged.index],
    )
  } finally {
    await database.db.destroy()
  }
}
