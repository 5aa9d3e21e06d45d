// Registries: epochs and bundles for everybody, lists from issuers, entries from the registry's operator.
import { isListSuccessor } from "../../protocol/credential/issuer-registry.ts"
import { verifyStatusList } from "../../protocol/credential/status-list.ts"
import { parseVerifierKey } from "../../protocol/primitives/note-key.ts"
import { canonicalBytes } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { parseStatusList } from "../../protocol/wire/credential.ts"
import type { StatusList } from "../../protocol/wire/credential.ts"
import { SMALL_BODY_BYTES, STATUS_LIST_BODY_BYTES } from "../http/limits.ts"
import { Problem } from "../http/problem.ts"
import { jsonAnswer } from "../http/route.ts"
import type { Answer, Call, Route } from "../http/route.ts"
import type { RegistryEpochRow } from "../store.ts"
import { idempotencyRow } from "./idempotency-row.ts"
import { readEpochOrder, readIssuer, readIssuerEnd } from "./issuer-record.ts"
import type { IssuerRecord } from "./issuer-record.ts"
import { publishedEpochs } from "./published-epochs.ts"
import type { RegistryPublisher } from "./registry-publisher.ts"
import * as contracts from "./contracts/registry.ts"
import type { RouteDeps } from "./route-deps.ts"

const REGISTRY = { role: "registry", scope: "registry:write" } as const
const ISSUER = { role: "issuer", scope: "status:write" } as const
/** A list may be dated this far ahead of our clock, seconds. */
const CLOCK_SKEW_SECONDS = 300

/** The routes of `/v1/registries`. */
export function registryRoutes(deps: RouteDeps): readonly Route[] {
  return [...registryReads(deps), ...registryWrites(deps)]
}

const BASE = "/v1/registries/:registry"

function registryReads(deps: RouteDeps): readonly Route[] {
  const read = { method: "get", who: "anyone", idempotency: "read", maxBodyBytes: 0 } as const
  return [
    {
      ...read,
      path: "/v1/registries",
      contract: contracts.listRegistries,
      handle: () => listRegistries(deps),
    },
    {
      ...read,
      path: `${BASE}/epochs/:number`,
      contract: contracts.readEpoch,
      handle: (call) => readEpoch(deps, call),
    },
    {
      ...read,
      path: `${BASE}/epochs/:number/bundle`,
      contract: contracts.readBundle,
      handle: (call) => readBundle(deps, call),
    },
  ]
}

function registryWrites(deps: RouteDeps): readonly Route[] {
  return [
    {
      method: "put",
      path: `${BASE}/issuers/:issuer/schemas/:schema/status`,
      who: ISSUER,
      contract: contracts.putStatusList,
      idempotency: "natural",
      maxBodyBytes: STATUS_LIST_BODY_BYTES,
      query: ["urgent"],
      handle: (call) => putStatusList(deps, call),
    },
    {
      method: "post",
      path: `${BASE}/issuers`,
      contract: contracts.postIssuer,
      who: REGISTRY,
      idempotency: "key",
      maxBodyBytes: SMALL_BODY_BYTES,
      handle: (call) => postIssuer(deps, call),
      replay: (ref, call) => Promise.resolve(issuerAnswer(readIssuer(call.body), ref)),
    },
    {
      method: "patch",
      path: `${BASE}/issuers/:issuer`,
      contract: contracts.endIssuer,
      who: REGISTRY,
      idempotency: "natural",
      maxBodyBytes: SMALL_BODY_BYTES,
      handle: (call) => endIssuer(deps, call),
    },
    {
      method: "post",
      path: `${BASE}/epochs`,
      contract: contracts.postEpoch,
      who: REGISTRY,
      idempotency: "key",
      maxBodyBytes: SMALL_BODY_BYTES,
      handle: (call) => postEpoch(deps, call),
      replay: (ref, call) => epochAnswer(deps, ownRegistryOf(deps, call), ref),
    },
  ]
}

