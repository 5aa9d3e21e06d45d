import { describe, expect, it } from "vitest"
import { makeCatalogue } from "../../../src/protocol/catalogue/catalogue.ts"
import { CATALOGUE } from "../../../src/protocol/catalogue/released.ts"
import { attributeIndex } from "../../../src/protocol/credential/schema.ts"
import { compileClauses, compileStatement } from "../../../src/protocol/credential/slots.ts"
import type { StatementInput } from "../../../src/protocol/credential/statement-conditions.ts"
import { computeRemainders } from "../../../src/parties/wallet/narrow-question.ts"
import { bytesToHex } from "../../../src/protocol/primitives/bytes.ts"
import { sha256 } from "../../../src/protocol/primitives/hash.ts"
import { canonicalBytes } from "../../../src/protocol/wire/canonical-json.ts"
import { parseSchema, parseStatement, parseValueSet } from "../../../src/protocol/wire/statement.ts"
import type { Schema, Statement } from "../../../src/protocol/wire/statement.ts"
import { codeOf } from "../../support/code-of.ts"
import { EVERY_TYPE, where } from "../../support/every-type.ts"
import { usualParameters } from "../../support/statement-parameters.ts"
import { AS_OF, oneCredential } from "../../support/one-credential.ts"

const inputOf = (statement: Statement): StatementInput => {
  const schema = CATALOGUE.findSchema(statement.schema, statement.subject)
  if (schema === null) throw new Error("no schema")
  const parameters = usualParameters(statement)
  const valueSets = CATALOGUE.findValueSet
  return { statement, parameters, schema, valueSets, asOfUnixSeconds: AS_OF, zone: "Z" }
}
const compile = (statement: Statement) => compileStatement(inputOf(statement))
const clauseMasks = (clauses: bigint) => Array.from({ length: 6 }, (_, c) => (clauses >> BigInt(6 * c)) & 63n)

describe("the released catalogue", () => {
  it("holds documents that pass their own wire schemas unchanged", () => {
    for (const schema of CATALOGUE.schemas) expect(parseSchema(schema)).toEqual(schema)
    for (const statement of CATALOGUE.statements) expect(parseStatement(statement)).toEqual(statement)
    for (const valueSet of CATALOGUE.valueSets) expect(parseValueSet(valueSet)).toEqual(valueSet)
  })

  it("has the positions of immunization/1 that the specification names", () => {
    const schema = CATALOGUE.findSchema("immunization/1")
    expect(schema && [...attributeIndex(schema).keys()]).toEqual([
      ...[
        "disease",
        "vaccine",
        "prophylaxis",
        "manufacturer",
        "doseNumber",
        "seriesDoses",
        "dosesInRecord",
        "occurredOn",
      ],
      ...[
        "firstDoseOn",
        "country",
        "birthDate.first",
        "birthDate.last",
        "certificateId",
        "lot",
        "issuerName",
        "boundOn",
      ],
    ])
  })

  it("compiles every statement to one part of at most five slots and five clauses", () => {
    for (const statement of CATALOGUE.statements) {
      const [part, more] = compile(statement)
      expect(more).toBeUndefined()
      expect(part?.slots.length).toBeLessThanOrEqual(5)
      expect(new Set(clauseMasks(part?.clauses ?? 0n)).size).toBeLessThanOrEqual(5)
    }
  })

  it("asks nothing in its usual form that a holder would refuse as narrow", () => {
    for (const statement of CATALOGUE.statements) {
      const input = inputOf(statement)
      const remainders = computeRemainders(compileClauses(input), input.schema, (id) => input.valueSets(id))
      const narrow = remainders.filter(({ set, isNarrow }) => isNarrow(set)).map(({ subject }) => subject)
      expect([statement.id, narrow]).toEqual([statement.id, []])
    }
  })

  it("holds every statement and schema that the specification names", () => {
    const named = [
      ...[
        "insurance-eligibility/1",
        "vaccination-status/1",
        "licence-in-good-standing/1",
        "medicine-batch/1",
      ],
      ...["recent-negative-test/1", "vaccination-count/1", "insurance-dependant/1", "age-over/1"],
      ...["lab-14749-6-mmol-l-in-range/1", "lab-2823-3-mmol-l-in-range/1", "lab-14749-6-mmol-l-normal/1"],
      ...["vaccination-booster/1", "recovery-certificate/1", "insurance-cost-ceiling/1", "treatment-claim/1"],
      ...["licence-holder-enrolment/1", "vaccinated-enrolment/1"],
    ]
    for (const id of named) expect(CATALOGUE.findStatement(id)?.id).toBe(id)
    expect(CATALOGUE.findSchema("coverage/1", "ward")).not.toBeNull()
    expect(CATALOGUE.findSchema("lab-coded-2887-8/1")).not.toBeNull()
  })

  it("has one schema per LOINC code and unit, and neither a second code nor a second unit in it", () => {
    const numeric = CATALOGUE.schemas.filter(({ name }) => /^lab-[0-9]/.test(name))
    const observed = numeric.map(
      ({ observes, attributes }) => `${observes ?? ""} ${attributes[0]?.unit ?? ""}`,
    )
    expect(new Set(observed).size).toBe(numeric.length)
    for (const { attributes } of numeric) {
      expect(
        new Set(attributes.slice(0, 3).map(({ unit, scale }) => `${unit ?? ""} ${scale ?? ""}`)).size,
      ).toBe(1)
    }
  })

  it("finds by name, by id and by nothing else", () => {
    const [schema] = CATALOGUE.schemas
    if (schema === undefined) throw new Error("no schema")
    expect(CATALOGUE.findSchemaById(CATALOGUE.schemaIdOf(schema))).toBe(schema)
    expect(CATALOGUE.findSchema("licence/1", "ward")).toBeNull()
    expect(CATALOGUE.findStatement("vaccination-status/1")?.id).toBe("vaccination-status/1")
    expect(CATALOGUE.findStatement("toString")).toBeNull()
    expect(CATALOGUE.findValueSet("__proto__")).toBeNull()
  })

  it("names every document once with the digest of its canonical bytes", () => {
    const [statement] = CATALOGUE.statements
    if (statement === undefined) throw new Error("no statement")
    const item = CATALOGUE.items.find(({ type, id }) => type === "statement" && id === statement.id)
    expect(item?.sha256).toBe(bytesToHex(sha256(canonicalBytes(statement))))
    const { schemas, statements, valueSets } = CATALOGUE
    expect(CATALOGUE.items).toHaveLength(schemas.length + statements.length + valueSets.length)
    expect(new Set(CATALOGUE.items.map(({ type, id }) => `${type} ${id}`)).size).toBe(CATALOGUE.items.length)
  })
})

