// W6 to W8: whether an answer would say more than the statement does. Nothing of the holder's records is looked at.
import type { AcceptedEpoch } from "./accept-epoch.ts"
import { decodeSet, encodeSet, intersect } from "./intervals.ts"
import type { IntegerSet } from "./intervals.ts"
import { computeRemainders } from "./narrow-question.ts"
import type { Remainder } from "./narrow-question.ts"
import type { Override } from "./refusal.ts"
import type { ConsentReceipt, GivenAnswer } from "./consent-receipt.ts"
import type { Catalogue } from "../../protocol/catalogue/catalogue.ts"
import { findAlternative, statementInput } from "../../protocol/credential/compile-request.ts"
import { compileClauses } from "../../protocol/credential/slots.ts"
import type { PresentationRequest, RequestAlternative } from "../../protocol/wire/presentation-request.ts"

/** What the guards look at. */
export interface GuardInput {
  readonly request: PresentationRequest
  readonly catalogue: Catalogue
  /** By registry id, accepted. */
  readonly epochs: ReadonlyMap<string, AcceptedEpoch>
  /** Fewest operators a record must be able to come from. */
  readonly k: number
  /** What this wallet answered before, to anybody. */
  readonly receipts: readonly ConsentReceipt[]
}

/** One alternative in the terms of the guards. */
interface Question {
  readonly name: string
  readonly alternative: RequestAlternative
  readonly remainders: readonly Remainder[]
  readonly operators: readonly string[]
}

/** What one guard found: its code and, per alternative, which fields or how few operators. */
export interface GuardFinding {
  readonly guard: Exclude<Override, "verifier-changed">
  readonly details: readonly string[]
}

/** Runs W6, W7 and W8 over every alternative of every item, each by itself; the findings in that order. */
export function checkGuards(input: GuardInput): readonly GuardFinding[] {
  const questions = questionsOf(input)
  const checks: readonly [GuardFinding["guard"], (question: Question) => readonly string[]][] = [
    ["anonymity-issuer", (question) => fewIssuers(question, input.k)],
    ["narrow-question", narrowSubjects],
    ["bisecting", (question) => bisected(question, input)],
  ]
  return checks
    .map(([guard, check]) => ({
      guard,
      details: questions.flatMap((question) =>
        check(question).map((detail) => `${question.name}: ${detail}`),
      ),
    }))
    .filter(({ details }) => details.length > 0)
}

/** What an answer with one alternative tells, kept so that later questions can be held against it. */
export function answerOf(input: GuardInput, itemIndex: number, alternativeIndex: number): GivenAnswer {
  const question = questionOf(input, itemIndex, alternativeIndex)
  return {
    schemaId: question.alternative.schemaId,
    operators: question.operators,
    left: question.remainders.map(({ subject, set }) => ({ subject, intervals: encodeSet(set) })),
  }
}

/** Distinct operators with a leaf for a schema in an epoch, ascending. */
export function operatorsOf(epoch: AcceptedEpoch | undefined, schemaId: string): readonly string[] {
  const leaves = epoch?.registry.leaves.filter(({ list }) => list.schemaId === schemaId) ?? []
  return [...new Set(leaves.map(({ issuer }) => issuer.operator))].sort()
}

function questionsOf(input: GuardInput): readonly Question[] {
  return input.request.items.flatMap(({ alternatives }, i) =>
    alternatives.map((_, a) => questionOf(input, i, a)),
  )
}

function questionOf({ request, catalogue, epochs }: GuardInput, i: number, a: number): Question {
  const alternative = findAlternative(request, i, a)
  const input = statementInput(request, alternative, catalogue)
  return {
    name:
      request.items[i]?.alternatives.length === 1 ? `item ${i + 1}` : `item ${i + 1}, alternative ${a + 1}`,
    alternative,
    remainders: computeRemainders(compileClauses(input), input.schema, catalogue.findValueSet),
    operators: operatorsOf(epochs.get(alternative.registry), alternative.schemaId),
  }
}

function fewIssuers({ operators }: Question, k: number): readonly string[] {
  return operators.length >= k ? [] : [`${operators.length} operators, at least ${k} are needed`]
}

function narrowSubjects({ remainders }: Question): readonly string[] {
  return remainders.filter(({ set, isNarrow }) => isNarrow(set)).map(({ subject }) => subject)
}

// This question and all this origin was answered about the schema, as one question. What no single record can satisfy
// together was answered with different records and narrows neither.
function bisected({ alternative, remainders, operators }: Question, input: GuardInput): readonly string[] {
  const { origin } = input.request.verifier
  const earlier = input.receipts
    .filter(({ request }) => request.verifier.origin === origin)
    .flatMap(({ answers }) => answers.filter(({ schemaId }) => schemaId === alternative.schemaId))
  if (earlier.length === 0) return []
  const narrowed = remainders.filter(({ subject, set, isNarrow }) => {
    const before = earlier.flatMap(({ left }) => left.filter((remainder) => remainder.subject === subject))
    const joint = before.reduce<IntegerSet>(
      (sum, remainder) => intersect(sum, decodeSet(remainder.intervals)),
      set,
    )
    return joint.length > 0 && isNarrow(joint) && !isNarrow(set)
  })
  const common = operators.filter((name) => earlier.every((answer) => answer.operators.includes(name)))
  const isCrowdLost = common.length < input.k && operators.length >= input.k
  const names = narrowed.map(({ subject }) => subject)
  return isCrowdLost ? [...names, `${common.length} operators in common with earlier answers`] : names
}
