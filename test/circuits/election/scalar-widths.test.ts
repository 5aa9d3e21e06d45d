// Every number has one decomposition, and no identifier is cut before it is hashed.
import { beforeAll, describe, expect, test } from "vitest"
import { BALLOT_SHAPES, BallotBuilder } from "../../support/circuit-ballot.ts"
import { bitEdits, names, openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import { named, shipped } from "../../support/circuit-instances.ts"
import { openOracle, SUBGROUP_ORDER } from "../../support/circuit-oracle.ts"
import { FIELD_ORDER } from "../../support/circuit-r1cs.ts"

let ballot: Circuit
let builder: BallotBuilder
beforeAll(async () => {
  builder = new BallotBuilder(await openOracle(), BALLOT_SHAPES.ballot8)
  ballot = await openCircuit(shipped("ballot8"))
})
const outputs = (randomness: bigint) => ballot.witness(builder.input({ randomness })).values.slice(1, 13)

describe("randomness", () => {
  test("and randomness + l give one ciphertext: the ledger keeps R, not the number", () => {
    const randomness = 987654321987654321n
    expect(outputs(randomness + SUBGROUP_ORDER)).toEqual(outputs(randomness))
  })

  test.each([1n << 251n, (1n << 251n) + 1n, FIELD_ORDER - 1n, SUBGROUP_ORDER * 2n])(
    "of 252 bits or more is refused on rule (7): %d",
    (randomness) => {
      expect(ballot.refusal(builder.input({ randomness }))?.rule).toBe(7)
    },
  )

  test("spelled with the bits of randomness + r breaks the sum of the bits", async () => {
    // 251 bits hold no number of r or more, so the highest bits are cut, as a voter who wants another R must.
    const full = await openCircuit(named("ballot8"))
    const witness = full.witness(builder.input())
    const bits = bitEdits("EncryptedChoices#0.scalarBits", witness.get("randomness") + FIELD_ORDER, 251)
    const broken = witness.edit(bits).broken()
    expect(names(broken, ["randomness", "EncryptedChoices#0.scalarBits[250]"])).toBe(true)
  })
})

test("identifiers that agree in their low or high bits have different nullifiers: none is shortened", () => {
  const base = (1n << 247n) + 12345n
  const ids = [base, base + (1n << 160n), base + (1n << 246n), base + 1n, 12345n]
  const nullifiers = ids.map((electionId) => {
    const witness = ballot.witness(builder.input({ electionId }))
    expect(witness.get("nullifier")).toBe(builder.oracle.hash(2002n, witness.get("voterSecret"), electionId))
    return witness.get("nullifier")
  })
  expect(new Set(nullifiers).size).toBe(ids.length)
})

test("secrets that agree in their low 160 bits are two voters", () => {
  const [one, other] = [5n, 5n + (1n << 160n)].map((secret) =>
    ballot.witness(builder.input({ secret })).get("nullifier"),
  )
  expect(one).not.toBe(other)
})
