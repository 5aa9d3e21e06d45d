// Runs the built command line as separate processes, the way a person would, and keeps what each one took.
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url))

/** What a finished process left behind. */
export interface Finished {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
}

/** Runs one verb to its end. */
export async function sotto(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Finished> {
  const started = performance.now()
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk))
  const status = await new Promise<number>((resolve, reject) => {
    child.on("close", (code) => resolve(code ?? 1))
    child.on("error", reject)
  })
  return {
    status,
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
    ms: Math.round(performance.now() - started),
  }
}

/** A running `sotto serve`: its origin, what it logged, and how to end it. */
export interface RunningService {
  readonly origin: string
  readonly log: () => string
  readonly stop: () => Promise<number>
  /** Ends the process at once, as a power cut would end it: nothing is flushed, nobody is told. */
  readonly kill: () => Promise<void>
}

const READY_WITHIN_MS = 60_000 // self-test of the verification threads included

/** Starts `sotto serve` and waits until it says where it listens. */
export async function startService(environment: NodeJS.ProcessEnv): Promise<RunningService> {
  const child = spawn(process.execPath, [MAIN, "serve"], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  })
  let output = ""
  const ended = new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 1)))
  const origin = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the service did not start:\n${output}`)), READY_WITHIN_MS)
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      const found = /listening on (http\S+)/.exec(output)
      if (found?.[1] !== undefined) {
        clearTimeout(late)
        resolve(found[1])
      }
    }
    child.stdout.on("data", read)
    child.stderr.on("data", read)
    void ended.then((code) => reject(new Error(`the service ended with ${code}:\n${output}`)))
  })
  return {
    origin,
    log: () => output,
    stop: async () => {
      child.kill("SIGTERM")
      return ended
    },
    kill: async () => {
      child.kill("SIGKILL")
      await ended
    },
  }
}
