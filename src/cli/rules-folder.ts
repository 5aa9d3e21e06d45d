// A folder of rules as `sotto rules` takes it: one file a country, and the value sets that cases name.
import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { parseRuleFile, parseValueSetFile } from "../health/rules/rule-file.ts"
import type { RuleWithCases, ValueSetCollections } from "../health/rules/rule-file.ts"
import { RulesError } from "../health/rules/rules-error.ts"
import { CliError } from "./exit.ts"
import { readInput } from "./files.ts"

/** A folder, read whole. */
export interface RuleFolder {
  /** In the order of their names. */
  readonly files: readonly { readonly file: string; readonly rules: readonly RuleWithCases[] }[]
  readonly collections: ValueSetCollections
}

const VALUE_SETS = "value-sets.json"
/** More than there are countries. */
const MAX_FILES = 300

/**
 * Reads a folder: every `.json` file is a list of rules with cases, but for `value-sets.json`, which may be missing.
 * @throws CliError `file-missing`, `option-invalid`; RulesError of the first file that is none, naming it
 */
export async function readRuleFolder(folder: string): Promise<RuleFolder> {
  const names = (await listFolder(folder)).filter((name) => name.endsWith(".json")).sort()
  const rules = names.filter((name) => name !== VALUE_SETS)
  if (rules.length === 0) throw new CliError("file-missing", `no rule files (*.json) in ${folder}`)
  if (rules.length > MAX_FILES) throw new CliError("option-invalid", `more than ${MAX_FILES} rule files`)
  const read = async <T>(file: string, parse: (bytes: Uint8Array) => T): Promise<T> => {
    const bytes = await readInput(join(folder, file))
    try {
      return parse(bytes)
    } catch (error) {
      if (!(error instanceof RulesError)) throw error
      throw new RulesError(error.code, `${file}: ${error.message}`, { cause: error })
    }
  }
  const files: { file: string; rules: readonly RuleWithCases[] }[] = []
  for (const file of rules) files.push({ file, rules: await read(file, parseRuleFile) })
  return { files, collections: names.includes(VALUE_SETS) ? await read(VALUE_SETS, parseValueSetFile) : {} }
}

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    throw new CliError("file-missing", `cannot list ${folder}`, { cause })
  }
}
