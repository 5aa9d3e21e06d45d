// Attack row 19: a real presentation through the running service leaves no value of the record behind: not in database or
// ledger files, log lines, thread messages, network traffic, error bodies, a diagnostic report, or the process's memory.
// Issuer and wallet run in another process, which alone knows the values until everything has been collected.
import { spawn } from "node:child_process"
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { inspect } from "node:util"
import { getHeapSnapshot } from "node:v8"
import { MessagePort, Worker } from "node:worker_threads"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { encodeVerifierKey } from "../../src/protocol/primitives/note-key.ts"
import type { Trust } from "../../src/protocol/wire/credential.ts"
import { openLog } from "../../src/service/http/request-log.ts"
import { ask, draftWith } from "../support/answered-request.ts"
import type { CanaryOrder } from "../support/canary-wallet.ts"
import { openRecordingProxy } from "../support/recording-proxy.ts"
import type { RecordingProxy } from "../support/recording-proxy.ts"
import { issuerBody, postEpoch, postIssuer, statusList } from "../support/registry-lists.ts"
import { addClient, KEYS, REGISTRY, START, startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

const PROGRAM = fileURLToPath(new URL("../support/canary-wallet.ts", import.meta.url))
const ISSUERS = ["north", "south", "east", "west", "central"]
const SEED_BYTE = 0x61

/** Where a canary could be, by name. */
let places: ReadonlyMap<string, Buffer>
let canaries: readonly string[]
let outcomes: Readonly<Record<string, unknown>>
let service: TestService
let proxy: RecordingProxy
let folder: string
let answeredId: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sotto-canary-"))
  const messages = spyOnThreads()
  const logLines: string[] = []
  const log = openLog("debug", { write: (line) => logLines.push(line) })
  service = await startTestService({ parts: { log } })
  await raiseRegistry()
  proxy = await openRecordingProxy(service.url)
  outcomes = await runWallet()
  messages.stop()
  places = new Map([
    ["database and ledger files", await filesUnder(service.folder)],
    ["log lines", Buffer.from(logLines.join("\n"))],
    ["thread messages", Buffer.from(messages.seen.join("\n"))],
    ["network traffic", proxy.record()],
    ["diagnostic report", Buffer.from(JSON.stringify(process.report.getReport()))],
    ["memory of the process", Buffer.from(await text(getHeapSnapshot()))],
  ])
  canaries = JSON.parse(await readFile(canaryFile(), "utf8")) as string[]
}, 180_000)
afterAll(async () => {
  await proxy.close()
  await service.remove()
  await rm(folder, { recursive: true })
})

const canaryFile = (): string => join(folder, "canaries.json")
const found = (haystack: Buffer, needles: readonly string[]): readonly string[] =>
  needles.filter((needle) => haystack.includes(needle) || haystack.includes(Buffer.from(needle, "utf16le")))

describe("a presentation through the running service", () => {
  it("was made for real: accepted once, refused on the way, silent where the wallet refused", () => {
    expect(outcomes).toEqual({
      rehearsed: true,
      narrow: "narrow-question",
      unsatisfied: "not-satisfied",
      declined: "declined",
      cut: "malformed-presentation",
      elsewhere: "proof-invalid",
      accepted: 201,
      again: "request-answered",
      receipt: true,
    })
    expect(canaries.length).toBeGreaterThan(80)
    const answers = proxy.exchanges.filter(({ line }) => line.startsWith("POST"))
    expect(answers.map(({ status }) => status)).toEqual([400, 422, 201, 409])
  })

  it.each([
    "database and ledger files",
    "log lines",
    "thread messages",
    "network traffic",
    "diagnostic report",
  ])("leaves no canary in %s", (name) => {
    const place = places.get(name) ?? Buffer.alloc(0)
    expect(place.length).toBeGreaterThan(1000)
    expect(found(place, canaries)).toEqual([])
  })

  it("leaves no canary in the memory of the process, where a crash would find it", () => {
    const memory = places.get("memory of the process") ?? Buffer.alloc(0)
    expect(memory.length).toBeGreaterThan(1_000_000)
    expect(found(memory, canaries)).toEqual([])
  })

  it("reached each place that was searched: what may be there is found there", () => {
    const mayBeIn: readonly [string, string][] = [
      ["database and ledger files", answeredId],
      ["log lines", '"route":"/v1/presentations"'],
      ["thread messages", answeredId],
      ["network traffic", answeredId],
      ["diagnostic report", "javascriptHeap"],
      ["memory of the process", answeredId],
    ]
    for (const [name, needle] of mayBeIn) {
      expect(found(places.get(name) ?? Buffer.alloc(0), [needle]), name).toEqual([needle])
    }
  })
})

