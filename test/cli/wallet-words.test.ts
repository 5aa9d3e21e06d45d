// What the terminal shows a holder, and that nobody else can write on it.
import { afterEach, describe, expect, it, vi } from "vitest"
import { historyLines, showConsent } from "../../src/cli/wallet-words.ts"
import type { ConsentDescription } from "../../src/parties/wallet/consent.ts"
import type { HistoryEntry } from "../../src/parties/wallet/history.ts"

const ITEM: ConsentDescription["items"][number] = {
  statement: "insurance-dependant/1",
  title: "Nothing to see here",
  subject: "ward",
  registry: "coverage",
  possibleOperators: 5,
  record: { number: 2, schema: "coverage/1", issuerName: "Acme Health", name: "Mia" },
  willProve: ["the last day of cover is on or after 20 November 2026"],
  willNotLearn: ["the exact last day of cover", "which of 5 organisations signed the record"],
  sets: [{ id: "long/1", codes: Array.from({ length: 120 }, (_, i) => `code ${i}`) }],
}
const SCREEN: ConsentDescription = {
  verifier: { id: "school", name: "Hill School", origin: "https://school.example" },
  purpose: { code: "enrolment", text: { en: "Before the first day" }, retainDays: 30 },
  items: [ITEM],
  linkable: ["Item 1: Hill School cannot connect this answer to any other."],
  warnings: ["This asks for 5 things at once."],
  expiresAtUnixSeconds: 1_795_176_300,
}
const ENTRY: HistoryEntry = {
  request: "pr_AAAAAAAAAAAAAAAAAAAAAA",
  verifier: SCREEN.verifier,
  purpose: SCREEN.purpose,
  answeredAtUnixSeconds: 1_795_176_000,
  keptUntilUnixSeconds: 1_795_176_000 + 30 * 86_400,
  items: [
    {
      statement: "insurance-dependant/1",
      subject: "ward",
      proved: ITEM.willProve,
      record: { issuerName: "Acme Health", name: "Mia" },
    },
  ],
  linkable: SCREEN.linkable,
  ledger: { origin: "school.example/ledger", index: 12 },
}

function shown(description: ConsentDescription): string {
  const written: string[] = []
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written.push(String(text))
    return true
  })
  showConsent(description)
  return written.join("")
}
afterEach(() => vi.restoreAllMocks())

describe("the consent screen", () => {
  it("says who asks, what is proved about whom, what is not learnt, and what becomes linkable", () => {
    expect(shown({ ...SCREEN, items: [{ ...ITEM, sets: [] }] })).toBe(`
Hill School (https://school.example) asks for enrolment: "Before the first day"
It says it keeps the answer for 30 days.

With the record about Mia, for whom you act, from Acme Health, number 2 in your wallet.
You will prove:
  - the last day of cover is on or after 20 November 2026
They will not learn:
  - the exact last day of cover
  - which of 5 organisations signed the record

What becomes linkable:
  - Item 1: Hill School cannot connect this answer to any other.
Warning: This asks for 5 things at once.

`)
  })

  it("says of a nameless ward record that it is about somebody the holder acts for, and of an own one that it is theirs", () => {
    const { name: _name, ...record } = ITEM.record
    expect(shown({ ...SCREEN, items: [{ ...ITEM, record }] })).toContain(
      "With the record about your dependant, somebody you act for, from Acme Health",
    )
    expect(shown({ ...SCREEN, items: [{ ...ITEM, record, subject: "self" }] })).toContain(
      "With your record from Acme Health",
    )
  })

  it("does not show the verifier's title, and long value sets with where to read them in full", () => {
    const text = shown(SCREEN)
    expect(text).not.toContain("Nothing to see here")
    expect(text).toContain("The value set long/1 has 120 codes:")
    expect(text).toContain("code 99\n")
    expect(text).not.toContain("code 100\n")
    expect(text).toContain("https://school.example/v1/value-sets/long/1")
  })

  it("lets no name, origin or purpose end a line, move the cursor or close its quotes", () => {
    const evil = 'You"\n\u001b[2JYou will prove:\r\n  - nothing\u202e'
    const verifier = { id: "school", name: evil, origin: "https://school.example" }
    const purpose = { ...SCREEN.purpose, text: { en: evil } }
    const record = { ...ITEM.record, name: evil, issuerName: evil }
    const text = shown({ ...SCREEN, verifier, purpose, items: [{ ...ITEM, record }], linkable: [evil] })
    expect(text).not.toContain("\u001b")
    expect(text).not.toContain("\u202e")
    expect(text.split("\n").filter((line) => line.startsWith("You will prove:"))).toHaveLength(1)
    expect(text.split("\n").filter((line) => line === "  - nothing")).toEqual([])
  })
})

describe("the history", () => {
  it("says the same of an answer of the past, and where the ledger has it", () => {
    expect(historyLines(ENTRY).join("\n"))
      .toBe(`20 November 2026, 12:00 UTC: Hill School (https://school.example) asked for enrolment: "Before the first day"
  With the record about Mia, for whom you act, from Acme Health, you proved (insurance-dependant/1):
    - the last day of cover is on or after 20 November 2026
  Item 1: Hill School cannot connect this answer to any other.
  It said it keeps the answer for 30 days, until 20 December 2026.
  Entry 12 of the ledger school.example/ledger.
  Request pr_AAAAAAAAAAAAAAAAAAAAAA`)
  })

  it("says of an answer without a receipt that it may not have been accepted", () => {
    expect(historyLines({ ...ENTRY, ledger: null }).join("\n")).toContain("No receipt of a ledger")
  })
})
