// The findings of `sotto rules check` as one JSON value and as a table.
import { plainText } from "../protocol/credential/value-words.ts"
import type { CaseRow, RuleCheck, RuleRow } from "./rules-check.ts"
import { untranslatedRules } from "./rules-check.ts"
import type { ProofRow } from "./rules-proofs.ts"

/** Numbers of a file or of all files. */
interface Totals {
  readonly rules: number
  readonly translated: number
  /** Of those: the same for every certificate of every kind, and so no question. */
  readonly constant: number
  readonly cases: number
  readonly agreed: number
  readonly disagreed: number
  /** Cases that say nothing of a credential, by reason; `not-translated` counts those of rules without a statement. */
  readonly excluded: Readonly<Record<string, number>>
}

/** One JSON value for scripts. */
export function reportOf(folder: string, check: RuleCheck, proofs: readonly ProofRow[] | null) {
  const { files, rules, cases } = check
  const nameCase = ({ file, rule, case: number, name, expected }: CaseRow) => ({
    ...{ file, rule, case: number, name, expected },
  })
  return {
    folder,
    totals: {
      ...count(rules, cases),
      notTranslated: rules.filter(({ refusals }) => refusals.length > 0).length,
    },
    notTranslated: untranslatedRules(rules),
    disagreed: cases.filter(({ outcome }) => outcome === "disagreed").map(nameCase),
    files: files.map((file) => ({
      file,
      ...count(rules.filter(isOf(file)), cases.filter(isOf(file))),
    })),
    rules: rules.map(({ file, rule, kinds, refusals }) => ({
      ...{ file, rule, kinds, translated: refusals.length === 0 },
    })),
    excludedCases: cases
      .filter(({ outcome }) => outcome !== "agreed" && outcome !== "disagreed")
      .map((row) => ({ ...nameCase(row), reason: row.outcome })),
    ...(proofs === null
      ? {}
      : {
          proofs: {
            cases: proofs.length,
            agreed: proofs.filter(({ isAgreed }) => isAgreed).length,
            accepted: proofs.filter(({ outcome }) => outcome === "accepted").length,
            noWitness: proofs.filter(({ outcome }) => outcome === "no-witness").length,
            made: proofs.reduce((sum, row) => sum + row.proofs, 0),
            sample: proofs,
          },
        }),
  }
}

const isOf =
  (file: string) =>
  (row: { readonly file: string }): boolean =>
    row.file === file

function count(rules: readonly RuleRow[], cases: readonly CaseRow[]): Totals {
  const excluded: Record<string, number> = {}
  for (const { outcome } of cases) {
    if (outcome !== "agreed" && outcome !== "disagreed") excluded[outcome] = (excluded[outcome] ?? 0) + 1
  }
  const translated = rules.filter(({ refusals }) => refusals.length === 0)
  const isConstant = ({ kinds }: RuleRow): boolean =>
    Object.values(kinds).every((kind) => typeof kind !== "number")
  return {
    rules: rules.length,
    translated: translated.length,
    constant: translated.filter(isConstant).length,
    cases: cases.length,
    agreed: cases.filter(({ outcome }) => outcome === "agreed").length,
    disagreed: cases.filter(({ outcome }) => outcome === "disagreed").length,
    excluded,
  }
}

/** The same for a person at a terminal. */
export function formatReport(report: ReturnType<typeof reportOf>): string {
  const { totals, files, proofs } = report
  const rows = [...files, { file: "all", ...totals }]
  const table = rows.map((row) => [
    ...[row.file, row.rules, row.translated, row.constant, row.cases, row.agreed, row.disagreed],
    Object.values(row.excluded).reduce((sum, n) => sum + n, 0),
  ])
  const head = ["file", "rules", "translated", "constant", "cases", "agreed", "disagreed", "excluded"]
  return [
    ...formatTable([head, ...table]),
    "",
    ...listed(
      "not translated",
      report.notTranslated,
      (one) => `${one.rule} (${one.kinds.join(", ")}): ${one.reason}: ${one.detail}`,
    ),
    ...listed(
      "disagreed",
      report.disagreed,
      (one) => `${one.rule} case ${one.case}: expected ${one.expected}: ${one.name}`,
    ),
    "excluded, since no issuer would sign the payload or its rule has no statement:",
    ...Object.entries(totals.excluded).map(([reason, n]) => `  ${reason}: ${n}`),
    ...(proofs === undefined
      ? []
      : [
          `proofs: ${proofs.cases} cases, ${proofs.agreed} as expected; ${proofs.made} proofs made, ` +
            `${proofs.accepted} answers accepted, ${proofs.noWitness} times no witness`,
        ]),
  ].join("\n")
}

function listed<T>(title: string, items: readonly T[], say: (item: T) => string): readonly string[] {
  if (items.length === 0) return [`${title}: none`]
  return [`${title}: ${items.length}`, ...items.map((item) => `  ${plainText(say(item))}`)]
}

function formatTable(rows: readonly (readonly (string | number)[])[]): readonly string[] {
  const texts = rows.map((row) => row.map((cell) => plainText(String(cell))))
  const widths = (texts[0] ?? []).map((_, i) => Math.max(...texts.map((row) => row[i]?.length ?? 0)))
  const pad = (cell: string, i: number): string =>
    i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)
  return texts.map((row) => row.map(pad).join("  ").trimEnd())
}
