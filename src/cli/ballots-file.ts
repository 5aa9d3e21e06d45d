// Ballots of a whole electorate from a file: our own form, one line a voter, or PrefLib's categorical and order data.
import type { BallotDescription } from "../protocol/election/ballot-types.ts"
import type { Selection } from "../protocol/election/ballot-family.ts"
import { CliError } from "./exit.ts"

/** An electorate: what was asked, and what each voter wants, in the order of the file. */
export interface Electorate {
  readonly ballot: BallotDescription
  readonly votes: readonly Selection[]
  /** Lines that say nothing of any option: blank ballots. */
  readonly blanks: number
}

/** How the lines are to be read; `approval` and `single-choice` are told apart by themselves when it is not said. */
export type FileBallotType = "single-choice" | "approval" | "borda" | "pairwise"

interface Row {
  readonly count: number
  /** Options by name, in the order of the line. */
  readonly options: readonly string[]
}

/** More would be no rehearsal but a load test of the machine. */
const MAX_VOTERS = 2 ** 20

/**
 * Reads a file of ballots.
 * @param name - its name: `.cat` (categories: the first one is approved), `.soi`, `.soc` (orders); anything else is ours:
 *   one line a voter, options by commas, `#` begins a comment
 * @throws CliError `option-invalid` naming the line
 */
export function readBallotsFile(text: string, name: string, type: FileBallotType | null): Electorate {
  const isPrefLib = /\.(?:cat|soi|soc)$/.test(name)
  const lines = text.split("\n").map((line, i) => ({ line: line.trim(), number: i + 1 }))
  const names = isPrefLib ? alternativesOf(lines.map(({ line }) => line)) : null
  const rows: Row[] = []
  for (const { line, number } of lines) {
    if (line === "" && isPrefLib) continue
    if (line.startsWith("#")) continue
    if (line === "" && number === lines.length) continue // the end of the last line
    rows.push(names === null ? ownRow(line) : prefLibRow(line, number, names, name.endsWith(".cat")))
  }
  const voters = rows.reduce((sum, { count }) => sum + count, 0)
  if (voters === 0 || voters > MAX_VOTERS) throw malformed(0, `expected 1 to ${MAX_VOTERS} voters`)
  const options =
    names === null ? [...new Set(rows.flatMap((row) => row.options))].sort() : [...names.values()]
  return electorateOf(rows, options, type ?? guessType(rows, name))
}

/** What each choice gets when the votes are simply counted. @param choices - ids of the definition's, in its order */
export function countPlainly(
  { votes }: Pick<Electorate, "votes">,
  choices: readonly string[],
): readonly number[] {
  const counts = new Map(choices.map((id) => [id, 0]))
  for (const vote of votes)
    for (const id of markedIds(vote, choices)) counts.set(id, (counts.get(id) ?? 0) + 1)
  return choices.map((id) => counts.get(id) ?? 0)
}

/** The ids of what a vote marks; written again from the words, so that it can disagree with the encoder. */
function markedIds(vote: Selection, choices: readonly string[]): readonly string[] {
  if ("chosen" in vote) return vote.chosen
  if ("grades" in vote)
    return Object.entries(vote.grades).flatMap(([item, g]) => (g > 0 ? [`${item}.${g}`] : []))
  const { order } = vote
  const isRanking = choices.some((id) => /\.[0-9]+$/.test(id) && !order.includes(id.split(".")[1] ?? ""))
  if (isRanking) return order.map((item, at) => `${item}.${at + 1}`)
  return choices.filter((id) => {
    const [a = "", b = ""] = id.split(".")
    return order.indexOf(a) < order.indexOf(b)
  })
}

function electorateOf(rows: readonly Row[], names: readonly string[], type: FileBallotType): Electorate {
  const ids = new Map(names.map((name, i) => [name, `o${i + 1}`]))
  const options = names.map((label, i) => ({ id: `o${i + 1}`, label }))
  const idOf = (name: string): string => ids.get(name) ?? ""
  const label = "Ballots of a file"
  const most = Math.max(...rows.map((row) => row.options.length))
  const vote = (row: Row): Selection => {
    const marked = row.options.map(idOf)
    if (type === "single-choice") return { chosen: marked.slice(0, 1) }
    return type === "approval" ? { chosen: marked } : { order: marked }
  }
  const ballot: BallotDescription =
    type === "single-choice"
      ? { type, label, options, mayAbstain: true }
      : type === "approval"
        ? { type, label, options, min: 0, max: Math.max(1, most) }
        : { type, items: options }
  const votes = rows.flatMap((row) => Array.from({ length: row.count }, () => vote(row)))
  const blanks = rows.reduce((sum, row) => sum + (row.options.length === 0 ? row.count : 0), 0)
  return { ballot, votes, blanks }
}

function guessType(rows: readonly Row[], name: string): FileBallotType {
  if (name.endsWith(".cat")) return "approval"
  if (/\.so[ic]$/.test(name)) return "single-choice"
  return rows.every(({ options }) => options.length <= 1) ? "single-choice" : "approval"
}

const ownRow = (line: string): Row => ({
  count: 1,
  options: line.split(",").map((option) => option.trim()).filter((option) => option !== ""), // prettier-ignore
})

/** `# ALTERNATIVE NAME 3: Some Name`. */
function alternativesOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const line of lines) {
    const [, number, name] = /^# ALTERNATIVE NAME ([0-9]+): (.+)$/.exec(line) ?? []
    if (number !== undefined && name !== undefined) names.set(number, name.trim())
  }
  if (names.size < 2) throw malformed(0, "expected # ALTERNATIVE NAME lines")
  if (new Set(names.values()).size !== names.size) throw malformed(0, "two alternatives of one name")
  return names
}

/** `11: {1,2},{3}` (categories) or `11: 2,1,3` (an order). */
function prefLibRow(
  line: string,
  number: number,
  names: ReadonlyMap<string, string>,
  isCategorical: boolean,
): Row {
  const [, digits = "", rest = ""] = /^([0-9]{1,7}):(.*)$/.exec(line) ?? []
  if (digits === "") throw malformed(number, "expected a count and a ballot")
  const groups = [...rest.replaceAll(" ", "").matchAll(/\{([0-9,]*)\}|([0-9]+)/g)].map(
    (m) => m[1] ?? m[2] ?? "",
  )
  const wanted = isCategorical ? (groups[0] ?? "").split(",") : groups
  const options = wanted
    .filter((alternative) => alternative !== "")
    .map((alternative) => names.get(alternative) ?? fail(number, alternative))
  return { count: Number(digits), options }
}

function fail(line: number, alternative: string): never {
  throw malformed(line, `no alternative ${alternative}`)
}

function malformed(line: number, what: string): CliError {
  return new CliError(
    "option-invalid",
    line === 0 ? `ballots file: ${what}` : `ballots file, line ${line}: ${what}`,
  )
}
