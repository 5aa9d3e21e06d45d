// Idempotency-Key, draft-ietf-httpapi-idempotency-key-header-07: the same write twice is one write with one answer.
import { createHash } from "node:crypto"
import { Problem } from "./problem.ts"
import type { Answer, Call, IdempotencyKey, Principal, Route } from "./route.ts"

/** How long an answer is remembered, in seconds. */
export const IDEMPOTENCY_SECONDS = 24 * 3600

/** A remembered answer; the store's row fits. */
export interface RememberedAnswer {
  readonly bodySha256: Uint8Array
  readonly ref: string
  readonly expiresAtUnixSeconds: number
}

const HEADER = /^[A-Za-z0-9_-]{22,64}$/ // 22 base64url characters hold 128 bits

/**
 * The stored form of a key: SHA-256 over who, where and what, so keys of two callers never meet.
 * @param header - attacker-controlled
 * @throws Problem `idempotency-key-missing`, `idempotency-key-malformed`
 */
export function readIdempotencyKey(
  header: string | undefined,
  route: Pick<Route, "method" | "path">,
  principal: Principal | null,
  body: Uint8Array,
): IdempotencyKey {
  if (header === undefined || header === "") throw new Problem("idempotency-key-missing")
  if (!HEADER.test(header)) throw new Problem("idempotency-key-malformed")
  const scope = [principal?.keyId ?? "anyone", `${route.method} ${route.path}`, header].join("\n")
  return { key: sha256(scope), bodySha256: sha256(body) }
}

/** Runs keyed writes so that one key is served once at a time and answered once for ever (24 h). */
export class IdempotentWrites {
  readonly #running = new Set<string>()
  readonly #find: (key: Uint8Array) => Promise<RememberedAnswer | null>
  readonly #now: () => number

  constructor(find: (key: Uint8Array) => Promise<RememberedAnswer | null>, now: () => number) {
    this.#find = find
    this.#now = now
  }

  /** @throws Problem `idempotency-in-progress`, `idempotency-key-reused`, and what the route throws */
  async run(route: Route, call: Call): Promise<Answer> {
    if (call.idempotency === null || route.replay === undefined) return route.handle(call)
    const name = Buffer.from(call.idempotency.key).toString("hex")
    if (this.#running.has(name)) throw new Problem("idempotency-in-progress", { retryAfterSeconds: 1 })
    this.#running.add(name)
    try {
      const remembered = await this.#find(call.idempotency.key)
      if (remembered === null || remembered.expiresAtUnixSeconds <= this.#now())
        return await route.handle(call)
      if (Buffer.compare(remembered.bodySha256, call.idempotency.bodySha256) !== 0) {
        throw new Problem("idempotency-key-reused")
      }
      return { ...(await route.replay(remembered.ref, call)), replayed: true }
    } finally {
      this.#running.delete(name)
    }
  }
}

function sha256(data: Uint8Array | string): Uint8Array {
  return createHash("sha256").update(data).digest()
}
