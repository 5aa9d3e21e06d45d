// The HTTP side of the verbs: one small client over Node's fetch, answers checked, problems turned into errors.
import { randomBytes } from "node:crypto"
import { MAX_BUNDLE_BYTES } from "../protocol/wire/credential.ts"
import { CliError } from "./exit.ts"

/** How long one call may take: a ballot waits up to 60 s for its window. */
const TIMEOUT_MS = 75_000
/** Longest answer that is read: a registry bundle, the largest document there is. */
const MAX_ANSWER_BYTES = MAX_BUNDLE_BYTES

/** Times that a call is sent whose connection was cut: every write may be repeated, by its key or by its nature. */
const TRIES = 3
const CUT_OFF: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"])

/** Writes whose message is its own key. */
const OWN_KEY: ReadonlySet<string> = new Set(["/v1/ballots", "/v1/challenged-ballots"])

/** One answer: status, bytes, and the problem code when it is a refusal. */
interface Answer {
  readonly status: number
  readonly bytes: Uint8Array
  readonly code: string | null
  /** Seconds after which a busy service wants to be asked again; null when it says nothing. */
  readonly retryAfterSeconds: number | null
}

/** A client of one service. `apiKey` is sent on keyed routes only; a holder's calls never carry one. */
export interface ServiceClient {
  readonly origin: string
  /** @throws CliError `service-unreachable`; a refusal is an `Answer` */
  send: (method: string, path: string, body?: Uint8Array | string) => Promise<Answer>
  /** The bytes of a successful answer. @throws CliError `service-refused` with the service's code */
  get: (path: string) => Promise<Uint8Array>
  /** The parsed JSON of a successful write. @throws as get */
  write: (method: string, path: string, body?: Uint8Array | string) => Promise<unknown>
}

/** Opens a client. @param origin - `https://host` (http on loopback only), no path */
export function openServiceClient(origin: string, apiKey?: string): ServiceClient {
  const base = parseOrigin(origin)
  const send = async (method: string, path: string, body?: Uint8Array | string): Promise<Answer> => {
    const headers: Record<string, string> = { accept: "application/json" }
    if (apiKey !== undefined) headers["authorization"] = `Bearer ${apiKey}`
    if (body !== undefined) headers["content-type"] = "application/json"
    // A ballot is its own key: a random one would be something more to link it by.
    if (method === "POST" && !OWN_KEY.has(path))
      headers["idempotency-key"] = randomBytes(16).toString("base64url")
    const call = {
      method,
      headers,
      redirect: "error",
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : Buffer.from(body) }),
    } as const
    for (let tries = 1; ; tries++) {
      try {
        const response = await fetch(new URL(path, base), {
          ...call,
          signal: AbortSignal.timeout(TIMEOUT_MS),
        })
        const bytes = await readBody(response)
        const code = response.ok ? null : problemCode(bytes)
        return { status: response.status, bytes, code, retryAfterSeconds: retryAfterOf(response) }
      } catch (cause) {
        if (cause instanceof CliError) throw cause
        if (tries < TRIES && isCutOff(cause)) continue
        throw new CliError("service-unreachable", `no answer from ${base}`, { cause })
      }
    }
  }
  const ok = async (method: string, path: string, body?: Uint8Array | string): Promise<Uint8Array> => {
    const answer = await send(method, path, body)
    if (answer.code !== null)
      throw new CliError("service-refused", `${answer.code} (${answer.status} for ${path})`)
    return answer.bytes
  }
  return {
    origin: base,
    send,
    get: (path) => ok("GET", path),
    write: async (method, path, body) => {
      const bytes = await ok(method, path, body)
      return bytes.length === 0 ? null : (JSON.parse(new TextDecoder().decode(bytes)) as unknown)
    },
  }
}

function retryAfterOf({ headers }: Response): number | null {
  const text = headers.get("retry-after") ?? ""
  return /^[0-9]{1,4}$/.test(text) ? Number(text) : null
}

/** A connection that ended under a call, as one does that a server closes just when we use it again. */
function isCutOff(error: unknown): boolean {
  const code = error instanceof TypeError && error.cause instanceof Error && "code" in error.cause
  return code && CUT_OFF.has(String((error.cause as NodeJS.ErrnoException).code))
}

// Decoded bytes are counted as they come: a few kilobytes of gzip may stand for gigabytes.
async function readBody(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > MAX_ANSWER_BYTES)
      throw new CliError("service-refused", `an answer beyond ${MAX_ANSWER_BYTES} bytes`)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

function parseOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  const isLoopback = url !== null && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname)
  if (url === null || (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback))) {
    throw new CliError("option-invalid", "expected an https origin (http on loopback only)")
  }
  return url.origin
}

// A proxy in between, or a host that is not our service, answers something else than a problem document.
function problemCode(bytes: Uint8Array): string {
  const found = /"code":"([a-z0-9-]{1,64})"/.exec(new TextDecoder().decode(bytes.subarray(0, 4096)))
  return found?.[1] ?? "unreadable-answer"
}
