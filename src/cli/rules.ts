// `sotto rules`: business rules of EU certificates as statements, checked against the cases their publishers give.
import { Command } from "commander"
import type { Digest } from "../protocol/primitives/hash.ts"
import { loadCircuit, locateCircuit } from "./circuit-artifacts.ts"
import { openClock } from "./clock.ts"
import { CliError, EXIT } from "./exit.ts"
import { print } from "./output.ts"
import { openBench } from "./rules-bench.ts"
import { checkFolder, rememberSets } from "./rules-check.ts"
import { readRuleFolder } from "./rules-folder.ts"
import { proveCases, sampleCases } from "./rules-proofs.ts"
import { formatReport, reportOf } from "./rules-report.ts"
import { translateFolder } from "./rules-translate.ts"
import type { TranslateOptions } from "./rules-translate.ts"

interface Options {
  readonly json?: true
  readonly proofs?: string
  readonly threads: string
}

/** More proofs than a folder has cases. */
const MAX_PROOFS = 10_000

/** The `rules` verb. */
export function rulesCommand(): Command {
  const command = new Command("rules").description("translate the business rules of EU certificates")
  command
    .command("check")
    .description(
      "translate every rule of a folder and compare each case's expected result with what can be proved;\n" +
        "exit 0 when none disagrees\n\n" +
        "The folder holds one JSON file a country, a list of {rule, cases}, and value-sets.json, which\n" +
        "cases name. A case agrees when a proof can be made exactly where it expects true: its payload is\n" +
        "issued as a record, its rule is asked at its validation clock, and every proof's input is built.\n" +
        "A rule that every certificate satisfies asks for a certificate; one that none satisfies, for nothing.",
    )
    .argument("<folder>", "a folder of rules")
    .option("--json", "print one JSON value")
    .option("--proofs <count>", "also make and verify real proofs for so many cases, spread over the rules")
    .option("--threads <count>", "proving threads", "2")
    .action(check)
  command
    .command("translate")
    .description(
      "print one statement for a country's rules, with the value sets it needs; rules that have no statement\n" +
        "are named in its `omits` and listed with their reasons",
    )
    .argument("<folder>", "a folder of rules")
    .requiredOption("--country <code>", "whose rules")
    .requiredOption("--kind <kind>", "v (vaccination), t (test) or r (recovery)")
    .option("--rule <identifier>", "one rule instead of all")
    .option("--value-sets <name>", "a collection of value-sets.json; by default the one that most cases name")
    .option("--at <time>", "for rules that hold at one time only; now by default")
    .action(async (folder: string, options: TranslateOptions) => {
      print(translateFolder(await readRuleFolder(folder), options, openClock()()))
    })
  return command
}

async function check(folder: string, options: Options): Promise<void> {
  const wanted = options.proofs === undefined ? 0 : parseCount(options.proofs, "--proofs", MAX_PROOFS)
  const threads = parseCount(options.threads, "--threads", 64)
  const rules = await readRuleFolder(folder)
  const places = { cache: process.env["SOTTO_CACHE"] }
  const { entry } = await locateCircuit("presentation", places)
  const prepare = rememberSets()
  const bench = openBench(`sha256:${entry.vkeySha256}` as Digest, prepare)
  const found = checkFolder(rules, bench, prepare)
  const proofs =
    wanted === 0
      ? null
      : await proveCases(sampleCases(found.cases, wanted), {
          ...{ bench, threads },
          artifacts: await loadCircuit("presentation", places),
        })
  const report = reportOf(folder, found, proofs)
  if (options.json === true) print(report)
  else process.stdout.write(`${formatReport(report)}\n`)
  const isHeld = report.totals.disagreed === 0 && (proofs ?? []).every(({ isAgreed }) => isAgreed)
  if (!isHeld) process.exitCode = EXIT.refused
}

function parseCount(text: string, option: string, most: number): number {
  const count = /^[1-9][0-9]{0,5}$/.test(text) ? Number(text) : 0
  if (count < 1 || count > most) throw new CliError("option-invalid", `${option}: expected 1 to ${most}`)
  return count
}
