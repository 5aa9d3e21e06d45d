import { formatDay } from "../../../src/protocol/credential/calendar.ts"
import { buildBabyjub, buildEddsa } from "circomlibjs"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { issuerEntryOf } from "../../../src/parties/issuer/create-issuer.ts"
import { issue } from "../../../src/parties/issuer/issue.ts"
import { IMMUNIZATION_1 } from "../../../src/protocol/catalogue/schemas/immunization-1.ts"
import {
  credentialScalars,
  isWholeDays,
  verifyCredentialSignature,
} from "../../../src/protocol/credential/credential.ts"
import { computeSchemaId } from "../../../src/protocol/credential/schema.ts"
import { isRevoked } from "../../../src/protocol/credential/status-list.ts"
import { parseCurvePoint } from "../../../src/protocol/primitives/babyjubjub.ts"
import { canonicalBytes } from "../../../src/protocol/wire/canonical-json.ts"
import { parseCredential } from "../../../src/protocol/wire/credential.ts"
import { codeOf } from "../../support/code-of.ts"
import { newIssuer, newKeys, orderFor, SCHEMA_ID, seededRandom, TODAY } from "../../support/issued-records.ts"
import type { MemoryIssuer } from "../../support/issued-records.ts"

/** All strings and numbers inside a value. */
function leavesOf(value: unknown): readonly (string | number)[] {
  if (typeof value === "string" || typeof value === "number") return [value]
  return Object.values(value as object).flatMap(leavesOf)
}

describe("a signed record", () => {
  it("verifies under the issuer's key alone, as read back from the wire, here and with circomlibjs", async () => {
    const signing = newKeys()
    const credential = newIssuer().issue(orderFor(42), seededRandom("signed"))
    const scalars = credentialScalars(parseCredential(canonicalBytes(credential)), IMMUNIZATION_1)
    const stranger = newKeys("other-clinic")
    const [{ F }, eddsa] = await Promise.all([buildBabyjub(), buildEddsa()])
    const { r8, s } = scalars.signature
    const oracle = (message: bigint, key: readonly string[]): boolean =>
      eddsa.verifyPoseidon(F.e(message), { R8: [F.e(r8[0]), F.e(r8[1])], S: s }, [
        F.e(BigInt(key[0] ?? 0)),
        F.e(BigInt(key[1] ?? 0)),
      ])
    for (const signer of [signing, stranger]) {
      const { key } = issuerEntryOf(signer)
      expect(verifyCredentialSignature(scalars, parseCurvePoint(key))).toBe(signer === signing)
      expect(oracle(scalars.credentialHash, key)).toBe(signer === signing)
    }
    expect(oracle(scalars.credentialHash + 1n, issuerEntryOf(signing).key)).toBe(false)
  })

  it.each([
    [
      "an attribute",
      { attributes: { ...orderFor(1).attributes, boundOn: formatDay(TODAY), dosesInRecord: 3 } },
    ],
    ["the holder", { holder: orderFor(43).holder.holder }],
    ["the index", { statusIndex: 1 }],
    ["the end of validity", { validUntil: (TODAY + 1000) * 86_400 - 1 }],
  ])("no longer verifies with %s changed", (_, changes) => {
    const credential = newIssuer().issue(orderFor(42), seededRandom("signed"))
    const scalars = credentialScalars({ ...credential, ...changes }, IMMUNIZATION_1)
    expect(verifyCredentialSignature(scalars, parseCurvePoint(issuerEntryOf(newKeys()).key))).toBe(false)
  })
})

describe("two records of one holder", () => {
  it("have nothing in common but holder, schema, issuer, validity and what they say", () => {
    const random = seededRandom("two")
    const issuer = newIssuer()
    const first = issuer.issue(orderFor(42), random)
    const { signature, credId, statusIndex, ...common } = issuer.issue(orderFor(42), random)
    expect(first).toMatchObject(common)
    const known = leavesOf(first)
    for (const leaf of leavesOf({ signature, credId, statusIndex })) expect(known).not.toContain(leaf)
  })
})

