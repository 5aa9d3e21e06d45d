import { describe, expect, test } from "vitest"
import { encodeVerifierKey, makeSigningKey } from "../../../src/protocol/primitives/note-key.ts"
import { meetsQuorum, parsePolicy } from "../../../src/protocol/log/policy.ts"

const log = makeSigningKey("verifier.example/ledger", new Uint8Array(32).fill(1))
const cosigners = [2, 3, 4, 5].map((n) => makeSigningKey(`c${n}.example`, new Uint8Array(32).fill(n), 0x04))
const [c1, c2, c3, c4] = cosigners.map(encodeVerifierKey)
const LINES = [
  "# a comment",
  `log ${encodeVerifierKey(log)} https://verifier.example/ledger`,
  `witness one\t${c1} https://one.example/`,
  ` witness two ${c2}`,
  `witness three ${c3}`,
  `witness four ${c4}`,
  "",
]
const policy = (...lines: string[]) => parsePolicy([...LINES, ...lines, ""].join("\n"))
const refusedAt = (line: number) =>
  expect.objectContaining({
    code: "malformed-log",
    message: expect.stringContaining(`line ${line}:`) as string,
  }) as Error

describe("a policy", () => {
  const nested = policy("group mine 2 one two three", "group all-of-it all mine four", "quorum all-of-it")

  test.each([
    ["nobody", [], false],
    ["two of three", [0, 1], false],
    ["one of three and the fourth", [0, 3], false],
    ["two of three and the fourth", [0, 2, 3], true],
    ["everybody", [0, 1, 2, 3], true],
  ])("asks nested groups: %s", (_name, who, met) => {
    const signers = nested.cosigners
      .filter((_, i) => (who as readonly number[]).includes(i))
      .map((one) => one.key)
    expect(meetsQuorum(nested, signers)).toBe(met)
  })

  test("does not count one cosigner twice", () => {
    const pair = policy("group pair 2 one two", "quorum pair")
    const first = pair.cosigners.slice(0, 1).map((one) => one.key)
    expect(meetsQuorum(pair, [...first, ...first])).toBe(false)
  })

  test("takes any, all, one name and none", () => {
    const first = (of: ReturnType<typeof policy>) => of.cosigners.slice(0, 1).map((one) => one.key)
    const any = policy("group g any one two", "quorum g")
    const single = policy("quorum one")
    expect(meetsQuorum(any, first(any))).toBe(true)
    expect(meetsQuorum(single, first(single))).toBe(true)
    expect(meetsQuorum(single, [])).toBe(false)
    expect(meetsQuorum(policy("quorum none"), [])).toBe(true)
  })

  test.each([
    ["an unknown word", "trust me"],
    ["a threshold of zero", "group g 0 one two"],
    ["a threshold above its members", "group g 3 one two"],
    ["no members", "group g any"],
    ["an undefined member", "group g any five"],
    ["none as a member", "group g any none"],
    ["itself as a member", "group g any g"],
    [
      "a name given twice",
      `witness one ${encodeVerifierKey(makeSigningKey("x", new Uint8Array(32).fill(9), 0x04))}`,
    ],
    [
      "a key given twice under another name",
      `witness five ${encodeVerifierKey(makeSigningKey("c9.example", new Uint8Array(32).fill(2), 0x04))}`,
    ],
    [
      "a log key as a cosigner's",
      `witness five ${encodeVerifierKey(makeSigningKey("x", new Uint8Array(32).fill(9)))}`,
    ],
    [
      "a key whose id is wrong",
      `log ${encodeVerifierKey(makeSigningKey("x", new Uint8Array(32).fill(9))).replace(/\+[0-9a-f]{8}\+/, "+00000000+")}`,
    ],
    ["an undefined quorum", "quorum five"],
    ["a control character", "# \u0007"],
  ])("is refused with %s, naming the line", (_name, line) => {
    expect(() => policy(line, "quorum none")).toThrow(refusedAt(8))
  })

  test("is refused with a member of two groups, with two quorums and without one", () => {
    expect(() => policy("group g any one", "group h any one", "quorum none")).toThrow(refusedAt(9))
    expect(() => policy("quorum none", "quorum one")).toThrow(refusedAt(9))
    expect(() => policy()).toThrow(refusedAt(0))
  })

  test("is refused above 32 logs", () => {
    const logs = Array.from({ length: 33 }, (_, i) => {
      const key = makeSigningKey(`log${i}.example`, new Uint8Array(32).fill(100 + i))
      return `log ${encodeVerifierKey(key)}`
    })
    expect(() => parsePolicy([...logs.slice(0, 32), "quorum none"].join("\n"))).not.toThrow()
    expect(() => parsePolicy([...logs, "quorum none"].join("\n"))).toThrow(refusedAt(33))
  })
})
