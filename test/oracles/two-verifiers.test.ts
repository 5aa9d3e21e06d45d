// Two verifiers that share no code print the same report, to the byte: of elections that each side's tests make.
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { audit } from "../../src/parties/verifier/audit.ts"
import { auditTools } from "../support/audit-tools.ts"
import { sampleBundle, zipOf } from "../support/bundle-sample.ts"
import { askPython, isPythonFound, PYTHON_FOLDER } from "../support/python-verifier.ts"

const isFull = process.env["SOTTO_FULL"] === "1"
const TIMEOUT = { timeout: 1_800_000 }

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sotto-verifiers-"))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The first verifier's report. */
async function reportOf(zip: Uint8Array, policy: string, allowDevelopmentKeys: boolean): Promise<string> {
  const { report } = await audit(zip, auditTools(policy, {}, { allowDevelopmentKeys }))
  return new TextDecoder().decode(report)
}

describe.runIf(isPythonFound)("two verifiers, one report", () => {
  test("of elections that the second one's tests make, honest and dishonest", TIMEOUT, async () => {
    const only = isFull
      ? []
      : ["--only", "HonestElection", "--only", "Container", "--only", "GatedCensus.test_every"]
    const env = { ...process.env, SOTTO_KEEP: folder }
    const program = `${PYTHON_FOLDER}verify_election.py`
    expect(spawnSync("python3", [program, "--self-test", ...only], { env }).status).toBe(0)
    const names = readdirSync(folder).flatMap((file) => (file.endsWith(".zip") ? [file.slice(0, -4)] : []))
    expect(names.length).toBeGreaterThan(isFull ? 100 : 10)
    for (const name of names) {
      const read = (ending: string): Buffer => readFileSync(join(folder, `${name}.${ending}`))
      const first = await reportOf(read("zip"), read("policy").toString(), !name.endsWith(".strict"))
      expect({ name, report: first }).toEqual({ name, report: read("report").toString() })
    }
  })

  test("of sample elections of the first one's tests, named and gated", TIMEOUT, async () => {
    const samples = [
      await sampleBundle({ census: "named", quorum: "cosigned" }),
      await sampleBundle({ census: "gated", quorum: "none" }),
    ]
    for (const [i, sample] of samples.entries()) {
      const bundle = join(folder, `sample-${i}.bundle`)
      const zip = zipOf(sample)
      writeFileSync(bundle, zip)
      for (const allowDevKeys of [true, false]) {
        const [second] = askPython([{ ask: "audit", bundle, policy: sample.policy, allowDevKeys }])
        const first = await reportOf(zip, sample.policy, allowDevKeys)
        expect(second).toBe(first)
        expect(first).toContain(allowDevKeys ? '"verdict":"valid"' : '"verdict":"invalid"')
      }
    }
  })
})
