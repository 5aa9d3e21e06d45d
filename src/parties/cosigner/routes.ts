// C2SP tlog-witness over HTTP: add-checkpoint, and the newest cosigned head of each log for whoever wants to compare.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http"
import {
  MAX_ADD_CHECKPOINT_BYTES,
  SIZE_MEDIA_TYPE,
  encodeLines,
  encodeSize,
  parseAddCheckpoint,
} from "../../protocol/log/add-checkpoint.ts"
import { parseCheckpoint } from "../../protocol/log/checkpoint.ts"
import { keysForOrigin } from "../../protocol/log/log-keys.ts"
import { encodeNote } from "../../protocol/log/note.ts"
import { bytesToHex, utf8ToBytes } from "../../protocol/primitives/bytes.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { sha256 } from "../../protocol/primitives/hash.ts"
import type { SigningKey, VerifierKey } from "../../protocol/primitives/note-key.ts"
import { cosign } from "../../protocol/log/cosignature.ts"
import { cosignCheckpoint } from "./cosign.ts"
import type { CosignRefusal } from "./cosign.ts"
import type { CosignerStore, SplitView } from "./store.ts"

/** What a cosigner is made of. */
export interface CosignerParts {
  readonly store: CosignerStore
  /** Secret; type 0x04, and of no other purpose. */
  readonly key: SigningKey
  /** Main logs that are watched; the elections of their hosts are signed by the same keys. */
  readonly logs: readonly VerifierKey[]
  /** Unix seconds. The only clock that an auditor of the log has. */
  readonly now: () => number
  /** Told once per request of a log that contradicts itself; the evidence is kept already. */
  readonly onEvidence?: (evidence: SplitView) => void
}

/** An answer of the protocol. */
interface CosignerAnswer {
  readonly status: number
  readonly mediaType: string
  readonly body: Uint8Array
}

const ELECTION = /^[^/]+\/elections\/[0-9a-f]{32}$/
const MONITORED = /^\/([0-9a-f]{64})\/checkpoint$/
/** Requests that are worked on at a time: each costs some signatures, and a queue of strangers helps nobody. */
const MAX_OPEN = 64
/** Tries of one request that lost its turn to another of the same log. */
const TRIES = 3

const STATUS = {
  "origin-unknown": 404,
  "signature-refused": 403,
  "size-conflict": 409,
  "root-conflict": 409,
  "size-backwards": 400,
  "proof-refused": 422,
} as const satisfies Record<CosignRefusal, number>

/** Opens the routes of a cosigner; it does not listen. */
export function cosignerListener(parts: CosignerParts): RequestListener {
  let open = 0
  const monitored = new Map<string, string>()
  const answer = async (request: IncomingMessage): Promise<CosignerAnswer> => {
    const { method = "", url = "" } = request
    const digest = MONITORED.exec(url)?.[1]
    if (digest !== undefined && method === "GET")
      return monitor(parts, await originOf(parts, monitored, digest))
    if (url === "/healthz" && method === "GET") return text(200, "ok\n")
    if (url !== "/add-checkpoint") return text(404, "no such path\n")
    if (method !== "POST") return text(405, "POST\n")
    const body = await readBody(request)
    return body === null ? text(413, "too large\n") : addCheckpoint(parts, body)
  }
  return (request, response) => {
    if (open >= MAX_OPEN) {
      write(response, text(503, "busy\n"))
      return
    }
    open++
    void answer(request)
      .catch(() => text(500, "")) // a fault of the store: nothing was signed, and its words are not for strangers
      .then((found) => write(response, found))
      .finally(() => open--)
  }
}

/** Answers one request. @param body - attacker-controlled */
async function addCheckpoint(parts: CosignerParts, body: Uint8Array): Promise<CosignerAnswer> {
  try {
    for (let i = 0; i < TRIES; i++) {
      const answer = await tryOnce(parts, body)
      if (answer !== null) return answer
    }
    return text(503, "busy\n")
  } catch (error) {
    if (error instanceof ProtocolError) return text(400, `${error.message}\n`)
    throw error
  }
}

/** One look at the state and one attempt to move it; null when another request moved it in between. */
async function tryOnce(parts: CosignerParts, body: Uint8Array): Promise<CosignerAnswer | null> {
  const { store, key, now } = parts
  const asked = parseAddCheckpoint(body)
  const { origin } = parseCheckpoint(asked.checkpoint).checkpoint
  const last = await store.find(origin)
  const verdict = cosignCheckpoint(last, asked, keysOf(parts, origin), key, now())
  if (!verdict.ok) {
    if ("evidence" in verdict) {
      await store.keepEvidence(verdict.evidence)
      parts.onEvidence?.(verdict.evidence)
    }
    return STATUS[verdict.reason] === 409
      ? { status: 409, mediaType: SIZE_MEDIA_TYPE, body: encodeSize(last?.size ?? 0) }
      : text(STATUS[verdict.reason], `${verdict.reason}\n`)
  }
  const { head, line } = verdict.value
  if (!(await store.advance(origin, last, head))) return null
  return { status: 200, mediaType: "text/plain; charset=utf-8", body: encodeLines([line]) }
}

/** The keys of an origin that is watched: a named log, or an election under the host of one. */
function keysOf({ logs }: CosignerParts, origin: string): readonly VerifierKey[] {
  return ELECTION.test(origin) ? keysForOrigin(logs, origin) : logs.filter(({ name }) => name === origin)
}

/** The newest head that was cosigned, dated now: what a start check and a second look compare with. */
async function monitor({ store, key, now }: CosignerParts, origin: string | null): Promise<CosignerAnswer> {
  const head = origin === null ? null : await store.find(origin)
  if (head === null) return text(404, "never seen\n")
  const { note } = parseCheckpoint(head.checkpoint)
  const line = cosign(key, note.text, now())
  const body = encodeNote({ ...note, lines: [...note.lines, line] })
  return { status: 200, mediaType: "text/plain; charset=utf-8", body }
}

async function originOf(
  { store }: CosignerParts,
  known: Map<string, string>,
  digest: string,
): Promise<string | null> {
  if (!known.has(digest)) for (const origin of await store.listOrigins()) known.set(digestOf(origin), origin)
  return known.get(digest) ?? null
}

const digestOf = (origin: string): string => bytesToHex(sha256(utf8ToBytes(origin)))

async function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let length = 0
  // The socket stays, so that whoever sent too much is told so.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > MAX_ADD_CHECKPOINT_BYTES) return null
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

function text(status: number, words: string): CosignerAnswer {
  return { status, mediaType: "text/plain; charset=utf-8", body: utf8ToBytes(words) }
}

function write(response: ServerResponse, { status, mediaType, body }: CosignerAnswer): void {
  // After a refused body the rest of it is still on its way: the socket is of no more use.
  const closing = status === 413 || status === 503 ? { connection: "close" } : {}
  response.writeHead(status, { "content-type": mediaType, "cache-control": "no-store", ...closing }).end(body)
}
