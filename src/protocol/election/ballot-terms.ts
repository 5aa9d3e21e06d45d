// What every ballot must keep, whatever its type: it fits its circuit, its words are distinct, its rules leave a choice.
import { accept } from "../primitives/verdict.ts"
import { BALLOT_CIRCUITS } from "./ballot-signals.ts"
import { refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"
import { bitOf, countValidMarks } from "./rules.ts"
import type { PlacedTerms } from "./rules.ts"

type Terms = ElectionVerdict<true, "definition-invalid">

/**
 * Checks choices and rules against the circuit that carries them, and that at least two ways of marking are valid.
 * @param terms - attacker-controlled, as from `parseDefinition`
 */
export function checkTerms(terms: PlacedTerms): Terms {
  const { choices: bits, rules: most } = BALLOT_CIRCUITS[terms.circuit.id]
  const isPlaced = terms.choices.length >= 2 && bitOf(terms, terms.choices.length - 1) < bits
  if (!isPlaced) return invalid("choices")
  if (terms.rules.length > most) return invalid("rules")
  for (const [member, list] of [
    ["choices", terms.choices.map(({ id }) => id)],
    ["choices", terms.choices.map(({ label }) => label)],
    ["rules", terms.rules.map(({ label }) => label)],
  ] as const) {
    const repeated = list.findIndex((word, at) => list.indexOf(word) !== at)
    if (repeated >= 0) return invalid(`${member}.${repeated}`)
  }
  const broken = terms.rules.findIndex((rule) => !isRuleInRange(rule, terms.choices.length, bits))
  if (broken >= 0) return invalid(`rules.${broken}`)
  return countValidMarks(terms, 2) < 2 ? invalid("rules") : accept(true)
}

/** 0 <= min <= max <= CHOICES; positions ascending, of choices that exist, none on both sides. */
function isRuleInRange(
  { plus, minus, min, max }: PlacedTerms["rules"][number],
  choices: number,
  bits: number,
): boolean {
  const isList = (positions: readonly number[]): boolean =>
    positions.every((position, i) => position > (positions[i - 1] ?? -1) && position < choices)
  return (
    isList(plus) && isList(minus) && !plus.some((one) => minus.includes(one)) && min <= max && max <= bits
  )
}

const invalid = (at: string): ReturnType<typeof refuseAt<"definition-invalid">> =>
  refuseAt("definition-invalid", at)
