// F8: two processes write one log. What keeps their histories one is the lock, the primary keys and the compare-and-swap
// of the head, not that somebody told one of them to stay away.
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { parseEntry } from "../../src/protocol/log/entry.ts"
import { fsckDatabase } from "../../src/ledger/log/fsck.ts"
import { readGuardFile } from "../../src/ledger/log/rollback-guard.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { DraftElection } from "../support/election-drafts.ts"
import { LOG_KEY, makeHome, openHome, secondInstance } from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

const CHILD = new URL("../support/race-child.ts", import.meta.url).pathname
const SEQUENCES = process.env["SOTTO_FULL"] === "1" ? 20 : 3
const EACH = 25 // of each process and sequence: fifty submissions of one nullifier
const election = new DraftElection()
const { origin } = election

let home: LedgerHome
beforeEach(async () => {
  home = await makeHome()
  const opened = await openHome(home)
  await opened.ledger.openElection(election.ceremony)
  for (const step of election.steps())
    await Promise.all(step.map((entry) => opened.ledger.admit(origin, { entry })))
  await opened.close()
})
afterEach(() => home.remove())

interface Told {
  readonly sequence: number
  readonly outcome: string
}

/** Runs both processes, which begin together. @returns what each ballot was told */
async function race(sequences: number, bug = "none"): Promise<readonly Told[]> {
  const second = await secondInstance(home)
  const children = [home, second].map(({ stateDirectory }, i) => {
    const settings = [home.database, stateDirectory, `p${i}`, sequences, EACH, bug].map(String)
    const child = spawn(process.execPath, ["--import", "tsx", CHILD, ...settings], {
      stdio: ["pipe", "pipe", "inherit"],
    })
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve))
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), ended }
  })
  for (const { lines } of children) expect(await lines.next()).toMatchObject({ value: "ready" })
  for (const { child } of children) child.stdin.write("go\n")
  const told: Told[] = []
  for (const { lines, ended } of children) {
    for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
      const [sequence, outcome = ""] = line.value.split(" ")
      told.push({ sequence: Number(sequence), outcome })
    }
    expect(await ended).toBe(0)
  }
  return told
}

async function inspect() {
  const stores = await openStores(home.database)
  try {
    const key = makeSigningKey(origin, LOG_KEY.seed)
    const guardNote = await readGuardFile(home.stateDirectory, origin)
    const findings = await fsckDatabase({ store: stores.ledger, origin, key, guardNote })
    const row = await stores.ledger.findLog(origin)
    const rows = await stores.ledger.readEntries(row?.id ?? 0, 0, row?.size ?? 0)
    const entries = rows.map(({ body }) => parseEntry(body))
    return { findings, ballots: entries.filter((entry) => entry.kind === "ballot") }
  } finally {
    await stores.close()
  }
}

describe("fifty submissions of one nullifier in two processes", () => {
  test(`leave one ballot per sequence, over ${SEQUENCES} sequences`, async () => {
    const told = await race(SEQUENCES)
    for (let sequence = 1; sequence <= SEQUENCES; sequence++) {
      const outcomes = told.filter((one) => one.sequence === sequence).map(({ outcome }) => outcome)
      expect(outcomes).toHaveLength(2 * EACH)
      expect(outcomes.filter((one) => one === "committed")).toHaveLength(1)
      const others = new Set(outcomes.filter((one) => one !== "committed"))
      others.delete("sequence-mismatch")
      others.delete("ballot-in-flight")
      expect([...others]).toEqual([])
    }
    const { findings, ballots } = await inspect()
    expect(findings).toEqual([])
    expect(ballots.map(({ sequence }) => Number.parseInt(sequence, 16))).toEqual(
      Array.from({ length: SEQUENCES }, (_, i) => i + 1),
    )
  })

  test("would leave more if a process decided without the lock", async () => {
    const told = await race(1, "without-lock")
    expect(told.filter(({ outcome }) => outcome === "committed").length).toBeGreaterThan(1)
    const { findings, ballots } = await inspect()
    expect(ballots.length).toBeGreaterThan(1)
    expect(findings).toContainEqual(expect.objectContaining({ check: "K8" }))
  })
})
