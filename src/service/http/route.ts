// A route is a value: what mounts it reads who may call it, how large its body may be and how it is repeated.
import { canonicalBytes } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import type { Contract } from "./contract.ts"
import type { Topic } from "./streams.ts"

/** What an API key may be for. */
export type Role = "issuer" | "verifier" | "registry" | "organizer" | "auditor"
/** What an API key may do. */
type Scope =
  "status:write" | "request:write" | "request:read" | "registry:write" | "election:write" | "audit:read"

/** Who is calling: the holder of a valid API key. */
export interface Principal {
  readonly keyId: string
  readonly role: Role
  /** The issuer or verifier id that the key speaks for. */
  readonly subject: string
}

/** The Idempotency-Key of a write, ready to be stored: never the header itself. */
export interface IdempotencyKey {
  readonly key: Uint8Array
  readonly bodySha256: Uint8Array
}

/** One call, checked as far as its route's value says. */
export interface Call {
  readonly params: Readonly<Record<string, string | undefined>>
  /** Segments of the wildcard `*path`, when the route has one. */
  readonly wildcard: readonly string[]
  /** Path as it came over the wire, before decoding. */
  readonly rawPath: string
  readonly query: Readonly<Record<string, string | undefined>>
  /** Attacker-controlled bytes, bounded; empty where the route takes no body. */
  readonly body: Uint8Array
  readonly accept: string
  /** Null for anybody. */
  readonly principal: Principal | null
  /** Null unless the route wants a key. */
  readonly idempotency: IdempotencyKey | null
  /** The Idempotency-Key as it was sent, for routes whose message is its own key; null when none was. */
  readonly idempotencyHeader: string | null
  /** Names the caller within this process only: principal, or a keyed hash of the address. */
  readonly clientKey: string
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal
}

/** How long an answer may be kept by others. */
export type Freshness = "no-store" | "second" | "minute" | "immutable"

/** An answer in bytes, a file that is served with ranges, or a stream of what happens. */
export interface Answer {
  readonly status: number
  readonly body: Uint8Array | { readonly file: string } | { readonly topic: Topic }
  readonly mediaType: string
  readonly freshness: Freshness
  /** True when it repeats the answer of an earlier call with the same Idempotency-Key. */
  readonly replayed?: boolean
  readonly location?: string
  /** Worth compressing for those who accept gzip. */
  readonly compressible?: boolean
  /** The policy of a page of ours in place of that of data, under which nothing runs. */
  readonly policy?: "docs"
}

/** One route. */
export interface Route {
  readonly method: "get" | "post" | "put" | "patch" | "delete"
  /** Express path; wildcards are named `*path`. */
  readonly path: string
  /** `anyone` takes no header that names a caller; else the role and scope that a key must have. */
  readonly who: "anyone" | { readonly role: Role; readonly scope: Scope }
  /** `key`: Idempotency-Key required; `natural`: repeating changes nothing; `read`. */
  readonly idempotency: "key" | "natural" | "read"
  /** Largest body in bytes after decompression; 0 where there is none. */
  readonly maxBodyBytes: number
  /** Names that the query string may have, each once; none by default. */
  readonly query?: readonly string[]
  /** What callers may rely on: published as OpenAPI, and held against every answer in tests. */
  readonly contract: Contract
  readonly handle: (call: Call) => Promise<Answer>
  /** Rebuilds the answer that `ref` stands for, byte for byte; wherever `idempotency` is `key`. */
  readonly replay?: (ref: string, call: Call) => Promise<Answer>
}

/** An answer in JSON. */
export function jsonAnswer(
  value: Json,
  { status = 200, freshness = "no-store", ...rest }: Partial<Omit<Answer, "body" | "mediaType">> = {},
): Answer {
  return { status, freshness, mediaType: "application/json", body: canonicalBytes(value), ...rest }
}

/** JSON bytes that are kept as they were signed or anchored. */
export function documentAnswer(bytes: Uint8Array, freshness: Freshness): Answer {
  return { status: 200, freshness, mediaType: "application/json", body: bytes }
}

/** An answer without content. */
export const EMPTY_ANSWER: Answer = {
  status: 204,
  freshness: "no-store",
  mediaType: "application/json",
  body: new Uint8Array(0),
}
