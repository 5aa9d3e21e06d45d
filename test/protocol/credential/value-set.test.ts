import { describe, expect, it } from "vitest"
import { NO_SET, NO_SET_ROOT, prepareValueSet } from "../../../src/protocol/credential/value-set.ts"
import { encodeCode } from "../../../src/protocol/credential/attribute.ts"
import { poseidon } from "../../../src/protocol/primitives/poseidon.ts"
import { codeOf } from "../../support/code-of.ts"
import { LONG_SET } from "../../support/made-statements.ts"

describe("a value set", () => {
  it("has its codes as members, in order, each provable under its root", () => {
    const set = prepareValueSet(LONG_SET)
    expect(set.members).toEqual(LONG_SET.codes.map((code) => encodeCode(code)))
    for (const index of [0, 19]) {
      const node = set.path(index).reduce(
        (below, children, level) => {
          expect(children[(index >> (2 * level)) & 3]).toBe(below)
          return poseidon(...children)
        },
        poseidon(1009n, set.members[index] ?? 0n),
      )
      expect(node).toBe(set.root)
    }
  })

  it.each([
    ["value-set-invalid", ["s|b", "s|a"]],
    ["value-set-invalid", ["s|a", "s|a"]],
    ["value-malformed", ["no-bar"]],
  ])("is refused as %s: %j", (code, codes) => {
    expect(codeOf(() => prepareValueSet({ ...LONG_SET, codes }))).toBe(code)
  })

  it("that is none shows the value 0, which no present attribute has", () => {
    expect(NO_SET.path(0)[0]?.[0]).toBe(poseidon(1009n, 0n))
    expect(NO_SET_ROOT).toBe(NO_SET.root)
  })
})
