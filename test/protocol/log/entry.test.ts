import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { encodeBase64, utf8ToBytes } from "../../../src/protocol/primitives/bytes.ts"
import { R } from "../../../src/protocol/primitives/field.ts"
import type { Fr, Nullifier } from "../../../src/protocol/primitives/field.ts"
import { encodeVerifierKey, makeSigningKey } from "../../../src/protocol/primitives/note-key.ts"
import { derivableClaims, derivablePreconditions } from "../../../src/protocol/log/claim.ts"
import { encodeEntry, parseEntry, presentationEntry } from "../../../src/protocol/log/entry.ts"
import type { MainEntry } from "../../../src/protocol/log/entry.ts"
import { areSignaturesValid, isEntrySignedBy, signBody } from "../../../src/protocol/log/signed-entry.ts"
import { parseFr } from "../../../src/protocol/primitives/field.ts"

const HEX = "ab".repeat(32)
const key = makeSigningKey("registry.example/coverage-us", new Uint8Array(32).fill(7))
const epoch = signBody(
  "registry-epoch",
  {
    registry: "coverage-us",
    number: 2,
    root: parseFr("12"),
    leafCount: 5,
    bundleDigest: HEX,
    previousRoot: parseFr("11"),
    notBefore: 1_795_168_920,
    urgent: false,
  },
  key,
)
const record = signBody(
  "verifier-record",
  { id: "acme-insurance", recordSha256: HEX, key: encodeVerifierKey(key), state: "active" },
  key,
)
const ENTRIES: readonly MainEntry[] = [
  {
    kind: "log-genesis",
    v: 1,
    format: "sotto-ledger/1",
    origin: "verifier.example/ledger",
    vkey: encodeVerifierKey(key),
  },
  { kind: "circuit-key", v: 1, circuitId: "presentation", vkeySha256: HEX, r1csSha256: HEX, ceremony: "dev" },
  { kind: "catalogue-item", v: 1, type: "value-set", id: "eu-rat-devices/2021-08", sha256: HEX },
  { kind: "catalogue-withdrawal", v: 1, type: "statement", id: "covid-19/full", sha256: HEX },
  record,
  epoch,
  presentationEntry(HEX, ["20", "7"] as Nullifier[]) as MainEntry,
  {
    kind: "election-anchor",
    v: 1,
    phase: "tally",
    electionId: "7" as Fr,
    origin: "verifier.example/elections/ab",
    size: 9,
    root: HEX,
    digest: HEX,
  },
  { kind: "log-close", v: 1 },
]
const text = (value: string) => utf8ToBytes(value)
const refused = (code: string) => expect.objectContaining({ code }) as Error

describe("an entry", () => {
  test.each(ENTRIES.map((entry) => [entry.kind, entry] as const))(
    "%s reads back what was written",
    (_kind, entry) => {
      const bytes = encodeEntry(entry)
      expect(parseEntry(bytes)).toEqual(entry)
      expect(bytes.length).toBeLessThanOrEqual(1024)
      expect(derivableClaims(entry).length).toBeGreaterThan(0)
    },
  )

  test("of a presentation lists what it spends ascending, each once", () => {
    const nullifier = fc.bigInt({ min: 0n, max: R - 1n }).map((n) => n.toString() as Nullifier)
    fc.assert(
      fc.property(fc.uniqueArray(nullifier, { maxLength: 8 }), (spent) => {
        const entry = parseEntry(encodeEntry(presentationEntry(HEX, spent)))
        const list = entry.kind === "presentation" ? entry.spent.map(BigInt) : []
        expect(list).toEqual([...list].sort((a, b) => (a < b ? -1 : 1)))
        expect(list).toHaveLength(spent.length)
      }),
    )
  })

  test.each([
    ["an unknown kind", '{"kind":"diary","v":1}', "malformed-entry"],
    ["an unknown field", '{"kind":"log-close","note":"x","v":1}', "malformed-entry"],
    ["another version", '{"kind":"log-close","v":2}', "malformed-entry"],
    ["fields in another order", '{"v":1,"kind":"log-close"}', "malformed-entry"],
    ["a space", '{"kind":"log-close", "v":1}', "malformed-entry"],
    ["a duplicate key", '{"kind":"log-close","v":1,"v":1}', "malformed-entry"],
    ["null", '{"kind":"log-close","successorVkey":null,"v":1}', "malformed-entry"],
    ["a float", '{"kind":"log-close","v":1.0}', "malformed-entry"],
    [
      "a descending list",
      `{"commitment":"${HEX}","kind":"presentation","spent":["20","7"],"v":1}`,
      "malformed-entry",
    ],
    [
      "a nullifier twice",
      `{"commitment":"${HEX}","kind":"presentation","spent":["7","7"],"v":1}`,
      "malformed-entry",
    ],
    [
      "upper-case hexadecimal",
      `{"commitment":"${HEX.toUpperCase()}","kind":"presentation","spent":[],"v":1}`,
      "malformed-entry",
    ],
    [
      "more than 65,535 bytes",
      `{"kind":"log-close","successorVkey":"${"x".repeat(65_536)}","v":1}`,
      "too-large",
    ],
  ])("is refused with %s", (_name, json, code) => {
    expect(() => parseEntry(text(json))).toThrow(refused(code))
  })

  test.each(["07", "0x07", "-7", "7.0", "", R.toString(), (R + 7n).toString()])(
    "is refused with the nullifier spelled %s",
    (spelling) => {
      const json = `{"commitment":"${HEX}","kind":"presentation","spent":["${spelling}"],"v":1}`
      expect(() => parseEntry(text(json))).toThrow(refused("field-element-not-canonical"))
    },
  )
})

describe("a signed entry", () => {
  test("is its author's and nobody else's", () => {
    const other = makeSigningKey("registry.example/other", new Uint8Array(32).fill(8))
    for (const entry of [epoch, record]) {
      expect(areSignaturesValid(entry)).toBe(true)
      expect(isEntrySignedBy(entry, key)).toBe(true)
      expect(isEntrySignedBy(entry, other)).toBe(false)
    }
  })

  test("does not survive a changed body, and its signature fits no other kind", () => {
    expect(areSignaturesValid({ ...epoch, body: { ...epoch.body, urgent: true } })).toBe(false)
    expect(areSignaturesValid({ ...record, signatures: epoch.signatures })).toBe(false)
    const [first] = epoch.signatures
    const blank = { key: first?.key ?? "", signature: encodeBase64(new Uint8Array(64)) }
    expect(areSignaturesValid({ ...epoch, signatures: [blank] })).toBe(false)
    expect(areSignaturesValid({ ...epoch, signatures: [{ ...blank, key: "no key" }] })).toBe(false)
  })

  test("of a later epoch wants its predecessor; the first does not", () => {
    expect(derivablePreconditions(epoch)).toEqual([
      { require: "exists", claim: ["epoch", "coverage-us", "1"] },
    ])
    expect(derivablePreconditions({ ...epoch, body: { ...epoch.body, number: 1 } })).toEqual([])
  })
})
