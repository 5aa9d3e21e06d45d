// One description of every ballot type at the largest size that a circuit carries, and every valid selection of it.
import type { BallotDescription } from "../../src/protocol/election/ballot-types.ts"
import type { Selection } from "../../src/protocol/election/ballot-family.ts"

/** Options named by the letters of a word. */
export const options = (letters: string) => Array.from(letters, (id) => ({ id, label: id.toUpperCase() }))

/** All orders of a list. */
function orders<T>(list: readonly T[]): T[][] {
  if (list.length === 0) return [[]]
  return list.flatMap((first, i) =>
    orders([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [first, ...rest]),
  )
}

/** All subsets of a list whose size is within bounds. */
function subsets<T>(list: readonly T[], min = 0, max = list.length): T[][] {
  return Array.from({ length: 2 ** list.length }, (_, k) => list.filter((__, i) => (k >> i) & 1)).filter(
    ({ length }) => length >= min && length <= max,
  )
}

/** All lists of one number below `base` for each place. */
const digits = (places: number, base: number): number[][] =>
  Array.from({ length: base ** places }, (_, k) =>
    Array.from({ length: places }, (__, i) => Math.floor(k / base ** i) % base),
  )

interface DescribedBallot {
  readonly circuit: "ballot8" | "ballot16"
  readonly description: BallotDescription
  /** Every selection that the ballot allows, each once. */
  readonly selections: readonly Selection[]
}

const chosen = (lists: readonly (readonly string[])[]): Selection[] => lists.map((list) => ({ chosen: list }))
const ITEMS = (letters: string) => Array.from(letters)
const GRADES = ["poor", "fair", "good"]

export const EVERY_BALLOT: readonly DescribedBallot[] = [
  {
    circuit: "ballot8",
    description: { type: "single-choice", label: "Who?", options: options("abcdefgh"), mayAbstain: true },
    selections: chosen(subsets(ITEMS("abcdefgh"), 0, 1)),
  },
  {
    circuit: "ballot16",
    description: { type: "approval", label: "Which?", options: options("abcdefghi"), min: 2, max: 3 },
    selections: chosen(subsets(ITEMS("abcdefghi"), 2, 3)),
  },
  {
    circuit: "ballot8",
    description: {
      type: "questions",
      questions: [
        {
          label: "Adopt the budget?",
          options: [
            { id: "budget.yes", label: "Yes" },
            { id: "budget.no", label: "No" },
          ],
          min: 1,
          max: 1,
        },
        {
          label: "Adopt the statute?",
          options: [
            { id: "statute.yes", label: "Yes" },
            { id: "statute.no", label: "No" },
          ],
          min: 0,
          max: 1,
        },
        { label: "Seats", options: options("xyz"), min: 0, max: 2 },
      ],
    },
    selections: ["budget.yes", "budget.no"].flatMap((budget) =>
      subsets(["statute.yes", "statute.no"], 0, 1).flatMap((statute) =>
        subsets(ITEMS("xyz"), 0, 2).map((seats) => ({ chosen: [budget, ...statute, ...seats] })),
      ),
    ),
  },
  {
    circuit: "ballot8",
    description: {
      type: "weighted-single-choice",
      label: "Who?",
      options: options("abcd"),
      mayAbstain: false,
    },
    selections: chosen(subsets(ITEMS("abcd"), 1, 1)),
  },
  {
    circuit: "ballot16",
    description: { type: "weighted-approval", label: "Which?", options: options("abcdefgh"), min: 0, max: 8 },
    selections: chosen(subsets(ITEMS("abcdefgh"))),
  },
  {
    circuit: "ballot8",
    description: { type: "grades", items: options("abcd"), grades: GRADES },
    selections: digits(4, 3).map((given) => ({
      grades: Object.fromEntries(given.map((grade, i) => ["abcd"[i]!, grade])),
    })),
  },
  {
    circuit: "ballot16",
    description: { type: "grades", items: options("abcde"), grades: [...GRADES, "best"] },
    selections: digits(5, 4).map((given) => ({
      grades: Object.fromEntries(given.map((grade, i) => ["abcde"[i]!, grade])),
    })),
  },
  {
    circuit: "ballot16",
    description: { type: "borda", items: options("abcd") },
    selections: orders(ITEMS("abcd")).map((order) => ({ order })),
  },
  {
    circuit: "ballot8",
    description: { type: "pairwise", items: options("abcd") },
    selections: orders(ITEMS("abcd")).map((order) => ({ order })),
  },
  {
    circuit: "ballot16",
    description: { type: "pairwise", items: options("abcdef") },
    selections: orders(ITEMS("abcdef")).map((order) => ({ order })),
  },
]
