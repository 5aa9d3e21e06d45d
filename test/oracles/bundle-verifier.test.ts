// The second verifier of election bundles shares no code with the first: its own vectors and refusals must hold, and it
// must read the catalogue of the release.
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { isPythonFound, isPythonRequired, PYTHON_FOLDER } from "../support/python-verifier.ts"

const PARTS = ["container", "curves", "hashes", "json", "log", "pairing"]
/** In the short form one honest election of each mode; in the long one, a hundred dishonest ones as well. */
const ELECTIONS = ["HonestElection", "GatedCensus.test_every_place_was_earned_by_a_proof_of_the_gate"]
const ONLY = process.env["SOTTO_FULL"] === "1" ? [] : [...PARTS.map((part) => `test_${part}.`), ...ELECTIONS]

test.runIf(isPythonRequired)("python3 is there where it is required", () => {
  expect(isPythonFound).toBe(true)
})

test.runIf(isPythonFound)(
  "the second verifier passes its own vectors and refusals",
  { timeout: 900_000 },
  () => {
    const only = ONLY.flatMap((word) => ["--only", word])
    const program = `${PYTHON_FOLDER}verify_election.py`
    const { status, stdout, stderr } = spawnSync("python3", [program, "--self-test", ...only], {
      encoding: "utf8",
    })
    expect(stderr).toMatch(/^OK$/m)
    expect(status).toBe(0)
    // A run that found no tests is no success: each part has some.
    for (const part of [...PARTS, "audit", "audit_census"])
      expect(stdout).toContain(`ok self_tests.test_${part}.`)
  },
)

test("the second verifier's copy of schemas and value sets is that of the release", () => {
  const { schemas, valueSets } = CATALOGUE
  const copy: unknown = JSON.parse(readFileSync(`${PYTHON_FOLDER}catalogue.json`, "utf8"))
  expect(copy).toEqual(JSON.parse(JSON.stringify({ schemas, valueSets })))
})
