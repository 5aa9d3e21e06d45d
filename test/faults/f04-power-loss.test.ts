// F4: the power goes at the moment of each acknowledgement. The disk is rebuilt from the system calls that were made, at
// its worst and with random sectors of what was not synced; stock sqlite3 opens it. It tests our call order, no hardware.
import { execFileSync, spawnSync } from "node:child_process"
import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { TracedDisk } from "../support/fault-disk.ts"
import { makeHome, openHome } from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

const CHILD = new URL("../support/fault-child.ts", import.meta.url).pathname
const APPENDS = process.env["SOTTO_FULL"] === "1" ? 120 : 24
const CALLS = "trace=pwrite64,write,ftruncate,fsync,fdatasync,unlink"

const missing = ["strace", "sqlite3"].filter((tool) => spawnSync(tool, ["--version"]).status !== 0)
const isRequired = (process.env["SOTTO_REQUIRE"] ?? "").split(",").includes("strace")
if (missing.length > 0) console.warn(`SKIPPED power loss: ${missing.join(" and ")} not found`)

let home: LedgerHome
beforeEach(async () => {
  home = await makeHome()
  await (await openHome(home)).close()
})
afterEach(() => home.remove())

interface Cuts {
  readonly cuts: number
  readonly lost: number
  readonly damaged: number
}

/** Runs a child under strace and cuts the power at each of its acknowledgements, in two ways. */
async function cutPower(bug: string): Promise<Cuts> {
  const trace = join(home.folder, "trace")
  const disk = new TracedDisk((path) => path === home.database || path === `${home.database}-wal`)
  disk.place(home.database, await readFile(home.database))
  const child = [
    process.execPath,
    "--import",
    "tsx",
    CHILD,
    home.stateDirectory,
    "0",
    bug,
    String(APPENDS),
    home.database,
  ]
  const options = ["-f", "-y", "-xx", "-s", "1000000", "-e", CALLS, "-e", "quiet=all", "-o", trace]
  const run = spawnSync("strace", [...options, ...child], { stdio: ["ignore", "ignore", "inherit"] })
  expect(run.status).toBe(0)
  const result = { cuts: 0, lost: 0, damaged: 0 }
  for (const line of (await readFile(trace, "utf8")).split("\n")) {
    const acknowledged = /^(\d+) [0-9a-f]{64}\n$/.exec(disk.follow(line) ?? "")
    if (acknowledged === null) continue
    for (const keeps of [() => false, () => Math.random() < 0.5]) {
      const found = await afterwards(disk.afterPowerCut(keeps))
      result.cuts++
      if (found === null) result.damaged++
      else if (found < Number(acknowledged[1])) result.lost++
    }
  }
  return result
}

/** The highest index without a gap below it that stock sqlite3 finds; null when the file is damaged. */
async function afterwards(files: ReadonlyMap<string, Buffer>): Promise<number | null> {
  const folder = join(home.folder, "after")
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder)
  for (const [name, bytes] of files) await writeFile(join(folder, name), bytes)
  const query = "PRAGMA integrity_check; SELECT count(*) - 1, max(idx) FROM entry"
  const [ok, counts = ""] = execFileSync("sqlite3", [join(folder, "sotto.db"), query], {
    encoding: "utf8",
  }).split("\n")
  const [count, last] = counts.split("|").map(Number)
  return ok === "ok" && count === last ? (last ?? null) : null
}

describe.skipIf(missing.length > 0 && !isRequired)("a power cut at an acknowledgement", () => {
  test("loses nothing that was acknowledged and damages nothing", async () => {
    const { cuts, lost, damaged } = await cutPower("none")
    expect(cuts).toBeGreaterThanOrEqual(2 * APPENDS)
    expect([lost, damaged]).toEqual([0, 0])
  })

  test("would be seen to lose entries with synchronous = NORMAL", async () => {
    const { lost } = await cutPower("normal-sync")
    expect(lost).toBeGreaterThan(0)
  })
})
