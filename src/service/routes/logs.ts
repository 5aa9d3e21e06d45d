// The ledger as anyone may read it: C2SP tiles at their standard paths, and the same facts in JSON.
import { SETTLED_SECONDS } from "../../protocol/election/close-times.ts"
import { decodeBundle, resourcePath, TILE_WIDTH } from "../../protocol/log/tile.ts"
import { parseEntry } from "../../protocol/log/entry.ts"
import { encodeBase64, utf8ToBytes } from "../../protocol/primitives/bytes.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import type { Contract } from "../http/contract.ts"
import { Problem } from "../http/problem.ts"
import { jsonAnswer } from "../http/route.ts"
import type { Answer, Call, Route } from "../http/route.ts"
import * as contracts from "./contracts/logs.ts"
import type { RouteDeps } from "./route-deps.ts"

/** Path of the main log; its origin is host plus this. That of an election is `/elections/` and 32 digits. */
const PREFIX = /^\/(ledger|elections\/[0-9a-f]{32})\//
/** Entries in one answer: one bundle's worth. */
const MAX_ENTRIES = 256
const KINDS = /^[a-z-]{1,32}$/

/** `/ledger/…` and `/v1/logs/…`. */
export function logRoutes(deps: RouteDeps): readonly Route[] {
  const log = "/v1/logs/:log"
  type Reader = (deps: RouteDeps, call: Call) => Answer | Promise<Answer>
  const get = (path: string, contract: Contract, reader: Reader, query: readonly string[] = []): Route => ({
    ...{ method: "get", who: "anyone", idempotency: "read", maxBodyBytes: 0, path, contract, query },
    handle: async (call) => reader(deps, call),
  })
  return [
    ...["/ledger", "/elections/:ceremony"].flatMap((prefix): Route[] => [
      get(`${prefix}/checkpoint`, contracts.checkpoint, readResource),
      get(`${prefix}/tile/entries/*path`, contracts.tile, readResource),
      get(`${prefix}/tile/:level/*path`, contracts.tile, readResource),
    ]),
    get("/elections/:ceremony/at-close", contracts.atClose, readAtClose),
    get("/v1/logs", contracts.listLogs, listLogs),
    get(log, contracts.readLog, async (_, call) => jsonAnswer(await describe(deps, logOf(deps, call)))),
    get(`${log}/entries`, contracts.listEntries, listEntries, ["from", "limit", "kind"]),
    get(`${log}/entries/:index`, contracts.readEntry, readEntry),
    get(`${log}/receipts/:index`, contracts.readReceipt, readReceipt, ["size"]),
    get(`${log}/consistency`, contracts.readConsistency, readConsistency, ["from", "to"]),
  ]
}

async function readResource({ ledger, ledgerOrigin }: RouteDeps, { rawPath }: Call): Promise<Answer> {
  // The ledger's parser reads the path as it came: a decoded %2F must not find a second spelling of a tile.
  const [prefix = "", place = ""] = rawPath.includes("%") ? [] : (PREFIX.exec(rawPath) ?? [])
  const path = rawPath.slice(prefix.length)
  const origin = originAt(ledgerOrigin, place)
  const bytes = ledger.logs().some((log) => log.origin === origin)
    ? await ledger.resource(origin, path)
    : null
  if (bytes === null) throw new Problem("not-found")
  return path === "checkpoint"
    ? { status: 200, body: bytes, mediaType: "text/plain; charset=utf-8", freshness: "second" }
    : {
        status: 200,
        body: bytes,
        mediaType: "application/octet-stream",
        freshness: "immutable",
        compressible: path.startsWith("tile/entries/"), // hashes do not compress
      }
}

/** The checkpoint by which cosigners date the end of an election's voting; there is none before they did. */
async function readAtClose({ ledger, ledgerOrigin, replays }: RouteDeps, { params }: Call): Promise<Answer> {
  const origin = originAt(ledgerOrigin, `elections/${params["ceremony"] ?? ""}`)
  if (!ledger.logs().some((log) => log.origin === origin)) throw new Problem("not-found")
  const log = await replays.upToDate(origin)
  if (log.phase !== "closed" && log.phase !== "tallied") throw new Problem("not-found")
  const head = (await ledger.dated(origin, log.closesAt + SETTLED_SECONDS)) ?? missing()
  return { status: 200, body: head.note, mediaType: "text/plain; charset=utf-8", freshness: "second" }
}

async function listLogs(deps: RouteDeps): Promise<Answer> {
  return jsonAnswer({
    logs: await Promise.all(deps.ledger.logs().map(({ origin }) => describe(deps, origin))),
  })
}

