import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { CATALOGUE } from "../../../src/protocol/catalogue/released.ts"
import { LABELS } from "../../../src/protocol/catalogue/labels.ts"
import { encodeCode } from "../../../src/protocol/credential/attribute.ts"
import type { Labels } from "../../../src/protocol/credential/labels.ts"
import { schemaName } from "../../../src/protocol/credential/schema.ts"
import { evaluateStatement } from "../../../src/protocol/credential/statement.ts"
import { plainText, sayNumber } from "../../../src/protocol/credential/value-words.ts"
import { describeStatement } from "../../../src/protocol/credential/words.ts"
import type { Statement, Where } from "../../../src/protocol/wire/statement.ts"
import { EVERY_TYPE, MMOL } from "../../support/every-type.ts"
import { filledStatement } from "../../support/filled-statements.ts"
import { inputOf, LONG_SET } from "../../support/made-statements.ts"

const NONE: Labels = { attribute: () => null, code: () => null, unit: () => null }
/** Names as they stand, so that a sentence shows its shape. */
const PLAIN: Labels = {
  attribute: (_schema, name) => name,
  code: (code) => code,
  unit: (unit) => unit.split("|")[1] ?? null,
}

const prove = (condition: Where, labels = PLAIN) =>
  describeStatement(inputOf(condition), labels).willProve.join("; ")
const statementOf = (id: string): Statement => {
  const statement = CATALOGUE.findStatement(id)
  if (statement === null) throw new Error(`no statement ${id}`)
  return statement
}
const say = (id: string, parameters = {}) =>
  describeStatement(filledStatement(statementOf(id), parameters), LABELS)

const COVERED = [
  "the first day of cover is on or before 20 November 2026 (the day of this request), or there is none",
  "the last day of cover is on or after 20 November 2026 (the day of this request), or there is none",
]
const LAST_90_DAYS = "is between 22 August 2026 and 20 November 2026 (the 90 days up to this request)"
const LAST_DOSE =
  "the date of the last dose is between 23 February 2026 and 6 November 2026 (14 to 270 days before this request)"

