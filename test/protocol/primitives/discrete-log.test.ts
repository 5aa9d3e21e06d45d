import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  BASE8,
  IDENTITY,
  PACKING_POINT,
  parsePointOnCurve,
} from "../../../src/protocol/primitives/babyjubjub.ts"
import { openLogSearch } from "../../../src/protocol/primitives/discrete-log.ts"
import { packCounters } from "../../../src/protocol/primitives/elgamal.ts"
import { R } from "../../../src/protocol/primitives/field.ts"
import { openPointWalk } from "../../../src/protocol/primitives/point-walk.ts"

describe("openPointWalk", () => {
  // Counts around the block of 257 points and below it, where blocks shrink.
  it.each([1, 2, 3, 4, 256, 257, 258, 259, 515, 600])(
    "visits %i points once each, in the right place",
    (count) => {
      const [start, step] = [BASE8.multiply(1000n), BASE8.multiply(7n)]
      const seen = new Map<number, bigint>()
      let visited = 0
      openPointWalk(step, count).walk(
        start,
        (x, i) => {
          expect(seen.has(i)).toBe(false)
          seen.set(i, x)
          return false
        },
        (points) => (visited += points),
      )
      expect([seen.size, visited]).toEqual([count, count])
      let point = start
      for (let i = 0; i < count; i++, point = point.add(step)) expect(seen.get(i)).toBe(point.toAffine().x)
    },
  )

  it("passes O, whatever the start", () => {
    const zeros: number[] = []
    openPointWalk(BASE8, 300).walk(BASE8.multiply(123n).negate(), (x, i) => {
      if (x === 0n) zeros.push(i)
      return false
    })
    expect(zeros).toEqual([123])
  })

  it("stops as soon as it is told to", () => {
    let visits = 0
    openPointWalk(BASE8, 1000).walk(IDENTITY, () => ++visits === 3)
    expect(visits).toBe(3)
  })
})

describe("openLogSearch", () => {
  const search = openLogSearch({ rows: 401, giant: PACKING_POINT, giants: 401 })

  it("finds every pair of counters within its bounds", () => {
    const counter = fc.integer({ min: 0, max: 400 })
    fc.assert(
      fc.property(counter, counter, (a, b) => {
        expect(search.find(packCounters(BigInt(a), BigInt(b)))).toEqual({ a, b })
      }),
      {
        numRuns: 30,
        examples: [
          [0, 0],
          [400, 400],
          [0, 400],
          [400, 0],
        ],
      },
    )
  })

  it("finds nothing outside them: not a sum, not its negative, not a point elsewhere", () => {
    const outside = [
      packCounters(401n, 0n),
      packCounters(0n, 401n),
      packCounters(5n, 6n).negate(),
      BASE8.multiply(3n).subtract(PACKING_POINT),
      BASE8.multiply(1n << 200n),
    ]
    for (const point of outside) expect(search.find(point)).toBeNull()
  })

  it("is not taken in by a point of even order with the x coordinate of an answer", () => {
    const { x, y } = packCounters(3n, 0n).toAffine() // no giant step, which would part the two
    const twin = parsePointOnCurve([x.toString(), (R - y).toString()])
    expect(search.find(twin)).toBeNull()
    expect(search.find(packCounters(3n, 0n))).toEqual({ a: 3, b: 0 })
  })

  it("refuses bounds that no machine holds", () => {
    for (const rows of [0, 2 ** 24 + 2]) {
      expect(() => openLogSearch({ rows, giant: PACKING_POINT, giants: 1 })).toThrow(RangeError)
    }
    expect(() => openLogSearch({ rows: 1, giant: PACKING_POINT, giants: 0 })).toThrow(RangeError)
  })
})
