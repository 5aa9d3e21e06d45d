import fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  decodeBundle,
  encodeBundle,
  parseResourcePath,
  resourcePath,
  rightEdge,
  tileWidth,
} from "../../../src/protocol/log/tile.ts"

describe("tiles", () => {
  test("lie at the paths of the specification", () => {
    expect(resourcePath({ kind: "tile", level: 0, n: 1234067, width: 256 })).toBe("tile/0/x001/x234/067")
    expect(resourcePath({ kind: "tile", level: 0, n: 273, width: 112 })).toBe("tile/0/273.p/112")
    expect(resourcePath({ kind: "entries", n: 0, width: 256 })).toBe("tile/entries/000")
  })

  test("have the widths of a tree of 70,000", () => {
    expect(rightEdge(70_000)).toEqual([
      { level: 0, n: 273 },
      { level: 1, n: 1 },
      { level: 2, n: 0 },
    ])
    const widths = [
      [0, 272],
      [0, 273],
      [0, 274],
      [1, 0],
      [1, 1],
      [2, 0],
    ].map(([level = 0, n = 0]) => tileWidth({ level, n }, 70_000))
    expect(widths).toEqual([256, 112, 0, 256, 17, 1])
  })

  test("are found again from their paths", () => {
    const resource = fc.record({
      kind: fc.constant("tile" as const),
      level: fc.nat(63),
      n: fc.oneof(fc.nat(2000), fc.nat(10 ** 9)),
      width: fc.integer({ min: 1, max: 256 }),
    })
    fc.assert(
      fc.property(resource, (r) => {
        expect(parseResourcePath(resourcePath(r))).toEqual(r)
      }),
    )
  })

  test.each([
    "tile/00/000",
    "tile/64/000",
    "tile/0/0",
    "tile/0/000.p/0",
    "tile/0/000.p/01",
    "tile/0/000.p/256",
    "tile/0/x000/001",
    "tile/0/1000",
    "tile/0/001/x002",
    "tile/0/../0/000",
    "tile/0/%30%30%30",
    "tile/-1/000",
    "checkpoint/",
    "tile/entries/000.p/",
    `tile/0/${"x999/".repeat(8)}999`,
  ])("refuse the path %s", (path) => {
    expect(parseResourcePath(path)).toBeNull()
  })

  test("decode a bundle to the entries it was made of, and nothing of another length", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (entries) => {
        const bytes = encodeBundle(entries)
        expect(decodeBundle(bytes, entries.length)).toEqual(entries)
        expect(decodeBundle(Uint8Array.of(...bytes, 0), entries.length)).toBeNull()
        expect(decodeBundle(bytes, entries.length + 1)).toBeNull()
        if (bytes.length > 0) expect(decodeBundle(bytes.subarray(0, -1), entries.length)).toBeNull()
      }),
    )
  })
})
