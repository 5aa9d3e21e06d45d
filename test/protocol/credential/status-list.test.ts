import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  buildStatusTree,
  decodeWords,
  encodeWords,
  isRevoked,
  setStatus,
  signStatusList,
  verifyStatusList,
} from "../../../src/protocol/credential/status-list.ts"
import { encodeBase64Url } from "../../../src/protocol/primitives/bytes.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { makeSigningKey } from "../../../src/protocol/primitives/note-key.ts"
import { signDocument } from "../../../src/protocol/wire/signed-document.ts"
import { codeOf } from "../../support/code-of.ts"
import { OPERATIONS_KEY } from "../../support/one-credential.ts"

const index = fc.tuple(fc.nat(4095), fc.nat(247)).map(([word, bit]) => 256 * word + bit)
const fields = {
  ...{ registry: "demo", issuer: "clinic", schemaId: encodeFr(5n), number: 3, signedAt: 1_665_835_200 },
  ...{ suspension: false, words: setStatus([], 256 + 7, true) },
}

describe("status words", () => {
  it("agree with a set of revoked indexes, whatever is set and cleared", () => {
    const change = fc.tuple(
      fc.integer({ min: 0, max: 40 }).map((n) => (n >> 3) * 256 + (n & 7) * 35),
      fc.boolean(),
    )
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const reference = new Set<number>()
        let words: readonly bigint[] = []
        for (const [at, revoked] of changes) {
          words = setStatus(words, at, revoked)
          if (revoked) reference.add(at)
          else reference.delete(at)
        }
        for (const [at] of changes) expect(isRevoked(words, at)).toBe(reference.has(at))
        expect(words.at(-1)).not.toBe(0n)
        expect(decodeWords(encodeWords(words))).toEqual(words)
      }),
    )
  })

  it("come back as they went at any index, in 31 bytes big-endian a word", () => {
    fc.assert(
      fc.property(index, (at) => isRevoked(decodeWords(encodeWords(setStatus([], at, true))), at)),
      { numRuns: 30 },
    )
    expect(encodeWords([1n])).toBe(encodeBase64Url(Uint8Array.from([...Array<number>(30).fill(0), 1])))
    expect(encodeWords([])).toBe("")
  })

  it.each([248, 255, 256 + 250])("have no bit %i: it reads as revoked and cannot be set", (at) => {
    expect(isRevoked([], at)).toBe(true)
    expect(codeOf(() => setStatus([], at, true))).toBe("status-index-invalid")
  })

  it.each([-1, 2 ** 20, 1.5])("have no index %s", (at) => {
    expect(codeOf(() => setStatus([], at, true))).toBe("status-index-invalid")
  })

  it.each([
    ["30 bytes", encodeBase64Url(new Uint8Array(30).fill(1))],
    ["a trailing zero word", encodeBase64Url(new Uint8Array(31))],
    ["4,097 words", encodeBase64Url(new Uint8Array(31 * 4097).fill(1))],
    ["another alphabet", "+".repeat(42)],
  ])("refuse %s", (_, text) => {
    expect(codeOf(() => decodeWords(text))).toBe("malformed-registry")
  })

  it("give another root for another bit or another word", () => {
    const roots = [[], [1n], [2n], [0n, 1n]].map((words) => buildStatusTree(words).tree.root)
    expect(new Set(roots).size).toBe(4)
  })
})

describe("a list after another", () => {
  const list = fc.array(fc.bigInt(0n, 3n), { maxLength: 20 }).map((words) => decodeWords(encodeWords(words)))

  it("has the tree that it would have alone, whatever changed, came or went", () => {
    fc.assert(
      fc.property(list, list, fc.nat(4095), (before, after, position) => {
        const known = buildStatusTree(before)
        const built = buildStatusTree(after, known)
        const alone = buildStatusTree(after)
        expect(built.words).toBe(after)
        expect(built.tree.root).toBe(alone.tree.root)
        expect(built.tree.path(position)).toEqual(alone.tree.path(position))
      }),
      { numRuns: 20 },
    )
  })

  it("is refused with another root than its own, known or not", () => {
    const before = buildStatusTree(setStatus([], 256 + 7, true))
    const words = setStatus(before.words, 512, true)
    const honest = signStatusList({ ...fields, words }, OPERATIONS_KEY, before)
    expect(honest).toEqual(signStatusList({ ...fields, words }, OPERATIONS_KEY))
    expect(verifyStatusList(honest, OPERATIONS_KEY, before).ok).toBe(true)
    const unsigned = { ...honest, statusRoot: encodeFr(before.tree.root), signature: undefined }
    const lying = signDocument(unsigned, OPERATIONS_KEY)
    const mismatch = { ok: false, reason: "status-root-mismatch" }
    expect(verifyStatusList(lying, OPERATIONS_KEY, before)).toEqual(mismatch)
    expect(verifyStatusList(lying, OPERATIONS_KEY)).toEqual(mismatch)
  })
})

describe("a signed list", () => {
  const list = signStatusList(fields, OPERATIONS_KEY)

  it("verifies under the operations key and gives its words and root", () => {
    const verdict = verifyStatusList(list, OPERATIONS_KEY)
    expect(verdict.ok && verdict.value.words).toEqual(fields.words)
    expect(verdict.ok && encodeFr(verdict.value.tree.root)).toBe(list.statusRoot)
  })

  it("is refused under another key, and with any member changed", () => {
    const stranger = makeSigningKey(OPERATIONS_KEY.name, new Uint8Array(32).fill(6))
    expect(verifyStatusList(list, stranger)).toEqual({ ok: false, reason: "signature-invalid" })
    for (const change of [
      { number: 4 },
      { words: "" },
      { suspension: true },
      { issuer: "x" },
      { schemaId: encodeFr(6n) },
    ]) {
      expect(verifyStatusList({ ...list, ...change }, OPERATIONS_KEY)).toEqual({
        ok: false,
        reason: "signature-invalid",
      })
    }
  })
})
