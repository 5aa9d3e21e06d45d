import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { issuerEntryOf } from "../../../src/parties/issuer/create-issuer.ts"
import { issue } from "../../../src/parties/issuer/issue.ts"
import { publishStatus } from "../../../src/parties/issuer/publish-status.ts"
import { revoke } from "../../../src/parties/issuer/revoke.ts"
import { isListSuccessor } from "../../../src/protocol/credential/issuer-registry.ts"
import { decodeWords, verifyStatusList } from "../../../src/protocol/credential/status-list.ts"
import type { StatusWords } from "../../../src/protocol/credential/status-list.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { parseVerifierKey } from "../../../src/protocol/primitives/note-key.ts"
import type { Credential, StatusList } from "../../../src/protocol/wire/credential.ts"
import type { IssuerState } from "../../../src/protocol/wire/issuer-state.ts"
import { codeOf } from "../../support/code-of.ts"
import { newIssuer, orderFor, SCHEMA_ID, seededRandom, TODAY } from "../../support/issued-records.ts"

const NOW = TODAY * 86_400

/** Every index whose bit is set. */
const setBits = (words: StatusWords): readonly number[] =>
  words.flatMap((word, position) => {
    const bits = word.toString(2).split("").reverse()
    return bits.flatMap((bit, i) => (bit === "1" ? [256 * position + i] : []))
  })

function wordsOf(list: StatusList, state: IssuerState): StatusWords {
  const verdict = verifyStatusList(list, parseVerifierKey(issuerEntryOf(state).operationsKey))
  if (!verdict.ok) throw new Error(verdict.reason)
  return verdict.value.words
}

/** An issuer of six records. */
function sixRecords(): { readonly state: IssuerState; readonly credentials: readonly Credential[] } {
  const random = seededRandom("six")
  const credentials: Credential[] = []
  let state = newIssuer()
  for (let n = 1; n <= 6; n++) {
    const issued = issue(state, orderFor(n), random)
    ;({ state } = issued)
    credentials.push(issued.credential)
  }
  return { state, credentials }
}
const SIX = sixRecords()

describe("a published list", () => {
  it("has exactly the revoked records' bits set, and a number above every one before", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { maxLength: 6 }), (victims) => {
        let { state } = SIX
        let before = 0
        const revoked = new Set<number>()
        for (const victim of victims) {
          const credential = SIX.credentials[victim]
          if (credential === undefined) throw new Error("no such record")
          revoked.add(credential.statusIndex)
          const published = publishStatus(revoke(state, credential), SCHEMA_ID, NOW)
          expect(published.list.number).toBeGreaterThan(before)
          expect(setBits(decodeWords(published.list.words))).toEqual([...revoked].sort((a, b) => a - b))
          before = published.list.number
          ;({ state } = published)
        }
      }),
      { numRuns: 8 },
    )
  })

  it("follows the one before, and not the other way round", () => {
    const [first] = SIX.credentials
    if (first === undefined) throw new Error("a record was issued")
    const before = publishStatus(SIX.state, SCHEMA_ID, NOW)
    const after = publishStatus(revoke(before.state, first), SCHEMA_ID, NOW + 60)
    expect(isListSuccessor(after.list, before.list)).toBe(true)
    expect(isListSuccessor({ ...before.list, number: after.list.number + 1 }, after.list)).toBe(false)
  })

  it("is empty, numbered 1 and verifiable before the first record", () => {
    const { state, list } = publishStatus(newIssuer(), SCHEMA_ID, NOW)
    expect(list).toMatchObject({
      number: 1,
      words: "",
      suspension: false,
      signedAt: NOW,
      issuer: "lakeside-clinic",
    })
    expect(wordsOf(list, state)).toEqual([])
  })

  it("is numbered apart from the lists of other schemas", () => {
    const { state } = publishStatus(newIssuer(), SCHEMA_ID, NOW)
    const other = publishStatus(state, encodeFr(5n), NOW)
    expect(other.list.number).toBe(1)
    expect(publishStatus(other.state, SCHEMA_ID, NOW).list.number).toBe(2)
  })
})

describe("revoking", () => {
  const [first, second] = SIX.credentials
  if (first === undefined || second === undefined) throw new Error("two records were issued")

  it("twice changes nothing", () => {
    const once = revoke(SIX.state, first)
    expect(once).not.toEqual(SIX.state)
    expect(revoke(once, first)).toEqual(once)
  })

  it.each<[string, Partial<Credential>]>([
    ["another schema", { schemaId: encodeFr(5n) }],
    ["an index that was never given", { statusIndex: first.statusIndex ^ 1 }],
    ["another issuer that gave the same index", { credId: encodeFr(5n) }],
    ["two records mixed", { credId: second.credId }],
  ])("refuses a credential of %s", (_, changes) => {
    expect(codeOf(() => revoke(SIX.state, { ...first, ...changes }))).toBe("record-unknown")
  })
})
