// API keys: sotto_<keyId>_<secret>, the secret 256 random bits, stored as one SHA-256 and compared in constant time.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"
import { Problem } from "./problem.ts"
import type { Principal, Role, Route } from "./route.ts"

/** What is known of a key; the store's row fits. */
export interface KnownClient {
  readonly keyId: string
  readonly secretSha256: Uint8Array
  readonly role: Role
  readonly subject: string
  readonly scopes: readonly string[]
  readonly revokedAtUnixSeconds: number | null
}

/** A principal with its scopes. */
export interface Authenticated extends Principal {
  readonly scopes: readonly string[]
}

const API_KEY = /^Bearer sotto_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/
/** Compared against when no such key exists, so that the time says nothing about which keys do. */
const NOBODY = randomBytes(32)

/** A fresh API key: the text is shown once, the rest is stored. */
export function createApiKey(): {
  readonly text: string
  readonly keyId: string
  readonly secretSha256: Uint8Array
} {
  const keyId = randomBytes(8).toString("hex")
  const secret = randomBytes(32).toString("base64url")
  return { text: `sotto_${keyId}_${secret}`, keyId, secretSha256: secretHash(secret) }
}

/**
 * Whose key the header holds; null without a header.
 * @param header - attacker-controlled
 * @throws Problem `unauthenticated` for anything but a key that exists and is not revoked
 */
export async function authenticate(
  header: string | undefined,
  findClient: (keyId: string) => Promise<KnownClient | null>,
): Promise<Authenticated | null> {
  if (header === undefined) return null
  const [, keyId, secret] = API_KEY.exec(header) ?? []
  if (keyId === undefined || secret === undefined) throw new Problem("unauthenticated")
  const client = await findClient(keyId)
  const isSecret = timingSafeEqual(secretHash(secret), client?.secretSha256 ?? NOBODY)
  if (client === null || !isSecret || client.revokedAtUnixSeconds !== null)
    throw new Problem("unauthenticated")
  const { role, subject, scopes } = client
  return { keyId, role, subject, scopes }
}

/**
 * The principal that a route may see: none on a route for anyone, else one with its role and scope.
 * @throws Problem `unauthenticated`, `scope-missing`
 */
export function authorize(route: Pick<Route, "who">, client: Authenticated | null): Principal | null {
  if (route.who === "anyone") return null
  if (client === null) throw new Problem("unauthenticated")
  if (client.role !== route.who.role || !client.scopes.includes(route.who.scope))
    throw new Problem("scope-missing")
  const { keyId, role, subject } = client
  return { keyId, role, subject }
}

function secretHash(secret: string): Uint8Array {
  return createHash("sha256").update(secret).digest()
}
