// W3: the wallet compiles the request itself, out of documents that the ledger anchors and never out of the request.
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import { sha256 } from "../../protocol/primitives/hash.ts"
import { makeCatalogue } from "../../protocol/catalogue/catalogue.ts"
import type { Catalogue } from "../../protocol/catalogue/catalogue.ts"
import { compileRequest } from "../../protocol/credential/compile-request.ts"
import type { CompiledRequest } from "../../protocol/credential/compile-request.ts"
import { CredentialError, StatementError } from "../../protocol/credential/credential-error.ts"
import { canonicalBytes, parseStrictJson } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import type { PresentationRequest } from "../../protocol/wire/presentation-request.ts"
import { parseSchema, parseValueSet } from "../../protocol/wire/statement.ts"
import { acceptAnchored } from "./accept-anchored.ts"
import type { WalletReader } from "./accept-anchored.ts"
import { refused } from "./refusal.ts"
import type { Refused } from "./refusal.ts"
import type { CatalogueItemType } from "./source.ts"

/** What a request means, by anchored documents. */
export interface RequestMeaning {
  readonly ok: true
  readonly catalogue: Catalogue
  readonly compiled: CompiledRequest
}

/** Compiles a request out of an anchored catalogue. @throws StatementError, CredentialError */
export type Compile = (request: PresentationRequest, catalogue: Catalogue) => CompiledRequest

/** Bounds of a catalogue document: a value set of 4,096 long codes. */
const LIMITS = { maxBytes: 4 * 1024 * 1024, maxDepth: 24 }
/** Most documents read for one request: eight items of four alternatives, their schemas and sets. */
const MAX_ITEMS = 128

/**
 * Fetches what the request names, in one order for everybody, and compiles it.
 * @param boundData - what this wallet asked to have bound; 0 unless it did
 * @param compile - checks the request against itself on the way
 */
export async function checkMeaning(
  request: PresentationRequest,
  reader: WalletReader,
  boundData: Fr,
  compile: Compile = compileRequest,
): Promise<RequestMeaning | Refused> {
  if (request.boundData !== "0" && request.boundData !== boundData) return inconsistent("bound data")
  const anchored = openAnchoredItems(reader)
  try {
    const alternatives = request.items.flatMap((item) => item.alternatives)
    for (const { statement } of alternatives) await anchored.assertSame("statement", statement.id, statement)
    const schemaIds = alternatives.map(({ statement }) => `${statement.schema}/${statement.subject}`)
    const schemas = []
    for (const id of ascending(schemaIds)) schemas.push(parseSchema(await anchored.read("schema", id)))
    const codes = schemas.flatMap(({ attributes }) =>
      attributes.flatMap((attribute) => attribute.codes ?? []),
    )
    const valueSets = []
    for (const id of ascending([...Object.keys(request.valueSets), ...codes])) {
      valueSets.push(parseValueSet(await anchored.read("value-set", id)))
    }
    const catalogue = makeCatalogue({ schemas, statements: [], valueSets })
    return { ok: true, catalogue, compiled: compile(request, catalogue) }
  } catch (error) {
    if (error instanceof NotAnchored) return refused(error.reason, [error.item])
    if (error instanceof StatementError && error.code === "scope-epoch-mismatch") return refused(error.code)
    const isInconsistent = [StatementError, CredentialError, ProtocolError].some(
      (kind) => error instanceof kind,
    )
    if (isInconsistent) return inconsistent((error as Error).message)
    throw error
  }
}

/** Thrown inside this file only: an item that the ledger does not anchor as it stands. */
class NotAnchored extends Error {
  readonly reason: "request-inconsistent" | "log-inconsistent"
  readonly item: string

  constructor(reason: NotAnchored["reason"], item: string) {
    super(`${item} is not anchored`)
    this.reason = reason
    this.item = item
  }
}

function openAnchoredItems(reader: WalletReader) {
  let count = 0
  const read = async (type: CatalogueItemType, id: string): Promise<Json> => {
    const name = `${type} ${id}`
    if (++count > MAX_ITEMS) throw new NotAnchored("request-inconsistent", name)
    const item = await reader.source.getCatalogueItem(type, id)
    const entry = await acceptAnchored(item?.receipt ?? null, reader)
    if (!entry.ok && entry.reason === "log-inconsistent") throw new NotAnchored(entry.reason, name)
    if (item === null || !entry.ok) throw new NotAnchored("request-inconsistent", name)
    const document = parseStrictJson(item.document, LIMITS)
    const { value } = entry
    const isTheItem = value.kind === "catalogue-item" && value.type === type && value.id === id
    if (!isTheItem || value.sha256 !== sha256Of(document)) throw new NotAnchored("request-inconsistent", name)
    return document
  }
  return {
    read,
    assertSame: async (type: CatalogueItemType, id: string, given: Json): Promise<void> => {
      if (sha256Of(await read(type, id)) !== sha256Of(given)) {
        throw new NotAnchored("request-inconsistent", `${type} ${id}`)
      }
    },
  }
}

const sha256Of = (document: Json): string => bytesToHex(sha256(canonicalBytes(document)))

const ascending = (ids: readonly string[]): readonly string[] => [...new Set(ids)].sort()

function inconsistent(what: string): Refused {
  return refused("request-inconsistent", [what])
}
