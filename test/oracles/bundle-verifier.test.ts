// The second verifier of election bundles shares no code with the first: its own vectors and refusals must hold first.
import { spawnSync } from "node:child_process"
import { expect, test } from "vitest"

const PROGRAM = new URL("./bundle-verifier/verify_election.py", import.meta.url).pathname
const NEEDS = "import sys; sys.exit(sys.version_info < (3, 11))"

const isFound = spawnSync("python3", ["-c", NEEDS]).status === 0
const isRequired = (process.env["SOTTO_REQUIRE"] ?? "").split(",").includes("python")
if (!isFound) console.warn("SKIPPED second verifier: no python3 of version 3.11 or newer")

test.runIf(isRequired)("python3 is there where it is required", () => {
  expect(isFound).toBe(true)
})

test.runIf(isFound)(
  "the second verifier passes its own vectors and refusals",
  () => {
    const { status, stdout, stderr } = spawnSync("python3", [PROGRAM, "--self-test"], { encoding: "utf8" })
    expect(stderr).toMatch(/^OK$/m)
    expect(status).toBe(0)
    // A run that found no tests is no success: each module of the foundations has some.
    for (const module of ["audit", "container", "curves", "hashes", "json", "log", "pairing"])
      expect(stdout).toContain(`ok self_tests.test_${module}.`)
  },
  600_000,
)
