// A ballot that counts for more, or for what it must not, has no proof: the calculator names the rule, and so do the constraints.
import { beforeAll, expect, test } from "vitest"
import { babyAddValues } from "../../support/circuit-attacks.ts"
import { BALLOT_SHAPES, BallotBuilder, ballotRule } from "../../support/circuit-ballot.ts"
import type { BallotOptions } from "../../support/circuit-ballot.ts"
import { names, openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import { named, shipped } from "../../support/circuit-instances.ts"
import { openOracle } from "../../support/circuit-oracle.ts"
import { FIELD_ORDER } from "../../support/circuit-r1cs.ts"

const CIPHERS = "EncryptedChoices#0"
const ALL = [0, 1, 2, 3, 4, 5, 6, 7]
let ballot: Circuit
let builder: BallotBuilder
beforeAll(async () => {
  builder = new BallotBuilder(await openOracle(), BALLOT_SHAPES.ballot8)
  ballot = await openCircuit(shipped("ballot8"))
})

test.each<[string, number, BallotOptions]>([
  ["a mark of 2", 5, { marks: [2n], rules: [ballotRule([], 0, 0)] }],
  ["a mark of -1 beside a mark of 1", 5, { marks: [-1n, 1n] }],
  ["a mark of 1/2", 5, { marks: [(FIELD_ORDER + 1n) / 2n] }],
  ["a mark of a choice that does not exist", 5, { marks: [1n], mask: 254n }],
  ["a mark of 2 that no rule counts", 5, { marks: [0n, 2n], rules: [] }],
  ["one mark too many", 6, { marks: [1n, 1n, 1n], rules: [ballotRule(ALL, 0, 2)] }],
  ["one mark too few", 6, { marks: [1n], rules: [ballotRule(ALL, 2, 8)] }],
  ["no mark where one is asked for", 6, { marks: [], rules: [ballotRule(ALL, 1, 1)] }],
  ["a mark that another one asks for, left out", 6, { marks: [0n, 1n], rules: [ballotRule([0], 0, 1, [1])] }],
  ["a rule kept, the next one broken", 6, { marks: [1n, 1n], rules: [ballotRule(ALL, 2, 2), ballotRule([0, 1], 0, 1)] }],
  ["a ninth choice", 4, { mask: 511n }],
  ["a rule over a ninth choice", 6, { signals: { ruleCoefficients: [1n << 16n, 0n, 0n, 0n, 0n, 0n, 0n, 0n] } }],
])("%s is refused on rule (%d)", (_, rule, options) => {
  const refusal = ballot.refusal(builder.input(options))
  expect(refusal?.rule).toBe(rule)
  expect(refusal?.line).toContain("election/ballot-choices.circom:")
}) // prettier-ignore

test("a dishonest witness in which a mark is 2, with every value that follows from it, breaks the booleanity of the mark alone", async () => {
  // No rule counts choice 0 and the ciphertext is computed anew: only rule (5) stands in the way.
  const full = await openCircuit(named("ballot8"))
  const honest = full.witness(builder.input({ marks: [0n, 0n, 1n], rules: [ballotRule([1, 2], 1, 2)] }))
  const [x, y] = builder.oracle.multiply(1n)
  const table = [2n * x, 1n + 2n * (y - 1n)] as const
  const masks = [honest.get(`${CIPHERS}.masks[0][0]`), honest.get(`${CIPHERS}.masks[0][1]`)] as const
  const { sum, inner } = babyAddValues(masks, table)
  const broken = honest
    .edit({
      ...{ "marks[0]": 2n, [`${CIPHERS}.xs[0][0]`]: 2n * x, [`${CIPHERS}.ys[0][0]`]: 2n * (y - 1n) },
      ...{ [`${CIPHERS}.PointSum#1[0].right[0]`]: table[0], [`${CIPHERS}.PointSum#1[0].right[1]`]: table[1] },
      ...Object.fromEntries(
        Object.entries(inner).map(([name, value]) => [`${CIPHERS}.PointSum#1[0].BabyAdd#0.${name}`, value]),
      ),
      ...{ "C[0][0]": sum[0], "C[0][1]": sum[1] },
    })
    .broken()
  expect(broken).toHaveLength(1)
  expect(names(broken, ["marks[0]", "BallotChoices#0.mask[0]"])).toBe(true)
})
