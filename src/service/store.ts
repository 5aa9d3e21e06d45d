// What the service keeps beside the ledger. Documents are stored as the canonical bytes that were parsed and verified
// at the door; the store never interprets them. Every write that belongs to a ledger entry goes through
// `Ledger.admit` as a side row instead, so that it commits in the same transaction as its leaf.

/** A party that may call keyed routes; the secret itself is never stored. */
export interface ClientRow {
  readonly keyId: string // 16 hexadecimal digits, the public half of the API key
  readonly secretSha256: Uint8Array // of 256 random bits, so one hash is enough
  readonly role: "issuer" | "verifier" | "registry" | "organizer" | "auditor"
  readonly subject: string // the issuer id or verifier id the key speaks for
  readonly scopes: readonly string[]
  readonly createdAtUnixSeconds: number
  readonly revokedAtUnixSeconds: number | null
}

/** A signed presentation request as sent to wallets. */
export interface RequestRow {
  readonly id: string
  readonly verifierId: string
  readonly body: Uint8Array
  readonly state: "open" | "satisfied" | "expired"
  readonly createdAtUnixSeconds: number
  readonly expiresAtUnixSeconds: number
}

/** An accepted answer, kept for the verifier until retention ends; the erased form keeps only its place in the log. */
export interface PresentationRow {
  readonly requestId: string
  readonly entryIndex: number
  readonly salt: Uint8Array | null
  readonly opening: Uint8Array | null
  readonly evidence: Uint8Array | null
  readonly retainUntilUnixSeconds: number
}

/** The remembered answer of a write, found again by its Idempotency-Key. */
export interface IdempotencyRow {
  readonly key: Uint8Array // SHA-256 of (principal, route, header value)
  readonly bodySha256: Uint8Array
  readonly status: number
  readonly ref: string // what rebuilds the answer: an id, or "<index>/<size>" for ledger routes
  readonly expiresAtUnixSeconds: number
}

/** One issuer entry of a registry: a signing key and who answers for it. */
export interface IssuerRow {
  readonly registry: string
  readonly id: string
  readonly keyX: string // canonical decimal; UNIQUE within a registry: one key, one entry
  readonly body: Uint8Array
  readonly state: "active" | "ended"
}

/** The newest status list of one leaf; `number` only rises. */
export interface StatusListRow {
  readonly registry: string
  readonly issuerId: string
  readonly schemaId: string
  readonly leafIndex: number // 0..4095, fixed once given
  readonly number: number
  readonly signedAtUnixSeconds: number
  readonly urgent: boolean
  readonly body: Uint8Array
}

/** A published epoch: its signed ledger entry and where the bundle lies. */
export interface RegistryEpochRow {
  readonly registry: string
  readonly number: number
  readonly root: string
  readonly bundleSha256: Uint8Array
  readonly entryIndex: number
  readonly notBeforeUnixSeconds: number
  readonly urgent: boolean
}

/** A verifier directory record and the entry that anchors it. */
export interface VerifierRow {
  readonly id: string
  readonly body: Uint8Array
  readonly entryIndex: number
  readonly state: "active" | "ended"
}

/** Everything resolves only when durable; a lookup that finds nothing answers null. */
export interface ServiceStore {
  insertClient: (row: ClientRow) => Promise<void>
  findClient: (keyId: string) => Promise<ClientRow | null>
  listClients: () => Promise<readonly ClientRow[]>
  /** False when no such key exists. */
  revokeClient: (keyId: string, atUnixSeconds: number) => Promise<boolean>

  /** Stores the request and its idempotency record in one transaction. */
  insertRequest: (row: RequestRow, idempotency: IdempotencyRow) => Promise<void>
  findRequest: (id: string) => Promise<RequestRow | null>
  /** A verifier's own requests (null: of all verifiers, enrolments apart), newest first, at most `limit`, created before the request `beforeId` if given. */
  listRequests: (
    verifierId: string | null,
    limit: number,
    beforeId: string | null,
  ) => Promise<readonly RequestRow[]>
  findPresentation: (requestId: string) => Promise<PresentationRow | null>
  findIdempotency: (key: Uint8Array) => Promise<IdempotencyRow | null>

  /** Both rows or neither; false when the id or the key exists already in the registry. */
  insertIssuer: (row: IssuerRow, idempotency: IdempotencyRow) => Promise<boolean>
  listIssuers: (registry: string) => Promise<readonly IssuerRow[]>
  endIssuer: (registry: string, id: string) => Promise<boolean>
  /** Keeps the list if its number is above the stored one; false otherwise. A new leaf gets the lowest free index. */
  putStatusList: (row: Omit<StatusListRow, "leafIndex">) => Promise<boolean>
  listStatusLists: (registry: string) => Promise<readonly StatusListRow[]>

  listRegistryEpochs: (registry: string, fromNumber: number) => Promise<readonly RegistryEpochRow[]>
  newestRegistryEpoch: (registry: string) => Promise<RegistryEpochRow | null>

  findVerifier: (id: string) => Promise<VerifierRow | null>
  listVerifiers: () => Promise<readonly VerifierRow[]>

  putBlob: (sha256: Uint8Array, mediaType: string, bytes: Uint8Array) => Promise<void>
  findBlob: (sha256: Uint8Array) => Promise<Uint8Array | null>

  /** Erases evidence, openings, idempotency records and requests whose time is over; returns rows touched. */
  eraseExpired: (nowUnixSeconds: number) => Promise<number>
}
