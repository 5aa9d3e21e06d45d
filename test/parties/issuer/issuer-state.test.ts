import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createIssuer, issuerEntryOf } from "../../../src/parties/issuer/create-issuer.ts"
import { issue } from "../../../src/parties/issuer/issue.ts"
import { publishStatus } from "../../../src/parties/issuer/publish-status.ts"
import { revoke } from "../../../src/parties/issuer/revoke.ts"
import { parseCurvePoint } from "../../../src/protocol/primitives/babyjubjub.ts"
import { canonicalBytes, canonicalText } from "../../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../../src/protocol/wire/canonical-json.ts"
import { parseIssuerEntry } from "../../../src/protocol/wire/credential.ts"
import { parseIssuerState } from "../../../src/protocol/wire/issuer-state.ts"
import { codeOf } from "../../support/code-of.ts"
import { newIssuer, orderFor, SCHEMA_ID, seededRandom, TODAY } from "../../support/issued-records.ts"

/** A state with a live and a revoked record and a published list. */
function usedState() {
  const random = seededRandom("used")
  const first = issue(newIssuer(), orderFor(1), random)
  const second = issue(first.state, orderFor(2), random)
  return publishStatus(revoke(second.state, first.credential), SCHEMA_ID, TODAY * 86_400).state
}
const STATE = usedState()
const [LIST] = STATE.lists
const [RECORD] = STATE.issued
if (LIST === undefined || RECORD === undefined) throw new Error("a list and a record were made")
const codeFor = (document: Json) => codeOf(() => parseIssuerState(canonicalBytes(document)))

describe("an issuer's state", () => {
  it("comes back from its bytes as it was, and goes on from there", () => {
    const read = parseIssuerState(canonicalBytes(STATE))
    expect(read).toEqual(STATE)
    const issued = (state: typeof STATE) => issue(state, orderFor(3), seededRandom("next"))
    expect(issued(read)).toEqual(issued(STATE))
  })

  it.each<[string, Json]>([
    ["an unknown member", { ...STATE, extra: 1 }],
    ["an unknown member of a list", { ...STATE, lists: [{ ...LIST, extra: 1 }] }],
    ["an unknown member of a record", { ...STATE, issued: [{ ...RECORD, extra: 1 }] }],
    ["another type", { ...STATE, type: "sotto/issuer/2" }],
    ["a missing member", { ...STATE, issued: undefined }],
    ["a seed of 31 bytes", { ...STATE, signingSeed: "A".repeat(41) + "A" }],
    ["an index beyond the list", { ...STATE, issued: [{ ...RECORD, statusIndex: 2 ** 20 }] }],
    ["an index that does not exist", { ...STATE, issued: [{ ...RECORD, statusIndex: 248 }] }],
    ["one index given twice", { ...STATE, issued: [RECORD, { ...RECORD, isRevoked: false }] }],
    ["a negative index", { ...STATE, issued: [{ ...RECORD, statusIndex: -1 }] }],
    ["a mark that is no boolean", { ...STATE, issued: [{ ...RECORD, isRevoked: 1 }] }],
    ["a fraction for a number", { ...STATE, lists: [{ ...LIST, number: "1" }] }],
  ])("is refused with %s", (_, document) => {
    expect(codeFor(document)).toBe("malformed-credential")
  })

  it("is refused with a field element in a foreign spelling", () => {
    const issued = [{ ...RECORD, holder: `0${RECORD.holder}` }]
    expect(codeFor({ ...STATE, issued })).toBe("field-element-not-canonical")
  })

  it("is refused when it is cut off anywhere", () => {
    const text = canonicalText(STATE)
    fc.assert(
      fc.property(fc.nat(text.length - 1), (length) => {
        expect(codeOf(() => parseIssuerState(text.slice(0, length)))).toBe("malformed-credential")
      }),
    )
  })
})

describe("a new issuer", () => {
  it("has an entry that a registry can list, without a secret in it", () => {
    const state = newIssuer()
    const entry = issuerEntryOf(state)
    expect(parseIssuerEntry(entry)).toEqual(entry)
    expect(() => parseCurvePoint(entry.key)).not.toThrow()
    const text = canonicalText(entry)
    expect(text).not.toContain(state.signingSeed)
    expect(text).not.toContain(state.operationsKey)
    expect(parseIssuerState(canonicalBytes(state))).toEqual(state)
  })

  it("draws its two keys apart from each other and from every other issuer's", () => {
    const identity = { id: "a", operator: "a", name: "A", registry: "samples" }
    const random = seededRandom("keys")
    const drawn: string[] = []
    const spy = (length: number) => {
      const bytes = random(length)
      drawn.push(bytes.join())
      return bytes
    }
    const [one, two] = [createIssuer(identity, spy), createIssuer(identity, spy)].map(issuerEntryOf)
    expect(new Set(drawn).size).toBe(4)
    expect(one?.key).not.toEqual(two?.key)
    expect(one?.operationsKey).not.toBe(two?.operationsKey)
  })
})
