// What keys outside the subgroup do to a ballot: why trustees, organizer, service, client and verifiers refuse them.
import { beforeAll, describe, expect, test } from "vitest"
import { BALLOT_SHAPES, BallotBuilder, IDENTITY, type BallotOptions } from "../../support/circuit-ballot.ts"
import { openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import { shipped } from "../../support/circuit-instances.ts"
import { openOracle, SUBGROUP_ORDER, type Oracle, type PlainPoint } from "../../support/circuit-oracle.ts"
import { FIELD_ORDER } from "../../support/circuit-r1cs.ts"

const MARKS: BallotOptions = { marks: [0n, 1n, 1n], weight: 7n }
let ballot: Circuit
let oracle: Oracle
let builder: BallotBuilder
beforeAll(async () => {
  oracle = await openOracle()
  builder = new BallotBuilder(oracle, BALLOT_SHAPES.ballot8)
  ballot = await openCircuit(shipped("ballot8"))
})
const withKey = (key: PlainPoint, options: BallotOptions = {}): BallotOptions => ({
  ...MARKS,
  ...options,
  keys: [key, ...builder.keys.slice(1)],
})
const ciphertext = (options: BallotOptions): PlainPoint => {
  const witness = ballot.witness(builder.input(options))
  return [witness.get("C[0][0]"), witness.get("C[0][1]")]
}

describe("a key of order 2 and the identity", () => {
  test.each<[string, PlainPoint]>([
    ["(0, -1)", [0n, FIELD_ORDER - 1n]],
    ["O", IDENTITY],
  ])("%s: the ciphertext is the message, for any randomness: the vote shows without a key", (_, key) => {
    for (const randomness of [1n, 2n, 987654321987654321n]) {
      for (const marks of [
        [0n, 0n, 1n],
        [1n, 0n],
        [0n, 1n],
        [1n, 1n],
      ]) {
        // prettier-ignore
        const options = withKey(key, { marks, randomness })
        expect(ciphertext(options)).toEqual(builder.message(0, options))
      }
    }
  })
})

test.each([1n, 2n, 3n, 5n, 6n, 7n])(
  "%d * T, of order 4 or 8, has no witness: rule (9) refuses every ballot, so nobody could vote",
  (multiple) => {
    const key = oracle.torsion(multiple)
    expect(oracle.times(key, 8n)).toEqual(IDENTITY)
    for (const randomness of [1n, 4n, 8n, 987654321987654321n])
      expect(ballot.refusal(builder.input(withKey(key, { randomness })))?.rule).toBe(9)
  },
)

describe("PK + T", () => {
  test.each([1n, 2n, 4n])(
    "with %d * T proves correctly, yet shows the randomness modulo the order of T",
    (multiple) => {
      const torsion = oracle.torsion(multiple)
      const key = oracle.add(builder.keys[0] ?? IDENTITY, torsion)
      for (const randomness of [8n, 9n, 10n, 15n]) {
        const options = withKey(key, { randomness })
        const witness = ballot.witness(builder.input(options))
        expect(witness.values.slice(1, 13)).toEqual(builder.outputs(options))
        // l * C has lost message and mask; what is left is l * randomness * T, which anybody can compare.
        expect(oracle.times(ciphertext(options), SUBGROUP_ORDER)).toEqual(
          oracle.times(torsion, (SUBGROUP_ORDER * randomness) % 8n),
        )
      }
    },
  )
})

test("a pair off the curve has a witness too: the circuit does not look, so every reader does", () => {
  expect(ballot.refusal(builder.input(withKey([3n, 4n])))).toBeUndefined()
})

test("keys of order l, G and -G and one key twice included, prove", () => {
  const [x, y] = oracle.multiply(1n)
  for (const key of [[x, y], [FIELD_ORDER - x, y], builder.keys[1] ?? IDENTITY] as const) {
    const options = withKey(key)
    expect(ballot.witness(builder.input(options)).values.slice(1, 13)).toEqual(builder.outputs(options))
  }
})
