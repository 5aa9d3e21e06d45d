import { readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { describe, expect, it } from "vitest"
import {
  isProblemCode,
  Problem,
  problemDocument,
  retryAfter,
  STATUS,
} from "../../src/service/http/problem.ts"
import type { ProblemCode } from "../../src/service/http/problem.ts"
import { problemOf } from "../../src/service/http/error-handler.ts"
import { LedgerError } from "../../src/ledger/log/errors.ts"
import type { LedgerErrorCode } from "../../src/ledger/log/errors.ts"
import { ProtocolError } from "../../src/protocol/primitives/errors.ts"
import { translate } from "../../src/service/translate.ts"
import { VerificationError } from "../../src/service/verification/verification-error.ts"

const CODES = Object.keys(STATUS) as ProblemCode[]
/** Faults of storage and machine, which the ledger's own fault tests bring about; here only their translation is shown. */
const FAULTS: readonly LedgerErrorCode[] = [
  "queue-full",
  "storage-failed",
  "commit-outcome-unknown",
  "storage-full",
  "log-closed",
]

/** Verdicts of the pure rooms on entries and documents of elections, which a route passes on as they are. */
const OF_ELECTIONS: readonly ProblemCode[] = [
  "aggregate-mismatch",
  "ballot-type-unknown",
  "below-min-anonymity",
  "census-too-large",
  "commit-mismatch",
  "enrolment-not-qualified",
  "share-invalid",
  "tally-mismatch",
]

describe("every code", () => {
  const textsOf = (...folders: readonly string[]): readonly string[] =>
    folders.flatMap((folder) => {
      const path = resolve(import.meta.dirname, "..", folder)
      const files = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile())
      return files.map(({ name }) => readFileSync(join(path, name), "utf8"))
    })

  it("stands in a test that brings it about over HTTP, or is a fault of the ledger", () => {
    const texts = textsOf("service", "attacks").filter((text) => !text.includes("OF_ELECTIONS"))
    const unseen = CODES.filter((code) => !texts.some((text) => text.includes(`"${code}"`)))
    const known: readonly string[] = [...FAULTS, ...OF_ELECTIONS, "epoch-rollback", "signals-count"]
    expect(unseen.filter((code) => !known.includes(code))).toEqual([])
  })

  it("of an election's entries and documents stands in a test of the room that says it", () => {
    const texts = textsOf("protocol/election", "ledger")
    expect(OF_ELECTIONS.filter((code) => !texts.some((text) => text.includes(code)))).toEqual([])
  })

  it.each(CODES)("%s has one status and a document without more than it says", (code) => {
    const document = problemDocument(new Problem(code), "0")
    expect(document).toMatchObject({ type: `/problems/${code}`, status: STATUS[code], code })
    expect(document["detail"]).toBeUndefined()
  })

  it("of 429, 503 and 507 says when to return, others do not", () => {
    for (const code of CODES) {
      const again = retryAfter(new Problem(code))
      expect(again !== null, code).toBe([429, 503, 507].includes(STATUS[code]))
    }
  })
})

describe("an error of another room", () => {
  it.each(FAULTS)("%s of the ledger keeps its code", (code) => {
    expect(problemOf(new LedgerError(code, "x"), translate).code).toBe(code)
  })

  it.each(["log-unknown", "rolled-back", "key-mismatch"] as const)("%s of the ledger is internal", (code) => {
    expect(problemOf(new LedgerError(code, "x"), translate)).toMatchObject({ code: "internal", details: {} })
  })

  it("of the verification pool carries its time to return", () => {
    const problem = problemOf(new VerificationError("queue-full", "x", 7), translate)
    expect([problem.code, retryAfter(problem)]).toEqual(["queue-full", 7])
  })

  it("of the protocol keeps its public message; what we stored ourselves is internal", () => {
    const refused = problemOf(new ProtocolError("malformed-presentation", "malformed at items"), translate)
    expect(refused).toMatchObject({
      code: "malformed-presentation",
      details: { detail: "malformed at items" },
    })
    const stored = problemOf(new ProtocolError("malformed-entry", "secret"), translate)
    expect(stored).toMatchObject({ code: "internal", details: {} })
  })

  it("that nobody knows is internal", () => {
    for (const error of [new Error("x"), new TypeError("x"), "text", null, { status: 404 }]) {
      expect(problemOf(error, translate)).toMatchObject({ code: "internal", details: {} })
    }
  })
})

it("codes do not come from what every object has", () => {
  expect(isProblemCode("constructor")).toBe(false)
  expect(isProblemCode("toString")).toBe(false)
})
