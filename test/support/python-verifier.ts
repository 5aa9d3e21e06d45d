// The second verifier of election bundles as a program: present or not, and its answers to single questions.
import { spawnSync } from "node:child_process"

/** Where the second verifier lies. */
export const PYTHON_FOLDER = new URL("../oracles/bundle-verifier/", import.meta.url).pathname

const NEEDS = "import sys; sys.exit(sys.version_info < (3, 11))"

/** True when python3 of version 3.11 or newer is there. */
export const isPythonFound = spawnSync("python3", ["-c", NEEDS]).status === 0
/** True when a missing python3 must fail the suite. */
export const isPythonRequired = (process.env["SOTTO_REQUIRE"] ?? "").split(",").includes("python")
if (!isPythonFound) console.warn("SKIPPED second verifier: no python3 of version 3.11 or newer")

/** An answer, or null where the second verifier refuses the input. */
type Answer = unknown

/** Asks all questions in one run, in order. */
export function askPython(questions: readonly object[]): readonly Answer[] {
  const input = questions.map((question) => `${JSON.stringify(question)}\n`).join("")
  const options = { encoding: "utf8", input, maxBuffer: 1 << 28 } as const
  const { status, stdout, stderr } = spawnSync("python3", [`${PYTHON_FOLDER}answers.py`], options)
  if (status !== 0) throw new Error(stderr)
  const answers = stdout.trimEnd().split("\n")
  if (answers.length !== questions.length) throw new Error(`${answers.length} answers: ${stderr}`)
  return answers.map((line) => {
    const read = JSON.parse(line) as { readonly answer?: unknown; readonly refused?: true }
    return read.refused === true ? null : read.answer
  })
}
