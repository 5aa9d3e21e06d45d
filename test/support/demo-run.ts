// Runs the demo as a person would, and keeps what it printed.
import { spawn } from "node:child_process"
import { resolve } from "node:path"

const ROOT = resolve(import.meta.dirname, "../..")

/** The one JSON object at the end. */
type Facts = Readonly<Record<string, unknown>>

/** Runs `npm run demo -- --json` with more arguments. */
export async function demo(
  ...args: readonly string[]
): Promise<{ readonly status: number; readonly facts: Facts; readonly prose: string }> {
  const command = ["--no-install", "tsx", "scripts/demo.ts", "--json", ...args]
  const child = spawn("npx", command, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] })
  let [stdout, stderr] = ["", ""]
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()))
  const status = await new Promise<number>((done) => child.on("close", (code) => done(code ?? 1)))
  if (stdout === "") throw new Error(stderr)
  return { status, facts: JSON.parse(stdout) as Facts, prose: stderr }
}
