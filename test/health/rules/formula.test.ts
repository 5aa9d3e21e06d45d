// Formulas are simplified while they are built: none of it may change what they say of any record.
import fc from "fast-check"
import { expect, it } from "vitest"
import { ALWAYS, allOf, anyOf, leavesOf, NEVER } from "../../../src/health/rules/formula.ts"
import type { Formula, Leaf } from "../../../src/health/rules/formula.ts"

// Four attributes; `a` and `b` are always stated. A condition on an absent attribute fails, negated or not.
const NAMES = ["a", "b", "c", "d"] as const
const REQUIRED: readonly string[] = ["a", "b"]
type Name = (typeof NAMES)[number]
type Record4 = Readonly<Record<Name, number | null>>

interface Tree {
  readonly formula: Formula
  readonly holds: (record: Record4) => boolean
}

function leaf(attribute: Name, key: string, opposite: string, presence: boolean): Leaf {
  return {
    ...{
      kind: "leaf",
      where: { field: attribute, present: true },
      key,
      opposite,
      attributes: [attribute],
      weight: 1,
    },
    ...{ isDecided: presence || REQUIRED.includes(attribute), ...(presence ? { presence: attribute } : {}) },
  }
}

const leaves = fc.constantFrom(...NAMES).chain((name) =>
  fc.oneof(
    fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean()).map(([value, isEqual]): Tree => {
      const [yes, no] = [`${name}=${value}`, `!${name}=${value}`]
      return {
        formula: isEqual ? leaf(name, yes, no, false) : leaf(name, no, yes, false),
        holds: (record) => record[name] !== null && (record[name] === value) === isEqual,
      }
    }),
    fc.boolean().map((isStated): Tree => {
      const [yes, no] = [`${name}?`, `!${name}?`]
      return {
        formula: isStated ? leaf(name, yes, no, true) : leaf(name, no, yes, true),
        holds: (record) => (record[name] !== null) === isStated,
      }
    }),
  ),
)

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaves,
    fc.boolean().map((value): Tree => ({ formula: value ? ALWAYS : NEVER, holds: () => value })),
    fc.array(tie("tree"), { maxLength: 4 }).map((of): Tree => ({
      formula: allOf(...of.map(({ formula }) => formula)),
      holds: (record) => of.every(({ holds }) => holds(record)),
    })),
    fc.array(tie("tree"), { maxLength: 4 }).map((of): Tree => ({
      formula: anyOf(...of.map(({ formula }) => formula)),
      holds: (record) => of.some(({ holds }) => holds(record)),
    })),
  ),
}))

const value = fc.integer({ min: 0, max: 4 })
const record: fc.Arbitrary<Record4> = fc.record({
  ...{ a: value, b: value, c: fc.option(value), d: fc.option(value) },
})

function holds(formula: Formula, of: Record4): boolean {
  if (formula.kind === "always" || formula.kind === "never") return formula.kind === "always"
  if (formula.kind === "all") return formula.of.every((part) => holds(part, of))
  if (formula.kind === "any") return formula.of.some((part) => holds(part, of))
  const [, not, name, rest] = /^(!?)([a-d])(.*)$/.exec(formula.key) ?? []
  const found = of[name as Name]
  if (rest === "?") return (found !== null) === (not === "")
  return found !== null && (found === Number(rest?.slice(1))) === (not === "")
}

it("means what it was made of, on every record", () => {
  fc.assert(
    fc.property(tree, fc.array(record, { minLength: 5, maxLength: 5 }), (made, records) => {
      for (const one of records) expect(holds(made.formula, one)).toBe(made.holds(one))
    }),
    { numRuns: 5000 },
  )
})

it("grows by no join of what it has already", () => {
  fc.assert(
    fc.property(tree, ({ formula }) => {
      expect(allOf(formula, formula).key).toBe(formula.key)
      expect(anyOf(formula, formula).key).toBe(formula.key)
      expect(leavesOf(allOf(formula, NEVER))).toEqual([])
    }),
  )
})

it("is refused when it outgrows every statement", () => {
  const wide = Array.from({ length: 2001 }, (_, i) => leaf("a", `a=${i}`, `!a=${i}`, false))
  expect(() => anyOf(...wide)).toThrow("more than 2000 conditions")
})