async function listRegistries(deps: RouteDeps): Promise<Answer> {
  const known = []
  for (const [id, { keyText }] of deps.registries) {
    const [newest] = await publishedEpochs(deps, id)
    known.push({ id, key: keyText, newest: newest?.number })
  }
  return jsonAnswer({ registries: known }, { freshness: "minute" })
}

async function readEpoch(deps: RouteDeps, call: Call): Promise<Answer> {
  const row = await findEpoch(deps, call)
  const receipt = await deps.ledger.receipt(deps.ledgerOrigin, row.entryIndex)
  if (receipt === null) throw new Problem("not-found")
  const freshness = call.params["number"] === "latest" ? "minute" : "immutable"
  return jsonAnswer({ number: row.number, receipt: receipt as unknown as Json }, { freshness })
}

async function readBundle(deps: RouteDeps, call: Call): Promise<Answer> {
  const row = await findEpoch(deps, call)
  const bytes = await deps.store.findBlob(row.bundleSha256)
  if (bytes === null) throw new Problem("not-found")
  const freshness = call.params["number"] === "latest" ? "minute" : "immutable"
  return { status: 200, body: bytes, mediaType: "application/json", freshness, compressible: true }
}

async function findEpoch(deps: RouteDeps, call: Call): Promise<RegistryEpochRow> {
  const { registry } = registryOf(deps, call)
  const wanted = call.params["number"] ?? ""
  if (wanted === "latest") return (await publishedEpochs(deps, registry))[0] ?? missing()
  if (!/^[1-9][0-9]{0,14}$/.test(wanted)) throw new Problem("not-found")
  const [row] = await deps.store.listRegistryEpochs(registry, Number(wanted))
  return row?.number === Number(wanted) ? row : missing()
}

async function putStatusList(deps: RouteDeps, call: Call): Promise<Answer> {
  const { store, now } = deps
  const registry = registryOf(deps, call)
  const issuerId = call.params["issuer"] ?? ""
  if (call.principal?.subject !== issuerId) throw new Problem("not-found") // a foreign issuer is not confirmed to exist
  const list = parseStatusList(call.body)
  const isNamed = list.registry === registry.registry && list.issuer === issuerId
  if (!isNamed || list.schemaId !== call.params["schema"]) {
    throw new Problem("registry-inconsistent", { detail: "the list is for another place" })
  }
  const record = await findIssuer(deps, registry.registry, issuerId)
  const operationsKey = parseVerifierKey(record.issuer.operationsKey)
  const verdict = verifyStatusList(list, operationsKey, registry.knownList(list))
  if (!verdict.ok) {
    throw new Problem(verdict.reason === "signature-invalid" ? "signature-refused" : "registry-inconsistent")
  }
  if (!record.schemas.includes(list.schemaId)) {
    throw new Problem("registry-inconsistent", {
      detail: "the registry does not list the issuer for this schema",
    })
  }
  if (list.signedAt > now() + CLOCK_SKEW_SECONDS) {
    throw new Problem("registry-inconsistent", { detail: "the list is dated in the future" })
  }
  const urgent = readUrgent(call)
  await keepList(deps, list, call.body, urgent)
  registry.rememberList(list, verdict.value)
  if (!urgent) {
    const newest = await store.newestRegistryEpoch(registry.registry)
    return jsonAnswer({ epoch: (newest?.number ?? 0) + 1 }, { status: 202 })
  }
  const published = await registry.publish({ urgent })
  if (published.outcome !== "published")
    throw new TypeError("a publication without a key is never a repetition")
  return jsonAnswer({ epoch: published.number }, { status: 202 })
}

