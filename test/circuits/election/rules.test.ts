// Every rule (1) to (10) from both sides on the whole circuit: (a) the honest calculator stops on the line of the rule,
// (b) the constraints refuse a witness in which somebody edited its signals.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { BALLOT_SHAPES, BallotBuilder, ballotRule, type BallotOptions } from "../../support/circuit-ballot.ts"
import { PROJECT_ROOT } from "../../support/circuit-compile.ts"
import { bitEdits, names, openCircuit, type Circuit, type Witness } from "../../support/circuit-harness.ts"
import { named, shipped } from "../../support/circuit-instances.ts"
import { openOracle } from "../../support/circuit-oracle.ts"

interface Rule {
  readonly file: string
  /** What breaks the rule. */
  readonly refused?: BallotOptions
  /** Edited signals of an honest witness; some broken constraint must speak of every one that is listed second. */
  readonly edits: readonly (readonly [Record<string, bigint>, readonly string[]])[]
}

const CHOICES = "BallotChoices#0"
const CIPHERS = "EncryptedChoices#0"
const RULES: Record<number, Rule> = {
  1: { file: "ballot", refused: { weight: 1n << 32n }, edits: [[{ weight: 6n }, ["weight", "weightBits[0]"]], [{ weight: 6n, ...bitEdits("weightBits", 6n, 32) }, ["weight"]], [{ commitment: 1n }, ["commitment"]], [{ leaf: 1n }, ["leaf"]], [{ "weightBits[0]": 3n, "weightBits[1]": -1n }, ["weightBits[0]"]]] },
  2: { file: "ballot", refused: { signals: { leafIndex: 1n << 24n } }, edits: [[{ censusRoot: 1n }, ["censusRoot"]], [{ leafIndex: 1n }, ["leafIndex", "indexBits[3]"]], [{ "children[7][2]": 1n }, ["children[7][2]"]], [{ "MerklePath#0.below[5]": 1n }, ["MerklePath#0.below[5]"]]] },
  3: { file: "ballot", edits: [[{ nullifier: 1n }, ["nullifier"]], [{ voterSecret: 5n }, ["voterSecret"]], [{ electionId: 8n }, ["electionId"]]] },
  4: { file: "ballot-choices", refused: { mask: 511n }, edits: [[{ choiceMask: 254n }, ["choiceMask", `${CHOICES}.mask[0]`]], [{ [`${CHOICES}.mask[0]`]: 3n, [`${CHOICES}.mask[1]`]: 0n }, [`${CHOICES}.mask[0]`]]] },
  5: { file: "ballot-choices", refused: { marks: [2n] }, edits: [[{ "marks[0]": 2n }, ["marks[0]", `${CHOICES}.mask[0]`]], [{ choiceMask: 253n, [`${CHOICES}.mask[1]`]: 0n }, ["marks[1]", `${CHOICES}.mask[1]`]]] },
  6: { file: "ballot-choices", refused: { marks: [1n, 1n, 1n, 1n, 1n, 1n] }, edits: [[{ [`${CHOICES}.terms[0][5]`]: 1n }, [`${CHOICES}.terms[0][5]`, "marks[5]"]], [{ "ruleMax[0]": 3n }, ["ruleMax[0]"]], [{ "ruleMin[0]": 5n }, ["ruleMin[0]"]], [{ "ruleCoefficients[1]": 0n }, ["ruleCoefficients[1]", `${CHOICES}.sides[1][1]`]], [{ [`${CHOICES}.FitsBits#0[0].bits[0]`]: 3n, [`${CHOICES}.FitsBits#0[0].bits[1]`]: 0n }, [`${CHOICES}.FitsBits#0[0].bits[0]`]]] },
  7: { file: "encrypted-choices", refused: { randomness: 1n << 251n }, edits: [[{ randomness: 5n }, ["randomness", `${CIPHERS}.scalarBits[250]`]], [{ [`${CIPHERS}.scalarBits[250]`]: 1n }, [`${CIPHERS}.scalarBits[250]`]], [{ [`${CIPHERS}.scalarBits[3]`]: 2n }, [`${CIPHERS}.scalarBits[3]`]]] },
  8: { file: "encrypted-choices", edits: [[{ "R[0]": 1n }, ["R[0]"]], [{ "R[1]": 1n }, ["R[1]"]]] },
  9: { file: "encrypted-choices", edits: [[{ "C[0][0]": 1n }, ["C[0][0]"]], [{ "C[3][1]": 1n }, ["C[3][1]"]], [{ [`${CIPHERS}.W[0]`]: 1n }, [`${CIPHERS}.W[0]`]], [{ [`${CIPHERS}.both[1]`]: 1n }, [`${CIPHERS}.both[1]`]], [{ [`${CIPHERS}.masks[2][0]`]: 1n }, [`${CIPHERS}.masks[2][0]`]], [{ [`${CIPHERS}.isBoth[0]`]: 1n }, [`${CIPHERS}.isBoth[0]`, "marks[0]", "marks[1]"]], [{ [`${CIPHERS}.xs[1][0]`]: 0n }, [`${CIPHERS}.xs[1][0]`, "marks[2]"]], [{ [`${CIPHERS}.ys[3][1]`]: 0n }, [`${CIPHERS}.ys[3][1]`]], [{ "electionKeys[1][0]": 5n }, ["electionKeys[1][0]"]]] },
  10: { file: "ballot", edits: [[{ sequence: 4n }, ["sequence", "squaredSequence"]]] },
} // prettier-ignore

