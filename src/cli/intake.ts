// `sotto intake`: what a signed health record says, in the attributes an issuer would sign, or why it is refused.
import { Command } from "commander"
import { EXIT } from "./exit.ts"
import { readInput } from "./files.ts"
import { runCaseFiles } from "./intake-cases.ts"
import { recogniseFile } from "./intake-format.ts"
import { addIntakeOptions, readContext } from "./intake-options.ts"
import type { IntakeOptions } from "./intake-options.ts"
import { formatCases, formatRefusal, formatReport, refusalOf } from "./intake-output.ts"
import { readRecordFiles } from "./intake-read.ts"
import { print } from "./output.ts"

interface Options extends IntakeOptions {
  readonly json?: true
}

/** The `intake` verb. */
export function intakeCommand(): Command {
  const command = new Command("intake")
    .description(
      "check a health record's signature and read its attributes; exit 0 read, 1 refused\n\n" +
        "Reads an EU certificate (HC1: text), a SMART Health Card (shc:/ codes, a JWS or a\n" +
        ".smart-health-card file), FHIR R4 JSON (a bundle, or the resources of one person as several\n" +
        "files: a path $[1] is in the second), or conformance cases of EU certificates, all of which are run.",
    )
    .argument("<file...>", "the record; several files are read as one")
    .option("--json", "print one JSON value")
  return addIntakeOptions(command).action(intake)
}

async function intake(files: readonly string[], options: Options): Promise<void> {
  // Nothing is signed here: that a record does not hold its patient is a notice, for the desk to settle before it issues.
  const context = await readContext({ ...options, patientElsewhere: true })
  const inputs = await Promise.all(files.map(readInput))
  const show = (value: unknown, text: string): void => {
    if (options.json === true) print(value)
    else process.stdout.write(`${text}\n`)
  }
  try {
    const recognised = inputs.map(recogniseFile)
    if (recognised[0]?.kind === "eu-dcc-cases") {
      const run = runCaseFiles(recognised, files)
      show(run, formatCases(run))
      if (run.totals.disagreed > 0) process.exitCode = EXIT.refused
    } else {
      const report = readRecordFiles(recognised, context)
      show(report, formatReport(report))
    }
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === null) throw error
    show(refusal, formatRefusal(refusal))
    process.exitCode = EXIT.refused
  }
}
