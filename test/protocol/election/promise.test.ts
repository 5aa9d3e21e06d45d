import { describe, expect, it } from "vitest"
import { freezeCensus, recordOf } from "../../../src/protocol/election/census-freeze.ts"
import type { CensusEvidence } from "../../../src/protocol/election/census-freeze.ts"
import { computeCensusId } from "../../../src/protocol/election/census.ts"
import { isPromiseBroken, isPromiseOf, makePromise } from "../../../src/protocol/election/promise.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { deriveCensusLeaf } from "../../../src/protocol/primitives/voter.ts"
import { canonicalText } from "../../../src/protocol/wire/canonical-json.ts"
import { parseCensusPromise } from "../../../src/protocol/wire/census.ts"
import type { CensusPromise } from "../../../src/protocol/wire/census.ts"
import { codeOf } from "../../support/code-of.ts"
import {
  evidenceOf,
  gatedPlan,
  leafOf,
  namedPlan,
  people,
  REGISTRARS,
  SERVICE,
  STRANGER,
} from "../../support/sample-census.ts"

const plan = gatedPlan()
const promiseTo = (evidence: CensusEvidence, key = SERVICE, own = plan): CensusPromise => {
  const { commitment, weight, slot } = recordOf(evidence)
  return makePromise(
    { censusId: computeCensusId(own), slot, leaf: deriveCensusLeaf(commitment, weight) },
    key,
  )
}

/** Leaves and slots of a census frozen over this evidence. */
function frozenOver(evidence: readonly CensusEvidence[], own = plan) {
  const frozen = freezeCensus(own, evidence)
  if (!frozen.ok) throw new Error(frozen.reason)
  const leaves = new Set(frozen.value.built.records.map(({ leaf }) => leaf))
  const slots = new Set(evidence.map((one) => recordOf(one).slot))
  return {
    hasLeaf: (leaf: CensusPromise["leaf"]) => leaves.has(leaf),
    hasSlot: (slot: string) => slots.has(slot),
  }
}

describe("a promise", () => {
  const promise = promiseTo(evidenceOf(3))

  it("is the verifier's, for this census, and reads back from its canonical bytes", () => {
    expect(isPromiseOf(promise, plan)).toBe(true)
    expect(parseCensusPromise(canonicalText(promise))).toEqual(promise)
  })

  it.each<[string, CensusPromise]>([
    ["another signer", promiseTo(evidenceOf(3), STRANGER)],
    ["another census", promiseTo(evidenceOf(3), SERVICE, gatedPlan({ title: "Others" }))],
    ["a changed leaf", { ...promise, leaf: encodeFr(5n) }],
    ["a changed slot", { ...promise, slot: "0".repeat(64) }],
    ["another's signature", { ...promise, signature: promiseTo(evidenceOf(4)).signature }],
  ])("is none with %s", (_, forged) => {
    expect(isPromiseOf(forged, plan)).toBe(false)
  })

  it.each([
    ["spaces", (text: string) => text.replace(":", ": ")],
    ["a slot in capitals", (text: string) => text.replace(promise.slot, promise.slot.toUpperCase())],
    ["another type", (text: string) => text.replace("promise/1", "promise/2")],
    ["one more member", (text: string) => text.replace("{", '{"a":"b",')],
  ])("is malformed with %s", (_, edit) => {
    const text = edit(canonicalText(promise))
    expect(text).not.toBe(canonicalText(promise))
    expect(codeOf(() => parseCensusPromise(text))).toBe("malformed-census")
  })
})

describe("C2: a leaf dropped or swapped", () => {
  it("breaks the promise when neither the leaf nor its slot is there", () => {
    const without = frozenOver(people(10).map((i) => evidenceOf(i)))
    expect(isPromiseBroken(promiseTo(evidenceOf(42)), without)).toBe(true)
  })

  it("breaks it when somebody else has the place", () => {
    const swapped = frozenOver(people(11).map((i) => (i === 7 ? evidenceOf(99) : evidenceOf(i))))
    expect(isPromiseBroken(promiseTo(evidenceOf(7)), swapped)).toBe(true)
  })

  it("breaks it in a named census by the roll entry", () => {
    const named = namedPlan()
    const leaves = people(10).map((i) => leafOf(named, i))
    expect(isPromiseBroken(promiseTo(leafOf(named, 42), SERVICE, named), frozenOver(leaves, named))).toBe(
      true,
    )
    expect(isPromiseBroken(promiseTo(leaves[4]!, SERVICE, named), frozenOver(leaves, named))).toBe(false)
  })
})

describe("C7: a false accusation with the promise of a replaced leaf", () => {
  it("is no misconduct where the same enrolment nullifier has evidence for another leaf", () => {
    const old = evidenceOf(3)
    const later = evidenceOf(3, { commitment: evidenceOf(500).commitment })
    const frozen = frozenOver(people(10).map((i) => (i === 3 ? later : evidenceOf(i))))
    expect(frozen.hasLeaf(promiseTo(old).leaf)).toBe(false)
    expect(isPromiseBroken(promiseTo(old), frozen)).toBe(false)
  })

  it("is none where two registrars replaced a lost wallet's leaf", () => {
    const named = namedPlan()
    const { commitment } = leafOf(named, 500).body
    const replaced = leafOf(
      named,
      3,
      { commitment, replaces: leafOf(named, 3).body.commitment },
      REGISTRARS.slice(0, 2),
    )
    const frozen = frozenOver(
      people(10).map((i) => (i === 3 ? replaced : leafOf(named, i))),
      named,
    )
    expect(isPromiseBroken(promiseTo(leafOf(named, 3), SERVICE, named), frozen)).toBe(false)
  })
})