describe("validity", () => {
  it("covers whole days in UTC, the first and the last included", () => {
    const days = fc.tuple(fc.nat(40_000), fc.nat(4000))
    fc.assert(
      fc.property(days, ([from, length]) => {
        const order = orderFor(1, { validFromDay: from, validUntilDay: from + length })
        const credential = newIssuer().issue(order, seededRandom("days"))
        expect(isWholeDays(credential)).toBe(true)
        expect(credential.validFrom).toBe(from * 86_400)
        expect(credential.validUntil).toBe((from + length + 1) * 86_400 - 1)
      }),
      { numRuns: 20 },
    )
  })

  it.each([
    ["the day before the first", TODAY, TODAY - 1],
    ["no number", TODAY, Number.NaN],
    ["no end", TODAY, Number.POSITIVE_INFINITY],
    ["half a day", TODAY + 0.5, TODAY + 1],
    ["a day before 1970", -1, TODAY],
    ["seconds for days", TODAY, TODAY * 86_400],
  ])("is refused when it ends or begins on %s", (_, validFromDay, validUntilDay) => {
    const order = orderFor(1, { validFromDay, validUntilDay })
    expect(codeOf(() => newIssuer().issue(order, seededRandom("bad")))).toBe("validity-malformed")
  })
})

describe("a commitment", () => {
  it.each(["issuer", "registry"])("made for another %s is refused", (member) => {
    const { holder } = orderFor(1)
    const order = orderFor(1, { holder: { ...holder, [member]: "other" } })
    expect(codeOf(() => newIssuer().issue(order, seededRandom("bad")))).toBe("holder-mismatch")
  })
})

describe("a re-issue", () => {
  const wordsOf = ({ state }: MemoryIssuer) => state.lists.get(SCHEMA_ID)?.words ?? []

  it("keeps credId and revokes every older version, and none of another record", () => {
    const random = seededRandom("re-issue")
    const issuer = newIssuer()
    const bystander = issuer.issue(orderFor(7), random)
    const { credId } = issuer.issue(orderFor(42), random)
    for (let version = 2; version <= 4; version++) {
      expect(issuer.issue(orderFor(42, { replaces: credId }), random).credId).toBe(credId)
    }
    const versions = issuer.issued().filter((record) => record.credId === credId)
    const revoked = versions.map(({ statusIndex }) => isRevoked(wordsOf(issuer), statusIndex))
    expect(revoked).toEqual([true, true, true, false])
    expect(isRevoked(wordsOf(issuer), bystander.statusIndex)).toBe(false)
  })

  it("writes the old bits before the new record: a journal cut between them revokes too much, never too little", () => {
    const random = seededRandom("order")
    const issuer = newIssuer()
    const { credId } = issuer.issue(orderFor(42), random)
    issuer.issue(orderFor(42, { replaces: credId }), random)
    expect(issuer.journal.map(({ kind }) => kind)).toEqual(["issued", "revoked", "issued"])
  })

  it("keeps the day on which a holder was first bound, and gives a new holder its own", () => {
    const random = seededRandom("bound")
    const issuer = newIssuer()
    const first = issuer.issue(orderFor(42), random)
    const later = { validFromDay: TODAY + 30, validUntilDay: TODAY + 60, replaces: first.credId }
    const again = issuer.issue(orderFor(42, later), random)
    const moved = issuer.issue(orderFor(43, later), random)
    const days = [first, again, moved].map(({ attributes }) => attributes["boundOn"])
    expect(days).toEqual([formatDay(TODAY), formatDay(TODAY), formatDay(TODAY + 30)])
  })

  it("is refused for a credId that was issued under another schema or not at all", () => {
    const random = seededRandom("unknown")
    const issuer = newIssuer()
    const credential = issuer.issue(orderFor(42), random)
    const schema = { ...IMMUNIZATION_1, version: 2 }
    const other = orderFor(42, { schema, schemaId: computeSchemaId(schema), replaces: credential.credId })
    expect(codeOf(() => issuer.issue(other, random))).toBe("record-unknown")
    const never = orderFor(42, { replaces: credential.holder })
    expect(codeOf(() => issuer.issue(never, random))).toBe("record-unknown")
  })

  it("takes no record for a version whose caller only says so", () => {
    const random = seededRandom("mixed-up")
    const issuer = newIssuer()
    const [first, second] = [issuer.issue(orderFor(1), random), issuer.issue(orderFor(2), random)]
    const { events } = issue(
      issuer.state,
      orderFor(1, { replaces: first.credId }),
      issuer.issued(),
      seededRandom("next"),
    )
    const revoked = events.filter((event) => event.kind === "revoked").map((event) => event.statusIndex)
    expect(revoked).toEqual([first.statusIndex])
    expect(revoked).not.toContain(second.statusIndex)
  })

  it("that is refused leaves the older version as it was", () => {
    const random = seededRandom("refused")
    const issuer = newIssuer()
    const credential = issuer.issue(orderFor(42), random)
    const order = orderFor(42, { replaces: credential.credId, attributes: {} })
    expect(codeOf(() => issuer.issue(order, random))).toBe("attribute-missing")
    expect(isRevoked(wordsOf(issuer), credential.statusIndex)).toBe(false)
    expect(issuer.journal).toHaveLength(1)
  })
})
