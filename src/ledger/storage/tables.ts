// The schema as kysely sees it. Owned by the migrations; columns are explained in the contracts they serve.
import type { Generated } from "kysely"

interface LogTable {
  id: number
  origin: string
  kind: string
  size: number
  root: Uint8Array
  state: string
  policy: string
}
interface EntryTable {
  log_id: number
  idx: number
  kind: string
  body: Uint8Array
}
interface TileTable {
  log_id: number
  level: number
  n: number
  hashes: Uint8Array
}
interface CheckpointTable {
  log_id: number
  size: number
  root: Uint8Array
  signature: Uint8Array
}
interface CosignatureTable {
  log_id: number
  size: number
  name: string
  key_id: Uint8Array
  time: number
  signature: Uint8Array
}
interface ClaimTable {
  log_id: number
  key: Uint8Array
  entry_index: number | null
}
interface PresentationRequestTable {
  id: string
  verifier_id: string
  body: Uint8Array
  state: string
  created_at: number
  expires_at: number
}
interface PresentationTable {
  entry_index: number
  request_id: string
  salt: Uint8Array | null
  opening: Uint8Array | null
  evidence: Uint8Array | null
  retain_until: number
}
interface IdempotencyTable {
  key: Uint8Array
  body_sha256: Uint8Array
  status: number
  ref: string
  expires_at: number
}
interface BlobTable {
  sha256: Uint8Array
  media_type: string
  bytes: Uint8Array
  erase_after: Generated<number | null>
}
interface ClientTable {
  key_id: string
  secret_sha256: Uint8Array
  role: string
  subject: string
  scopes: string // JSON array of strings
  created_at: number
  revoked_at: number | null
}
interface IssuerTable {
  registry: string
  id: string
  key_x: string
  body: Uint8Array
  state: string
}
interface StatusListTable {
  registry: string
  issuer_id: string
  schema_id: string
  leaf_index: number
  number: number
  signed_at: number
  urgent: number
  body: Uint8Array
}
interface RegistryEpochTable {
  registry: string
  number: number
  root: string
  bundle_sha256: Uint8Array
  entry_index: number
  not_before: number
  urgent: number
}
interface VerifierTable {
  id: string
  body: Uint8Array
  entry_index: number
  state: string
}
interface CensusTable {
  id: string
  plan: Uint8Array
  state: string
  document: Uint8Array | null
  frozen_at: number | null
  leaves: number // that count
  total_weight: number
  replacements: number
}
interface CensusLeafTable {
  census_id: string
  slot: Uint8Array // 32 bytes
  leaf: Uint8Array // i32: bytewise order is that of the integers
  commitment: Uint8Array // i32
  weight: number
  evidence: Uint8Array
  state: string
  enrolled_day: number
}
interface EnrolmentTable {
  request_id: string
  census_id: string
  commitment: Uint8Array // i32
  created_at: number
}
interface ElectionTable {
  ceremony_id: string
  origin: string
  election_id: string | null
  definition_sha256: Uint8Array | null
  census_id: string | null
}
interface LeaseTable {
  name: string
  holder: string
  expires_at: number
}

/** Every table of the database. */
export interface Tables {
  log: LogTable
  entry: EntryTable
  tile: TileTable
  checkpoint: CheckpointTable
  cosignature: CosignatureTable
  claim: ClaimTable
  presentation_request: PresentationRequestTable
  presentation: PresentationTable
  idempotency: IdempotencyTable
  blob: BlobTable
  client: ClientTable
  issuer: IssuerTable
  status_list: StatusListTable
  registry_epoch: RegistryEpochTable
  verifier: VerifierTable
  census: CensusTable
  census_leaf: CensusLeafTable
  enrolment: EnrolmentTable
  election: ElectionTable
  lease: LeaseTable
  schema_version: { version: number }
}
