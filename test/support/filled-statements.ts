// Every released statement with parameters of an ordinary question, so that a guard or a sentence can be checked for all.
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import type { StatementInput } from "../../src/protocol/credential/statement-conditions.ts"
import type { Parameters, Schema, Statement } from "../../src/protocol/wire/statement.ts"

/** 2026-11-20T12:00:00Z */
const NOON = 1_795_176_000

const PLAN = "https://acme.example/plan"

const PARAMETERS: Parameters = {
  on: "2026-11-20",
  plans: [`${PLAN}|11461128`, `${PLAN}|11461130`, `${PLAN}|11461142`],
  deductible: "8000.00",
  ceiling: "8000.00",
  bornBy: "today-P18Y",
  disease: "http://snomed.info/sct|6142004",
  doses: 2,
  from: "today-P90D",
  to: "today",
  since: "today-P90D",
  services: [`${PLAN}/service|dental-filling`],
  professions: ["http://snomed.info/sct|309343006"],
  jurisdictions: ["urn:iso:std:iso:3166|AT", "urn:iso:std:iso:3166|DE"],
  products: ["urn:gs1:gtin|04012345678901"],
  suspects: ["urn:gs1:batch|04012345678901/B7731"],
  results: ["http://snomed.info/sct|260415000"],
}

/** What compiling a released statement takes. @param given - parameters that replace the ordinary ones */
export function filledStatement(statement: Statement, given: Parameters = {}): StatementInput {
  const schema = CATALOGUE.findSchema(statement.schema, statement.subject)
  if (schema === null) throw new Error(`no schema ${statement.schema}`)
  const all = { ...PARAMETERS, ...narrowestRange(schema), ...given }
  const named = [...new Set(parametersOf(statement.where))].map((name) => {
    if (all[name] === undefined) throw new Error(`no ordinary value for the parameter ${name}`)
    return [name, all[name]] as const
  })
  return {
    statement,
    parameters: Object.fromEntries(named),
    schema,
    valueSets: (id) => CATALOGUE.findValueSet(id),
    asOfUnixSeconds: NOON,
    zone: "Z",
  }
}

// As narrow as the schema allows.
function narrowestRange({ attributes }: Schema): Parameters {
  const width = attributes.find(({ name }) => name === "value")?.minWidth
  return width === undefined ? {} : { low: "0", high: String(width) }
}

function parametersOf(part: unknown): readonly string[] {
  if (typeof part !== "object" || part === null) return []
  if ("param" in part && typeof part.param === "string") return [part.param]
  return Object.values(part).flatMap(parametersOf)
}
