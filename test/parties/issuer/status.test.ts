import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { issue } from "../../../src/parties/issuer/issue.ts"
import { drawStatusIndex } from "../../../src/parties/issuer/status.ts"
import type { RandomBytes } from "../../../src/protocol/credential/holder.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import type { IssuerState } from "../../../src/protocol/wire/issuer-state.ts"
import { codeOf } from "../../support/code-of.ts"
import { newIssuer, orderFor, SCHEMA_ID, seededRandom, TODAY } from "../../support/issued-records.ts"

/** Indexes out of one word's top 16 bits only, so that collisions and the eight missing bits come up all the time. */
const narrow = (seed: number): RandomBytes => {
  const random = seededRandom(seed)
  return (length) =>
    length === 31
      ? random(31)
      : random(length).map((byte, i, all) => (i === all.length - 1 ? 240 + (byte % 16) : 0))
}

function withIssued(indexes: Iterable<number>, schemaId = SCHEMA_ID): IssuerState {
  const [credId, holder] = [encodeFr(1n), encodeFr(2n)]
  const issued = Array.from(indexes, (statusIndex) => {
    return { schemaId, credId, statusIndex, holder, isRevoked: false, boundDay: TODAY }
  })
  return { ...newIssuer(), issued }
}

describe("status indexes", () => {
  it("are never given twice over many issues, and never one of bits 248 to 255", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = narrow(seed)
        let state = newIssuer()
        for (let n = 1; n <= 8; n++) ({ state } = issue(state, orderFor(n), random))
        const indexes = state.issued.map(({ statusIndex }) => statusIndex)
        // Eight records and exactly eight indexes that exist: a repeated one would leave another out.
        expect(indexes.sort((a, b) => a - b)).toEqual([240, 241, 242, 243, 244, 245, 246, 247])
      }),
      { numRuns: 10 },
    )
  })

  it("spread over the whole list: no order of issue shows in them", () => {
    const random = seededRandom("spread")
    const state = newIssuer()
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
})
