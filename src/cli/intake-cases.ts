// Conformance cases of EU certificates: each is read with its own clock and certificate, and compared with its expectation.
import { basename } from "node:path"
import { parseDccCase, runDccCase } from "../health/eu-dcc/dcc-case.ts"
import type { IntakeRecord } from "../health/fhir/intake.ts"
import { IntakeError } from "./intake-error.ts"
import type { RecordFile } from "./intake-format.ts"
import { recordPlatform } from "./record-platform.ts"

/** One case, compared. */
interface CaseLine {
  /** The corpus file and the case's own name in it. */
  readonly name: string
  /** `accepted`, or the code of the refusal. */
  readonly outcome: string
  /** What an accepted certificate says. */
  readonly records?: readonly IntakeRecord[]
  /** The corpus's name of the step that refused. */
  readonly step?: string
  /** `accepted`, or the corpus's name of the step that must refuse. */
  readonly expected: string
  readonly agreed: boolean
  /** Why a disagreement is meant. */
  readonly deliberate?: string
  /** Codes of checks that would refuse the certificate, and that the case does not test. */
  readonly untested?: readonly string[]
}

/** A run over all cases. */
export interface CaseRun {
  readonly format: "eu-dcc"
  readonly cases: readonly CaseLine[]
  readonly totals: {
    readonly cases: number
    readonly agreed: number
    /** Disagreements that are meant, each with its reason. */
    readonly deliberate: number
    readonly disagreed: number
  }
}

/**
 * Runs every case of the files.
 * @param names - of the files, in their order
 * @throws DccError `malformed-case`, IntakeError `format-mixed`
 */
export function runCaseFiles(files: readonly RecordFile[], names: readonly string[]): CaseRun {
  const cases = files.flatMap((file, i) => {
    if (file.kind !== "eu-dcc-cases") throw new IntakeError("format-mixed", "a record beside cases")
    const corpus = basename(names[i] ?? "")
    return file.cases.map((value, j) => runCase(corpus, value, `$[${j}]`))
  })
  const count = (test: (line: CaseLine) => boolean): number => cases.filter(test).length
  return {
    format: "eu-dcc",
    cases,
    totals: {
      cases: cases.length,
      agreed: count(({ agreed }) => agreed),
      deliberate: count(({ agreed, deliberate }) => !agreed && deliberate !== undefined),
      disagreed: count(({ agreed, deliberate }) => !agreed && deliberate === undefined),
    },
  }
}

function runCase(corpus: string, value: unknown, path: string): CaseLine {
  const result = runDccCase(parseDccCase(value, path), recordPlatform)
  const { outcome, expectedStep, agreed, deliberate, untested } = result
  return {
    name: `${corpus}:${result.file}`,
    ...(outcome.ok
      ? { outcome: "accepted", records: outcome.records }
      : { outcome: outcome.code, step: outcome.step }),
    expected: expectedStep ?? "accepted",
    agreed,
    ...(deliberate === null ? {} : { deliberate }),
    ...(untested.length === 0 ? {} : { untested: untested.map(({ code }) => code) }),
  }
}
