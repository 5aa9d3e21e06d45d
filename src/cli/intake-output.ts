// What `sotto intake` shows: to scripts the values as they are, to people lines that no record can disturb.
import { CATALOGUE } from "../protocol/catalogue/released.ts"
import { plainText } from "../protocol/credential/value-words.ts"
import { SottoError } from "../protocol/primitives/errors.ts"
import { CliError } from "./exit.ts"
import type { CaseRun } from "./intake-cases.ts"
import type { IntakeReport } from "./intake-read.ts"

/** A refusal: a closed code and, where there is one, a JSON path; never a value of the record. */
interface Refusal {
  readonly refused: string
  readonly path?: string
}

/** The refusal an error stands for, or null when it is a fault of the call or of the program. */
export function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof SottoError) || error instanceof CliError) return null
  const path = "path" in error && typeof error.path === "string" ? error.path : undefined
  return { refused: String(error.code), ...(path === undefined ? {} : { path }) }
}

/** One line for a person. */
export function formatRefusal({ refused, path }: Refusal): string {
  return path === undefined ? `refused: ${refused}` : `refused: ${refused} at ${plainText(path)}`
}

/** A listing for a person. */
export function formatReport({ format, signed, records, notices }: IntakeReport): string {
  const head = `${format}, ${signed ? "signature verified" : "unsigned"}, records: ${records.length}`
  const listed = records.map(({ schema, subject, attributes, path }) => {
    const definitions = CATALOGUE.findSchema(schema, subject)?.attributes ?? []
    const lines = Object.entries(attributes).map(([name, value]) => {
      const definition = definitions.find((candidate) => candidate.name === name)
      const type = [definition?.type ?? "", definition?.unit ?? ""].join(" ").trim()
      return `  ${name.padEnd(20)} ${plainText(String(value))}${type === "" ? "" : `  (${type})`}`
    })
    return [`${schema} (${subject}) at ${plainText(path)}`, ...lines].join("\n")
  })
  const noted = notices.map(({ code, path }) => `note: ${code} at ${plainText(path)}`)
  return [head, ...listed, ...(noted.length === 0 ? [] : [noted.join("\n")])].join("\n\n")
}

/** A table for a person. */
export function formatCases({ cases, totals }: CaseRun): string {
  const width = Math.max(...cases.map(({ name }) => plainText(name).length))
  const lines = cases.map(({ name, outcome, expected, agreed, deliberate }) => {
    const mark = agreed ? "agreed" : (deliberate ?? "DISAGREED")
    return `${plainText(name).padEnd(width)}  ${outcome.padEnd(20)}  ${expected.padEnd(26)}  ${mark}`
  })
  const { agreed, deliberate, disagreed } = totals
  const total = `cases ${totals.cases}, agreed ${agreed}, deliberate ${deliberate}, disagreed ${disagreed}`
  return [...lines, "", total].join("\n")
}
