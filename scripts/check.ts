// `npm run check`: everything that can be said without building circuits, two stages at a time, one table at the end.
// `-- --static` leaves out the unit tests, for whoever runs `npm test` next.
import { spawn } from "node:child_process"

const UNIT_TESTS = "unit tests"
const STAGES: readonly (readonly [name: string, command: readonly string[]])[] = [
  // The longest, so both halves begin first, side by side.
  ["lint: tests", ["eslint", "test"]],
  ["lint", ["eslint", "src", "scripts", "*.ts", "*.js"]],
  ["types", ["tsc", "-p", "tsconfig.json"]],
  ["types: pure wings", ["tsc", "-p", "src/protocol/tsconfig.json"]],
  ["format", ["prettier", "--check", "--log-level", "warn", "."]],
  ["dead code", ["knip"]],
  ["circuit rules", ["tsx", "scripts/check-circuits.ts"]],
  [UNIT_TESTS, ["vitest", "run", "--project", "unit", "--reporter", "dot"]],
]
const AT_ONCE = 2 // two cores; the linter and the compiler want a gigabyte each

interface Result {
  readonly name: string
  readonly seconds: number
  readonly status: number | null
  readonly output: string
}

const isStatic = process.argv.includes("--static")
const queue = STAGES.filter(([name]) => !isStatic || name !== UNIT_TESTS)
const results: Result[] = []
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let stage = queue.shift(); stage !== undefined; stage = queue.shift()) {
      const result = await run(...stage)
      results.push(result)
      console.log(`${result.status === 0 ? "ok    " : "FAILED"} ${result.name} (${result.seconds} s)`)
    }
  }),
)
for (const { name, status, output } of results) if (status !== 0) console.log(`\n== ${name}\n${output}`)
process.exitCode = results.every(({ status }) => status === 0) ? 0 : 1

async function run(name: string, command: readonly string[]): Promise<Result> {
  const started = performance.now()
  const child = spawn("npx", ["--no-install", ...command], { stdio: ["ignore", "pipe", "pipe"] })
  const chunks: Buffer[] = []
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk))
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("close", resolve)
    child.on("error", reject)
  })
  const seconds = Math.round((performance.now() - started) / 1000)
  return { name, seconds, status, output: Buffer.concat(chunks).toString() }
}
