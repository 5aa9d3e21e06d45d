import { parseTrust } from "../protocol/wire/credential.ts"
import { readInput } from "./files.ts"

/** The policy text of a file: the text itself, or that of a trust file. @throws CliError `file-missing`, ProtocolError */
export async function readPolicyText(path: string): Promise<string> {
  const bytes = await readInput(path)
  const text = new TextDecoder().decode(bytes)
  return text.trimStart().startsWith("{") ? parseTrust(bytes).policy : text
}
