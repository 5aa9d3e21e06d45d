// The options by which a desk says whom it believes and what it vouches for itself, shared by `intake` and `issuer issue`.
import type { Command } from "commander"
import type { TrustList } from "../health/eu-dcc/trust-list.ts"
import type { ReadOptions } from "../health/fhir/read-options.ts"
import { parseInstant } from "../protocol/credential/calendar.ts"
import { openClock } from "./clock.ts"
import { CliError } from "./exit.ts"
import type { IntakeContext } from "./intake-read.ts"
import { readDccTrust, readPinnedIssuers, readRevocations } from "./intake-trust.ts"

/** The options as commander answers them. */
export interface IntakeOptions {
  readonly at?: string
  readonly dccTrust?: string
  readonly issuer: readonly string[]
  readonly revoked: readonly string[]
  readonly card?: string
  readonly subject: string
  readonly classSystem?: string
  readonly acceptDisplayUnit?: true
  readonly standing?: string
  readonly patientElsewhere?: true
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]

/** The command with the options of an intake. */
export function addIntakeOptions(command: Command): Command {
  return command
    .option("--at <instant>", "judge the record as of this RFC 3339 instant instead of now")
    .option("--dcc-trust <file>", "whose EU certificates to believe")
    .option("--issuer <iss=file>", "a health card issuer and its key set (JWKS); repeatable", collect, [])
    .option("--revoked <file>", "a health card issuer's revocation list; repeatable", collect, [])
    .option("--card <number>", "which card of a file that holds several, from 1")
    .option("--subject <who>", "self, or ward when the holder acts for the record's person", "self")
    .option("--class-system <url>", "base URL of the payer's plan, group and network codes")
    .option("--accept-display-unit", "let a unit in words stand where it equals the coded one")
    .option("--standing <token>", "a licence's standing today, as system|code")
}

/** What the options mean. @throws CliError `option-invalid`, `file-missing` */
export async function readContext(options: IntakeOptions): Promise<IntakeContext> {
  const noTrust: TrustList = new Map()
  return {
    now: readNow(options.at),
    dccTrust: options.dccTrust === undefined ? noTrust : await readDccTrust(options.dccTrust),
    issuers: await readPinnedIssuers(options.issuer),
    revocations: await readRevocations(options.revoked),
    ...(options.card === undefined ? {} : { card: readCardNumber(options.card) }),
    records: readDesk(options),
  }
}

function readNow(at: string | undefined): number {
  if (at === undefined) return openClock()()
  const now = parseInstant(at)
  if (now === null) throw new CliError("option-invalid", "--at is an RFC 3339 instant with an offset")
  return now
}

function readCardNumber(text: string): number {
  if (!/^[1-9][0-9]{0,2}$/.test(text)) throw new CliError("option-invalid", "--card is a number from 1")
  return Number(text)
}

/** `--subject`. @throws CliError `option-invalid` */
export function readSubject(subject: string): "self" | "ward" {
  if (subject !== "self" && subject !== "ward") {
    throw new CliError("option-invalid", "--subject is self or ward")
  }
  return subject
}

function readDesk(options: IntakeOptions): ReadOptions {
  const { classSystem, standing } = options
  if (classSystem !== undefined && !/^[a-z]+:[^|\s]+$/.test(classSystem)) {
    throw new CliError("option-invalid", "--class-system is a URL without a bar")
  }
  if (standing !== undefined && !/^[^|]+\|[^|]+$/.test(standing)) {
    throw new CliError("option-invalid", "--standing is system|code")
  }
  return {
    subject: readSubject(options.subject),
    ...(classSystem === undefined ? {} : { classSystem }),
    ...(options.acceptDisplayUnit === true ? { acceptDisplayUnit: true } : {}),
    ...(standing === undefined ? {} : { standing }),
    ...(options.patientElsewhere === true ? { patientElsewhere: true } : {}),
  }
}
