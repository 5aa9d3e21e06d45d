// `npm test`: build, then every suite with its time against its budget. `--full` widens the suites that have a long form.
import { spawnSync } from "node:child_process"

interface Suite {
  readonly name: string
  readonly budgetSeconds: number // on 2 cores with artifacts built
}

const SUITES: readonly Suite[] = [
  { name: "unit", budgetSeconds: 210 },
  { name: "circuits", budgetSeconds: 240 },
  { name: "store:sqlite", budgetSeconds: 310 },
  { name: "store:postgres", budgetSeconds: 120 }, // skipped aloud without an installed server
  { name: "proofs", budgetSeconds: 240 },
  { name: "faults", budgetSeconds: 120 },
  { name: "faults:postgres", budgetSeconds: 120 },
  { name: "e2e", budgetSeconds: 200 },
]

const full = process.argv.includes("--full")
const environment = { ...process.env, ...(full ? { SOTTO_FULL: "1" } : {}) }

run("build", ["tsx", "scripts/build.ts"])
const rows = SUITES.map((suite) => ({
  suite,
  ...run(suite.name, ["vitest", "run", "--project", suite.name]),
}))

console.log("\nsuite           seconds  budget  result")
for (const { suite, seconds, passed } of rows) {
  const mark = passed ? "passed" : "FAILED"
  console.log(
    `${suite.name.padEnd(15)} ${String(seconds).padStart(7)} ${String(suite.budgetSeconds).padStart(7)}  ${mark}`,
  )
}
const failed = rows.filter((row) => !row.passed).length
console.log(`\n${rows.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

function run(name: string, command: readonly string[]): { seconds: number; passed: boolean } {
  console.log(`\n== ${name}`)
  const started = performance.now()
  const { status } = spawnSync("npx", ["--no-install", ...command], { stdio: "inherit", env: environment })
  if (name === "build" && status !== 0) process.exit(status ?? 1)
  return { seconds: Math.round((performance.now() - started) / 1000), passed: status === 0 }
}
