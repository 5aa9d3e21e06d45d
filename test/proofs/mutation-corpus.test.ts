// E1: every file, entry kind and field of a bundle, changed by attackers of growing power, and two verifiers that share no
// code: both must stop at the step that the mutant names, and print the same report.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { audit } from "../../src/parties/verifier/audit.ts"
import { AUDIT_STEPS } from "../../src/parties/verifier/audit-steps/outcome.ts"
import { auditTools, reportOf } from "../support/audit-tools.ts"
import { mutants, nameOf } from "../support/mutate-bundle.ts"
import type { Mutant } from "../support/mutate-bundle.ts"
import { askPython, isPythonFound } from "../support/python-verifier.ts"

const isFull = process.env["SOTTO_FULL"] === "1"
/** The corpus follows from it. */
const SEED = process.env["SOTTO_CORPUS_SEED"] ?? "1"
/** Where mutants are left for other verifiers, as files; by default they are removed. */
const KEEP = process.env["SOTTO_CORPUS_DIR"]
/** Mutants that the second verifier reads in one run. */
const CHUNK = 25
const TIMEOUT_MS = isFull ? 4 * 3_600_000 : 600_000

let folder: string
let all: readonly Mutant[]
beforeAll(async () => {
  folder = KEEP ?? mkdtempSync(join(tmpdir(), "sotto-corpus-"))
  mkdirSync(folder, { recursive: true })
  all = await mutants(SEED)
})
afterAll(() => {
  if (KEEP === undefined) rmSync(folder, { recursive: true })
})

/** What a verifier said, in words that a failing test shows. */
interface Said {
  readonly mutant: string
  readonly step: number
}
const saidOf = (mutant: Mutant, report: string): Said => {
  const { verdict, step } = reportOf(new TextEncoder().encode(report))
  return { mutant: nameOf(mutant), step: verdict === "valid" ? 0 : step }
}

/** Audits mutants with both verifiers. */
async function judge(chosen: readonly Mutant[]): Promise<void> {
  for (let first = 0; first < chosen.length; first += CHUNK) {
    const chunk = chosen.slice(first, first + CHUNK)
    const questions: object[] = []
    const reports: string[] = []
    for (const [i, mutant] of chunk.entries()) {
      const zip = await mutant.build()
      const { report } = await audit(zip, auditTools(mutant.policy))
      reports.push(new TextDecoder().decode(report))
      const bundle = join(folder, `${String(first + i).padStart(4, "0")}.zip`)
      writeFileSync(bundle, zip)
      if (KEEP !== undefined)
        writeFileSync(bundle.replace(".zip", ".json"), JSON.stringify({ ...mutant, name: nameOf(mutant) }))
      questions.push({ ask: "audit", bundle, policy: mutant.policy, allowDevKeys: true })
    }
    expect(chunk.map((mutant, i) => saidOf(mutant, reports[i]!))).toEqual(
      chunk.map((mutant) => ({ mutant: nameOf(mutant), step: mutant.step })),
    )
    if (isPythonFound) expect(askPython(questions)).toEqual(reports)
  }
}

/** One mutant a step, in the short form; by everybody only where nobody less can reach the step. */
function sampleOf(list: readonly Mutant[]): readonly Mutant[] {
  return AUDIT_STEPS.flatMap((_, i) => {
    const fitting = list.filter(({ step }) => step === i + 1)
    const cheaper = fitting.filter(({ power }) => power !== "P7")
    const from = cheaper.length > 0 ? cheaper : fitting
    return from.slice(Math.floor(from.length / 2)).slice(0, 1)
  })
}

describe("the mutation corpus", () => {
  it("has at least 500 mutants, some for every power and every step", () => {
    expect(all.length).toBeGreaterThanOrEqual(500)
    expect(new Set(all.map(({ step }) => step))).toEqual(new Set(AUDIT_STEPS.map((_, i) => i + 1)))
    expect(new Set(all.map(({ power }) => power))).toEqual(
      new Set(["P0", "P1", "P2", "P3", "P4", "P5", "P6", "P7"]),
    )
  })

  it(
    isFull ? "leaves no survivor" : "leaves no survivor in a sample of every step",
    async () => {
      await judge(isFull ? all : sampleOf(all))
    },
    TIMEOUT_MS,
  )
})

