// W8: what a question leaves together with others about the same kind of record. Which of them one record answered is not
// looked at, so every selection of them counts as if one record had answered it.
import type { GivenAnswer } from "./consent-receipt.ts"
import { decodeSet, encodeSet, intersect } from "./intervals.ts"
import type { IntegerSet } from "./intervals.ts"
import type { Remainder } from "./narrow-question.ts"

/** Most joint sets looked at for one attribute; a verifier that asked so many different questions is refused. */
const MAX_JOINT_SETS = 2048

/**
 * The attributes that this question narrows down together with other answers, and the crowd if it is lost.
 * @param told - other answers about the schema, in any order
 * @param k - fewest operators
 */
export function bisectedSubjects(
  question: { readonly remainders: readonly Remainder[]; readonly operators: readonly string[] },
  told: readonly Pick<GivenAnswer, "operators" | "left">[],
  k: number,
): readonly string[] {
  const { remainders, operators } = question
  const joinable = told.filter((answer) => !isOfAnotherRecord(remainders, answer))
  const names = remainders
    .filter((remainder) => !remainder.isNarrow(remainder.set) && isNarrowed(remainder, joinable))
    .map(({ subject }) => subject)
  const common = operators.filter((name) => joinable.every((answer) => answer.operators.includes(name)))
  const isCrowdLost = common.length < k && operators.length >= k
  return isCrowdLost ? [...names, `${common.length} operators in common with other answers`] : names
}

// A value that is certain in both cannot be in two sets without a common member: another record answered.
function isOfAnotherRecord(remainders: readonly Remainder[], { left }: Pick<GivenAnswer, "left">): boolean {
  return remainders.some(({ subject, set, isCertain }) =>
    left.some((other) => {
      const theirs = decodeSet(other.intervals)
      const areBothValues = set.length > 0 && theirs.length > 0 // "is not stated" leaves no value on either side
      const isShared = other.subject === subject && isCertain && other.isCertain && areBothValues
      return isShared && intersect(set, theirs).length === 0
    }),
  )
}

function isNarrowed(
  { subject, set, isNarrow }: Remainder,
  told: readonly Pick<GivenAnswer, "left">[],
): boolean {
  const others = told
    .flatMap(({ left }) => left.filter((other) => other.subject === subject))
    .map(({ intervals }) => decodeSet(intervals))
  const joint = new Map<string, IntegerSet>([[keyOf(set), set]])
  for (const other of others) {
    for (const before of [...joint.values()]) {
      const both = intersect(before, other)
      if (both.length === 0) continue // no record satisfies both: different ones answered
      if (isNarrow(both)) return true
      joint.set(keyOf(both), both)
    }
    if (joint.size > MAX_JOINT_SETS) return true
  }
  return false
}

const keyOf = (set: IntegerSet): string => encodeSet(set).join(";")
