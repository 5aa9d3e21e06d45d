// `sotto audit` at its edges: what it says, how it ends, and what it writes while it runs.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { openAuditProgress, openComparison } from "../../src/cli/audit-progress.ts"
import { auditWords } from "../../src/cli/audit-words.ts"
import { auditCommand } from "../../src/cli/audit.ts"
import { encodeReport } from "../../src/parties/verifier/audit-report.ts"
import { AUDIT_STEPS, STEP_OF } from "../../src/parties/verifier/audit-steps/outcome.ts"
import type { AuditCode } from "../../src/parties/verifier/audit-steps/outcome.ts"
import { encodeZip } from "../../src/protocol/election/bundle-zip.ts"
import { makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { MAIN_ORIGIN, policyText } from "../support/bundle-keys.ts"
import { runVerb } from "../support/run-verb.ts"
import { makeElection } from "../support/small-election.ts"

const root = mkdtempSync(join(tmpdir(), "sotto-audit-"))
afterAll(() => rmSync(root, { recursive: true }))
const fileOf = (name: string, content: Uint8Array | string): string => {
  writeFileSync(join(root, name), content)
  return join(root, name)
}
const policy = fileOf("policy", policyText(makeSigningKey(MAIN_ORIGIN, new Uint8Array(32)), "none"))
const notABundle = fileOf("bundle.zip", encodeZip([{ path: "readme.txt", bytes: new Uint8Array(3) }]))
const run = (...args: string[]) => runVerb(auditCommand(), ...args)

describe("sotto audit", () => {
  it("ends with 1 and names step, file and meaning when a bundle does not hold", async () => {
    const { code, text } = await run(notABundle, "--policy", policy)
    expect(code).toBe(1)
    expect(text).toMatch(/^INVALID {2}step 1 of 14, container: container-invalid$/m)
    expect(text).toContain("readme.txt: no file of a bundle")
    expect(text).toMatch(/report {2}sha256:[0-9a-f]{64}/)
  })

  it("prints the report and not a byte more with --json", async () => {
    const { code, text } = await run(notABundle, "--policy", policy, "--json")
    expect(code).toBe(1)
    expect(text).toMatch(/^\{"bundleSha256":"[0-9a-f]{64}","code":"container-invalid",.*\}$/)
  })

  it.each([
    ["a policy that is none", [notABundle, "--policy", fileOf("no-policy", "quorum somebody\n")]],
    ["a policy that is missing", [notABundle, "--policy", join(root, "nowhere")]],
    ["a bundle that is missing", [join(root, "nowhere"), "--policy", policy]],
    ["a bound that is no number", [notABundle, "--policy", policy, "--max-bytes", "much"]],
  ])("ends with 2 and without a report for %s: that says nothing about an election", async (_, args) => {
    expect(await run(...args)).toEqual({ code: 2, text: "", error: null })
  })
})

describe("the words of an audit", () => {
  it("explain every code", () => {
    for (const code of Object.keys(STEP_OF) as AuditCode[]) {
      const finding = { code, place: "entry 7: something" }
      const report = encodeReport(new Uint8Array(0), null, { isValid: false, code })
      const [head, meaning, place] = auditWords({ isValid: false, finding, report })
      const step = STEP_OF[code]
      expect(head).toBe(`INVALID  step ${step} of 14, ${AUDIT_STEPS[step - 1]!}: ${code}`)
      expect(meaning).toMatch(/^ {2}[a-z].{20,}/)
      expect(place).toBe("  entry 7: something")
    }
  })

  it("show the result in the definition's words, and each warning", () => {
    const { definition } = makeElection()
    const figures = {
      ...{ accepted: 14, censusSize: 12, challenged: 1, counted: 12, counts: [5, 4, 3], entries: 45 },
      ...{ sharesValid: 3, superseded: 2, totalWeight: 12, trustees: [1, 2] },
    }
    const warnings = ["development-keys", "share-invalid-3"] as const
    const lines = auditWords({ isValid: true, figures, warnings, definition, report: new Uint8Array(0) })
    expect(lines).toContain("VALID  all 14 steps hold: Board election")
    expect(lines).toContain("  5  ANN")
    expect(lines.join("\n")).toMatch(/^WARNING {2}development-keys: DEVELOPMENT KEYS: anyone can forge/m)
    expect(lines.join("\n")).toMatch(/^WARNING {2}share-invalid-3: this trustee/m)
  })
})

describe("a comparison", () => {
  it("sums what batches and single checks took, as seconds of 1,000 proofs", () => {
    const times = openComparison()
    expect(times.lines()).toEqual([])
    times.add({ proofs: 1024, batchedMs: 1600, singlyMs: 12_000 })
    times.add({ proofs: 976, batchedMs: 1400, singlyMs: 12_000 })
    expect(times.lines()).toEqual([
      "2000 proofs: batched 1.50 s per 1,000, one by one 12.00 s per 1,000: 8.0 times",
    ])
  })
})

describe("progress", () => {
  const steps: readonly (readonly [number, number, number])[] = [
    [1, 0, 1],
    [1, 10, 10],
    [8, 0, 1],
    [8, 500, 2000],
    [8, 2000, 2000],
  ]
  const shown = (isTTY: boolean, failedStep: number | null): string => {
    const written: string[] = []
    let now = 0
    const stream = { isTTY, write: (text: string) => written.push(text) }
    const { onProgress, close } = openAuditProgress(stream, () => (now += 500))
    for (const step of steps) onProgress(...step)
    close(failedStep)
    return written.join("")
  }

  it("is a line a step where there is no terminal, with the seconds of 1,000 ballots", () => {
    expect(shown(false, null)).toBe(
      " 1/14 container         ok  0.50 s\n 8/14 ballot proofs     ok  0.50 s, 0.25 s per 1,000 ballots\n",
    )
    expect(shown(false, 8)).toMatch(/8\/14 ballot proofs +FAILED/)
  })

  it("is a bar on a terminal, rewritten in place", () => {
    const text = shown(true, null)
    expect(text).toContain("\r\u001b[K 8/14 ballot proofs     [######                  ] 25 %")
    expect(text.split("\n")).toHaveLength(3)
  })
})
