// F7 and F8 seen from outside: whatever happens to the guard, one cosigner signs one history, and the other one halts.
// And the cosigner's own fault: it dies between what it remembers and what it says.
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { copyFile, cp, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { openCosigner } from "../../src/ledger/log/cosigner-client.ts"
import { checkCosigners } from "../../src/ledger/log/cosigner-evidence.ts"
import { VOLATILE_GUARD, openCosignerGuard } from "../../src/ledger/log/cosigner-guard.ts"
import { openCosignerStore } from "../../src/ledger/storage/cosigner-store.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"
import { equalBytes } from "../../src/protocol/primitives/bytes.ts"
import { openCosigned } from "../support/cosigned-ledger.ts"
import type { CosignedLedger } from "../support/cosigned-ledger.ts"
import { cosignerKey, policyOf, startCosigner } from "../support/cosigner.ts"
import type { TestCosigner } from "../support/cosigner.ts"
import { LOG_KEY, ORIGIN, appendMany, makeHome } from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

const NOW = 1_800_000_000
const now = (): number => NOW
const FORGETFUL = { openGuard: () => Promise.resolve(VOLATILE_GUARD) }

let home: LedgerHome
let cosigner: TestCosigner
const policy = () => parsePolicy(policyOf(LOG_KEY, [cosigner], 1))
const signedSize = async (): Promise<number | undefined> => {
  const store = await openCosignerStore(cosigner.database, { readonly: true })
  const size = (await store.find(ORIGIN))?.size
  await store.close()
  return size
}
async function grow(opened: CosignedLedger, from: number, to: number): Promise<void> {
  await appendMany(opened.ledger, from, to)
  await opened.feed.round()
}

beforeEach(async () => {
  home = await makeHome()
  cosigner = await startCosigner(1, [LOG_KEY], now)
})
afterEach(async () => {
  await cosigner.remove()
  await home.remove()
})

describe("a restored backup whose guard was deleted", () => {
  let lostRoot: Uint8Array
  beforeEach(async () => {
    const old = await openCosigned(home, policy(), now)
    await grow(old, 0, 10)
    await old.close()
    await copyFile(home.database, `${home.folder}/backup.db`)
    const newer = await openCosigned(home, policy(), now)
    await grow(newer, 10, 20)
    lostRoot = newer.ledger.head(ORIGIN).root
    await newer.close()
    await copyFile(`${home.folder}/backup.db`, home.database)
  })

  test("is kept from starting by what the cosigner shows", async () => {
    const fork = await openCosigned(home, policy(), now, FORGETFUL)
    const start = checkCosigners(fork.stores.ledger, LOG_KEY, fork.ledger.head(ORIGIN), fork.cosigners)
    await expect(start).rejects.toMatchObject({ code: "cosigner-ahead" })
    await fork.close()
  })

  test("is kept from starting by a cosigner that shows nothing and answers 409", async () => {
    const blind = (client: CosignedLedger["cosigners"][number]) => ({
      ...client,
      monitor: () => Promise.resolve("nothing" as const),
    })
    const fork = await openCosigned(home, policy(), now, FORGETFUL, blind)
    const start = checkCosigners(fork.stores.ledger, LOG_KEY, fork.ledger.head(ORIGIN), fork.cosigners)
    await expect(start).rejects.toMatchObject({ code: "cosigner-ahead" })
    await fork.close()
  })

  test("is refused by a guard that is the cosigners themselves, and by one of them that is silent", async () => {
    const client = openCosigner(cosigner.key, cosigner.url, now)
    const openGuard = () => openCosignerGuard(ORIGIN, LOG_KEY, [client])
    await expect(openCosigned(home, policy(), now, { openGuard })).rejects.toMatchObject({
      code: "rolled-back",
    })
    const silent = openCosigner(cosignerKey(2), "http://127.0.0.1:9", now)
    await expect(openCosignerGuard(ORIGIN, LOG_KEY, [client, silent])).rejects.toMatchObject({
      code: "guard-missing",
    })
  })

  test.each([
    ["of the same size: 409", 20],
    ["that is longer: 422", 25],
    ["that is shorter: 409", 15],
  ])("would be signed upon without any of these; the fork %s, and the log halts", async (_name, to) => {
    const fork = await openCosigned(home, policy(), now, FORGETFUL)
    await appendMany(fork.ledger, 10, to)
    expect(equalBytes(fork.ledger.head(ORIGIN).root, lostRoot)).toBe(false)
    await fork.feed.round()
    expect(fork.ledger.state()).toBe("halted")
    expect(fork.told).toContainEqual([cosigner.key.name, to < 20 ? "ahead" : "forked"])
    expect((await fork.ledger.published(ORIGIN))?.size).toBe(11) // what was cosigned before the backup
    expect(await signedSize()).toBe(21)
    expect(cosigner.evidence.length > 0).toBe(to === 20) // two heads of one size are proof for anybody
    await fork.close()
  })
})

describe("two copies of one database, each with a guard of its own", () => {
  test("leave one cosigned history: the slower one halts", async () => {
    const first = await openCosigned(home, policy(), now)
    await grow(first, 0, 10)
    await first.close()
    const twin: LedgerHome = {
      ...home,
      database: `${home.folder}/twin.db`,
      stateDirectory: `${home.folder}/twin`,
    }
    await copyFile(home.database, twin.database)
    await cp(home.stateDirectory, twin.stateDirectory, { recursive: true })
    const [one, two] = [await openCosigned(home, policy(), now), await openCosigned(twin, policy(), now)]
    await Promise.all([appendMany(one.ledger, 10, 15), appendMany(two.ledger, 10, 15)])
    await one.feed.round()
    await two.feed.round()
    expect([one.ledger.state(), two.ledger.state()]).toEqual(["running", "halted"])
    await grow(one, 15, 18)
    const published = [await one.ledger.published(ORIGIN), await two.ledger.published(ORIGIN)]
    expect(published.map((head) => head?.size)).toEqual([19, 11])
    await one.close()
    await two.close()
  })
})

const CHILD = new URL("../support/cosigner-child.ts", import.meta.url).pathname

async function startChild(database: string, port: string, dies: string): Promise<[ChildProcess, string]> {
  const args = ["--import", "tsx", CHILD, database, port, String(NOW), dies]
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
  for await (const line of createInterface({ input: child.stdout })) return [child, line]
  throw new Error("the cosigner did not start")
}

describe("a cosigner killed between its state and its answer", () => {
  test("goes on from what it remembers", { timeout: 120_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "sotto-killed-"))
    const database = join(folder, "cosigner.db")
    const [dying, url] = await startChild(database, "0", "dies")
    const killed = new Promise((resolve) => dying.once("exit", (_code, signal) => resolve(signal)))
    const text = policyOf(LOG_KEY, [cosigner], 1).replace(cosigner.url, url)
    const opened = await openCosigned(home, parsePolicy(text), now)
    await grow(opened, 0, 10)
    expect(await killed).toBe("SIGKILL")
    expect(opened.told).toEqual([[cosignerKey(1).name, "unreachable"]])
    expect(await opened.ledger.published(ORIGIN)).toBeNull() // it remembers the head and never said so
    const [again] = await startChild(database, new URL(url).port, "")
    await appendMany(opened.ledger, 10, 12)
    await expect
      .poll(
        async () => {
          await opened.feed.round()
          return (await opened.ledger.published(ORIGIN))?.size
        },
        { timeout: 20_000 },
      )
      .toBe(13)
    const ended = new Promise((resolve) => again.once("exit", resolve))
    again.kill("SIGKILL")
    await ended
    await opened.close()
    await rm(folder, { recursive: true })
  })
})
