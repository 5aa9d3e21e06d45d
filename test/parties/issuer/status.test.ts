import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { applyEvent, drawStatusIndex, restoreList } from "../../../src/parties/issuer/status.ts"
import type { IssuerState } from "../../../src/parties/issuer/status.ts"
import type { RandomBytes } from "../../../src/protocol/credential/holder.ts"
import { isRevoked } from "../../../src/protocol/credential/status-list.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { codeOf } from "../../support/code-of.ts"
import { newIssuer, newKeys, orderFor, SCHEMA_ID, seededRandom, TODAY } from "../../support/issued-records.ts"

/** Indexes out of one word's top 16 bits only, so that collisions and the eight missing bits come up all the time. */
const narrow = (seed: number): RandomBytes => {
  const random = seededRandom(seed)
  return (length) =>
    length === 31
      ? random(31)
      : random(length).map((byte, i, all) => (i === all.length - 1 ? 240 + (byte % 16) : 0))
}

function withIssued(indexes: Iterable<number>, schemaId = SCHEMA_ID): IssuerState {
  const state: IssuerState = { keys: newKeys(), lists: new Map() }
  const record = {
    kind: "issued",
    schemaId,
    credId: encodeFr(1n),
    holder: encodeFr(2n),
    boundDay: TODAY,
  } as const
  for (const statusIndex of indexes) applyEvent(state, { ...record, statusIndex })
  return state
}

describe("status indexes", () => {
  it("are never given twice over many issues, and never one of bits 248 to 255", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = narrow(seed)
        const issuer = newIssuer()
        for (let n = 1; n <= 8; n++) issuer.issue(orderFor(n), random)
        const indexes = issuer.issued().map(({ statusIndex }) => statusIndex)
        // Eight records and exactly eight indexes that exist: a repeated one would leave another out.
        expect(indexes.sort((a, b) => a - b)).toEqual([240, 241, 242, 243, 244, 245, 246, 247])
      }),
      { numRuns: 10 },
    )
  })

  it("spread over the whole list: no order of issue shows in them", () => {
    const random = seededRandom("spread")
    const state = withIssued([])
    const drawn = Array.from({ length: 2000 }, () => drawStatusIndex(state, SCHEMA_ID, random))
    expect(drawn.every((index) => index % 256 < 248 && index < 2 ** 20)).toBe(true)
    const sixteenths = new Set(drawn.map((index) => index >> 16))
    expect(sixteenths.size).toBe(16)
    expect(new Set(drawn.map((index) => index % 256)).size).toBe(248)
  })

  it("of one schema leave those of another free", () => {
    const state = withIssued([240, 241, 242, 243, 244, 245, 246, 247], encodeFr(5n))
    expect(drawStatusIndex(state, SCHEMA_ID, narrow(1))).toBeGreaterThanOrEqual(240)
  })

  it("end at 80 % of the list, where an issuer begins another entry", () => {
    const limit = Math.ceil(0.8 * 4096 * 248)
    const indexes = Array.from({ length: limit }, (_, i) => 256 * Math.floor(i / 248) + (i % 248))
    const random = seededRandom("full")
    const draw = (used: readonly number[]) =>
      codeOf(() => drawStatusIndex(withIssued(used), SCHEMA_ID, random))
    expect(draw(indexes)).toBe("status-list-full")
    expect(draw(indexes.slice(1))).toBe("no error")
  })

  it("are not drawn for ever from randomness that repeats itself", () => {
    const stuck: RandomBytes = (length) => new Uint8Array(length)
    expect(() => drawStatusIndex(withIssued([0]), SCHEMA_ID, stuck)).toThrow(RangeError)
  })

  it("that two processes gave at once count once, and stay used", () => {
    const list = withIssued([7, 7, 300]).lists.get(SCHEMA_ID)
    expect(list?.issued).toBe(2)
  })
})

describe("an issuer's list", () => {
  it("comes back from its parts as the fold of its journal", () => {
    const index = fc.tuple(fc.nat(4095), fc.nat(247)).map(([word, bit]) => 256 * word + bit)
    fc.assert(
      fc.property(fc.uniqueArray(index, { maxLength: 30 }), fc.nat(1000), (indexes, number) => {
        const state = withIssued(indexes)
        applyEvent(state, { kind: "published", schemaId: SCHEMA_ID, number })
        for (const statusIndex of indexes.slice(0, 3)) {
          applyEvent(state, { kind: "revoked", schemaId: SCHEMA_ID, statusIndex })
        }
        const list = state.lists.get(SCHEMA_ID)
        if (list === undefined) throw new Error("the events made a list")
        expect(list).toMatchObject({ number, issued: indexes.length })
        expect(indexes.map((at) => isRevoked(list.words, at))).toEqual(indexes.map((_, i) => i < 3))
        expect(restoreList(list.number, Uint8Array.from(list.used), list.words)).toEqual(list)
      }),
      { numRuns: 10 },
    )
  })

  it("keeps the highest number that was published", () => {
    const state = withIssued([])
    for (const number of [1, 3, 2]) applyEvent(state, { kind: "published", schemaId: SCHEMA_ID, number })
    expect(state.lists.get(SCHEMA_ID)?.number).toBe(3)
  })
})
