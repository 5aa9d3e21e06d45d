// Compiled codes are hashes. Their texts stand in the statement, its parameters and its value sets; what they mean stands
// in the wallet's own labels, and what does not stand there is said to be unknown.
import { encodeCode } from "./attribute.ts"
import type { Labels } from "./labels.ts"
import type { StatementInput } from "./statement-conditions.ts"
import { quoteText, sayList } from "./value-words.ts"

/** Says codes by their field values. */
export interface CodeWords {
  /** One or several codes of an attribute: known ones by name, unknown ones quoted, system by system. */
  readonly say: (values: readonly bigint[]) => string
  /** Each `system|code` by itself. */
  readonly sayEach: (codes: readonly string[]) => readonly string[]
}

/** The words for every code that a statement can name. */
export function makeCodeWords(
  { statement, parameters, valueSets }: StatementInput,
  labels: Labels,
): CodeWords {
  const written = [...textsIn(statement.where), ...textsIn(parameters)].filter(isCode)
  const inSets = setsIn(statement.where).flatMap((id) => valueSets(id)?.codes ?? [])
  const texts = new Map([...written, ...inSets].map((text) => [encodeCode(text), text]))
  const sayAll = (codes: readonly string[]): readonly string[] => {
    const known = codes.flatMap((code) => labels.code(code) ?? [])
    const unknown = codes.filter((code) => labels.code(code) === null)
    const systems = [...new Set(unknown.map(systemOf))]
    const quoted = systems.map((system) =>
      sayUnknown(
        system,
        unknown.filter((code) => systemOf(code) === system),
      ),
    )
    return [...known, ...quoted]
  }
  return {
    say: (values) => {
      const codes = values.flatMap((value) => texts.get(value) ?? []).sort()
      return codes.length === values.length ? sayList(sayAll(codes), "or") : "a code that is not spelled out"
    },
    sayEach: (codes) => codes.flatMap((code) => sayAll([code])),
  }
}

function sayUnknown(system: string, codes: readonly string[]): string {
  const quoted = sayList(
    codes.map((code) => quoteText(code.slice(code.indexOf("|") + 1))),
    "or",
  )
  return `the code${codes.length === 1 ? "" : "s"} ${quoted} of ${quoteText(system)} (unknown to this wallet)`
}

const systemOf = (code: string): string => code.slice(0, code.indexOf("|"))

const isCode = (text: string): boolean => /^[^|]+\|[^|]+$/.test(text) && text.isWellFormed()

function textsIn(part: unknown): readonly string[] {
  if (typeof part === "string") return [part]
  return typeof part === "object" && part !== null ? Object.values(part).flatMap(textsIn) : []
}

function setsIn(part: unknown): readonly string[] {
  if (typeof part !== "object" || part === null) return []
  const own = "valueSet" in part && typeof part.valueSet === "string" ? [part.valueSet] : []
  return [...own, ...Object.values(part).flatMap(setsIn)]
}
