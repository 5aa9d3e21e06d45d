// `sotto issuer`: a hospital's or lab's own machine: keys, signed records, status lists. The state is one private file.
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { Command } from "commander"
import { readImmunizations } from "../health/fhir/read-immunizations.ts"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { attestImmunization } from "../parties/issuer/attest.ts"
import { createIssuer, issuerEntryOf } from "../parties/issuer/create-issuer.ts"
import type { IssuerIdentity } from "../parties/issuer/create-issuer.ts"
import { issue } from "../parties/issuer/issue.ts"
import { publishStatus } from "../parties/issuer/publish-status.ts"
import { revoke } from "../parties/issuer/revoke.ts"
import { CATALOGUE } from "../protocol/catalogue/released.ts"
import { SECONDS_PER_DAY } from "../protocol/credential/calendar.ts"
import { parseFr } from "../protocol/primitives/field.ts"
import { canonicalBytes } from "../protocol/wire/canonical-json.ts"
import { parseCredential, parseHolderCommitment } from "../protocol/wire/credential.ts"
import { parseIssuerState } from "../protocol/wire/issuer-state.ts"
import type { IssuerState } from "../protocol/wire/issuer-state.ts"
import { openClock } from "./clock.ts"
import { CliError } from "./exit.ts"
import { exists, readInput, readSecretFile, readSecretText } from "./files.ts"
import { print, tell } from "./output.ts"
import { openServiceClient } from "./service-client.ts"
import { random } from "./service-state.ts"

const SCHEMA = "immunization/1"

interface IssueOptions {
  readonly record: string
  readonly holder: string
  readonly out: string
  readonly disease?: string
  readonly validDays: string
  readonly replaces?: string
}

interface PublishOptions {
  readonly service: string
  readonly apiKeyFile: string
  readonly urgent?: true
}

/** The `issuer` verb. */
export function issuerCommand(): Command {
  const command = new Command("issuer").description("make issuer keys, sign records, publish and revoke")
  command
    .command("init")
    .description("draw signing keys into a new folder; whoever has it can sign records in your name")
    .argument("<dir>", "folder for the issuer's private state")
    .requiredOption("--id <id>", "short id, such as st-elsewhere")
    .requiredOption("--operator <id>", "the organisation behind it; several entries may share one")
    .requiredOption("--name <name>", "name that patients read")
    .requiredOption("--registry <id>", "registry that will list the key")
    .action(init)
  command
    .command("entry")
    .description("write the public entry for the registry's operator")
    .argument("<dir>", "the issuer's folder")
    .requiredOption("--out <file>", "file to write")
    .action(async (dir: string, { out }: { readonly out: string }) => {
      await writeFileDurably(out, canonicalBytes({ ...issuerEntryOf(await load(dir)) }))
    })
  command
    .command("issue")
    .description("read a FHIR R4 bundle of immunizations and sign what it says for one holder")
    .argument("<dir>", "the issuer's folder")
    .requiredOption("--record <file>", "the bundle; check first that it is this person's")
    .requiredOption("--holder <file>", "the patient's commitment, from `sotto wallet holder`")
    .requiredOption("--out <file>", "where to write the credential")
    .option("--disease <token>", "which disease, as system|code; default COVID-19 if the record has it")
    .option("--valid-days <days>", "days the credential can be used", "365")
    .option("--replaces <credId>", "correct an earlier record: it is revoked, its identity kept")
    .action(sign)
  command
    .command("revoke")
    .description("mark a record as revoked; publish afterwards")
    .argument("<dir>", "the issuer's folder")
    .requiredOption("--credential <file>", "the credential that was handed out")
    .action(async (dir: string, { credential }: { readonly credential: string }) => {
      const record = parseCredential(await readInput(credential))
      await save(dir, revoke(await load(dir), record))
      print({ revoked: true, statusIndex: record.statusIndex })
    })
  command
    .command("publish")
    .description("sign the whole status list and send it to the registry's service")
    .argument("<dir>", "the issuer's folder")
    .requiredOption("--service <origin>", "the service that publishes the registry")
    .requiredOption("--api-key-file <file>", "file with your API key of role issuer")
    .option("--urgent", "publish an epoch at once; proofs under the one before stop counting")
    .action(publish)
  return command
}

async function init(dir: string, identity: IssuerIdentity): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  if (await exists(stateFile(dir))) throw new CliError("file-exists", `${stateFile(dir)} exists already`)
  const state = createIssuer(identity, random)
  await save(dir, state)
  print(issuerEntryOf(state))
}

async function sign(dir: string, options: IssueOptions): Promise<void> {
  const today = Math.floor(openClock()() / SECONDS_PER_DAY)
  const intake = readImmunizations(await readInput(options.record), today)
  for (const { code, path } of intake.problems) tell(`left out: ${code} at ${path}`)
  const holder = parseHolderCommitment(await readInput(options.holder))
  const schema = CATALOGUE.findSchema(SCHEMA, "self")
  if (schema === null) throw new CliError("option-invalid", `there is no schema ${SCHEMA}`)
  const signed = issue(
    await load(dir),
    {
      schema,
      schemaId: CATALOGUE.schemaIdOf(schema),
      attributes: attestImmunization(intake, options.disease),
      holder,
      validFromDay: today,
      validUntilDay: today + Number(options.validDays) - 1,
      ...(options.replaces === undefined ? {} : { replaces: parseFr(options.replaces) }),
    },
    random,
  )
  await save(dir, signed.state) // before the record leaves: its index is taken for ever
  await writeFileDurably(options.out, canonicalBytes(signed.credential), { mode: 0o600 })
  const { schema: name, credId, statusIndex, attributes } = signed.credential
  print({ schema: name, credId, statusIndex, attributes, leftOut: intake.problems })
}

async function publish(dir: string, options: PublishOptions): Promise<void> {
  const client = openServiceClient(options.service, await readSecretText(options.apiKeyFile))
  const schema = CATALOGUE.findSchema(SCHEMA, "self")
  if (schema === null) throw new CliError("option-invalid", `there is no schema ${SCHEMA}`)
  const { state, list } = publishStatus(await load(dir), CATALOGUE.schemaIdOf(schema), openClock()())
  await save(dir, state)
  const path = `/v1/registries/${state.registry}/issuers/${state.id}/schemas/${list.schemaId}/status`
  print(await client.write("PUT", `${path}?urgent=${options.urgent === true}`, canonicalBytes(list)))
}

const stateFile = (dir: string): string => join(dir, "issuer.json")

async function load(dir: string): Promise<IssuerState> {
  return parseIssuerState(await readSecretFile(stateFile(dir)))
}

async function save(dir: string, state: IssuerState): Promise<void> {
  await writeFileDurably(stateFile(dir), canonicalBytes(state), { mode: 0o600 })
}
