import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { issuerEntryOf } from "../../../src/parties/issuer/create-issuer.ts"
import { publishStatus } from "../../../src/parties/issuer/publish-status.ts"
import { isListSuccessor } from "../../../src/protocol/credential/issuer-registry.ts"
import {
  buildStatusTree,
  decodeWords,
  verifyStatusList,
} from "../../../src/protocol/credential/status-list.ts"
import type { StatusWords } from "../../../src/protocol/credential/status-list.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { parseVerifierKey } from "../../../src/protocol/primitives/note-key.ts"
import type { Credential, StatusList } from "../../../src/protocol/wire/credential.ts"
import { codeOf } from "../../support/code-of.ts"
import { newIssuer, orderFor, SCHEMA_ID, seededRandom, TODAY } from "../../support/issued-records.ts"
import type { MemoryIssuer } from "../../support/issued-records.ts"

const NOW = TODAY * 86_400

/** Every index whose bit is set. */
const setBits = (words: StatusWords): readonly number[] =>
  words.flatMap((word, position) => {
    const bits = word.toString(2).split("").reverse()
    return bits.flatMap((bit, i) => (bit === "1" ? [256 * position + i] : []))
  })

function wordsOf(list: StatusList, { state }: MemoryIssuer): StatusWords {
  const verdict = verifyStatusList(list, parseVerifierKey(issuerEntryOf(state.keys).operationsKey))
  if (!verdict.ok) throw new Error(verdict.reason)
  return verdict.value.words
}

/** An issuer of six records, the same at every call. */
function sixRecords(): { readonly issuer: MemoryIssuer; readonly credentials: readonly Credential[] } {
  const random = seededRandom("six")
  const issuer = newIssuer()
  return { issuer, credentials: [1, 2, 3, 4, 5, 6].map((n) => issuer.issue(orderFor(n), random)) }
}
const SIX = sixRecords()
const [first, second] = SIX.credentials
if (first === undefined || second === undefined) throw new Error("six records were issued")

describe("a published list", () => {
  it("has exactly the revoked records' bits set, and a number above every one before", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { maxLength: 6 }), (victims) => {
        const issuer = newIssuer(undefined, SIX.issuer.journal)
        let before = 0
        const revoked = new Set<number>()
        for (const victim of victims) {
          const credential = SIX.credentials[victim]
          if (credential === undefined) throw new Error("no such record")
          revoked.add(credential.statusIndex)
          issuer.revoke(credential)
          const list = issuer.publish(SCHEMA_ID, NOW)
          expect(list.number).toBeGreaterThan(before)
          expect(setBits(decodeWords(list.words))).toEqual([...revoked].sort((a, b) => a - b))
          before = list.number
        }
      }),
      { numRuns: 8 },
    )
  })

  it("is the same whether it is hashed whole or from the list before it", () => {
    const issuer = newIssuer(undefined, SIX.issuer.journal)
    issuer.revoke(first)
    const known = buildStatusTree(issuer.state.lists.get(SCHEMA_ID)?.words ?? [])
    issuer.revoke(second)
    const whole = publishStatus(issuer.state, SCHEMA_ID, NOW)
    expect(publishStatus(issuer.state, SCHEMA_ID, NOW, known)).toEqual(whole)
  })

  it("follows the one before, and not the other way round", () => {
    const issuer = newIssuer(undefined, SIX.issuer.journal)
    const before = issuer.publish(SCHEMA_ID, NOW)
    issuer.revoke(first)
    const after = issuer.publish(SCHEMA_ID, NOW + 60)
    expect(isListSuccessor(after, before)).toBe(true)
    expect(isListSuccessor({ ...before, number: after.number + 1 }, after)).toBe(false)
  })

  it("is empty, numbered 1 and verifiable before the first record", () => {
    const issuer = newIssuer()
    const list = issuer.publish(SCHEMA_ID, NOW)
    expect(list).toMatchObject({
      number: 1,
      words: "",
      suspension: false,
      signedAt: NOW,
      issuer: "lakeside-clinic",
    })
    expect(wordsOf(list, issuer)).toEqual([])
  })

  it("is numbered apart from the lists of other schemas", () => {
    const issuer = newIssuer()
    issuer.publish(SCHEMA_ID, NOW)
    expect(issuer.publish(encodeFr(5n), NOW).number).toBe(1)
    expect(issuer.publish(SCHEMA_ID, NOW).number).toBe(2)
  })
})

describe("revoking", () => {
  it("twice changes nothing", () => {
    const issuer = newIssuer(undefined, SIX.issuer.journal)
    issuer.revoke(first)
    const words = issuer.state.lists.get(SCHEMA_ID)?.words
    expect(setBits(words ?? [])).toEqual([first.statusIndex])
    issuer.revoke(first)
    expect(issuer.state.lists.get(SCHEMA_ID)?.words).toEqual(words)
  })

  it.each<[string, Partial<Credential>]>([
    ["another schema", { schemaId: encodeFr(5n) }],
    ["an index that was never given", { statusIndex: first.statusIndex ^ 1 }],
    ["another issuer that gave the same index", { credId: encodeFr(5n) }],
    ["two records mixed", { credId: second.credId }],
  ])("refuses a credential of %s", (_, changes) => {
    const issuer = newIssuer(undefined, SIX.issuer.journal)
    expect(codeOf(() => issuer.revoke({ ...first, ...changes }))).toBe("record-unknown")
  })
})
