// A strict reader of the issuer's own documents: every member by name, nothing missing, nothing beside.
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { IssuerError } from "./issuer-error.ts"
import type { IssuerErrorCode } from "./issuer-error.ts"

/** Readers of one object's members; each throws the document's code with the member's name, never its content. */
export interface Members {
  readonly json: (member: string) => Json
  readonly text: (member: string) => string
  /** A safe integer, 0 or more. */
  readonly count: (member: string) => number
  readonly list: <T>(member: string, read: (entry: Json) => T) => readonly T[]
}

/**
 * The members of an object.
 * @param value - strictly parsed JSON
 * @param names - each must be there, unless it ends in a question mark, and no other
 * @throws IssuerError `code`
 */
export function readMembers(value: Json, code: IssuerErrorCode, names: readonly string[]): Members {
  const fault = (message: string): IssuerError => new IssuerError(code, message)
  if (typeof value !== "object" || Array.isArray(value)) throw fault("expected an object")
  const members = new Map(Object.entries(value as Readonly<Record<string, Json>>))
  const known = names.map((name) => name.replace("?", ""))
  if ([...members.keys()].some((key) => !known.includes(key))) throw fault("an unknown member")
  const missing = names.find((name) => !name.endsWith("?") && !members.has(name))
  if (missing !== undefined) throw fault(`${missing} is missing`)
  const typed = <T extends Json>(member: string, is: (found: Json) => found is T): T => {
    const found = members.get(member)
    if (found === undefined || !is(found)) throw fault(`${member} has the wrong type`)
    return found
  }
  return {
    json: (member) => typed(member, (found): found is Json => true),
    text: (member) => typed(member, (found) => typeof found === "string"),
    count: (member) => {
      const found = typed(member, (candidate) => typeof candidate === "number")
      if (found < 0) throw fault(`${member} is negative`)
      return found
    },
    list: (member, read) =>
      typed(member, (found): found is readonly Json[] => Array.isArray(found)).map(read),
  }
}
