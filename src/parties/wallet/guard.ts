// W6 to W8: whether an answer would say more than the statement does. Nothing of the holder's records is looked at.
import type { AcceptedEpoch } from "./accept-epoch.ts"
import { bisectedSubjects } from "./bisecting.ts"
import { encodeSet } from "./intervals.ts"
import { computeRemainders } from "./narrow-question.ts"
import type { Remainder } from "./narrow-question.ts"
import type { Override } from "./refusal.ts"
import type { ConsentReceipt, GivenAnswer } from "./consent-receipt.ts"
import type { Catalogue } from "../../protocol/catalogue/catalogue.ts"
import { LABELS } from "../../protocol/catalogue/labels.ts"
import { findAlternative, statementInput } from "../../protocol/credential/compile-request.ts"
import { compileClauses } from "../../protocol/credential/slots.ts"
import { describeStatement } from "../../protocol/credential/words.ts"
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
  readonly item: number
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

/** Runs W6, W7 and W8 over every alternative of every item; the findings in that order. */
export function checkGuards(input: GuardInput): readonly GuardFinding[] {
  const questions = questionsOf(input)
  const { origin } = input.request.verifier
  const checks: readonly [GuardFinding["guard"], (question: Question) => readonly string[]][] = [
    ["anonymity-issuer", (question) => fewIssuers(question, input.k)],
    ["narrow-question", narrowSubjects],
    ["bisecting", (question) => bisected(question, questions, input, (asker) => asker === origin)],
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

/**
 * W8 across origins: what verifiers who compare notes could narrow down with this answer. They may not, so it is told
 * and not refused.
 * @param alternatives - per item, the one that would be answered
 */
export function findShared(input: GuardInput, alternatives: readonly number[]): readonly string[] {
  const questions = alternatives.map((alternative, item) => questionOf(input, item, alternative))
  const { origin } = input.request.verifier
  return questions.flatMap((question) => {
    const own = bisected(question, questions, input, (asker) => asker === origin)
    const all = bisected(question, questions, input, () => true)
    return all.filter((detail) => !own.includes(detail)).map((detail) => `${question.name}: ${detail}`)
  })
}

/** What an answer with one alternative tells, kept so that later questions can be held against it. */
export function answerOf(input: GuardInput, itemIndex: number, alternativeIndex: number): GivenAnswer {
  const { alternative, ...question } = questionOf(input, itemIndex, alternativeIndex)
  const { request, catalogue } = input
  const { willProve } = describeStatement(statementInput(request, alternative, catalogue), LABELS)
  return { ...toldBy({ alternative, ...question }), proved: willProve }
}

/** Distinct operators with a leaf for a schema in an epoch, ascending. */
export function operatorsOf(epoch: AcceptedEpoch | undefined, schemaId: string): readonly string[] {
  const leaves = epoch?.registry.leaves.filter(({ list }) => list.schemaId === schemaId) ?? []
  return [...new Set(leaves.map(({ issuer }) => issuer.operator))].sort()
}

function toldBy({ alternative, operators, remainders }: Question): Omit<GivenAnswer, "proved"> {
  return {
    schemaId: alternative.schemaId,
    operators,
    left: remainders.map(({ subject, set, isCertain }) => ({
      subject,
      intervals: encodeSet(set),
      isCertain,
    })),
  }
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
    item: i,
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

// This question, the other items of its request, and what its askers were answered about the schema, as one question.
function bisected(
  question: Question,
  questions: readonly Question[],
  { request, receipts, k }: GuardInput,
  isAsker: (origin: string) => boolean,
): readonly string[] {
  const earlier = receipts
    .filter(({ request: answered }) => isAsker(answered.verifier.origin))
    .flatMap(({ answers }) => answers)
  const beside = questions.filter(
    ({ item }) => item !== question.item && !areDifferent(request, item, question.item),
  )
  const told = [...earlier, ...beside.map(toldBy)].filter(
    ({ schemaId }) => schemaId === question.alternative.schemaId,
  )
  return bisectedSubjects(question, told, k)
}

function areDifferent({ links }: PresentationRequest, a: number, b: number): boolean {
  return links.some(
    ({ kind, items }) => kind === "differentCredentials" && items.includes(a) && items.includes(b),
  )
}
