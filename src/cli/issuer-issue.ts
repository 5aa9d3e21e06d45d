// `sotto issuer issue`: from a record that was checked, or from what the issuer states itself, to one signed credential.
import { Command } from "commander"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { attest } from "../parties/issuer/attest.ts"
import { drawBearer } from "../parties/issuer/draw-bearer.ts"
import { CATALOGUE } from "../protocol/catalogue/released.ts"
import { SECONDS_PER_DAY } from "../protocol/credential/calendar.ts"
import { parseFr } from "../protocol/primitives/field.ts"
import { canonicalBytes } from "../protocol/wire/canonical-json.ts"
import { parseAttributes, parseHolderCommitment } from "../protocol/wire/credential.ts"
import type { Attributes, Bearer, HolderCommitment } from "../protocol/wire/credential.ts"
import type { IssuerKeys } from "../protocol/wire/issuer-state.ts"
import type { Schema } from "../protocol/wire/statement.ts"
import { openClock } from "./clock.ts"
import { CliError } from "./exit.ts"
import { readInput } from "./files.ts"
import { recogniseFile } from "./intake-format.ts"
import { addIntakeOptions, readContext, readSubject } from "./intake-options.ts"
import type { IntakeOptions } from "./intake-options.ts"
import { readRecordFiles } from "./intake-read.ts"
import { openIssuer } from "./issuer-state.ts"
import { print, tell } from "./output.ts"
import { random } from "./service-state.ts"

interface IssueOptions extends IntakeOptions {
  readonly record?: readonly string[]
  readonly subjectChecked?: true
  readonly attributes?: string
  readonly schema?: string
  readonly disease?: string
  readonly loinc?: string
  readonly pick?: string
  readonly holder?: string
  readonly bearer?: true
  readonly out: string
  readonly validDays: string
  readonly replaces?: string
}

/** The `issue` verb of `sotto issuer`. */
export function issueCommand(): Command {
  const command = new Command("issue")
    .description(
      "sign a record for one holder\n\n" +
        "The record is a file that `sotto intake` reads (FHIR, SMART Health Card, EU certificate), its\n" +
        "signature checked the same way, or attributes that you state yourself (--attributes, --schema).",
    )
    .argument("<dir>", "the issuer's folder")
    .option("--record <file...>", "the record")
    .option(
      "--subject-checked",
      "you have checked that the record is this person's; a file proves no identity",
    )
    .option("--attributes <file>", "JSON of attributes by name, for what you attest yourself")
    .option("--schema <name/version>", "schema of --attributes, or which record of several is meant")
    .option("--disease <token>", "which disease, as system|code; default COVID-19 if the record has it")
    .option("--loinc <code>", "which laboratory result of a panel")
    .option("--pick <number>", "which of the records that are left, from 1")
    .option("--holder <file>", "the patient's commitment, from `sotto wallet holder`")
    .option("--bearer", "for whoever has it, such as a pack: the secret is written with the credential")
    .requiredOption("--out <file>", "where to write the credential")
    .option("--valid-days <days>", "days the credential can be used", "365")
    .option("--replaces <credId>", "correct an earlier record: it is revoked, its identity kept")
    .action(issue)
  return addIntakeOptions(command).option(
    "--patient-elsewhere",
    "take in a record whose one patient is not part of it: you know who that is",
  )
}

/** What is signed, and what of the record was left out. */
interface Attestation {
  readonly schema: Schema
  readonly attributes: Attributes
  readonly leftOut: readonly { readonly code: string; readonly path: string }[]
}

async function issue(dir: string, options: IssueOptions): Promise<void> {
  const { schema, attributes, leftOut } = await readAttestation(options)
  const issuer = await openIssuer(dir)
  if (options.bearer === true && schema.bearer !== true) {
    throw new CliError(
      "option-invalid",
      `a record of ${schema.name} belongs to a person, never to whoever has it`,
    )
  }
  const { holder, bearer } = await readHolder(issuer.keys, options)
  const today = Math.floor(openClock()() / SECONDS_PER_DAY)
  const credential = await issuer.issue({
    ...{ schema, attributes, holder, schemaId: CATALOGUE.schemaIdOf(schema) },
    validFromDay: today,
    validUntilDay: today + readCount("--valid-days", options.validDays) - 1,
    ...(options.replaces === undefined ? {} : { replaces: parseFr(options.replaces) }),
  })
  const handed = bearer === null ? credential : { ...credential, bearer }
  await writeFileDurably(options.out, canonicalBytes(handed), { mode: 0o600 })
  const { schema: name, subject, credId, statusIndex } = credential
  print({ schema: name, subject, credId, statusIndex, attributes: credential.attributes, leftOut })
}

async function readAttestation(options: IssueOptions): Promise<Attestation> {
  const { record, attributes } = options
  if ((record === undefined) === (attributes === undefined)) {
    throw new CliError("option-invalid", "give --record or --attributes, one of them")
  }
  return attributes === undefined ? attestRecord(record ?? [], options) : attestStated(attributes, options)
}

async function attestRecord(files: readonly string[], options: IssueOptions): Promise<Attestation> {
  if (options.subjectChecked !== true) {
    throw new CliError("option-invalid", "say --subject-checked once the record is known to be this person's")
  }
  const inputs = await Promise.all(files.map(readInput))
  const intake = readRecordFiles(inputs.map(recogniseFile), await readContext(options))
  for (const { code, path } of intake.notices) tell(`left out: ${code} at ${path}`)
  if (!intake.signed) tell("nobody signed this file: you answer for where it came from")
  const { schema, disease, loinc, pick } = options
  const attested = attest(intake, {
    ...(schema === undefined ? {} : { schema }),
    ...(disease === undefined ? {} : { disease }),
    ...(loinc === undefined ? {} : { loinc }),
    ...(pick === undefined ? {} : { index: readCount("--pick", pick) - 1 }),
  })
  return { schema: attested.schema, attributes: attested.attributes, leftOut: intake.notices }
}

async function attestStated(file: string, options: IssueOptions): Promise<Attestation> {
  const subject = readSubject(options.subject)
  const schema = options.schema === undefined ? null : CATALOGUE.findSchema(options.schema, subject)
  if (schema === null) throw new CliError("option-invalid", "--attributes needs --schema of the catalogue")
  return { schema, attributes: parseAttributes(await readInput(file)), leftOut: [] }
}

async function readHolder(
  keys: IssuerKeys,
  { holder, bearer }: IssueOptions,
): Promise<{ readonly holder: HolderCommitment; readonly bearer: Bearer | null }> {
  if ((holder === undefined) === (bearer === undefined)) {
    throw new CliError("option-invalid", "give --holder or --bearer, one of them")
  }
  if (holder === undefined) return drawBearer(keys, random)
  return { holder: parseHolderCommitment(await readInput(holder)), bearer: null }
}

function readCount(option: string, text: string): number {
  if (!/^[1-9][0-9]{0,5}$/.test(text)) throw new CliError("option-invalid", `${option} is a number from 1`)
  return Number(text)
}
