// Schemas, statements and value sets as anchored: document and receipt, the same bytes for ever.
import { CATALOGUE } from "../../protocol/catalogue/released.ts"
import type { CatalogueItem } from "../../protocol/catalogue/catalogue.ts"
import { schemaName } from "../../protocol/credential/schema.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { Problem } from "../http/problem.ts"
import { jsonAnswer } from "../http/route.ts"
import type { Answer, Route } from "../http/route.ts"
import * as contracts from "./contracts/catalogue.ts"
import type { RouteDeps } from "./route-deps.ts"

const SECTIONS: readonly (readonly [path: string, type: CatalogueItem["type"]])[] = [
  ["/v1/schemas", "schema"],
  ["/v1/statements", "statement"],
  ["/v1/value-sets", "value-set"],
]

/** `/v1/schemas`, `/v1/statements`, `/v1/value-sets`; an id has a slash and may come encoded or as segments. */
export function catalogueRoutes(deps: RouteDeps): readonly Route[] {
  const read = { method: "get", who: "anyone", idempotency: "read", maxBodyBytes: 0 } as const
  return SECTIONS.flatMap(([path, type]): Route[] => [
    { ...read, path, contract: contracts.listItems(type), handle: () => Promise.resolve(listItems(type)) },
    {
      ...read,
      path: `${path}/*path`,
      contract: contracts.readItem(type),
      handle: (call) => readItem(deps, type, call.wildcard.join("/")),
    },
  ])
}

function listItems(type: CatalogueItem["type"]): Answer {
  const items = CATALOGUE.items.filter((item) => item.type === type)
  return jsonAnswer({ items: items.map(({ id, sha256 }) => ({ id, sha256 })) }, { freshness: "minute" })
}

async function readItem(
  { ledger, ledgerOrigin }: RouteDeps,
  type: CatalogueItem["type"],
  wanted: string,
): Promise<Answer> {
  const { document, id } = findDocument(type, wanted)
  const item = CATALOGUE.items.find((known) => known.type === type && known.id === id)
  if (document === null || item === undefined) throw new Problem("not-found")
  const claim = [item.type, item.id, item.sha256] as const
  if ((await ledger.findClaim(ledgerOrigin, ["withdrawn", ...claim])) !== null)
    throw new Problem("statement-withdrawn")
  const index = (await ledger.findClaim(ledgerOrigin, ["item", ...claim]))?.index ?? null
  const receipt = index === null ? null : await ledger.receipt(ledgerOrigin, index)
  if (receipt === null) throw new Problem("not-found")
  return jsonAnswer({ document, receipt: receipt as unknown as Json }, { freshness: "minute" })
}

/** A schema is named `name/version`, its own records being meant, or `name/version/subject`. */
function findDocument(type: CatalogueItem["type"], wanted: string): { document: Json | null; id: string } {
  if (type === "statement") return { document: CATALOGUE.findStatement(wanted), id: wanted }
  if (type === "value-set") {
    return { document: CATALOGUE.valueSets.find(({ id }) => id === wanted) ?? null, id: wanted }
  }
  const subject = wanted.endsWith("/ward") ? "ward" : "self"
  const schema = CATALOGUE.findSchema(wanted.replace(/\/(?:self|ward)$/, ""), subject)
  return { document: schema, id: schema === null ? wanted : `${schemaName(schema)}/${schema.subject}` }
}