describe("another catalogue", () => {
  const documents = {
    schemas: CATALOGUE.schemas,
    statements: CATALOGUE.statements,
    valueSets: CATALOGUE.valueSets,
  }

  it("takes a new statement as one document, and a presentation of it, without new code", () => {
    const statement: Statement = {
      ...where({
        all: [{ field: "occurredOn", atLeast: { param: "since" } }, { not: { field: "country", eq: "x|y" } }],
      }),
      id: "vaccinated-abroad/1",
      schema: "immunization/1",
    }
    const catalogue = makeCatalogue({ ...documents, statements: [statement] })
    const attributes = {
      disease: "s|d",
      vaccine: "s|v",
      dosesInRecord: 1,
      occurredOn: "2022-09-05",
      boundOn: "2022-09-06",
      country: "urn:iso:std:iso:3166|AT",
    }
    const scene = oneCredential({ catalogue, statement, attributes, parameters: { since: "2022-01-01" } })
    expect(scene.input().expected).toHaveLength(125)
  })

  const withAttribute = (attribute: object): Schema => ({
    ...EVERY_TYPE,
    attributes: [{ name: "one", ...attribute } as Schema["attributes"][number]],
  })
  it.each([
    ["an int without bounds", { type: "int", minWidth: 1 }],
    ["a decimal without a scale", { type: "decimal", min: "0", max: "1", minWidth: "1" }],
    ["a decimal with numbers for bounds", { type: "decimal", scale: 1, min: 0, max: 1, minWidth: "1" }],
    ["bounds that are swapped", { type: "int", min: 2, max: 1, minWidth: 1 }],
    ["a date without a width", { type: "date" }],
    ["a date with a width that is open", { type: "date", minWidth: 1, open: true }],
    ["a code with bounds", { type: "code", min: 1, max: 2 }],
    ["a date with a unit", { type: "date", minWidth: 1, unit: "d" }],
    ["an optional open end", { type: "date", minWidth: 1, openEnd: true, optional: true }],
    ["two open ends", { type: "date", minWidth: 1, openEnd: true, openStart: true }],
    ["an int with codes", { type: "int", min: 1, max: 2, open: true, codes: "covid-19-vaccines/1" }],
  ])("refuses a schema with %s", (_, attribute) => {
    const schemas = [withAttribute(attribute)]
    expect(codeOf(() => makeCatalogue({ schemas, statements: [], valueSets: documents.valueSets }))).toBe(
      "schema-invalid",
    )
  })

  it("refuses seventeen positions, a name twice, two schemas of one name", () => {
    const dates = Array.from({ length: 9 }, (_, i) => ({
      name: `born${i}`,
      type: "partialDate" as const,
      minWidth: 1,
    }))
    const broken = [
      [{ ...EVERY_TYPE, attributes: dates }],
      [{ ...EVERY_TYPE, attributes: [...dates.slice(0, 1), ...dates.slice(0, 1)] }],
      [EVERY_TYPE, EVERY_TYPE],
    ]
    for (const schemas of broken) {
      expect(codeOf(() => makeCatalogue({ schemas, statements: [], valueSets: [] }))).toBe("schema-invalid")
    }
  })

  it("refuses codes and schemas that it does not hold", () => {
    expect(codeOf(() => makeCatalogue({ ...documents, statements: [], valueSets: [] }))).toBe(
      "value-set-unknown",
    )
    expect(codeOf(() => makeCatalogue({ ...documents, schemas: [] }))).toBe("schema-mismatch")
  })
})
