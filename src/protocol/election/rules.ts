// The rules of a ballot as the circuit takes them, and as anyone can ask them of marks without a proof.
import type { ElectionDefinition, ElectionRule } from "../wire/election-definition.ts"
import { BALLOT_CIRCUITS } from "./ballot-signals.ts"

/** What of a definition says how a ballot may be marked. */
export type BallotTerms = Pick<ElectionDefinition, "ballotType" | "choices" | "rules">
/** Terms with the circuit whose bits carry them. */
export type PlacedTerms = BallotTerms & { readonly circuit: Pick<ElectionDefinition["circuit"], "id"> }

/** The rules of a definition as public signals. */
export interface CompiledRules {
  readonly choiceMask: bigint
  /** One a rule of the circuit, 0 where the definition has none: plus-bits low, minus-bits above them. */
  readonly ruleCoefficients: readonly bigint[]
  readonly ruleMin: readonly bigint[]
  readonly ruleMax: readonly bigint[]
}

/** True for the types whose marks are multiplied by the weight in the leaf. */
export const isWeightedType = (ballotType: string): boolean => ballotType.startsWith("weighted-")

/**
 * Where the choice at a position of `choices` stands among the bits of a ballot. A weighted counter takes the whole of a
 * ciphertext, so its choices stand on even bits and odd ones do not exist.
 */
export function bitOf({ ballotType }: Pick<BallotTerms, "ballotType">, position: number): number {
  return isWeightedType(ballotType) ? 2 * position : position
}

/**
 * The mask of the choices that exist, and every rule, padded with empty ones.
 * @param terms - accepted by `checkDefinition`
 * @throws RangeError for more choices or rules than the circuit has: none may be cut off in silence
 */
export function compileRules(terms: PlacedTerms): CompiledRules {
  const { choices: bits, rules: most } = BALLOT_CIRCUITS[terms.circuit.id]
  const lastBit = bitOf(terms, terms.choices.length - 1)
  if (lastBit >= bits || terms.rules.length > most)
    throw new RangeError(`more than ${terms.circuit.id} holds`)
  const maskOf = (positions: readonly number[]): bigint =>
    positions.reduce((mask, position) => mask | (1n << BigInt(bitOf(terms, position))), 0n)
  const padded = (valueOf: (rule: ElectionRule) => bigint): readonly bigint[] =>
    Array.from({ length: most }, (_, g) => {
      const rule = terms.rules[g]
      return rule === undefined ? 0n : valueOf(rule)
    })
  return {
    choiceMask: maskOf([...terms.choices.keys()]),
    ruleCoefficients: padded(({ plus, minus }) => maskOf(plus) | (maskOf(minus) << BigInt(bits))),
    ruleMin: padded(({ min }) => BigInt(min)),
    ruleMax: padded(({ max }) => BigInt(max)),
  }
}

/** The first rule that marks break, or null. @param marked - positions of `choices`, each at most once */
export function brokenRule(
  { rules }: Pick<BallotTerms, "rules">,
  marked: ReadonlySet<number>,
): ElectionRule | null {
  const count = (positions: readonly number[]): number => positions.filter((one) => marked.has(one)).length
  const isBroken = ({ plus, minus, min, max }: ElectionRule): boolean => {
    const sum = count(plus) - count(minus)
    return sum < min || sum > max
  }
  return rules.find(isBroken) ?? null
}

/**
 * How many ways of marking satisfy every rule, counted up to `most`: with fewer than two there is nothing to decide.
 * All 2^choices are tried, at most 65,536 times 20 rules.
 */
export function countValidMarks({ choices, rules }: Pick<BallotTerms, "choices" | "rules">, most: number) {
  const bound = rules.map(({ plus, minus, min, max }) => ({
    plus: bitsOf(plus),
    minus: bitsOf(minus),
    min,
    max,
  }))
  let found = 0
  for (let marks = 0; marks < 2 ** choices.length && found < most; marks++) {
    const isValid = bound.every(({ plus, minus, min, max }) => {
      const sum = popcount(marks & plus) - popcount(marks & minus)
      return min <= sum && sum <= max
    })
    if (isValid) found++
  }
  return found
}

const bitsOf = (positions: readonly number[]): number =>
  positions.reduce((bits, position) => bits | (1 << position), 0)

/** Bits set of a 16-bit number, counted in parallel. */
function popcount(bits: number): number {
  const pairs = bits - ((bits >> 1) & 0x5555)
  const fours = (pairs & 0x3333) + ((pairs >> 2) & 0x3333)
  const eights = (fours + (fours >> 4)) & 0x0f0f
  return (eights + (eights >> 8)) & 0x1f
}
