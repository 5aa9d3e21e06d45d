// One cosigner over HTTP, C2SP tlog-witness. Whatever it says is untrusted: a line counts once it verifies over our text.
import {
  SIZE_MEDIA_TYPE,
  encodeAddCheckpoint,
  parseLines,
  parseSize,
} from "../../protocol/log/add-checkpoint.ts"
import type { AddCheckpoint } from "../../protocol/log/add-checkpoint.ts"
import { verifyCosignatures } from "../../protocol/log/cosignature.ts"
import { isLineOf, parseNote } from "../../protocol/log/note.ts"
import type { SignatureLine } from "../../protocol/log/note.ts"
import type { Policy } from "../../protocol/log/policy.ts"
import { bytesToHex, utf8ToBytes } from "../../protocol/primitives/bytes.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { sha256 } from "../../protocol/primitives/hash.ts"
import type { VerifierKey } from "../../protocol/primitives/note-key.ts"

/** A cosigner that does not answer by then is asked again later, milliseconds. */
const TIMEOUT_MS = 5000
/** Most bytes of an answer that are read: some signature lines, or a note. */
const MAX_ANSWER_BYTES = 16 * 1024
/** Most seconds between a cosignature's time and ours: a wrong clock would date elections wrongly. */
const CLOCK_TOLERANCE_SECONDS = 300

/** Why a cosigner gave nothing that counts. */
type CosignFailure =
  | "unreachable" // no connection, a redirect, no whole answer in time
  | "too-large"
  | "bad-line" // no line of its key, one that fails, one for another text
  | "bad-clock"
  | "refused-400"
  | "refused-403"
  | "refused-404"
  | "refused-422"
  | "refused-other"

/** What a cosigner answered. */
export type CosignAnswer =
  | { readonly kind: "signed"; readonly line: SignatureLine; readonly timeUnixSeconds: number }
  /** 409: it has another size than the request began at. Its word alone. */
  | { readonly kind: "size"; readonly size: number }
  | { readonly kind: "failed"; readonly reason: CosignFailure }

/** One cosigner. Neither call ever rejects. */
export interface CosignerClient {
  readonly key: VerifierKey
  readonly add: (request: AddCheckpoint) => Promise<CosignAnswer>
  /** The newest head of a log that it shows; nothing when it has seen none or shows none. Nothing is verified. */
  readonly monitor: (origin: string) => Promise<Uint8Array | "nothing" | "unreachable">
}

/** Opens the cosigners of a policy that have an address. @param now - Unix seconds */
export const openCosigners = ({ cosigners }: Policy, now: () => number): readonly CosignerClient[] =>
  cosigners.flatMap(({ key, url }) => (url === undefined ? [] : [openCosigner(key, url, now)]))

/** Opens one cosigner. @param url - prefix, from the operator's own policy file */
export function openCosigner(key: VerifierKey, url: string, now: () => number): CosignerClient {
  const prefix = url.replace(/\/+$/, "")
  return {
    key,
    add: async (request) => {
      const reply = await call(`${prefix}/add-checkpoint`, encodeAddCheckpoint(request))
      if (typeof reply === "string") return { kind: "failed", reason: reply }
      const { status, mediaType, body } = reply
      if (status === 200) return readLine(body, request.checkpoint, key, now())
      const size = status === 409 && mediaType.startsWith(SIZE_MEDIA_TYPE) ? parseSize(body) : null
      return size === null ? { kind: "failed", reason: refusalOf(status) } : { kind: "size", size }
    },
    monitor: async (origin) => {
      const reply = await call(`${prefix}/${bytesToHex(sha256(utf8ToBytes(origin)))}/checkpoint`)
      if (typeof reply === "string") return "unreachable"
      return reply.status === 200 ? reply.body : reply.status < 500 ? "nothing" : "unreachable"
    },
  }
}

/** The one line of the cosigner's key; others are dropped, since a false one would make every reader refuse the note. */
function readLine(body: Uint8Array, checkpoint: Uint8Array, key: VerifierKey, now: number): CosignAnswer {
  let lines: readonly SignatureLine[]
  try {
    lines = parseLines(body)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { kind: "failed", reason: "bad-line" }
  }
  const { text } = parseNote(checkpoint)
  for (const line of lines.filter((one) => isLineOf(one, key))) {
    const verified = verifyCosignatures({ text, lines: [line] }, [key])
    const [found] = verified.ok ? verified.value : []
    if (found === undefined) continue
    const { timeUnixSeconds } = found
    return Math.abs(timeUnixSeconds - now) > CLOCK_TOLERANCE_SECONDS
      ? { kind: "failed", reason: "bad-clock" }
      : { kind: "signed", line, timeUnixSeconds }
  }
  return { kind: "failed", reason: "bad-line" }
}

function refusalOf(status: number): CosignFailure {
  return status === 400 || status === 403 || status === 404 || status === 422
    ? `refused-${status}`
    : "refused-other"
}

interface Reply {
  readonly status: number
  readonly mediaType: string
  readonly body: Uint8Array
}

async function call(url: string, body?: Uint8Array): Promise<Reply | "unreachable" | "too-large"> {
  try {
    const response = await fetch(url, {
      ...(body === undefined ? {} : { method: "POST", body: new Uint8Array(body) }),
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const answer = await readBody(response)
    if (answer === null) return "too-large"
    return { status: response.status, mediaType: response.headers.get("content-type") ?? "", body: answer }
  } catch {
    return "unreachable" // whatever went wrong between here and there: it is asked again
  }
}

async function readBody(response: Response): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > MAX_ANSWER_BYTES) return null // leaving the loop cancels the stream
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
