// D4: many ballots of one nullifier at once, at two processes of one service over one database.
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { cp } from "node:fs/promises"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ElectionLog } from "../../src/protocol/election/election-log.ts"
import { parseEntry } from "../../src/protocol/log/entry.ts"
import { ballotOfEntry } from "../../src/protocol/wire/ballot.ts"
import type { Ballot } from "../../src/protocol/wire/ballot.ts"
import { startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"
import { loggedEntries, serveElection } from "../support/served-election.ts"
import type { ServedElection } from "../support/served-election.ts"

const CHILD = new URL("../support/served-child.ts", import.meta.url).pathname
const SEQUENCES = 2
const EACH = 25 // of each process and sequence: fifty ballots of one nullifier
const QUEUE = "512"

let service: TestService
let served: ServedElection
let child: ChildProcess
let urls: readonly [string, string]
/** Fifty of each sequence, made before the processes are asked: while a proof is forged no socket is served. */
const rivals: Ballot[] = []
beforeAll(async () => {
  const environment = { SOTTO_VERIFY_QUEUE: QUEUE, SOTTO_VERIFY_MAX_WAIT_MS: "60000" }
  service = await startTestService({ environment })
  served = await serveElection(service, { n: 2 })
  for (let sequence = 1; sequence <= SEQUENCES; sequence++)
    for (let i = 0; i < 2 * EACH; i++) rivals.push(served.election.ballot(0, sequence).ballot)
  // A guard of its own, which begins as a copy, as if it had seen all heads until now.
  const second = join(service.folder, "state-2")
  await cp(join(service.folder, "state"), second, { recursive: true })
  const settings = [service.database, second, String(service.clock.now), QUEUE]
  child = spawn(process.execPath, ["--import", "tsx", CHILD, ...settings], {
    stdio: ["pipe", "pipe", "inherit"],
  })
  const [url] = await new Promise<readonly string[]>((resolve, reject) => {
    createInterface({ input: child.stdout! }).once("line", (line) => {
      resolve([line])
    })
    child.once("exit", (code) => {
      reject(new Error(`the second process ended with ${String(code)}`))
    })
  })
  urls = [service.url, url!]
}, 300_000)
afterAll(async () => {
  const ended = new Promise((resolve) => child.once("exit", resolve))
  child.stdin!.end()
  await ended
  await service.remove()
})

interface Told {
  readonly ballot: Ballot
  readonly status: number
  readonly code: string | undefined
  readonly index: number | undefined
}

async function post(url: string, ballot: Ballot): Promise<Told> {
  const headers = { "content-type": "application/json" }
  const reply = await fetch(`${url}/v1/ballots`, { method: "POST", headers, body: JSON.stringify(ballot) })
  const json = (await reply.json()) as { code?: string; receipt?: { logIndex: number } }
  return { ballot, status: reply.status, code: json.code, index: json.receipt?.logIndex }
}

describe("D4: fifty ballots of one nullifier at two processes", () => {
  it(
    "leave exactly one per sequence, the same log at both, equal to a serial replay",
    { timeout: 120_000 },
    async () => {
      for (let sequence = 1; sequence <= SEQUENCES; sequence++) {
        const ballots = rivals.filter((ballot) => ballot.sequence === sequence)
        const told = await Promise.all(ballots.map((ballot, i) => post(urls[i % 2]!, ballot)))
        const accepted = told.filter(({ status }) => status === 201)
        expect(accepted.map(({ ballot }) => ballot.sequence)).toEqual([sequence])
        const refused = told.filter(({ status }) => status !== 201)
        for (const { status, code } of refused) {
          expect(status).toBe(409)
          expect(["sequence-mismatch", "ballot-in-flight"]).toContain(code)
        }
        // The winner is told its place by either process, later as well.
        for (const url of urls)
          expect(await post(url, accepted[0]!.ballot)).toMatchObject({
            status: 200,
            index: accepted[0]!.index,
          })
      }
      const logs = await Promise.all(urls.map((url) => entriesAt(url)))
      expect(logs[0]).toEqual(logs[1])
      expect(replayed(logs[0]!)).toEqual([1, 2].slice(0, SEQUENCES))
    },
  )

  it(
    "of different voters are all taken, each once, whichever process was asked",
    { timeout: 60_000 },
    async () => {
      const ballots = Array.from({ length: 8 }, (_, i) => served.election.ballot(1 + i, 1).ballot)
      const twice = await Promise.all(ballots.flatMap((ballot) => urls.map((url) => post(url, ballot))))
      for (const [i] of ballots.entries()) {
        const pair = twice.slice(2 * i, 2 * i + 2)
        expect(pair.map(({ status }) => status).sort()).toEqual([200, 201])
        expect(pair[0]!.index).toBe(pair[1]!.index)
      }
      expect(await loggedEntries(service, served, "ballot")).toHaveLength(SEQUENCES + 8)
    },
  )
})

async function entriesAt(url: string): Promise<readonly string[]> {
  const reply = await fetch(`${url}/v1/logs/${served.path.split("/").at(-1)!}/entries`)
  const { entries } = (await reply.json()) as { entries: { bytes: string }[] }
  return entries.map(({ bytes }) => bytes)
}

/** Takes the log one entry after the other under the rules of the door. @returns the sequences of its ballots */
function replayed(entries: readonly string[]): readonly number[] {
  const { sources, electionId, census, definition } = served.election
  expect(definition.census.root).toBe(census.freeze.body.root)
  const log = new ElectionLog(sources)
  return entries.flatMap((text) => {
    const bytes = new Uint8Array(Buffer.from(text, "base64"))
    const entry = parseEntry(bytes) as Parameters<ElectionLog["check"]>[0]
    expect([entry.kind, log.check(entry, bytes)]).toEqual([entry.kind, { ok: true, value: true }])
    log.append(entry, bytes)
    return entry.kind === "ballot" ? [ballotOfEntry(entry, electionId).sequence] : []
  })
}
