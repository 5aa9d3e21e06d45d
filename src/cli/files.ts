import { readFile, stat } from "node:fs/promises"
import { CliError } from "./exit.ts"

/** The bytes of a file named on the command line. @throws CliError `file-missing` */
export async function readInput(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (cause) {
    throw new CliError("file-missing", `cannot read ${path}`, { cause })
  }
}

/** The bytes of a file that must be readable by its owner alone. @throws CliError `file-missing`, `file-not-private` */
export async function readSecretFile(path: string): Promise<Uint8Array> {
  const bytes = await readInput(path)
  const { mode } = await stat(path)
  if ((mode & 0o077) !== 0) throw new CliError("file-not-private", `${path} is open to others: chmod 600 it`)
  return bytes
}

/** The trimmed text of a secret file. @throws as readSecretFile */
export async function readSecretText(path: string): Promise<string> {
  return new TextDecoder().decode(await readSecretFile(path)).trim()
}

/** True when something exists at the path. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
