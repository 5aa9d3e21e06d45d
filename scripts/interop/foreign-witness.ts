// A cosigner that is not ours: Debian's sigsum-witness must sign what our log grows to and refuse its fork.
import { execFileSync, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { existsSync } from "node:fs"
import { copyFile, readFile, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { CosignFeed } from "../../src/ledger/log/cosign-feed.ts"
import { openCosigner } from "../../src/ledger/log/cosigner-client.ts"
import type { CosignAnswer } from "../../src/ledger/log/cosigner-client.ts"
import { VOLATILE_GUARD } from "../../src/ledger/log/cosigner-guard.ts"
import { initLedger } from "../../src/ledger/log/init-ledger.ts"
import { openLedger } from "../../src/ledger/log/open-ledger.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"
import { bytesToHex, utf8ToBytes } from "../../src/protocol/primitives/bytes.ts"
import { sha256 } from "../../src/protocol/primitives/hash.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import type { SigningKey, VerifierKey } from "../../src/protocol/primitives/note-key.ts"
import { makeHome, presentationDraft } from "../../test/support/ledger-bench.ts"
import type { LedgerHome } from "../../test/support/ledger-bench.ts"

/** The Debian package that must be had. */
export const WITNESS_PACKAGE = "sigsum-go (bookworm-backports)"
const SSH_TYPE = "ssh-ed25519"
/** How long the program may take to listen, milliseconds. */
const START_MS = 10_000

/** One thing that was tried, whether it went as it must, and how. */
type Tried = readonly [what: string, right: boolean, how: string]

/** The folder with the program, fetched when it is missing; null when it cannot be had. */
export function witnessPrograms(tools: string, script: string): string | null {
  const bin = join(tools, "witness/usr/bin")
  if (existsSync(join(bin, "sigsum-witness"))) return bin
  try {
    execFileSync("sh", [script, tools], { stdio: ["ignore", "ignore", "inherit"] })
    return bin
  } catch {
    return null
  }
}

/** Runs the program against a log of ours, honest and then forked. */
export async function tryForeignWitness(bin: string): Promise<readonly Tried[]> {
  const home = await makeHome()
  const log = logKey()
  const witness = await startWitness(bin, home.folder, log)
  try {
    return await tryAll(home, log, witness)
  } finally {
    await witness.stop()
    await home.remove()
  }
}

interface RunningWitness {
  readonly key: VerifierKey
  readonly url: string
  readonly stop: () => Promise<void>
}

async function tryAll(
  home: LedgerHome,
  log: SigningKey,
  { key, url }: RunningWitness,
): Promise<readonly Tried[]> {
  const tried: Tried[] = []
  const first = await openWatched(home, log, key, url)
  await first.grow(0, 10)
  tried.push([
    "our first head",
    (await first.publishedSize()) === 11,
    `published ${await first.publishedSize()}`,
  ])
  await first.close()
  await copyFile(home.database, `${home.folder}/backup.db`)
  const second = await openWatched(home, log, key, url)
  await second.grow(10, 300)
  const size = await second.publishedSize()
  tried.push(["our log as it grows", size === 301, `published ${size}`])
  await second.close()
  for (const [what, to, expected] of [
    ["a fork of the same size", 300, "forked or 409"],
    ["a longer fork", 320, "refused-422"],
  ] as const) {
    await copyFile(`${home.folder}/backup.db`, home.database)
    const fork = await openWatched(home, log, key, url, true)
    await fork.append(10, to)
    const answer = await fork.offer(301)
    const how =
      answer.kind === "failed" ? answer.reason : answer.kind === "size" ? `409 with ${answer.size}` : "SIGNED"
    const isRefused = answer.kind === "size" || (answer.kind === "failed" && answer.reason === "refused-422")
    tried.push([what, isRefused, isRefused ? how : `${how}, expected ${expected}`])
    await fork.close()
  }
  return tried
}

/** A log of ours under a policy that this one witness must meet. */
async function openWatched(
  home: LedgerHome,
  log: SigningKey,
  key: VerifierKey,
  url: string,
  forgets = false,
) {
  const now = (): number => Math.floor(Date.now() / 1000)
  const stores = await openStores(home.database)
  const lines = [
    `log ${encodeVerifierKey(log)}`,
    `witness w ${encodeVerifierKey(key)} ${url}`,
    "quorum w",
    "",
  ]
  const parts = {
    store: stores.ledger,
    origin: log.name,
    key: log,
    stateDirectory: home.stateDirectory,
    randomBytes: (length: number) => new Uint8Array(randomBytes(length)),
    policy: parsePolicy(lines.join("\n")),
    ...(forgets ? { openGuard: () => Promise.resolve(VOLATILE_GUARD) } : {}),
  }
  if ((await stores.ledger.findLog(log.name)) === null) await initLedger(parts)
  const ledger = await openLedger(parts)
  const cosigner = openCosigner(key, url, now)
  const feed = new CosignFeed({
    ...{ ledger, store: stores.ledger, logKey: log, cosigners: [cosigner], intervalMs: 1000, now },
    onFailure: (name, reason) => {
      console.log(`     ${name}: ${reason}`)
    },
  })
  const append = async (from: number, to: number): Promise<void> => {
    const drafts = Array.from({ length: to - from }, (_, i) =>
      ledger.admit(log.name, presentationDraft(from + i)),
    )
    await Promise.all(drafts)
  }
  return {
    append,
    grow: async (from: number, to: number) => {
      await append(from, to)
      await feed.round()
    },
    publishedSize: async () => (await ledger.published(log.name))?.size ?? 0,
    /** The head as if the witness had signed this tree at that size. */
    offer: async (oldSize: number): Promise<CosignAnswer> => {
      const proof = (await ledger.consistency(log.name, oldSize, ledger.head(log.name).size)) ?? []
      return cosigner.add({ oldSize, proof, checkpoint: ledger.head(log.name).note })
    },
    close: async () => {
      await feed.stop()
      await ledger.close()
      await stores.close()
    },
  }
}

/** The program knows a log by the hash of its key, so the log is named like that. */
function logKey(): SigningKey {
  const seed = new Uint8Array(randomBytes(32))
  const { publicKey } = makeSigningKey("unnamed", seed)
  return makeSigningKey(`sigsum.org/v1/tree/${bytesToHex(sha256(publicKey))}`, seed)
}

async function startWitness(bin: string, folder: string, log: SigningKey): Promise<RunningWitness> {
  const [secret, logFile] = [join(folder, "wkey"), join(folder, "log.pub")]
  execFileSync(join(bin, "sigsum-key"), ["generate", "-o", secret], { stdio: "ignore" })
  await writeFile(logFile, encodeSsh(log.publicKey))
  const publicKey = decodeSsh(await readFile(`${secret}.pub`, "utf8"))
  const port = await freePort()
  const args = [
    "-k",
    secret,
    "--log-key",
    logFile,
    "--state-file",
    join(folder, "witness-state"),
    `127.0.0.1:${port}`,
  ]
  const child = spawn(join(bin, "sigsum-witness"), args, {
    env: { ...process.env, GODEBUG: "httpmuxgo121=0" },
    stdio: "ignore",
  })
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  const url = `http://127.0.0.1:${port}`
  for (let waited = 0; waited < START_MS; waited += 100) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      break
    await sleep(100)
  }
  return {
    key: cosignerKeyOf(`sigsum.org/v1/witness/${bytesToHex(sha256(publicKey))}`, publicKey),
    url,
    stop: async () => {
      child.kill("SIGTERM")
      await ended
    },
  }
}

function cosignerKeyOf(name: string, publicKey: Uint8Array): VerifierKey {
  const typed = Uint8Array.of(0x04, ...publicKey)
  const keyId = sha256(Uint8Array.of(...utf8ToBytes(`${name}\n`), ...typed)).slice(0, 4)
  return { name, type: 0x04, keyId, publicKey }
}

/** RFC 4253 §6.6 and RFC 8709 §4: two strings, each with its length. */
function encodeSsh(publicKey: Uint8Array): string {
  const part = (bytes: Uint8Array): number[] => [0, 0, 0, bytes.length, ...bytes]
  const blob = Uint8Array.of(...part(utf8ToBytes(SSH_TYPE)), ...part(publicKey))
  return `${SSH_TYPE} ${Buffer.from(blob).toString("base64")} log\n`
}

const decodeSsh = (text: string): Uint8Array =>
  new Uint8Array(Buffer.from(text.split(" ")[1] ?? "", "base64").subarray(-32))

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