async function keepList(
  { store }: RouteDeps,
  list: StatusList,
  body: Uint8Array,
  urgent: boolean,
): Promise<void> {
  const { registry, issuer: issuerId, schemaId, number, signedAt: signedAtUnixSeconds } = list
  const stored = (await store.listStatusLists(registry)).find(
    (row) => row.issuerId === issuerId && row.schemaId === schemaId,
  )
  const previous = stored === undefined ? null : parseStatusList(stored.body)
  if (previous !== null && !isListSuccessor(list, previous)) {
    throw new Problem("registry-inconsistent", { detail: `list ${previous.number} stands in the way` })
  }
  if (previous?.number === number) return // repeated: the stored one says the same
  const row = { registry, issuerId, schemaId, number, signedAtUnixSeconds, urgent, body }
  if (!(await store.putStatusList(row)))
    throw new Problem("registry-inconsistent", { detail: "a newer list is kept" })
}

async function postIssuer(deps: RouteDeps, call: Call): Promise<Answer> {
  const { registry } = ownRegistryOf(deps, call)
  const record = readIssuer(call.body)
  const { id, key } = record.issuer
  const row = {
    registry,
    id,
    keyX: key[0],
    body: canonicalBytes(record as unknown as Json),
    state: "active" as const,
  }
  const isNew = await deps.store.insertIssuer(row, idempotencyRow(deps, call.idempotency, 201, id))
  if (!isNew) throw new Problem("leaf-duplicate", { detail: "the id or the key has an entry already" })
  return issuerAnswer(record, id)
}

function issuerAnswer(record: IssuerRecord, id: string): Answer {
  return jsonAnswer({ id, schemas: record.schemas }, { status: 201 })
}

async function endIssuer(deps: RouteDeps, call: Call): Promise<Answer> {
  const { registry } = ownRegistryOf(deps, call)
  readIssuerEnd(call.body)
  const id = call.params["issuer"] ?? ""
  if (!(await deps.store.endIssuer(registry, id))) throw new Problem("not-found")
  return jsonAnswer({ id, state: "ended" })
}

async function postEpoch(deps: RouteDeps, call: Call): Promise<Answer> {
  const registry = ownRegistryOf(deps, call)
  const published = await registry.publish({
    urgent: readEpochOrder(call.body),
    sideRows: (number) => [
      { row: "idempotency", ...idempotencyRow(deps, call.idempotency, 202, String(number)) },
    ],
  })
  if (published.outcome === "replayed") {
    return { ...(await epochAnswer(deps, registry, published.ref)), replayed: true }
  }
  return epochAnswer(deps, registry, String(published.number))
}

/** The answer to a publication. @param ref - the epoch's number */
async function epochAnswer({ store }: RouteDeps, registry: RegistryPublisher, ref: string): Promise<Answer> {
  const [row] = await store.listRegistryEpochs(registry.registry, Number(ref))
  const { number, root } = row ?? missing()
  return jsonAnswer({ epoch: number, root }, { status: 202 })
}

async function findIssuer({ store }: RouteDeps, registry: string, id: string): Promise<IssuerRecord> {
  const rows = await store.listIssuers(registry)
  const row = rows.find((issuer) => issuer.id === id && issuer.state === "active")
  return row === undefined ? missing() : readIssuer(row.body)
}

function readUrgent({ query }: Call): boolean {
  const text = query["urgent"] ?? "false"
  if (text !== "true" && text !== "false")
    throw new Problem("malformed-request", { detail: "urgent is true or false" })
  return text === "true"
}

function registryOf({ registries }: RouteDeps, { params }: Call): RegistryPublisher {
  const registry = registries.get(params["registry"] ?? "")
  if (registry === undefined) throw new Problem("registry-unknown")
  return registry
}

/** The registry that the caller's key is for: who decides about one has no say in another. */
function ownRegistryOf(deps: RouteDeps, call: Call): RegistryPublisher {
  const registry = registryOf(deps, call)
  if (call.principal?.subject !== registry.registry) throw new Problem("scope-missing")
  return registry
}

function missing(): never {
  throw new Problem("not-found")
}