/** Rows of the table of attacks that end at an audit: what is done, and the code that stops it. */
const ROWS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  "A1 identity key": [["P7 A1: the identity as the first key", "keys-invalid"]],
  "A2 points off the curve": [
    ["P7 A2: a point off the curve as the first key", "keys-invalid"],
    ["P3 named: A2: R off the curve", "ballot-proof"],
    ["P3 named: A2: a ciphertext off the curve", "ballot-proof"],
    ["P7 A2: two shares off the curve", "shares-too-few"],
  ],
  "A19 signature edge cases": [
    ["P4 named: A19: S plus the group order", "log-invalid"],
    ["P4 named: A19: R = O and S = 0", "log-invalid"],
    ["P7 A19: an organizer with the key 0100..", "log-invalid"],
    ["P7 A19: an organizer with the key eeff..", "log-invalid"],
    ["P7 A19: one person with two keys' seats", "log-invalid"],
  ],
  "B8 a proof made anew": [["P3 named: B8: minus A and minus B", "shares-too-few"]],
  "B9 cross-election replay": [["P3 named: put the ballot of another election", "ballot-proof"]],
  "B10 wrong or hostile verification keys": [
    ["P1 named: flip circuit/vkey.json", "circuit-invalid"],
    ["P7 B10: delta = gamma, a setup without contribution", "circuit-invalid"],
    ["P7 B10: beta outside of its subgroup", "circuit-invalid"],
    ["P7 a definition with another vkeySha256 of its circuit", "circuit-invalid"],
  ],
  "B14 proof B outside its subgroup": [["P3 named: B14: B outside of its subgroup", "ballot-proof"]],
  "C1 stuffing": [
    ["P5 named: C1: one line of evidence more", "census-invalid"],
    ["P5 named: C1: a line of evidence twice", "census-invalid"],
    ["P5 named: B15: one commitment in two leaves", "census-invalid"],
    ["P7 an enrolment with another nullifier", "census-invalid"],
  ],
  "C2 a promised leaf dropped": [["P7 C2: a promised leaf that was dropped", "census-promise-broken"]],
  "D1 a ballot dropped after its receipt": [
    ["P3 named: D1: leave out a ballot whose voter has the receipt", "receipt-missing"],
  ],
  "D3 an older ballot as the newest": [["P3 named: swap two ballots of one voter", "ballot-order"]],
  "D5 closed early, or ballots admitted late": [
    ["P3 named: cosign the close before voting ended", "close-early"],
    ["P3 named: admit a ballot after log/at-close", "ballots-late"],
  ],
  "D11 hostile JSON": [
    ["P1 named: deep nesting in the manifest", "container-invalid"],
    ["P1 named: D11: __proto__ in definition.json", "definition-invalid"],
    ["P1 named: D11: a member twice in census/plan.json", "census-invalid"],
    ["P1 named: D11: a number beyond 2^53 in result.json", "report-mismatch"],
  ],
  "D12 zip tricks": [
    ["P0 named: D12: a path that leaves the folder", "container-invalid"],
    ["P0 named: D12: two files of one name", "container-invalid"],
    ["P0 named: D12: a link", "container-invalid"],
  ],
  "D19 a void after the close": [["P4 named: void after the close", "phase-order"]],
}

describe("attacks that an audit must stop", () => {
  it.each(Object.entries(ROWS))(
    "%s",
    async (_, rows) => {
      for (const [name, code] of rows) {
        const mutant = all.find((one) => nameOf(one) === name)
        expect(mutant, name).toBeDefined()
        const { report } = await audit(await mutant!.build(), auditTools(mutant!.policy))
        expect({ name, code: reportOf(report).code }).toEqual({ name, code })
      }
    },
    300_000,
  )
})