let full: Circuit
let small: Circuit
let builder: BallotBuilder
let honest: Witness
let honestShipped: Witness
beforeAll(async () => {
  builder = new BallotBuilder(await openOracle(), BALLOT_SHAPES.ballot8)
  full = await openCircuit(named("ballot8"))
  small = await openCircuit(shipped("ballot8"))
  honest = full.witness(builder.input())
  honestShipped = small.witness(builder.input())
})

test("the honest witness that is edited below breaks nothing", () => {
  expect(honest.broken()).toEqual([])
})

test("the table speaks of rules 1 to 10, each written on lines of its own file and of no other", () => {
  const folder = join(PROJECT_ROOT, "circuits", "election")
  const found = new Map<number, Set<string>>()
  for (const name of readdirSync(folder)) {
    for (const [, rule = ""] of readFileSync(join(folder, name), "utf8").matchAll(/;\s*\/\/ \((\d+)\)/g)) {
      const files = found.get(Number(rule)) ?? new Set()
      found.set(Number(rule), files.add(name.replace(".circom", "")))
    }
  }
  const table = Object.entries(RULES).map(([rule, { file }]) => [Number(rule), [file]])
  expect([...found].sort(([a], [b]) => a - b).map(([rule, files]) => [rule, [...files]])).toEqual(table)
  expect(table.map(([rule]) => rule)).toEqual(Array.from({ length: 10 }, (_, i) => i + 1))
})

describe.each(Object.entries(RULES))("rule (%s)", (rule, { file, refused, edits }) => {
  if (refused !== undefined) {
    test("stops the honest calculator on its line", () => {
      const refusal = small.refusal(builder.input(refused))
      expect(refusal?.rule).toBe(Number(rule))
      expect(refusal?.line).toContain(`election/${file}.circom:`)
    })
  }

  test.each(edits)("refuses a witness with %o, in a constraint of %o", (changes, speaking) => {
    const broken = honest.edit(changes).broken()
    expect(broken.flatMap((constraint) => constraint.signals)).not.toHaveLength(0)
    expect(names(broken, speaking)).toBe(true)
  })

  test.each(edits.filter(([changes]) => Object.keys(changes).every((name) => !name.includes("#"))))(
    "refuses %o on the shipped instance too",
    (changes) => {
      const kept = Object.entries(changes).filter(([name]) => small.symbols.wireOf.has(name))
      expect(kept).not.toHaveLength(0)
      expect(names(honestShipped.edit(Object.fromEntries(kept)).broken(), [kept[0]?.[0] ?? ""])).toBe(true)
    },
  )
})

test("rule (6) is refused below ruleMin as well as above ruleMax", () => {
  expect(small.refusal(builder.input({ marks: [], rules: [ballotRule([0], 1, 8)] }))?.rule).toBe(6)
})