async function describe(
  { ledger, ledgerKey, logKeyOf, ledgerOrigin }: RouteDeps,
  origin: string,
): Promise<Json> {
  const isMain = origin === ledgerOrigin
  return {
    log: isMain ? "main" : (origin.split("/").at(-1) ?? ""),
    origin,
    key: isMain ? ledgerKey : logKeyOf(origin),
    size: ledger.head(origin).size,
    published: (await ledger.published(origin))?.size ?? 0, // what enough cosigners have seen
    state: ledger.state(),
  }
}

/** `main`, or the 32 digits of an election's log. @throws Problem `not-found` */
export function logOf({ ledger, ledgerOrigin }: RouteDeps, { params }: Call): string {
  const name = params["log"] ?? ""
  const origin = originAt(ledgerOrigin, name === "main" ? "ledger" : `elections/${name}`)
  if (!ledger.logs().some((log) => log.origin === origin)) throw new Problem("not-found")
  return origin
}

/** The origin of the log at a place under this service's host. */
function originAt(ledgerOrigin: string, place: string): string {
  const [host = ""] = ledgerOrigin.split("/")
  return place === "ledger" ? ledgerOrigin : `${host}/${place}`
}

async function listEntries(deps: RouteDeps, call: Call): Promise<Answer> {
  const origin = logOf(deps, call)
  const { size } = deps.ledger.head(origin)
  const from = readInteger(call.query["from"] ?? "0")
  const limit = Math.min(readInteger(call.query["limit"] ?? String(MAX_ENTRIES)), MAX_ENTRIES)
  const kind = call.query["kind"]
  if (kind !== undefined && !KINDS.test(kind))
    throw new Problem("malformed-request", { detail: "no such kind" })
  const entries: Json[] = []
  for (let n = Math.floor(from / TILE_WIDTH); n * TILE_WIDTH < Math.min(size, from + limit); n++) {
    for (const [i, bytes] of (await readTile(deps, origin, n, size)).entries()) {
      const index = n * TILE_WIDTH + i
      if (index < from || index >= from + limit) continue
      const entry = parseEntry(bytes)
      if (kind === undefined || entry.kind === kind) entries.push(entryOf(index, bytes))
    }
  }
  return jsonAnswer({ size, entries })
}

async function readEntry(deps: RouteDeps, call: Call): Promise<Answer> {
  const origin = logOf(deps, call)
  const { size } = deps.ledger.head(origin)
  const index = readInteger(call.params["index"])
  if (index >= size) throw new Problem("not-found")
  const n = Math.floor(index / TILE_WIDTH)
  const bytes = (await readTile(deps, origin, n, size))[index - n * TILE_WIDTH]
  if (bytes === undefined) throw new Problem("not-found")
  return jsonAnswer(entryOf(index, bytes), { freshness: "immutable" })
}

async function readTile(
  { ledger }: RouteDeps,
  origin: string,
  n: number,
  size: number,
): Promise<readonly Uint8Array[]> {
  const width = Math.min(TILE_WIDTH, size - n * TILE_WIDTH)
  const bundle = await ledger.resource(origin, resourcePath({ kind: "entries", n, width }))
  return (bundle === null ? null : decodeBundle(bundle, width)) ?? missing()
}

function entryOf(index: number, bytes: Uint8Array): Json {
  return { index, entry: parseEntry(bytes) as Json, bytes: encodeBase64(bytes) }
}

async function readReceipt(deps: RouteDeps, call: Call): Promise<Answer> {
  const origin = logOf(deps, call)
  const size = call.query["size"] === undefined ? undefined : readInteger(call.query["size"])
  const receipt = (await deps.ledger.receipt(origin, readInteger(call.params["index"]), size)) ?? missing()
  if (!call.accept.includes("text/plain")) return jsonAnswer(receipt as unknown as Json)
  const body = utf8ToBytes(receipt.tlogProof)
  return { status: 200, body, mediaType: "text/plain; charset=utf-8", freshness: "no-store" }
}

async function readConsistency(deps: RouteDeps, call: Call): Promise<Answer> {
  const origin = logOf(deps, call)
  const [from, to] = [readInteger(call.query["from"]), readInteger(call.query["to"])]
  const hashes = (await deps.ledger.consistency(origin, from, to)) ?? missing()
  return jsonAnswer({ from, to, hashes: hashes.map(encodeBase64) }, { freshness: "immutable" })
}

function readInteger(text: string | undefined): number {
  if (text === undefined || !/^(?:0|[1-9][0-9]{0,14})$/.test(text)) {
    throw new Problem("malformed-request", { detail: "expected a whole number" })
  }
  return Number(text)
}

function missing(): never {
  throw new Problem("not-found")
}
