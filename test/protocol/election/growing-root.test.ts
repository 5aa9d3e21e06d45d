import { expect, it } from "vitest"
import { utf8ToBytes } from "../../../src/protocol/primitives/bytes.ts"
import { GrowingRoot } from "../../../src/protocol/election/growing-root.ts"
import { MemoryTree } from "../../support/ledger-golden.ts"

it("the root of a growing log is that of the tree at every size", () => {
  const entries = Array.from({ length: 300 }, (_, i) => utf8ToBytes(`entry ${i}`))
  const tree = new MemoryTree(entries)
  const growing = new GrowingRoot()
  expect(growing.root()).toEqual(tree.root(0))
  for (const [index, entry] of entries.entries()) {
    growing.append(entry)
    expect(growing.size).toBe(index + 1)
    expect(growing.root()).toEqual(tree.root(index + 1))
  }
})