/** Every released statement that is not made per laboratory value, in the words of the consent screen. */
const RELEASED: Readonly<Record<string, readonly string[]>> = {
  "vaccination-status/1": [
    "the disease is COVID-19",
    "the vaccine is one of the codes of the value set covid-19-vaccines/1",
    "the number of the last dose in its series is at least the number of doses that complete the series",
    LAST_DOSE,
  ],
  "vaccination-count/1": [
    "the disease is COVID-19",
    "the number of doses in the record is at least 2",
    LAST_DOSE,
  ],
  "vaccination-series/1": [
    "the disease is influenza",
    "the number of doses in the record is at least 2",
    `the date of the last dose ${LAST_90_DAYS}`,
  ],
  "vaccination-booster/1": [
    "the disease is influenza",
    "the number of the last dose in its series is at least 1 more than the number of doses that complete the series",
    `the date of the last dose ${LAST_90_DAYS}`,
  ],
  "ward-vaccination-series/1": [
    "the disease is influenza",
    "the number of doses in the record is at least 2",
    `the date of the last dose ${LAST_90_DAYS}`,
  ],
  "recent-negative-test/1": [
    "the disease tested for is COVID-19",
    "the kind of test is nucleic acid test (NAAT, such as PCR), or the time of sampling is at or after 18 November 2026, 12:00 UTC (48 hours before this request)",
    "the time of sampling is at or after 17 November 2026, 12:00 UTC (72 hours before this request)",
    "the test result is one of negative or not detected (negative)",
  ],
  "recovery-certificate/1": [
    "the disease is COVID-19",
    "the date of the first positive test is between 24 May 2026 and 9 November 2026 (11 to 180 days before this request)",
    "the first day of the certificate is on or before 20 November 2026 (the day of this request)",
    "the last day of the certificate is on or after 20 November 2026 (the day of this request)",
  ],
  "insurance-eligibility/1": [
    'the insurance plan is one of the codes "11461128", "11461130" or "11461142" of "https://acme.example/plan" (unknown to this wallet)',
    ...COVERED,
    "the family deductible in network is at most 8,000.00 USD",
  ],
  "insurance-active/1": COVERED,
  "insurance-deductible/1": [...COVERED, "the individual deductible in network is at most 8,000.00 USD"],
  "insurance-cost-ceiling/1": [
    ...COVERED,
    "the individual out-of-pocket maximum in network is at most 8,000.00 USD, or the family out-of-pocket maximum in network is at most 8,000.00 USD",
  ],
  "insurance-dependant/1": [
    "the relationship to the policy holder is child of the policy holder",
    ...COVERED,
  ],
  "treatment-claim/1": [
    'the kind of treatment is the code "dental-filling" of "https://acme.example/plan/service" (unknown to this wallet)',
    `the date of the treatment ${LAST_90_DAYS}`,
    "the price of the treatment is at most 8,000.00 USD",
  ],
  "age-over/1": [
    "the date of birth (the latest day that it can mean) is on or before 20 November 2008 (18 years before this request)",
  ],
  "licence-in-good-standing/1": [
    "the profession is physician",
    "the place where the licence counts is one of AT (country) or DE (country)",
    "the standing of the licence is active, in good standing",
    "the last day of the licence is on or after 20 November 2026 (the day of this request), or there is none",
  ],
  "licence-holder-enrolment/1": [
    "the profession is physician",
    "the place where the licence counts is one of AT (country) or DE (country)",
    "the standing of the licence is active, in good standing",
    "the last day of the licence is on or after 20 November 2026 (the day of this request), or there is none",
    "the day on which the record was first bound to its wallet is on or before 19 November 2026 (1 day before this request)",
  ],
  "vaccinated-enrolment/1": [
    "the disease is influenza",
    "the number of doses in the record is at least 2",
    "the day on which the record was first bound to its wallet is on or before 19 November 2026 (1 day before this request)",
  ],
  "medicine-batch/1": [
    'the product is the code "04012345678901" of "urn:gs1:gtin" (unknown to this wallet)',
    'the batch is not the code "04012345678901/B7731" of "urn:gs1:batch" (unknown to this wallet)',
    "the expiry date is on or after 20 November 2026 (the day of this request)",
  ],
}

describe("a released statement, in words", () => {
  it.each(Object.entries(RELEASED))("says what %s proves", (id, sentences) => {
    expect(say(id).willProve).toEqual(sentences)
  })

  it("says every one of them: none is without its sentences here", () => {
    const others = CATALOGUE.statements.map(({ id }) => id).filter((id) => !id.startsWith("lab-"))
    expect(Object.keys(RELEASED).sort()).toEqual([...others].sort())
  })

  it("says laboratory values with their unit once, and as many decimals on both sides", () => {
    expect(say("lab-2823-3-mmol-l-in-range/1", { low: "3.5", high: "5.0" }).willProve).toEqual([
      "the potassium in the blood is between 3.5 and 5.0 mmol/L",
      "the date of sampling is on or after 22 August 2026 (90 days before this request)",
    ])
    expect(say("lab-2823-3-mmol-l-normal/1").willProve.slice(0, 2)).toEqual([
      "the potassium in the blood is at least the lower end of the laboratory's reference range",
      "the potassium in the blood is at most the upper end of the laboratory's reference range",
    ])
    expect(say("lab-coded-2887-8-is/1").willProve[0]).toBe(
      "the protein in the urine is not detected (negative)",
    )
  })

  it("has words for every code that a released statement itself names", () => {
    const sentences = CATALOGUE.statements
      .filter(({ where }) => !JSON.stringify(where).includes("param"))
      .flatMap(({ id }) => say(id).willProve)
    expect(sentences.filter((sentence) => sentence.includes("unknown"))).toEqual([])
    expect(sentences.length).toBeGreaterThan(10)
  })

  it("names the codes of a value set one by one", () => {
    const [set] = say("vaccination-status/1").sets
    expect(set?.id).toBe("covid-19-vaccines/1")
    expect(set?.codes).toHaveLength(32)
    expect(set?.codes.filter((code) => code.includes("unknown"))).toEqual([])
    expect(set?.codes).toContain("Comirnaty (BioNTech-Pfizer)")
  })
})

