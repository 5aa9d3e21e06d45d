// Cosigners on port 0 over a SQLite file in a temporary folder; and trees of words to show them, honest and forked.
import { mkdtemp, rm } from "node:fs/promises"
import { createServer } from "node:http"
import type { RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openCosignerStore } from "../../src/ledger/storage/cosigner-store.ts"
import { cosignerListener } from "../../src/parties/cosigner/routes.ts"
import type { CosignerStore, SplitView } from "../../src/parties/cosigner/store.ts"
import { encodeAddCheckpoint } from "../../src/protocol/log/add-checkpoint.ts"
import { consistencyRanges, hashOfRange, leafHash, nodeHash } from "../../src/protocol/log/tree.ts"
import type { HashReader } from "../../src/protocol/log/tree.ts"
import { utf8ToBytes } from "../../src/protocol/primitives/bytes.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import type { SigningKey, VerifierKey } from "../../src/protocol/primitives/note-key.ts"

/** Something that listens on loopback. */
export interface Listening {
  readonly url: string
  readonly stop: () => Promise<void>
}

export async function listenOn(listener: RequestListener, port = 0): Promise<Listening> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Number n of some cosigners of different operators. */
export const cosignerKey = (n: number): SigningKey =>
  makeSigningKey(`cosigner-${n}.example`, new Uint8Array(32).fill(0x60 + n), 0x04)

export interface TestCosigner extends Listening {
  readonly key: SigningKey
  readonly database: string
  readonly evidence: SplitView[]
  /** The line of a policy file. */
  readonly policyLine: string
  /** Stops it and removes its file. */
  readonly remove: () => Promise<void>
}

/** Starts a cosigner in this process. */
export async function startCosigner(
  n: number,
  logs: readonly VerifierKey[],
  now: () => number,
  decorate: (store: CosignerStore) => CosignerStore = (store) => store,
): Promise<TestCosigner> {
  const folder = await mkdtemp(join(tmpdir(), "sotto-cosigner-"))
  const database = join(folder, "cosigner.db")
  const store = await openCosignerStore(database)
  const key = cosignerKey(n)
  const evidence: SplitView[] = []
  const parts = { store: decorate(store), key, logs, now, onEvidence: (one: SplitView) => evidence.push(one) }
  const listening = await listenOn(cosignerListener(parts))
  return {
    ...{ ...listening, key, database, evidence },
    policyLine: `witness c${n} ${encodeVerifierKey(key)} ${listening.url}`,
    remove: async () => {
      await listening.stop()
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A policy text: the log, these cosigners, and k of them as the quorum. */
export const policyOf = (log: VerifierKey, cosigners: readonly TestCosigner[], k: number): string =>
  [
    `log ${encodeVerifierKey(log)}`,
    ...cosigners.map(({ policyLine }) => policyLine),
    `group watchers ${k} ${cosigners.map((_, i) => `c${i + 1}`).join(" ")}`,
    "quorum watchers",
    "",
  ].join("\n")

/** Entries of a test tree; with another word a fork after the first one. */
export const wordEntries = (count: number, word = "entry"): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => utf8ToBytes(i === 0 ? "first" : `${word} ${i}`))

/** Consistency from an earlier size of these entries. */
export function proofOf(all: readonly Uint8Array[], from: number): Uint8Array[] {
  const read: HashReader = (height, index) =>
    height === 0
      ? leafHash(all[index] ?? new Uint8Array(0))
      : nodeHash(read(height - 1, 2 * index), read(height - 1, 2 * index + 1))
  return from === 0 ? [] : consistencyRanges(from, all.length).map((range) => hashOfRange(range, read))
}

export interface CosignerReply {
  readonly status: number
  readonly mediaType: string | null
  readonly body: Uint8Array
}

/** Posts add-checkpoint, or whatever bytes are given in its place. */
export async function submit(
  url: string,
  request: Parameters<typeof encodeAddCheckpoint>[0] | Uint8Array,
): Promise<CosignerReply> {
  const body = request instanceof Uint8Array ? request : encodeAddCheckpoint(request)
  const response = await fetch(`${url}/add-checkpoint`, { method: "POST", body: Buffer.from(body) })
  return {
    status: response.status,
    mediaType: response.headers.get("content-type"),
    body: new Uint8Array(await response.arrayBuffer()),
  }
}
