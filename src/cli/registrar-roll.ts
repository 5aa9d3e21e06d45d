// A registrar's secret file: the salt of every member it enrolled. With it an auditor sees who has which leaf; nobody sees
// whose ballot is whose.
import { readFile } from "node:fs/promises"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { bytesToHex, hexToBytes } from "../protocol/primitives/bytes.ts"
import type { RandomBytes } from "../protocol/primitives/scalar.ts"
import { canonicalText, parseStrictJson } from "../protocol/wire/canonical-json.ts"
import type { Json } from "../protocol/wire/canonical-json.ts"
import { CliError } from "./exit.ts"
import { readSecretFile } from "./files.ts"

const MAX_BYTES = 64 * 1024 * 1024

/** An opened roll. One process at a time. */
export interface Roll {
  /** The member's salt; drawn, and durable before it is used, the first time. */
  readonly saltOf: (censusId: string, memberId: string) => Promise<Uint8Array>
}

/** Opens a roll, or a new one where there is none. @throws CliError `file-not-private`, `option-invalid` */
export async function openRoll(path: string, randomBytes: RandomBytes): Promise<Roll> {
  const salts = await readSalts(path)
  return {
    saltOf: async (censusId, memberId) => {
      const name = `${censusId} ${memberId}`
      const known = salts.get(name)
      if (known !== undefined) return hexToBytes(known)
      const salt = randomBytes(32)
      salts.set(name, bytesToHex(salt))
      const text = canonicalText({ type: "sotto/roll/1", salts: Object.fromEntries(salts) })
      await writeFileDurably(path, text, { mode: 0o600 })
      return salt
    },
  }
}

async function readSalts(path: string): Promise<Map<string, string>> {
  if (!(await isThere(path))) return new Map()
  const value = parseStrictJson(await readSecretFile(path), { maxBytes: MAX_BYTES, maxDepth: 3 })
  const { type, salts } = value as Readonly<Record<string, Json | undefined>>
  if (type !== "sotto/roll/1" || typeof salts !== "object" || Array.isArray(salts))
    throw new CliError("option-invalid", `${path} is no roll`)
  const rows = Object.entries(salts as Readonly<Record<string, Json>>)
  if (rows.some(([, salt]) => typeof salt !== "string" || !/^[0-9a-f]{64}$/.test(salt)))
    throw new CliError("option-invalid", `${path} is no roll`)
  return new Map(rows as [string, string][])
}

async function isThere(path: string): Promise<boolean> {
  try {
    await readFile(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false
    throw error
  }
}
