import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createIssuer, issuerEntryOf } from "../../../src/parties/issuer/create-issuer.ts"
import { parseCurvePoint } from "../../../src/protocol/primitives/babyjubjub.ts"
import { ProtocolError } from "../../../src/protocol/primitives/errors.ts"
import { canonicalBytes, canonicalText } from "../../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../../src/protocol/wire/canonical-json.ts"
import { parseIssuerEntry } from "../../../src/protocol/wire/credential.ts"
import {
  encodeIssuerEvents,
  parseIssuerEvent,
  parseIssuerKeys,
  parseIssuerLists,
} from "../../../src/protocol/wire/issuer-state.ts"
import { codeOf } from "../../support/code-of.ts"
import { newIssuer, newKeys, orderFor, SCHEMA_ID, seededRandom, TODAY } from "../../support/issued-records.ts"

const KEYS = newKeys()

/** A journal with a live and a revoked record and a published list. */
function usedJournal() {
  const random = seededRandom("used")
  const issuer = newIssuer()
  const first = issuer.issue(orderFor(1), random)
  issuer.issue(orderFor(2), random)
  issuer.revoke(first)
  issuer.publish(SCHEMA_ID, TODAY * 86_400)
  return issuer
}
const USED = usedJournal()
const [RECORD] = USED.issued()
if (RECORD === undefined) throw new Error("a record was issued")

describe("an issuer's keys", () => {
  it("come back from their bytes as they were", () => {
    expect(parseIssuerKeys(canonicalBytes(KEYS))).toEqual(KEYS)
  })

  it.each<[string, Json]>([
    ["an unknown member", { ...KEYS, extra: 1 }],
    ["another type", { ...KEYS, type: "sotto/issuer/1" }],
    ["a missing member", { ...KEYS, operationsKey: undefined }],
    ["a seed of 31 bytes", { ...KEYS, signingSeed: "A".repeat(41) + "A" }],
  ])("are refused with %s", (_, document) => {
    expect(codeOf(() => parseIssuerKeys(canonicalBytes(document)))).toBe("malformed-credential")
  })

  it("are refused when they are cut off anywhere", () => {
    const text = canonicalText(KEYS)
    fc.assert(
      fc.property(fc.nat(text.length - 1), (length) => {
        expect(codeOf(() => parseIssuerKeys(text.slice(0, length)))).toBe("malformed-credential")
      }),
    )
  })
})

describe("a journal", () => {
  it("comes back from its lines as it was, and its issuer goes on from there", () => {
    const lines = encodeIssuerEvents(USED.journal).split("\n").slice(0, -1)
    const read = newIssuer(undefined, lines.map(parseIssuerEvent))
    expect(read.state).toEqual(USED.state)
    const next = (issuer: typeof read) => issuer.issue(orderFor(3), seededRandom("next"))
    expect(next(read)).toEqual(next(newIssuer(undefined, USED.journal)))
  })

  it.each<[string, Json]>([
    ["an unknown member", { ...RECORD, extra: 1 }],
    ["an unknown kind", { ...RECORD, kind: "suspended" }],
    ["an index beyond the list", { ...RECORD, statusIndex: 2 ** 20 }],
    ["an index that does not exist", { ...RECORD, statusIndex: 248 }],
    ["a negative index", { ...RECORD, statusIndex: -1 }],
    ["a number that is text", { kind: "published", schemaId: SCHEMA_ID, number: "1" }],
    ["a missing member", { ...RECORD, credId: undefined }],
  ])("has no line with %s", (_, event) => {
    expect(codeOf(() => parseIssuerEvent(canonicalText(event)))).toBe("malformed-credential")
  })

  it("has no line with a field element in a foreign spelling", () => {
    const line = canonicalText({ ...RECORD, holder: `0${RECORD.holder}` })
    expect(codeOf(() => parseIssuerEvent(line))).toBe("field-element-not-canonical")
  })

  it("has no line that was cut off anywhere: a torn one is never taken for another", () => {
    const text = canonicalText(RECORD)
    fc.assert(
      fc.property(fc.nat(text.length - 1), (length) => {
        expect(codeOf(() => parseIssuerEvent(text.slice(0, length)))).toBe("malformed-credential")
      }),
    )
  })

  it("is read from arbitrary text with nothing but our error", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (text) => {
        expect(() => parseIssuerEvent(text)).toThrow(ProtocolError)
        expect(() => parseIssuerLists(text)).toThrow(ProtocolError)
      }),
    )
  })
})

describe("a new issuer", () => {
  it("has an entry that a registry can list, without a secret in it", () => {
    const entry = issuerEntryOf(KEYS)
    expect(parseIssuerEntry(entry)).toEqual(entry)
    expect(() => parseCurvePoint(entry.key)).not.toThrow()
    const text = canonicalText(entry)
    expect(text).not.toContain(KEYS.signingSeed)
    expect(text).not.toContain(KEYS.operationsKey)
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