describe("what a verifier will not learn", () => {
  it("is the exact value behind each bound, the rest of the record by name, and not what the statement pins", () => {
    const { willNotLearn } = say("insurance-dependant/1")
    expect(willNotLearn).toEqual([
      "the exact first day of cover",
      "the exact last day of cover",
      "anything about the insurer, the insurance plan, the insured group, the network of providers, the kind of cover, the individual deductible in network, the individual deductible out of network, the family deductible in network, the family deductible out of network, the date of birth, the member number and the day on which the record was first bound to its wallet",
    ])
  })

  it("is which of some codes it is, and which side of an or is true", () => {
    expect(say("insurance-eligibility/1").willNotLearn).toContain("which one of these the insurance plan is")
    expect(say("recent-negative-test/1").willNotLearn).toContain('which side of an "or" is true')
    expect(say("recent-negative-test/1").willNotLearn).toContain("what the kind of test is")
    expect(say("medicine-batch/1").willNotLearn).toContain("what the batch is")
    expect(say("medicine-batch/1").willNotLearn).not.toContain("what the product is")
  })

  it("is whether rules are kept that the statement says it leaves out", () => {
    const input = filledStatement(statementOf("insurance-active/1"))
    const statement = { ...input.statement, omits: ["GR-FR-0000", 'RR" and all others'] }
    expect(describeStatement({ ...input, statement }, LABELS).willNotLearn).toContain(
      `whether you keep the rules "GR-FR-0000" or "RR' and all others": this statement leaves that out`,
    )
  })

  const [KIND, LIST, COUNT] = ["what the kind is", "which one of these the kind is", "the exact count"]
  const twoLong = { valueSet: "long/1" }
  const notCodes = (from: number, to: number): Where => ({
    not: { field: "kind", in: LONG_SET.codes.slice(from, to) },
  })
  const equal = (field: string, eq: string | number): Where => ({ field, eq })

  it.each<readonly [string, readonly Where[]]>([
    [
      "two bounds that meet",
      [
        { field: "count", atLeast: 2 },
        { field: "count", atMost: 2 },
      ],
    ],
    ["a bound at the schema's end", [{ field: "count", atMost: -1000 }]],
    [
      "a range that a negated one cuts to a point",
      [{ field: "count", between: [2, 4] }, { not: { field: "count", between: [3, 4] } }],
    ],
    [
      "a range and a list that share one value",
      [
        { field: "count", between: [2, 4] },
        { field: "count", in: [1, 4, 9] },
      ],
    ],
    [
      "a list less all but one of its codes",
      [{ field: "kind", in: ["s|01", "s|02"] }, { not: equal("kind", "s|02") }],
    ],
    [
      "two lists that share one code",
      [
        { field: "kind", in: ["s|01", "s|02"] },
        { field: "kind", in: ["s|02", "s|03"] },
      ],
    ],
    [
      "a value set less all but one of its codes",
      [{ field: "kind", in: twoLong }, notCodes(0, 16), notCodes(16, 19)],
    ],
    [
      "an or over one attribute that a bound decides",
      [{ any: [equal("count", 1), equal("count", 5)] }, { field: "count", atMost: 3 }],
    ],
    ["a partial date that is one day", [equal("born", "2000-02-01")]],
    ["absence", [{ field: "note", present: false }]],
  ])("is not promised of what several conditions together pin: %s", (_, all) => {
    const { willNotLearn } = describeStatement(inputOf({ all: [...all] }), PLAIN)
    expect(willNotLearn).toEqual([expect.stringMatching(/^anything about /)])
  })

  it.each<readonly [string, readonly Where[]]>([
    [
      COUNT,
      [
        { field: "count", atLeast: 2 },
        { field: "count", atMost: 3 },
      ],
    ],
    [COUNT, [{ field: "count", atLeast: 2 }, { any: [{ field: "count", atMost: 2 }, equal("total", 1)] }]],
    [COUNT, [{ field: "count", between: [2, 4] }, { not: equal("count", 3) }]],
    [
      COUNT,
      [
        { field: "count", atMost: { field: "total" } },
        { field: "count", atLeast: 2 },
      ],
    ],
    [KIND, [{ not: equal("kind", "s|01") }, { not: equal("kind", "s|02") }]],
    [LIST, [{ field: "kind", in: ["s|01", "s|02", "s|03"] }, { not: equal("kind", "s|02") }]],
    [LIST, [{ field: "kind", in: twoLong }, notCodes(0, 16), notCodes(16, 18)]],
    ["the exact born", [{ field: "born", between: ["2000-02-01", "2000-02-02"] }]],
    ["what the note is", [{ field: "note", present: true }]],
  ])("is %s as long as two values are left: %j", (promise, all) => {
    expect(describeStatement(inputOf({ all: [...all] }), PLAIN).willNotLearn).toContain(promise)
  })

  it("is the exact value if, and only if, two records with different values satisfy the statement", () => {
    const attributes = EVERY_TYPE.attributes.map((definition) =>
      definition.name === "total" ? { ...definition, min: 0, max: 6 } : definition,
    )
    const schema = { ...EVERY_TYPE, attributes }
    const number = fc.integer({ min: 0, max: 6 })
    const total = fc.oneof(
      fc.tuple(number, number).map(([a, b]) => ({ between: [Math.min(a, b), Math.max(a, b)] })),
      fc.array(number, { minLength: 1, maxLength: 4 }).map((list) => ({ in: list })),
      fc.record({ atLeast: number }),
      fc.record({ atMost: number }),
      fc.record({ eq: number }),
      fc.record({ present: fc.boolean() }),
    )
    const literal = fc.tuple(total, fc.boolean()).map(([test, negated]): Where => {
      const condition = { field: "total", ...test } as Where
      return negated ? { not: condition } : condition
    })
    const clause = fc.array(literal, { minLength: 1, maxLength: 2 }).map((any) => ({ any }))
    const record = { kind: "s|01", count: 1, value: "1", takenOn: "2022-10-01" }
    const records = [record, ...[0, 1, 2, 3, 4, 5, 6].map((value) => ({ ...record, total: value }))]
    let pinned = 0
    fc.assert(
      fc.property(fc.array(clause, { minLength: 1, maxLength: 4 }), (all) => {
        const input = inputOf({ all }, { schema })
        const fitting = records.filter((attributes) => evaluateStatement(input, attributes))
        if (fitting.length === 1) pinned++
        const isPromised = describeStatement(input, PLAIN).willNotLearn.includes("the exact total")
        expect(isPromised).toBe(fitting.length > 1)
      }),
      { numRuns: 1000 },
    )
    expect(pinned).toBeGreaterThan(50)
  })

  it("leaves no attribute out: each is pinned, bounded or unmentioned", () => {
    for (const statement of CATALOGUE.statements) {
      const input = filledStatement(statement)
      const { willProve, willNotLearn } = describeStatement(input, LABELS)
      for (const { name } of input.schema.attributes) {
        const noun = LABELS.attribute(input.schema, name) ?? "?"
        const isPinned = willProve.some((sentence) => sentence.startsWith(`the ${noun} is `))
        const isUnsaid = willNotLearn.some((sentence) => sentence.includes(noun))
        expect(isPinned || isUnsaid, `${statement.id}: ${name}`).toBe(true)
      }
    }
  })
})

