// Operating-system threads and fresh processes, as the tests of proving look at them.
import { execFile } from "node:child_process"
import { readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** Threads of this process as Linux counts them. */
export const osThreads = (): number => readdirSync("/proc/self/task").length

/** What a fresh process printed, and whether it ended by itself within the limit. */
export interface FreshRun {
  readonly stdout: string
  readonly stderr: string
  readonly exited: boolean
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url))

/** Runs source as an ES module in a fresh process from the project's root; kills it after `limitMs`. */
export function runFresh(
  source: string,
  limitMs: number,
  language: "typescript" | "javascript" = "typescript",
): Promise<FreshRun> {
  const loader = language === "typescript" ? ["--import", "tsx"] : []
  const args = [...loader, "--input-type=module", "--eval", source]
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT, timeout: limitMs }, (error, stdout, stderr) => {
      resolve({ stdout, stderr, exited: error?.killed !== true })
    })
  })
}
