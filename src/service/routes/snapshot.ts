// What our own records say about a request right now: plain reads, so that most refusals cost no pairing.
import { onceNullifiers } from "../../parties/verifier/check-request.ts"
import type { KnownEpoch, RequestSnapshot } from "../../parties/verifier/request-snapshot.ts"
import { CATALOGUE } from "../../protocol/catalogue/released.ts"
import { schemaName } from "../../protocol/credential/schema.ts"
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import { sha256 } from "../../protocol/primitives/hash.ts"
import { canonicalBytes } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import type { Presentation } from "../../protocol/wire/presentation.ts"
import type { PresentationRequest } from "../../protocol/wire/presentation-request.ts"
import type { RequestRow } from "../store.ts"
import { publishedEpochs } from "./published-epochs.ts"
import type { RouteDeps } from "./route-deps.ts"

type SnapshotDeps = Pick<RouteDeps, "store" | "ledger" | "ledgerOrigin" | "circuit">

/** Reads the snapshot for one answer. @param request - parsed from `row.body` */
export async function readSnapshot(
  deps: SnapshotDeps,
  row: RequestRow,
  request: PresentationRequest,
  presentation: Presentation,
): Promise<RequestSnapshot> {
  const registries: Record<string, readonly KnownEpoch[]> = {}
  for (const id of Object.keys(request.registries)) registries[id] = await publishedEpochs(deps, id)
  const spent = []
  for (const nullifier of onceNullifiers(presentation, request)) {
    if ((await deps.ledger.findClaim(deps.ledgerOrigin, ["spent", nullifier])) !== null) spent.push(nullifier)
  }
  return {
    state: row.state,
    circuitVkey: deps.circuit.vkey,
    isCatalogueCurrent: await isCatalogueCurrent(deps, request),
    registries,
    spent,
  }
}

/** V8: every schema, template and value set of the request is anchored by these very bytes, and none is withdrawn. */
export async function isCatalogueCurrent(
  { ledger, ledgerOrigin }: Pick<SnapshotDeps, "ledger" | "ledgerOrigin">,
  { items, valueSets }: Pick<PresentationRequest, "items" | "valueSets">,
): Promise<boolean> {
  const used = new Map<string, readonly [type: string, id: string, sha256: string]>()
  for (const { schemaId, statement } of items.flatMap(({ alternatives }) => alternatives)) {
    const schema = CATALOGUE.findSchemaById(schemaId)
    if (schema === null) return false
    used.set(schemaId, ["schema", `${schemaName(schema)}/${schema.subject}`, digest(schema)])
    used.set(statement.id, ["statement", statement.id, digest(statement)])
  }
  for (const [id, { digest: named }] of Object.entries(valueSets)) {
    used.set(id, ["value-set", id, named.slice("sha256:".length)])
  }
  for (const item of used.values()) {
    if ((await ledger.findClaim(ledgerOrigin, ["item", ...item])) === null) return false
    if ((await ledger.findClaim(ledgerOrigin, ["withdrawn", ...item])) !== null) return false
  }
  return true
}

const digest = (document: Json): string => bytesToHex(sha256(canonicalBytes(document)))
