import fc from "fast-check"
import { beforeAll, describe, expect, test } from "vitest"
import { chooseValues, divide, reduce } from "../../support/circuit-attacks.ts"
import { names, openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import { part } from "../../support/circuit-instances.ts"
import { openOracle, type Oracle } from "../../support/circuit-oracle.ts"

const LEVELS = 1 // four words keep this part quick; the shipped depth is tested on the shipped instance
const POSITIONS = 4 ** LEVELS
const INDEXES = 256 * POSITIONS
let circuit: Circuit
let oracle: Oracle
beforeAll(async () => {
  oracle = await openOracle()
  circuit = await openCircuit(part("credential/not-revoked.circom", "NotRevoked", LEVELS))
})
const treeOf = (words: readonly bigint[]) =>
  oracle.tree(new Map(words.map((word, position) => [position, oracle.hash(1006n, word)])), LEVELS)
const input = (index: number, words: readonly bigint[], shown = words) => {
  const position = (index >> 8) & (POSITIONS - 1)
  const statusWord = shown[position] ?? 0n
  return { statusIndex: BigInt(index), statusWord, statusChildren: treeOf(words).path(position) }
}

test("accepts exactly the indexes whose bit exists and is 0, and gives the root of the list", () => {
  const word = fc.oneof(fc.bigInt(0n, (1n << 248n) - 1n), fc.constantFrom(0n, 1n, (1n << 248n) - 1n))
  const words = fc.array(word, { minLength: POSITIONS, maxLength: POSITIONS })
  fc.assert(
    fc.property(words, fc.nat(INDEXES - 1), (list, index) => {
      const bit = index & 255
      const isGood = bit < 248 && (((list[index >> 8] ?? 0n) >> BigInt(bit)) & 1n) === 0n
      const refusal = circuit.refusal(input(index, list))
      expect(refusal?.rule).toBe(isGood ? undefined : 7)
      if (isGood) expect(circuit.witness(input(index, list)).get("statusRoot")).toBe(treeOf(list).root)
    }),
    { numRuns: 60 },
  )
})

const GOOD = [0n, 1n << 3n, 0n, 0n]
test.each([0, 1, 2, 246, 247])("reads bit %d of a word", (bit) => {
  expect(
    circuit.refusal(input(256 + bit, [0n, ((1n << 248n) - 1n) ^ (1n << BigInt(bit)), 0n, 0n])),
  ).toBeUndefined()
  expect(circuit.refusal(input(256 + bit, [0n, 1n << BigInt(bit), 0n, 0n]))?.rule).toBe(7)
})
test.each([248, 251, 255])("reads bit %d, which no word has, as revoked", (bit) => {
  expect(circuit.refusal(input(256 + bit, GOOD))?.rule).toBe(7)
})
test.each([
  ["an index one list further that has the same low bits", { statusIndex: BigInt(INDEXES + 256) }, 6],
  ["a negative index", { statusIndex: -1n }, 6],
  ["a word of 249 bits", { statusWord: 1n << 248n }, 7],
  ["another word under the same leaf", { statusWord: 0n }, 8],
  ["the word of another position", { statusIndex: 5n }, 8],
])("refuses %s", (_, signals, rule) => {
  expect(circuit.refusal({ ...input(256, GOOD), ...signals })?.rule).toBe(rule)
})

test("shows nothing about a place: the same word at another position needs that position's index", () => {
  expect(circuit.refusal({ ...input(2 * 256, GOOD), statusChildren: treeOf(GOOD).path(2) })).toBeUndefined()
  expect(circuit.refusal({ ...input(256, GOOD), statusWord: 0n })?.rule).toBe(8)
})

describe("a dishonest witness", () => {
  test("whose bit selector mixes two good bits past the revoked one breaks a booleanity and nothing else", () => {
    const revoked = [1n << 17n, 0n, 0n, 0n]
    const honest = circuit.witness(input(16, revoked)) // bits 16 and 18 are good, 17 is revoked
    const half = divide(1n, 2n)
    const selectors = Array.from({ length: 8 }, (_, b) => (b === 1 ? half : b === 4 ? 1n : 0n)) // 2 * 1/2 + 16 = 17
    const entries = Array.from({ length: 256 }, (_, b) =>
      b < 248 ? ((revoked[0] ?? 0n) >> BigInt(b)) & 1n : 1n,
    )
    const inner = chooseValues(entries, selectors)
    expect(inner.at(-1)).toBe(0n)
    const edits = Object.fromEntries(
      inner
        .map((value, i): [string, bigint] => [`Choose#0.left[${i}]`, value])
        .filter(([name]) => circuit.symbols.wireOf.has(name)),
    )
    const broken = honest.edit({ ...edits, statusIndex: 17n, "indexBits[1]": half }).broken()
    expect(broken).toHaveLength(1)
    expect(names(broken, ["indexBits[1]"])).toBe(true)
  })

  test("that clears the revoked bit but keeps the word fails rule (7)", () => {
    const honest = circuit.witness(input(256, [0n, 1n << 3n, 0n, 0n]))
    expect(names(honest.edit({ "wordBits[3]": 0n }).broken(), ["statusWord", "wordBits[3]"])).toBe(true)
  })
  test("that clears the bit in the word too fails rule (8), at the hash of the word", () => {
    const honest = circuit.witness(input(256, [0n, 1n << 3n, 0n, 0n]))
    const broken = honest.edit({ "wordBits[3]": 0n, statusWord: 0n }).broken()
    expect(names(broken, ["statusWord"])).toBe(true)
    expect(names(broken, ["wordBits[3]", "statusWord"])).toBe(false)
  })
  test.each([
    "statusIndex",
    "indexBits[0]",
    "indexBits[9]",
    "wordBits[247]",
    "leaf",
    "statusRoot",
    "statusChildren[0][0]",
  ])("with another %s fails", (signal) => {
    const honest = circuit.witness(input(256, GOOD))
    expect(names(honest.edit({ [signal]: reduce(1n - honest.get(signal)) }).broken(), [signal])).toBe(true)
  })
})
