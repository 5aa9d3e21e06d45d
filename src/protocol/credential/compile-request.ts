// A request compiled from trusted documents: verifier, service and wallet come to the same parts or to the same refusal.
import { encodeFr } from "../primitives/field.ts"
import { MAX_PARTS } from "../wire/presentation.ts"
import type { RequestAlternative } from "../wire/presentation-request.ts"
import { StatementError } from "./credential-error.ts"
import type { CompiledPart } from "./parts.ts"
import { assertConsistent } from "./presentation-request.ts"
import type { UnsignedRequest } from "./presentation-request.ts"
import { compileStatement } from "./slots.ts"
import type { StatementSources } from "./sources.ts"
import type { StatementInput } from "./statement-conditions.ts"
import { NO_SET_ROOT } from "./value-set.ts"

/** A part with the root of its value set. */
export interface RequestPart extends CompiledPart {
  readonly setRoot: bigint
}

/** The parts of each alternative of each item. */
export type CompiledRequest = readonly (readonly (readonly RequestPart[])[])[]

/**
 * Checks a request against itself and the catalogue, and compiles every alternative.
 * @throws StatementError of the first fault; `request-inconsistent` for an unknown schema, a template under a foreign
 * schemaId, or a value set whose digest, root or size is not the catalogue's
 */
export function compileRequest(request: UnsignedRequest, sources: StatementSources): CompiledRequest {
  assertConsistent(request)
  const compiled = request.items.map(({ alternatives }) =>
    alternatives.map((alternative) => compile(request, alternative, sources)),
  )
  const most = compiled.reduce((sum, item) => sum + Math.max(...item.map((parts) => parts.length)), 0)
  if (most > MAX_PARTS)
    throw new StatementError("statement-too-wide", `statement-too-wide: ${most} parts in all`)
  return compiled
}

/**
 * The parts of one alternative. @throws RangeError for an index that does not exist, StatementError as `compileRequest`
 */
export function compileAlternative(
  request: UnsignedRequest,
  itemIndex: number,
  alternativeIndex: number,
  sources: StatementSources,
): readonly RequestPart[] {
  return compile(request, findAlternative(request, itemIndex, alternativeIndex), sources)
}

/** The alternative of an item. @throws RangeError when there is none */
export function findAlternative(
  request: UnsignedRequest,
  itemIndex: number,
  alternativeIndex: number,
): RequestAlternative {
  const alternative = request.items[itemIndex]?.alternatives[alternativeIndex]
  if (alternative === undefined)
    throw new RangeError(`no alternative ${alternativeIndex} of item ${itemIndex}`)
  return alternative
}

/** What compiling one alternative takes: the statement's interpreter and the guards take the same. */
export function statementInput(
  request: UnsignedRequest,
  alternative: RequestAlternative,
  sources: StatementSources,
): StatementInput {
  const { schemaId, statement, parameters } = alternative
  const schema = sources.findSchemaById(schemaId)
  if (schema === null) throw inconsistent(`schema ${statement.schema}`)
  const valueSets: StatementInput["valueSets"] = (id) => {
    const set = sources.findValueSet(id)
    if (set !== null && !isNamedIn(request, set)) throw inconsistent(`value set ${id}`)
    return set
  }
  return { statement, parameters, schema, valueSets, asOfUnixSeconds: request.asOf, zone: request.zone }
}

function compile(request: UnsignedRequest, alternative: RequestAlternative, sources: StatementSources) {
  return compileStatement(statementInput(request, alternative, sources)).map((part): RequestPart => {
    const set = part.valueSetId === null ? null : sources.findValueSet(part.valueSetId)
    return { ...part, setRoot: set === null ? NO_SET_ROOT : set.root }
  })
}

function isNamedIn(
  { valueSets }: UnsignedRequest,
  set: {
    readonly id: string
    readonly digest: string
    readonly root: bigint
    readonly members: readonly bigint[]
  },
): boolean {
  const named = Object.hasOwn(valueSets, set.id) ? valueSets[set.id] : undefined
  if (named === undefined) return false
  return named.digest === set.digest && named.root === encodeFr(set.root) && named.size === set.members.length
}

function inconsistent(what: string): StatementError {
  return new StatementError("request-inconsistent", `request-inconsistent: ${what}`)
}
