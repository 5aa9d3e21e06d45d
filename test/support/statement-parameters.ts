// Values for the parameters of the released statements, such as a verifier would give.
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import type { Parameters, Statement } from "../../src/protocol/wire/statement.ts"

const USUAL: Readonly<Record<string, Parameters[string]>> = {
  on: "today",
  plans: ["https://acme.example/plan|11461128", "https://acme.example/plan|2", "https://acme.example/plan|3"],
  deductible: "8000.00",
  ceiling: "12000.00",
  bornBy: "today-P18Y",
  disease: "http://snomed.info/sct|14189004",
  doses: 2,
  from: "today-P270D",
  to: "today-P14D",
  professions: ["http://snomed.info/sct|309343006"],
  jurisdictions: ["urn:iso:std:iso:3166|AT", "urn:iso:std:iso:3166|DE"],
  products: ["urn:gs1:gtin|04012345678901"],
  suspects: ["urn:gs1:batch|04012345678901/B7731"],
  services: ["http://www.ama-assn.org/go/cpt|D0120", "http://www.ama-assn.org/go/cpt|D1110"],
  since: "today-P90D",
  low: "0",
  results: ["http://snomed.info/sct|260385009"],
}

/** Parameters that compile a released statement. */
export function usualParameters(statement: Statement): Parameters {
  const names = [...JSON.stringify(statement.where).matchAll(/\{"param":"([A-Za-z]+)"\}/g)].map(
    ([, name]) => name ?? "",
  )
  const attributes = CATALOGUE.findSchema(statement.schema, statement.subject)?.attributes
  const high = attributes?.find(({ name }) => name === "value")?.max ?? "0" // every analyte has its own scale of values
  return Object.fromEntries(names.map((name) => [name, { ...USUAL, high }[name] ?? name]))
}
