// A template's parameters: every name is given a value and every value has a name, or nothing is compiled.
import type { Parameters, StatementValue, Where } from "../wire/statement.ts"
import { StatementError } from "./credential-error.ts"

/** A value with no parameter left in it. */
export type Literal = string | number

/**
 * Checks that the template names exactly the parameters that are given.
 * @throws StatementError `parameters-mismatch`
 */
export function assertParameters(where: Where, parameters: Parameters): void {
  const named = new Set(namedIn(where))
  const given = Object.keys(parameters)
  if (given.length !== named.size || !given.every((name) => named.has(name))) throw mismatch()
}

/** The literal that stands for a value. @throws StatementError `parameters-mismatch` for a list where one value belongs */
export function readValue(value: StatementValue, parameters: Parameters): Literal {
  if (typeof value !== "object") return value
  const given = Object.hasOwn(parameters, value.param) ? parameters[value.param] : undefined
  if (given === undefined || typeof given === "object") throw mismatch()
  return given
}

/** The literals of a list. @throws StatementError `parameters-mismatch` for one value where a list belongs */
export function readValues(
  list: readonly StatementValue[] | { readonly param: string },
  parameters: Parameters,
): readonly Literal[] {
  if (!("param" in list)) return list.map((value) => readValue(value, parameters))
  const given = Object.hasOwn(parameters, list.param) ? parameters[list.param] : undefined
  if (typeof given !== "object") throw mismatch()
  return given
}

function namedIn(part: unknown): string[] {
  if (typeof part !== "object" || part === null) return []
  if ("param" in part && typeof part.param === "string") return [part.param]
  return Object.values(part).flatMap(namedIn)
}

function mismatch(): StatementError {
  return new StatementError("parameters-mismatch", "the parameters are not those of the statement")
}
