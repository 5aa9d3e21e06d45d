// npm run interop: a log is exported and judged by programs that are not ours; then it is damaged, and they must see it.
// Without arguments it judges two: one that a running `sotto serve` wrote, and a larger one of the same ledger code;
// --database FILE or --url PREFIX --vkey KEY judges an existing one.
import { execFileSync, spawnSync } from "node:child_process"
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { existsSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { exportLog } from "../src/ledger/log/export.ts"
import { fsckPublic } from "../src/ledger/log/fsck.ts"
import { headAt } from "../src/ledger/log/proofs.ts"
import { openStores } from "../src/ledger/storage/open-stores.ts"
import {
  checkpointText,
  encodeCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from "../src/protocol/log/checkpoint.ts"
import { parseEntry } from "../src/protocol/log/entry.ts"
import { encodeNote, isLineOf } from "../src/protocol/log/note.ts"
import { resourcePath } from "../src/protocol/log/tile.ts"
import { encodeVerifierKey, parseVerifierKey } from "../src/protocol/primitives/note-key.ts"
import type { VerifierKey } from "../src/protocol/primitives/note-key.ts"
import { resourcesOf } from "../src/ledger/log/resource.ts"
import { readReceipts } from "../test/interop/exported-log.ts"
import { sigstoreAccepts } from "../test/interop/sigstore.ts"
import { WITNESS_PACKAGE, tryForeignWitness, witnessPrograms } from "./interop/foreign-witness.ts"
import { serveLog } from "./interop/serve-log.ts"
import { LOG_KEY, appendMany, makeHome, openHome } from "../test/support/ledger-bench.ts"

const ROOT = dirname(import.meta.dirname)
const TOOLS = resolve(process.env["SOTTO_INTEROP"] ?? join(ROOT, ".sotto/interop"))
const CHECKER = join(TOOLS, "logcheck.bin")
const PACKAGES = "golang-1.19-go golang-golang-x-mod-dev golang-github-transparency-dev-{formats,merkle}-dev"
const ENTRIES = process.env["SOTTO_FULL"] === "1" ? 70_000 : 1_093 // two levels of tiles, three with the long form
const SERVED_ANSWERS = 320 // more than one full tile

interface Exported {
  readonly directory: string
  readonly key: VerifierKey
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { database: { type: "string" }, url: { type: "string" }, vkey: { type: "string" } },
  })
  const work = await mkdtemp(join(tmpdir(), "sotto-interop-"))
  try {
    const logs = [await obtain(join(work, "log"), values)]
    if (values.url === undefined && values.database === undefined)
      logs.push(await obtainServed(join(work, "served")))
    const judges = [judgeOurs, judgeSigstore, ...(hasChecker() ? [judgeGo] : [])]
    let failures = 0
    for (const log of logs) for (const judge of judges) failures += await examine(judge, log, work)
    const witnessed = await examineWitness()
    failures += witnessed ?? 0
    const isSkippedInVain =
      (judges.length < 3 && isRequired("go")) || (witnessed === null && isRequired("witness"))
    return failures === 0 && !isSkippedInVain ? 0 : 1
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** A program's judgement on an exported log: null when it accepts, else why not. */
interface Judge {
  readonly name: string
  readonly sees: readonly string[]
  judge: (log: Exported) => Promise<string | null>
}

const DAMAGES: Readonly<Record<string, (directory: string) => Promise<void>>> = {
  "a flipped byte in a tile": (directory) => edit(join(directory, firstTile(directory)), flipMiddle),
  "a flipped byte in an entry": (directory) =>
    edit(join(directory, firstTile(directory).replace("/0/", "/entries/")), flipMiddle),
  "an edited size": (directory) => edit(join(directory, "checkpoint"), editSize),
  "a fork": (directory) => edit(join(directory, "checkpoint"), editRoot),
}
const ALL = Object.keys(DAMAGES)

const judgeOurs: Judge = {
  name: "sotto fsck",
  sees: ALL,
  judge: async ({ directory, key }) => {
    const read = (path: string) =>
      readFile(join(directory, path)).then(
        (bytes) => new Uint8Array(bytes),
        () => null,
      )
    const [first] = await fsckPublic(read, { origin: key.name, key })
    return first === undefined ? null : `${first.check} ${first.object}`
  },
}
const judgeSigstore: Judge = {
  name: "@sigstore/verify",
  sees: ALL.filter((damage) => damage !== "a flipped byte in an entry"), // its receipts are built by our strict parser
  judge: async ({ directory, key }) => {
    const receipts = await readReceipts(directory, key).catch(() => [])
    const bad = receipts.findIndex((receipt) => !sigstoreAccepts(receipt, key))
    return receipts.length === 0 ? "no receipts" : bad === -1 ? null : `entry ${bad}`
  },
}
const judgeGo: Judge = {
  name: "Go: x/mod/sumdb, transparency-dev",
  sees: ALL,
  judge: ({ directory, key }) => {
    const { status, stderr } = spawnSync(CHECKER, [directory, encodeVerifierKey(key)], { encoding: "utf8" })
    return Promise.resolve(status === 0 ? null : (stderr.trim().split("\n")[0] ?? "refused"))
  },
}

/** The whole log must pass and every damage must be seen. @returns the number of surprises */
async function examine(judge: Judge, log: Exported, work: string): Promise<number> {
  const verdict = await judge.judge(log)
  say(judge.name, "the log as exported", verdict === null, verdict ?? "accepted")
  let failures = verdict === null ? 0 : 1
  for (const damage of judge.sees) {
    const directory = join(work, "damaged")
    await cp(log.directory, directory, { recursive: true })
    await DAMAGES[damage]?.(directory)
    const seen = await judge.judge({ ...log, directory })
    say(judge.name, damage, seen !== null, seen === null ? "ACCEPTED" : `refused: ${seen}`)
    if (seen === null) failures++
    await rm(directory, { recursive: true })
  }
  return failures
}

/** A foreign cosigner signs what grows and no fork. @returns the number of surprises; null when it cannot be had */
async function examineWitness(): Promise<number | null> {
  const bin = witnessPrograms(TOOLS, join(ROOT, "test/interop/get-witness.sh"))
  if (bin === null) {
    console.log(`SKIPPED foreign cosigner: this Debian package cannot be had here: ${WITNESS_PACKAGE}`)
    return null
  }
  const tried = await tryForeignWitness(bin)
  for (const [what, right, how] of tried) say("sigsum-witness", what, right, how)
  return tried.filter(([, right]) => !right).length
}

function say(who: string, what: string, right: boolean, how: string): void {
  console.log(`${right ? "ok  " : "FAIL"} ${who.padEnd(34)} ${what.padEnd(28)} ${how.slice(0, 100)}`)
}

async function obtain(
  directory: string,
  source: { database?: string | undefined; url?: string | undefined; vkey?: string | undefined },
): Promise<Exported> {
  if (source.url !== undefined) {
    if (source.vkey === undefined)
      throw new Error("--url wants --vkey: a key from the log itself proves nothing")
    return download(directory, source.url, parseVerifierKey(source.vkey))
  }
  if (source.database !== undefined) return exportDatabase(directory, source.database, source.vkey)
  const home = await makeHome()
  const opened = await openHome(home)
  for (let n = 1; n < ENTRIES; n += 1000) await appendMany(opened.ledger, n, Math.min(n + 1000, ENTRIES))
  await opened.close()
  const exported = await exportDatabase(directory, home.database, undefined)
  await home.remove()
  return exported
}

async function obtainServed(directory: string): Promise<Exported> {
  const served = await serveLog(SERVED_ANSWERS)
  try {
    return await download(directory, served.url, parseVerifierKey(served.vkey))
  } finally {
    await served.stop()
  }
}

async function exportDatabase(directory: string, path: string, vkey: string | undefined): Promise<Exported> {
  const stores = await openStores(path, { readonly: true })
  try {
    const [log] = await stores.ledger.listLogs()
    const [genesis] = log === undefined ? [] : await stores.ledger.readEntries(log.id, 0, 1)
    const first = genesis === undefined ? null : parseEntry(genesis.body)
    if (log === undefined || first?.kind !== "log-genesis") throw new Error("the database holds no log")
    if (vkey === undefined) console.log(`key taken from the log's own genesis: ${first.vkey}`)
    const key = parseVerifierKey(vkey ?? first.vkey)
    const head = await headAt(stores.ledger, { logId: log.id, origin: log.origin, key }, log.size)
    if (head === null) throw new Error("the log has no checkpoint")
    const read = () => Promise.resolve(null)
    await exportLog(stores.ledger, head, { read, write: (name, bytes) => put(join(directory, name), bytes) })
    console.log(`${log.origin}: ${log.size} entries`)
    return { directory, key }
  } finally {
    await stores.close()
  }
}

async function download(directory: string, url: string, key: VerifierKey): Promise<Exported> {
  const get = async (path: string): Promise<Uint8Array> => {
    const response = await fetch(`${url.replace(/\/$/, "")}/${path}`)
    if (!response.ok) throw new Error(`${path}: ${response.status}`)
    return new Uint8Array(await response.arrayBuffer())
  }
  const note = await get("checkpoint")
  const { origin, size } = parseCheckpoint(note).checkpoint
  for (const resource of resourcesOf(size)) {
    const path = resourcePath(resource)
    await put(join(directory, path), await get(path))
  }
  await put(join(directory, "checkpoint"), note)
  console.log(`${origin}: ${size} entries from ${url}`)
  return { directory, key }
}

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
}

/** The checker, fetched and built when it is missing; false, said aloud, when it cannot be had. */
function hasChecker(): boolean {
  if (existsSync(CHECKER)) return true
  try {
    execFileSync("sh", [join(ROOT, "test/interop/get.sh"), TOOLS], { stdio: ["ignore", "ignore", "inherit"] })
    return true
  } catch {
    console.log(`SKIPPED Go checker: these Debian packages cannot be had here: ${PACKAGES}`)
    return false
  }
}

const isRequired = (what: string) => (process.env["SOTTO_REQUIRE"] ?? "").split(",").includes(what)

function firstTile(directory: string): string {
  const full = "tile/0/000"
  const { size } = parseCheckpoint(new Uint8Array(readFileSync(join(directory, "checkpoint")))).checkpoint
  return size >= 256 ? full : `${full}.p/${size}`
}

async function edit(path: string, change: (bytes: Uint8Array) => Uint8Array): Promise<void> {
  await writeFile(path, change(new Uint8Array(await readFile(path))))
}

function flipMiddle(bytes: Uint8Array): Uint8Array {
  const at = bytes.length >> 1
  return bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))
}

function editSize(bytes: Uint8Array): Uint8Array {
  const [origin, size, ...rest] = new TextDecoder().decode(bytes).split("\n")
  return new TextEncoder().encode([origin, String(Number(size) - 1), ...rest].join("\n"))
}

/** The head of another history; properly signed where the log is our own, since its key may be published. */
function editRoot(bytes: Uint8Array): Uint8Array {
  const { note, checkpoint } = parseCheckpoint(bytes)
  const fork = { ...checkpoint, root: new Uint8Array(32).fill(7) }
  const text = checkpointText(fork)
  const isOwn = note.lines.some((line) => isLineOf(line, LOG_KEY))
  return isOwn
    ? encodeCheckpoint(fork, LOG_KEY, signCheckpoint(LOG_KEY, text))
    : encodeNote({ ...note, text })
}

process.exitCode = await main()