describe("the labels of the release", () => {
  it("name every attribute of every schema, each by another noun", () => {
    for (const schema of CATALOGUE.schemas) {
      const nouns = schema.attributes.map(({ name }) => LABELS.attribute(schema, name))
      expect(nouns, schemaName(schema)).not.toContain(null)
      expect(new Set(nouns).size, schemaName(schema)).toBe(nouns.length)
    }
  })

  it("name every unit of every schema", () => {
    const units = CATALOGUE.schemas.flatMap(({ attributes }) => attributes.flatMap(({ unit }) => unit ?? []))
    for (const unit of units) expect(LABELS.unit(unit), unit).not.toBeNull()
    expect(LABELS.unit("urn:iso:std:iso:4217|USD")).toBe("USD")
    expect(LABELS.unit("urn:made-up|mmol/L")).toBeNull()
  })

  it("are not lent to a schema of the same name that says something else", () => {
    const [schema] = CATALOGUE.schemas
    if (schema === undefined) throw new Error("no schema")
    const [first, ...rest] = schema.attributes
    if (first === undefined) throw new Error("no attribute")
    const altered = { ...schema, attributes: [...rest, first] }
    expect(LABELS.attribute(schema, first.name)).not.toBeNull()
    expect(LABELS.attribute(altered, first.name)).toBeNull()
    expect(LABELS.attribute(schema, "constructor")).toBeNull()
    expect(LABELS.code("__proto__")).toBeNull()
  })

  it("say no two codes alike within one value set", () => {
    for (const { codes } of CATALOGUE.valueSets) {
      const words = codes.flatMap((code) => LABELS.code(code) ?? [])
      expect(new Set(words).size).toBe(words.length)
    }
  })
})

