// The directory of verifiers: who may ask, under which key, anchored so that a change cannot be shown to one wallet only.
import type { Ledger } from "../../ledger/log/ledger.ts"
import { signBody } from "../../protocol/log/signed-entry.ts"
import { bytesToHex, equalBytes } from "../../protocol/primitives/bytes.ts"
import { sha256 } from "../../protocol/primitives/hash.ts"
import { encodeVerifierKey } from "../../protocol/primitives/note-key.ts"
import type { SigningKey } from "../../protocol/primitives/note-key.ts"
import { canonicalBytes, parseStrictJson } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { parseVerifierRecord } from "../../protocol/wire/presentation-request.ts"
import type { VerifierRecord } from "../../protocol/wire/presentation-request.ts"
import { SMALL_BODY_BYTES } from "../http/limits.ts"
import { Problem } from "../http/problem.ts"
import { jsonAnswer } from "../http/route.ts"
import type { Answer, Call, Route } from "../http/route.ts"
import type { ServiceStore, VerifierRow } from "../store.ts"
import * as contracts from "./contracts/catalogue.ts"
import type { RouteDeps } from "./route-deps.ts"

/** `/v1/verifiers`: records with the receipts of the entries that carry their digests. */
export function verifierRoutes(deps: RouteDeps): readonly Route[] {
  const read = { method: "get", who: "anyone", idempotency: "read", maxBodyBytes: 0 } as const
  return [
    { ...read, path: "/v1/verifiers", contract: contracts.listVerifiers, handle: () => listVerifiers(deps) },
    {
      ...read,
      path: "/v1/verifiers/:id",
      contract: contracts.readVerifier,
      handle: (call) => readVerifier(deps, call),
    },
  ]
}

/** What registering takes: the log, and the key that the record names and that signs its entry. */
export interface RegistrarDeps {
  readonly store: Pick<ServiceStore, "findVerifier" | "listVerifiers">
  readonly ledger: Ledger
  readonly ledgerOrigin: string
  readonly requestKey: SigningKey
}

/**
 * Anchors a directory record, signed with the key it names: possession of that key is shown by the entry itself.
 * Repeating it changes nothing; a record that was replaced cannot return, since its entry stands in the log already.
 * @returns the index of the entry
 * @throws ProtocolError `malformed-request`, LedgerError, Problem with the ledger's reason; `pool-not-allowed` when a
 * record counts in a pool of that name by another rule
 */
export async function registerVerifier(
  { store, ledger, ledgerOrigin, requestKey }: RegistrarDeps,
  verifier: Pick<VerifierRecord, "id" | "name" | "origin" | "pools">,
): Promise<number> {
  const key = encodeVerifierKey(requestKey)
  const record = parseVerifierRecord({ ...verifier, key })
  await requireOneRule(store, record)
  const body = canonicalBytes(record)
  const { id } = verifier
  const entry = signBody(
    "verifier-record",
    { id, recordSha256: bytesToHex(sha256(body)), key, state: "active" },
    requestKey,
  )
  const admission = await ledger.admit(ledgerOrigin, {
    entry,
    sideRows: [{ row: "verifier", id, body, state: "active" }],
  })
  if (!admission.ok) throw new Problem(admission.reason)
  if (admission.outcome === "committed") return admission.index
  const kept = await store.findVerifier(id)
  const isUnchanged = kept !== null && equalBytes(kept.body, body)
  if (admission.outcome === "existing" && isUnchanged) return admission.index
  throw new Problem("phase-refused", { detail: "the directory has replaced this very record before" })
}

// Two rules under one name would be two scopes: an entitlement could be used once under each. That holds for a pool of
// one member as well, so its own record counts.
async function requireOneRule(store: RegistrarDeps["store"], { pools = [] }: VerifierRecord): Promise<void> {
  const active = (await store.listVerifiers()).filter((row) => row.state === "active")
  const known = active.flatMap((row) => verifierOf(row).pools ?? [])
  const other = pools.find((pool) =>
    known.some(
      ({ name, mode, period }) => name === pool.name && (mode !== pool.mode || period !== pool.period),
    ),
  )
  if (other === undefined) return
  throw new Problem("pool-not-allowed", { detail: `the pool ${other.name} has another mode or period` })
}

/** The record of a directory row. */
export function verifierOf(row: VerifierRow): VerifierRecord {
  return parseVerifierRecord(parseStrictJson(row.body, { maxBytes: SMALL_BODY_BYTES }))
}

async function listVerifiers(deps: RouteDeps): Promise<Answer> {
  const rows = (await deps.store.listVerifiers()).filter(({ state }) => state === "active")
  return jsonAnswer({ verifiers: rows.map((row) => verifierOf(row)) }, { freshness: "minute" })
}

async function readVerifier({ store, ledger, ledgerOrigin }: RouteDeps, { params }: Call): Promise<Answer> {
  const row = await store.findVerifier(params["id"] ?? "")
  if (row?.state !== "active") throw new Problem("not-found")
  const receipt = await ledger.receipt(ledgerOrigin, row.entryIndex)
  if (receipt === null) throw new Problem("not-found")
  return jsonAnswer(
    { document: verifierOf(row), receipt: receipt as unknown as Json },
    { freshness: "minute" },
  )
}
