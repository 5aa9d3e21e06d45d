import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { CATALOGUE } from "../../../src/protocol/catalogue/released.ts"
import { prepareValueSet } from "../../../src/protocol/credential/value-set.ts"
import { compileClauses } from "../../../src/protocol/credential/slots.ts"
import {
  complement,
  contains,
  countOf,
  decodeSet,
  encodeSet,
  intersect,
  points,
  range,
  union,
} from "../../../src/parties/wallet/intervals.ts"
import type { IntegerSet } from "../../../src/parties/wallet/intervals.ts"
import { computeRemainders } from "../../../src/parties/wallet/narrow-question.ts"
import type { FindValueSet } from "../../../src/parties/wallet/narrow-question.ts"
import type { Parameters, Schema, Statement, Where } from "../../../src/protocol/wire/statement.ts"
import { filledStatement } from "../../support/filled-statements.ts"
import { makeValueSet, NOW, SCHEMA, STATEMENT } from "../../support/wallet-world.ts"

const SETS = new Map(
  [3, 2, 72].map((count) => [`set-${count}/1`, prepareValueSet(makeValueSet(`set-${count}/1`, count))]),
)
const findValueSet: FindValueSet = (id) => SETS.get(id) ?? null

function narrow(where: Where, schema: Schema = SCHEMA): readonly string[] {
  const input = {
    statement: { ...STATEMENT, where },
    parameters: {},
    schema,
    valueSets: findValueSet,
    asOfUnixSeconds: NOW,
    zone: "Z",
  }
  return computeRemainders(compileClauses(input), schema, findValueSet)
    .filter(({ set, isNarrow }) => isNarrow(set))
    .map(({ subject }) => subject)
}

const IDENTIFIED: Schema = {
  ...SCHEMA,
  attributes: [{ name: "certificateId", type: "code", identifies: true, optional: true }],
}

const within = (days: number): Where => ({
  field: "occurredOn",
  between: ["2026-08-01", `2026-08-${String(days).padStart(2, "0")}`],
})
const UNIT = "urn:test|IU"

describe("a narrow question", () => {
  test("is an interval below the attribute's width: of one day, of six, not of seven", () => {
    expect(narrow({ field: "occurredOn", eq: "2026-08-17" })).toEqual(["occurredOn"])
    expect(narrow(within(6))).toEqual(["occurredOn"])
    expect(narrow(within(7))).toEqual([])
  })

  test("is any list of what identifies a record, however it is padded, and never that it is none of some", () => {
    const ask = (where: Where) => narrow(where, IDENTIFIED)
    const field = "certificateId"
    const ids = Array.from({ length: 16 }, (_, i) => `urn:id|${i}`)
    expect(ask({ field, in: ids })).toEqual([field])
    expect(ask({ field, eq: "urn:id|1" })).toEqual([field])
    expect(ask({ field, in: { valueSet: "set-72/1" } })).toEqual([field])
    expect(ask({ not: { field, in: ids } })).toEqual([])
    expect(ask({ field, present: true })).toEqual([])
  })

  test("is two one-sided bounds that meet, in two clauses or one behind the other in ORs", () => {
    const lo = { field: "occurredOn", atLeast: "2026-08-01" }
    const hi = { field: "occurredOn", atMost: "2026-08-03" }
    const other = { field: "doseNumber", atLeast: 1 }
    expect(narrow({ all: [lo, hi] })).toEqual(["occurredOn"])
    expect(narrow({ all: [{ any: [lo, other] }, { any: [hi, other] }] })).toContain("occurredOn")
  })

  test("is not made wide by an alternative on another attribute, but is by one on the same", () => {
    const day = { field: "occurredOn", eq: "2026-08-17" }
    expect(narrow({ any: [day, { field: "lot", present: true }] })).toEqual(["occurredOn"])
    expect(narrow({ any: [day, { field: "occurredOn", atMost: "2026-01-01" }] })).toEqual([])
  })

  test("is a list of one or two codes, of the same code twice, or of a small value set; three are enough", () => {
    expect(narrow({ field: "vaccine", in: ["urn:cvx|1"] })).toEqual(["vaccine"])
    expect(narrow({ field: "vaccine", in: ["urn:cvx|1", "urn:cvx|2", "urn:cvx|2"] })).toEqual(["vaccine"])
    expect(narrow({ field: "vaccine", in: ["urn:cvx|1", "urn:cvx|2", "urn:cvx|3"] })).toEqual([])
    expect(narrow({ field: "vaccine", in: { valueSet: "set-2/1" } })).toEqual(["vaccine"])
    expect(narrow({ field: "vaccine", in: { valueSet: "set-72/1" } })).toEqual([])
  })

  test("is a list padded with codes that the attribute's own set does not know", () => {
    const attributes = SCHEMA.attributes.map((attribute) =>
      attribute.name === "vaccine" ? { ...attribute, codes: "set-72/1" } : attribute,
    )
    const schema = { ...SCHEMA, attributes }
    const unknown = Array.from({ length: 15 }, (_, i) => `urn:made-up|${i}`)
    expect(narrow({ field: "vaccine", in: ["urn:set|0001", ...unknown] }, schema)).toEqual(["vaccine"])
    expect(
      narrow({ field: "vaccine", in: ["urn:set|0001", "urn:set|0002", "urn:set|0003"] }, schema),
    ).toEqual([])
  })

  test("leaves a code that is only excluded wide, and an excluded rest narrow", () => {
    expect(narrow({ not: { field: "vaccine", in: ["urn:cvx|1"] } })).toEqual([])
    const attributes = SCHEMA.attributes.map((attribute) =>
      attribute.name === "vaccine" ? { ...attribute, codes: "set-3/1" } : attribute,
    )
    expect(narrow({ not: { field: "vaccine", in: ["urn:set|0001"] } }, { ...SCHEMA, attributes })).toEqual([
      "vaccine",
    ])
  })

  test("is a decimal interval below its width in its own unit, whatever the scale", () => {
    const between = (lo: string, hi: string): Where => ({ field: "titre", between: [lo, hi], unit: UNIT })
    expect(narrow(between("100", "104.99"))).toEqual(["titre"])
    expect(narrow(between("100", "105"))).toEqual([])
    expect(narrow({ field: "titre", atLeast: "995.01", unit: UNIT })).toEqual(["titre"])
    expect(narrow({ field: "titre", atLeast: "995", unit: UNIT })).toEqual([])
  })

  test("takes first and last possible day of a partial date together", () => {
    const year: Where = { field: "birthDate", between: ["1971-01-01", "1971-12-30"] }
    expect(narrow(year)).toEqual(["birthDate"])
    expect(narrow({ field: "birthDate", atMost: "today-P18Y" })).toEqual([])
  })

  test("is sameAs on ordered fields, and a difference pinned from both sides in either order", () => {
    expect(narrow({ field: "doseNumber", sameAs: "seriesDoses" })).toEqual(["doseNumber - seriesDoses"])
    const atLeast: Where = { field: "doseNumber", atLeast: { field: "seriesDoses" } }
    expect(narrow(atLeast)).toEqual([])
    const mirrored: Where = { field: "seriesDoses", atLeast: { field: "doseNumber" } }
    expect(narrow({ all: [atLeast, mirrored] })).toEqual(["doseNumber - seriesDoses"])
  })

  test("is a claim that a closed attribute is missing, and not that it is there", () => {
    expect(narrow({ field: "doseNumber", present: false })).toEqual(["doseNumber"])
    expect(narrow({ field: "doseNumber", present: true })).toEqual([])
  })

  test("is never about an open attribute", () => {
    expect(narrow({ field: "disease", eq: "http://snomed.info/sct|840539006" })).toEqual([])
  })
})

