import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { freezeCensus, parseEvidenceFile } from "../../../src/protocol/election/census-freeze.ts"
import {
  buildCensusTree,
  censusPath,
  encodeLeaves,
  indexOfLeaf,
} from "../../../src/protocol/election/census-tree.ts"
import {
  buildCensus,
  computeCensusId,
  countWeights,
  encodeCommitments,
} from "../../../src/protocol/election/census.ts"
import type { CensusRecord } from "../../../src/protocol/election/census.ts"
import { bytesToBigint, bytesToHex, bytesToUtf8 } from "../../../src/protocol/primitives/bytes.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import type { Fr } from "../../../src/protocol/primitives/field.ts"
import { sha256 } from "../../../src/protocol/primitives/hash.ts"
import { poseidon } from "../../../src/protocol/primitives/poseidon.ts"
import { deriveCensusLeaf } from "../../../src/protocol/primitives/voter.ts"
import type { CensusEvidence } from "../../../src/protocol/election/census-freeze.ts"
import { codeOf } from "../../support/code-of.ts"
import {
  commitmentOf,
  evidenceOf,
  gatedPlan,
  leafOf,
  namedPlan,
  people,
  REGISTRARS,
  rollOf,
} from "../../support/sample-census.ts"

const LEAF_OF_ONE = "15700894610028091471322054567252739125571156553248201695742296403805718907513" as Fr
const SMALL = { weighted: false, minSize: 1 }
const WEIGHTED = { weighted: true, minSize: 1 }
const recordOf = (i: number, change: Partial<CensusRecord> = {}): CensusRecord => ({
  commitment: commitmentOf(i),
  weight: 1,
  slot: rollOf(i),
  ...change,
})
const bytesOf = encodeLeaves
const refusalOf = (verdict: { ok: boolean; reason?: string; at?: string }) =>
  verdict.ok ? "accepted" : `${verdict.reason} ${verdict.at}`

