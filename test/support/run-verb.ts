// Runs a verb in this process as the command line does, and keeps what a person would have seen of it.
import type { Command } from "commander"
import { vi } from "vitest"
import { SottoError } from "../../src/protocol/primitives/errors.ts"

/** What a verb left behind. */
interface Ran {
  /** Its exit code; -1 when it ended with an error, which `main` reports. */
  readonly code: number
  /** Standard output; of an error its code and message. */
  readonly text: string
  readonly error: string | null
}

// A function, since the verb sets what the compiler has just seen being cleared.
const exitCode = (): number => (process.exitCode === undefined ? 0 : Number(process.exitCode))

/** @param args - as typed after the verb */
export async function runVerb(verb: Command, ...args: readonly string[]): Promise<Ran> {
  const written: string[] = []
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    written.push(typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk))
    return true
  })
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation(() => true)
  const { exitCode: before } = process
  process.exitCode = undefined
  try {
    await verb.parseAsync([...args], { from: "user" })
    return { code: exitCode(), text: written.join(""), error: null }
  } catch (error) {
    if (!(error instanceof SottoError)) throw error
    const code = String(error.code)
    return { code: -1, text: `${code}: ${error.message}`, error: code }
  } finally {
    process.exitCode = before
    stdout.mockRestore()
    stderr.mockRestore()
  }
}