describe("what is left of an attribute", () => {
  const certain = (where: Where): readonly string[] => {
    const statement = { ...STATEMENT, where }
    const input = {
      ...{ statement, parameters: {}, schema: SCHEMA, valueSets: findValueSet },
      ...{ asOfUnixSeconds: NOW, zone: "Z" },
    }
    return computeRemainders(compileClauses(input), SCHEMA, findValueSet)
      .filter(({ isCertain }) => isCertain)
      .map(({ subject }) => subject)
  }

  test("is certain unless another attribute could have made a clause true", () => {
    const [day, dose] = [within(20), { field: "doseNumber", atLeast: 2 }]
    expect(certain({ all: [day, dose] })).toEqual(["doseNumber", "occurredOn"])
    expect(certain({ all: [day, { any: [dose, { field: "lot", present: true }] }] })).toEqual(["occurredOn"])
    expect(certain({ all: [day, { any: [day, dose] }] })).toEqual(["occurredOn"]) // the wider clause says nothing
    expect(certain({ any: [within(20), { field: "occurredOn", atMost: "2026-01-01" }] })).toEqual([
      "occurredOn",
    ])
  })

  test("is never certain of a date that may be incomplete: it can lie in two sets that have no day in common", () => {
    expect(certain({ field: "birthDate", atMost: "2000-01-01" })).toEqual([])
    expect(certain({ field: "birthDate.first", atMost: "1971-01-15" })).toEqual([])
    expect(certain({ field: "birthDate.last", atLeast: "1971-12-01" })).toEqual([])
  })
})

describe("sets of integers", () => {
  const small = fc
    .array(fc.tuple(fc.bigInt({ min: 0n, max: 40n }), fc.bigInt({ min: 0n, max: 40n })), { maxLength: 5 })
    .map((pairs) => union(pairs.map(([a, b]) => (a < b ? range(a, b) : range(b, a)))))
  const all = Array.from({ length: 41 }, (_, i) => BigInt(i))
  const members = (set: IntegerSet): bigint[] => all.filter((value) => contains(set, value))

  test("agree with plain sets on union, intersection, complement and count", () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(members(union([a, b]))).toEqual(all.filter((v) => contains(a, v) || contains(b, v)))
        expect(members(intersect(a, b))).toEqual(all.filter((v) => contains(a, v) && contains(b, v)))
        expect(members(complement(a, { lo: 0n, hi: 40n }))).toEqual(all.filter((v) => !contains(a, v)))
        expect(countOf(a)).toBe(BigInt(members(a).length))
        expect(points(members(a))).toEqual(a)
        expect(decodeSet(encodeSet(a))).toEqual(a)
      }),
    )
  })
})

describe("the shipped catalogue", () => {
  const narrowOf = (statement: Statement, parameters: Parameters = {}): readonly string[] => {
    const input = filledStatement(statement, parameters)
    return computeRemainders(compileClauses(input), input.schema, input.valueSets)
      .filter(({ set, isNarrow }) => isNarrow(set))
      .map(({ subject }) => subject)
  }

  test.each(CATALOGUE.statements.map((statement) => [statement.id, statement] as const))(
    "asks nothing narrow with %s and ordinary parameters",
    (_id, statement) => {
      expect(narrowOf(statement)).toEqual([])
    },
  )

  test("refuses a laboratory range a step below its width", () => {
    const statement = CATALOGUE.findStatement("lab-2823-3-mmol-l-in-range/1")
    if (statement === null) throw new Error("no statement")
    expect(narrowOf(statement, { low: "3.50", high: "3.99" })).toEqual(["value"])
    expect(narrowOf(statement, { low: "3.50", high: "4.00" })).toEqual([])
  })
})