describe("the census tree", () => {
  it("has the published roots: of nobody, and of one leaf", () => {
    expect(buildCensusTree(new Uint8Array()).root).toBe(
      "5502479177772891194542009540012941542204094004749813714118505924674776464255",
    )
    const commitment = encodeFr(poseidon(2001n, 1n))
    expect(commitment).toBe("8357274914101761223646627006872368545940130251089132849341207037589995462520")
    expect(deriveCensusLeaf(commitment, 1)).toBe(LEAF_OF_ONE)
    expect(buildCensusTree(bytesOf([BigInt(LEAF_OF_ONE)])).root).toBe(
      "4264392626169905898714335511224030142965347496650149250684864371920885659607",
    )
  })

  it("gives paths that climb to the root by two bits a level, for every leaf", () => {
    const leaves = fc.uniqueArray(fc.bigInt({ min: 1n, max: 1n << 250n }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(leaves, (values) => {
        const tree = buildCensusTree(bytesOf(values))
        const index = values.length - 1
        let node = values[index]!
        for (const [level, children] of censusPath(tree, index).entries()) {
          expect(children[(index >> (2 * level)) & 3]).toBe(node)
          node = poseidon(...children)
        }
        expect(encodeFr(node)).toBe(tree.root)
      }),
      { numRuns: 6 },
    )
  })

  it("finds a leaf by bisection and no other value", () => {
    const values = fc.uniqueArray(fc.bigInt({ min: 1n, max: 999n }), { maxLength: 60 })
    fc.assert(
      fc.property(values, fc.bigInt({ min: 1n, max: 999n }), (list, wanted) => {
        const sorted = [...list].sort((a, b) => (a < b ? -1 : 1))
        expect(indexOfLeaf(bytesOf(sorted), encodeFr(wanted))).toBe(sorted.indexOf(wanted))
      }),
    )
  })

  it.each([-1, 3, 0.5])("has no leaf %s of three", (index) => {
    const tree = buildCensusTree(bytesOf([1n, 2n, 3n]))
    expect(() => censusPath(tree, index)).toThrow(RangeError)
  })

  it("refuses bytes that are no list of leaves", () => {
    expect(() => buildCensusTree(new Uint8Array(33))).toThrow(RangeError)
  })
})

describe("a census of records", () => {
  it("has one leaf a record, strictly ascending, whatever the order they came in", () => {
    const order = fc.shuffledSubarray(people(12), { minLength: 12 })
    const expected = buildCensus(
      people(12).map((i) => recordOf(i)),
      SMALL,
    )
    if (!expected.ok) throw new Error(expected.reason)
    const leaves = expected.value.records.map(({ leaf }) => BigInt(leaf))
    expect(leaves.every((leaf, i) => i === 0 || leaves[i - 1]! < leaf)).toBe(true)
    expect(expected.value.tree.levels[0]).toEqual(bytesOf(leaves))
    fc.assert(
      fc.property(order, (shuffled) => {
        const built = buildCensus(
          shuffled.map((i) => recordOf(i)),
          SMALL,
        )
        expect(built).toEqual(expected)
      }),
      { numRuns: 3 },
    )
  })

  it("refuses commitment 0, and a weight where none is weighed", () => {
    expect(refusalOf(buildCensus([recordOf(0, { commitment: "0" as Fr })], SMALL))).toBe(
      "leaf-reserved 0.commitment",
    )
    expect(refusalOf(buildCensus([recordOf(0), recordOf(1, { weight: 2 })], SMALL))).toBe(
      "leaf-not-canonical 1.weight",
    )
    expect(buildCensus([recordOf(0, { weight: 2 })], WEIGHTED).ok).toBe(true)
  })

  it("publishes commitments and weights in leaf order, from which the leaves follow", () => {
    const built = buildCensus(
      people(5).map((i) => recordOf(i, { weight: i + 1 })),
      WEIGHTED,
    )
    if (!built.ok) throw new Error(built.reason)
    const bytes = encodeCommitments(built.value.records)
    expect(bytes.length).toBe(5 * 36)
    for (const [i, { leaf }] of built.value.records.entries()) {
      const commitment = encodeFr(bytesToBigint(bytes.slice(36 * i, 36 * i + 32)))
      const weight = Number(bytesToBigint(bytes.slice(36 * i + 32, 36 * i + 36)))
      expect(deriveCensusLeaf(commitment, weight)).toBe(leaf)
    }
    expect(built.value.totalWeight).toBe(15)
  })
})

describe("a census of many", () => {
  it("is encoded without a list of arguments as long as the electorate", () => {
    const record = recordOf(0)
    const many = people(140_000).map((i) => ({ ...record, leaf: encodeFr(BigInt(i + 1)) }))
    expect(encodeCommitments(many).length).toBe(36 * many.length)
    expect(encodeLeaves(many.map(({ leaf }) => BigInt(leaf))).length).toBe(32 * many.length)
  })
})

describe("A15: weights that would overflow a counter", () => {
  const heavy = (last: number): CensusRecord[] =>
    people(257).map((i) => recordOf(i, { weight: i === 256 ? last : 2 ** 32 - 1 }))

  it("refuses more than 2^40 in all, before any leaf is hashed", () => {
    expect(refusalOf(buildCensus(heavy(257), WEIGHTED))).toBe("census-too-large totalWeight")
  })

  it("takes exactly 2^40", () => {
    const built = buildCensus(heavy(256), WEIGHTED)
    expect(built.ok && built.value.totalWeight).toBe(2 ** 40)
  })
})

describe("B15: one commitment in two leaves", () => {
  it("is refused even under two weights and two slots", () => {
    const twice = [recordOf(0, { weight: 1 }), recordOf(1, { commitment: commitmentOf(0), weight: 9 })]
    expect(refusalOf(buildCensus(twice, WEIGHTED))).toBe("leaf-duplicate commitment")
  })
})

describe("C4: one slot with two leaves", () => {
  it("is refused for two commitments of one roll entry or enrolment nullifier", () => {
    expect(refusalOf(buildCensus([recordOf(0), recordOf(1, { slot: rollOf(0) })], SMALL))).toBe(
      "leaf-duplicate slot",
    )
    const plan = gatedPlan()
    const evidence = [
      ...people(10).map((i) => evidenceOf(i)),
      evidenceOf(11, { nullifier: evidenceOf(3).nullifier }),
    ]
    expect(refusalOf(freezeCensus(plan, evidence))).toBe("leaf-duplicate slot")
  })
})

describe("C5: tiny electorates and rare weights", () => {
  it("refuses a census below the minimum of its plan", () => {
    const plan = namedPlan({ minSize: 10 })
    expect(
      refusalOf(
        freezeCensus(
          plan,
          people(9).map((i) => leafOf(plan, i)),
        ),
      ),
    ).toBe("census-too-small size")
    expect(
      freezeCensus(
        plan,
        people(10).map((i) => leafOf(plan, i)),
      ).ok,
    ).toBe(true)
  })

  it("counts how many share each weight, so that a rare one can be warned of", () => {
    const counts = countWeights([1, 1, 1, 1000].map((weight, i) => recordOf(i, { weight })))
    expect([...counts]).toEqual([
      [1, 3],
      [1000, 1],
    ])
  })
})

describe("C1: stuffing", () => {
  const plan = namedPlan()
  const evidence = people(10).map((i) => leafOf(plan, i))
  const frozen = freezeCensus(plan, evidence)
  if (!frozen.ok) throw new Error(frozen.reason)
  const { body } = frozen.value

  it("shows in every member of the freeze when one leaf is added", () => {
    const stuffed = freezeCensus(plan, [...evidence, leafOf(plan, 10)])
    if (!stuffed.ok) throw new Error(stuffed.reason)
    const same = Object.entries(stuffed.value.body).filter(
      ([member, value]) => value === body[member as "root"],
    )
    expect(same.map(([member]) => member)).toEqual(["censusId", "replacements"])
  })

  it("shows in the digest of the evidence when only who vouches is changed", () => {
    const other = evidence.map((leaf, i) => (i === 4 ? leafOf(plan, 4, {}, [REGISTRARS[1]!]) : leaf))
    const forged = freezeCensus(plan, other)
    expect(forged.ok && forged.value.body).toEqual({
      ...body,
      evidenceSha256: expect.not.stringMatching(body.evidenceSha256),
    })
  })
})

describe("the freeze", () => {
  const plan = namedPlan()
  const evidence = people(11).map((i) =>
    leafOf(plan, i, i === 2 ? { replaces: commitmentOf(99) } : {}, REGISTRARS.slice(0, i === 2 ? 2 : 1)),
  )

  it("is a function of plan and set of evidence, replacements counted", () => {
    const frozen = freezeCensus(plan, evidence)
    if (!frozen.ok) throw new Error(frozen.reason)
    const { built, body, evidence: file } = frozen.value
    expect(body).toEqual({
      censusId: computeCensusId(plan),
      root: built.tree.root,
      size: 11,
      totalWeight: 11,
      replacements: 1,
      leavesSha256: bytesToHex(sha256(built.tree.levels[0]!)),
      evidenceSha256: bytesToHex(sha256(file)),
    })
    expect(freezeCensus(plan, [...evidence].reverse())).toEqual(frozen)
  })

  it.each(["named", "gated"] as const)("is read back from its own evidence file: %s", (mode) => {
    const own = mode === "named" ? plan : gatedPlan()
    const given: readonly CensusEvidence[] =
      mode === "named" ? evidence : people(10).map((i) => evidenceOf(i))
    const frozen = freezeCensus(own, given)
    if (!frozen.ok) throw new Error(frozen.reason)
    const again = freezeCensus(own, parseEvidenceFile(frozen.value.evidence, own))
    expect(again).toEqual(frozen)
  })

  it.each([
    ["nothing", ""],
    ["a missing LF at the end", "{}"],
    ["an empty line", "\n"],
    ["a line of another form", "{}\n"],
  ])("refuses an evidence file with %s", (_, text) => {
    expect(codeOf(() => parseEvidenceFile(new TextEncoder().encode(text), plan))).toBe("malformed-census")
  })

  it("refuses a second spelling of a line", () => {
    const frozen = freezeCensus(
      gatedPlan(),
      people(10).map((i) => evidenceOf(i)),
    )
    if (!frozen.ok) throw new Error(frozen.reason)
    const spaced = bytesToUtf8(frozen.value.evidence)!.replace('"alternative":0', '"alternative": 0')
    expect(codeOf(() => parseEvidenceFile(new TextEncoder().encode(spaced), gatedPlan()))).toBe(
      "malformed-census",
    )
  })
})

describe("C6: enrolments dated or told apart", () => {
  const plan = gatedPlan()

  it("publishes lines that differ in the listed members only", () => {
    const frozen = freezeCensus(
      plan,
      people(10).map((i) => evidenceOf(i)),
    )
    if (!frozen.ok) throw new Error(frozen.reason)
    const lines = bytesToUtf8(frozen.value.evidence)!.trimEnd().split("\n")
    const listed = [
      "alternative",
      "challenge",
      "commitment",
      "credentialTag",
      "id",
      "linkTag",
      "nullifier",
      "proof",
    ]
    for (const line of lines) expect(Object.keys(JSON.parse(line))).toEqual(listed)
  })

  it("publishes them in leaf order, whatever the order of arrival", () => {
    const order = fc.shuffledSubarray(people(10), { minLength: 10 })
    const first = freezeCensus(
      plan,
      people(10).map((i) => evidenceOf(i)),
    )
    fc.assert(
      fc.property(order, (shuffled) => {
        expect(
          freezeCensus(
            plan,
            shuffled.map((i) => evidenceOf(i)),
          ),
        ).toEqual(first)
      }),
      { numRuns: 3 },
    )
  })
})
