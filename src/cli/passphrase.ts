import { createInterface } from "node:readline"
import { Writable } from "node:stream"
import { CliError } from "./exit.ts"
import { readSecretText } from "./files.ts"
import { tell } from "./output.ts"

/**
 * The wallet's passphrase: from a private file, else typed without echo.
 * @throws CliError `option-invalid` without a terminal, `file-missing`, `file-not-private`
 */
export async function askPassphrase(file: string | undefined): Promise<string> {
  if (file !== undefined) return readSecretText(file)
  if (!process.stdin.isTTY)
    throw new CliError("option-invalid", "no terminal to ask on: give --passphrase-file")
  return typed("Passphrase: ")
}

/** Asks a yes-or-no question on the terminal; without one the answer is no. */
export async function askYes(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    tell("no terminal to ask on: answer with --yes")
    return false
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await new Promise<string>((resolve) => terminal.question(`${question} [y/N] `, resolve))
  terminal.close()
  return /^y(?:es)?$/i.test(answer.trim())
}

// readline echoes through its output: one that swallows everything keeps the passphrase off the screen.
async function typed(prompt: string): Promise<string> {
  process.stderr.write(prompt)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true })
  const text = await new Promise<string>((resolve) => terminal.question("", resolve))
  terminal.close()
  process.stderr.write("\n")
  return text
}