describe("the sentences", () => {
  it.each<readonly [Where, string]>([
    [{ field: "kind", in: ["s|02", "s|01"] }, "the kind is one of s|01 or s|02"],
    [{ not: { field: "kind", eq: "s|01" } }, "the kind is not s|01"],
    [{ not: { field: "other", eq: "s|01" } }, "the other is stated and is not s|01"],
    [{ not: { field: "kind", in: ["s|01", "s|02"] } }, "the kind is not one of s|01 or s|02"],
    [{ field: "count", atMost: -3 }, "the count is at most -3"],
    [{ field: "count", in: [1, 2] }, "the count is one of 1 or 2"],
    [{ field: "count", eq: 1000 }, "the count is 1,000"],
    [{ field: "value", between: ["3.90", "7.75"], unit: MMOL }, "the value is between 3.90 and 7.75 mmol/L"],
    [{ field: "value", eq: "-0.001", unit: MMOL }, "the value is -0.001 mmol/L"],
    [{ not: { field: "count", between: [1, 2] } }, "the count is not between 1 and 2"],
    [
      { field: "takenAt", atLeast: "now-PT72H" },
      "the takenAt is at or after 12 October 2022, 12:00 UTC (72 hours before this request)",
    ],
    [
      { field: "takenAt", atMost: "2022-10-15T11:59:30Z" },
      "the takenAt is at or before 15 October 2022, 11:59:30 UTC (30 seconds before this request)",
    ],
    [{ field: "takenOn", eq: "2022-10-16" }, "the takenOn is 16 October 2022 (1 day after this request)"],
    [
      { field: "takenOn", between: ["2022-10-14", "2022-10-17"] },
      "the takenOn is between 14 October 2022 and 17 October 2022 (from 1 day before this request to 2 days after this request)",
    ],
    [
      { field: "born", atMost: "today-P18Y" },
      "the born (the latest day that it can mean) is on or before 15 October 2004 (18 years before this request)",
    ],
    [
      { field: "takenOn", atLeast: { field: "from", plus: 21 } },
      "the takenOn is at least 21 days after the from",
    ],
    [
      { field: "takenOn", atMost: { field: "from", plus: 1 } },
      "the takenOn is at most 1 day after or any time before the from",
    ],
    [
      { field: "takenOn", atMost: { field: "from", plus: -2 } },
      "the takenOn is at least 2 days before the from",
    ],
    [{ field: "takenOn", atLeast: { field: "from" } }, "the takenOn is on or after the from"],
    [
      { field: "value", atMost: { field: "high", plus: -1 }, unit: MMOL },
      "the value is at most 1 mmol/L less than the high",
    ],
    [{ field: "other", sameAs: "kind" }, "the other is the same as the kind"],
    [{ field: "note", present: false }, "the note is not stated"],
    [{ field: "note", present: true }, "the note is stated"],
    [{ field: "kind", in: { valueSet: "long/1" } }, "the kind is one of the codes of the value set long/1"],
    [
      {
        any: [
          { field: "count", eq: 1 },
          { field: "total", eq: 2 },
        ],
      },
      "the count is 1, or the total is 2",
    ],
  ])("say %j", (condition, words) => {
    expect(prove(condition)).toBe(words)
  })

  it("quote what the wallet has no words for, and say that it is unknown", () => {
    expect(prove({ field: "kind", eq: "s|01" }, NONE)).toBe(
      'the attribute "kind" is the code "01" of "s" (unknown to this wallet)',
    )
    expect(prove({ field: "value", atMost: "3", unit: MMOL }, NONE)).toBe(
      `the attribute "value" is at most 3 "${MMOL}"`,
    )
    const mixed: Labels = { ...PLAIN, code: (code) => (code === "s|01" ? "cowpox" : null) }
    expect(prove({ field: "kind", in: ["s|02", "s|01", "t|9"] }, mixed)).toBe(
      'the kind is one of cowpox, the code "02" of "s" (unknown to this wallet) or the code "9" of "t" (unknown to this wallet)',
    )
  })

  it("let nobody draw, break or turn the line: a code's own text is quoted and harmless", () => {
    const evil = 's|COVID-19", and nothing else\n\u001b[2J\u202ereversed\u200b'
    const words = prove({ field: "kind", eq: evil }, NONE)
    expect(words).toBe(
      `the attribute "kind" is the code "COVID-19', and nothing else\\u{a}\\u{1b}[2J\\u{202e}reversed\\u{200b}" of "s" (unknown to this wallet)`,
    )
    expect(plainText("Praxis Müller – 東京 №5")).toBe("Praxis Müller – 東京 №5")
  })

  it("take no word from the title", () => {
    const input = filledStatement(statementOf("insurance-active/1"))
    const friendly = { ...input, statement: { ...input.statement, title: { en: "Nothing at all" } } }
    expect(describeStatement(friendly, LABELS)).toEqual(describeStatement(input, LABELS))
  })

  it("name the codes of a list that came out of a short value set or a parameter", () => {
    const short = { ...LONG_SET, id: "short/1", codes: ["s|00", "s|01"] }
    const input = inputOf({ field: "kind", in: { valueSet: "short/1" } })
    const long = input.valueSets("long/1")
    if (long === null) throw new Error("no set")
    const members = [...short.codes.map((code) => encodeCode(code))].sort((x, y) => (x < y ? -1 : 1))
    const valueSets = () => ({ ...long, ...short, members })
    expect(describeStatement({ ...input, valueSets }, PLAIN).willProve).toEqual([
      "the kind is one of s|00 or s|01",
    ])
    const withParameter = inputOf({ field: "kind", eq: { param: "k" } }, { parameters: { k: "s|07" } })
    expect(describeStatement(withParameter, PLAIN).willProve).toEqual(["the kind is s|07"])
  })

  it("group digits and round nothing", () => {
    expect(sayNumber(123_456_789n, 2, 2)).toBe("1,234,567.89")
    expect(sayNumber(-1_000n, 0)).toBe("-1,000")
    expect(sayNumber(5n, 3, 1)).toBe("0.005")
    expect(sayNumber(50n, 1, 1)).toBe("5.0")
  })
})
