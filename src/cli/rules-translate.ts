// `sotto rules translate`: the documents that a verifier puts into a catalogue to ask a publisher's rules.
import { combineRules } from "../health/rules/combine.ts"
import type { CombinedRules } from "../health/rules/combine.ts"
import { clockOf } from "../health/rules/evaluate.ts"
import { EVENT_KINDS, EVENT_NAMES } from "../health/rules/rule.ts"
import type { RuleWithCases } from "../health/rules/rule-file.ts"
import { slug } from "../health/rules/translate.ts"
import { CliError } from "./exit.ts"
import type { RuleFolder } from "./rules-folder.ts"

/** Which rules to ask, and when. */
export interface TranslateOptions {
  readonly country: string
  readonly kind: string
  readonly rule?: string
  readonly valueSets?: string
  readonly at?: string
}

/**
 * One statement for a country's rules about a kind of certificate, or for one of them.
 * @param now - Unix seconds, where the options name no time
 * @throws CliError `option-invalid`, `refused` with the reason when the rules have no statement
 */
export function translateFolder(folder: RuleFolder, options: TranslateOptions, now: number): CombinedRules {
  const { country, rule: only } = options
  const event = EVENT_KINDS.find((kind) => kind === options.kind)
  if (event === undefined)
    throw new CliError("option-invalid", `--kind: expected one of ${EVENT_KINDS.join(", ")}`)
  const clockUnixSeconds = options.at === undefined ? now : clockOf(options.at)
  if (clockUnixSeconds === null) throw new CliError("option-invalid", "--at: expected a date-time")
  const found = folder.files
    .flatMap(({ rules }) => rules)
    .filter(({ rule }) => rule.country === country && (only === undefined || rule.identifier === only))
  if (found.length === 0) throw new CliError("option-invalid", `no such rules of ${country}`)
  const name = options.valueSets ?? usualCollection(found)
  const valueSets = Object.hasOwn(folder.collections, name) ? folder.collections[name] : undefined
  if (valueSets === undefined && options.valueSets !== undefined) {
    throw new CliError("option-invalid", "--value-sets: the folder has none of this name")
  }
  const what = EVENT_NAMES[event].toLowerCase()
  const head = {
    id: `eu-${slug(only ?? country)}-${what}/1`,
    title: `${only ?? `The rules of ${country.slice(0, 20)}`} for a ${what} certificate`,
  }
  const rules = found.map(({ rule }) => rule)
  const combined = combineRules(head, rules, { event, valueSets: valueSets ?? null, clockUnixSeconds })
  if ("reason" in combined) throw new CliError("refused", `${combined.reason}: ${combined.detail}`)
  return combined
}

// Publishers give one collection to nearly all of their cases.
function usualCollection(rules: readonly RuleWithCases[]): string {
  const counts = new Map<string, number>()
  for (const { valueSets } of rules.flatMap(({ cases }) => cases)) {
    counts.set(valueSets, (counts.get(valueSets) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? ""
}