describe("the same search with a wallet that leaks", () => {
  it("finds a planted canary in the traffic, though the error body does not repeat it", async () => {
    const planted = `CANARY-PLANTED-${process.pid}-${Date.now()}`
    const before = proxy.record().length
    const refused = await fetch(`${proxy.url}/v1/presentations`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": "canary-canary-canary" },
      body: JSON.stringify({ type: "sotto/presentation/1", note: planted }),
    })
    expect(refused.status).toBe(400)
    expect(await refused.text()).not.toContain(planted)
    expect(found(proxy.record().subarray(before), [planted])).toEqual([planted])
  })

  it("finds a planted canary in the database files, the log and the thread messages", async () => {
    const planted = `canary-planted-${process.pid}`
    await addClient(service.parts, "verifier", planted, ["request:read"])
    expect(found(await filesUnder(service.folder), [planted])).toEqual([planted])
    const messages = spyOnThreads()
    const { port1, port2 } = new MessageChannel()
    port1.postMessage({ job: { attributes: { memberNumber: planted } } })
    port1.close()
    port2.close()
    messages.stop()
    expect(found(Buffer.from(messages.seen.join("\n")), [planted])).toEqual([planted])
    const lines: string[] = []
    const log = openLog("debug", { write: (line) => lines.push(line) })
    log.write("info", "request", { route: planted })
    expect(found(Buffer.from(lines.join("")), [planted])).toEqual([planted])
  })
})

async function raiseRegistry(): Promise<void> {
  const schemas = [CATALOGUE.schemaIdOf(CATALOGUE.findSchema("coverage/1") ?? CATALOGUE.schemas[0]!)]
  for (const [i, id] of ISSUERS.entries()) {
    const key = await addClient(service.parts, "issuer", id, ["status:write"])
    const posted = await postIssuer(service, issuerBody(id, SEED_BYTE + i, schemas))
    expect(posted.status, posted.text).toBe(201)
    const list = statusList({ issuer: id, schemaId: schemas[0]! })
    const path = `/v1/registries/${REGISTRY}/issuers/${id}/schemas/${schemas[0]!}/status`
    const put = await service.call("PUT", path, { key, body: list })
    expect(put.status, put.text).toBe(202)
  }
  expect((await postEpoch(service)).status).toBe(202)
}

async function runWallet(): Promise<Readonly<Record<string, unknown>>> {
  const asking = async (statement: string, parameters: object): Promise<string> => {
    const item = {
      alternatives: [{ registry: REGISTRY, statement, parameters }],
      nullifier: { mode: "person", use: "pseudonym", epoch: "2022" },
    }
    return (await ask(service, draftWith({ items: [item] }))).id
  }
  const trust: Trust = {
    type: "sotto/trust/1",
    policy: `log ${encodeVerifierKey(KEYS.log)}\nquorum none\n`,
    registries: [{ id: REGISTRY, key: encodeVerifierKey(KEYS.registry) }],
    k: 5,
  }
  answeredId = await asking("insurance-active/1", { on: "2022-10-15" })
  const order: CanaryOrder = {
    proxy: proxy.url,
    origin: "http://verify.example",
    trust,
    registry: REGISTRY,
    issuer: ISSUERS[2]!,
    issuerSeedByte: SEED_BYTE + 2,
    vkey: service.parts.circuit.facts.vkey,
    now: START,
    requests: {
      answered: answeredId,
      narrow: await asking("insurance-deductible/1", { on: "2022-10-15", deductible: "40.00" }),
      unsatisfied: await asking("insurance-deductible/1", { on: "2022-10-15", deductible: "5000.00" }),
      declined: await asking("insurance-active/1", { on: "2022-10-14" }),
    },
    canaryFile: canaryFile(),
  }
  const child = spawn(process.execPath, ["--import", "tsx", PROGRAM], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "" },
  })
  child.stdin.end(JSON.stringify(order))
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (out === "") throw new Error(err)
  return JSON.parse(out) as Record<string, unknown>
}

async function filesUnder(path: string): Promise<Buffer> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  expect(files.map((file) => file.replace(path, "")).join()).toContain("sotto.db-wal")
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file))))
}

/** Everything that is posted to a thread, as inspect prints it in full. */
function spyOnThreads() {
  const seen: string[] = []
  const keep = (message: unknown): void => {
    seen.push(inspect(message, { depth: null, maxArrayLength: null, maxStringLength: null }))
  }
  const restore = [Worker.prototype, MessagePort.prototype].map(
    (target: Pick<MessagePort, "postMessage">) => {
      const { postMessage } = target
      target.postMessage = function (this: MessagePort, ...args: Parameters<MessagePort["postMessage"]>) {
        keep(args[0])
        postMessage.apply(this, args)
      }
      return () => {
        target.postMessage = postMessage
      }
    },
  )
  return {
    seen,
    stop: () => {
      for (const undo of restore) undo()
    },
  }
}
