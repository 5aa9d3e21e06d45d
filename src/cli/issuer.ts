// `sotto issuer`: a hospital's or lab's own machine: keys, signed records, status lists. The state is one private file.
import { Command } from "commander"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { issuerEntryOf } from "../parties/issuer/create-issuer.ts"
import type { IssuerIdentity } from "../parties/issuer/create-issuer.ts"
import { CATALOGUE } from "../protocol/catalogue/released.ts"
import type { Fr } from "../protocol/primitives/field.ts"
import { canonicalBytes } from "../protocol/wire/canonical-json.ts"
import { parseCredential } from "../protocol/wire/credential.ts"
import { openClock } from "./clock.ts"
import { CliError } from "./exit.ts"
import { readInput, readSecretText } from "./files.ts"
import { readSubject } from "./intake-options.ts"
import { issueCommand } from "./issuer-issue.ts"
import { createIssuerFolder, loadIssuerKeys, openIssuer } from "./issuer-state.ts"
import { print } from "./output.ts"
import { openServiceClient } from "./service-client.ts"

/** The kind of record that is published when none was named and none was issued. */
const USUAL_SCHEMA = "immunization/1"

interface PublishOptions {
  readonly schema: readonly string[]
  readonly subject: string
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
      await writeFileDurably(out, canonicalBytes({ ...issuerEntryOf(await loadIssuerKeys(dir)) }))
    })
  command.addCommand(issueCommand())
  command
    .command("revoke")
    .description("mark a record as revoked; publish afterwards")
    .argument("<dir>", "the issuer's folder")
    .requiredOption("--credential <file>", "the credential that was handed out")
    .action(async (dir: string, { credential }: { readonly credential: string }) => {
      const record = parseCredential(await readInput(credential))
      await (await openIssuer(dir)).revoke(record)
      print({ revoked: true, statusIndex: record.statusIndex })
    })
  command
    .command("publish")
    .description("sign the whole status list of each kind of record and send it to the registry's service")
    .argument("<dir>", "the issuer's folder")
    .option("--schema <name/version...>", "kinds of record; the default is those that were issued", [])
    .option("--subject <who>", "self or ward, of --schema", "self")
    .requiredOption("--service <origin>", "the service that publishes the registry")
    .requiredOption("--api-key-file <file>", "file with your API key of role issuer")
    .option("--urgent", "publish an epoch at once; proofs under the one before stop counting")
    .action(publish)
  return command
}

async function init(dir: string, identity: IssuerIdentity): Promise<void> {
  print(await createIssuerFolder(dir, identity))
}

async function publish(dir: string, options: PublishOptions): Promise<void> {
  const client = openServiceClient(options.service, await readSecretText(options.apiKeyFile))
  const issuer = await openIssuer(dir)
  const schemaIds = schemasToPublish(issuer.schemas(), options)
  const published = []
  for (const schemaId of schemaIds) {
    const list = await issuer.publish(schemaId, openClock()())
    const path = `/v1/registries/${list.registry}/issuers/${list.issuer}/schemas/${schemaId}/status`
    // Each asks for its own epoch: a list that is refused must not hold back a revocation in the one before.
    published.push(
      await client.write("PUT", `${path}?urgent=${options.urgent === true}`, canonicalBytes(list)),
    )
  }
  print({ published })
}

function schemasToPublish(issued: readonly Fr[], options: PublishOptions): readonly Fr[] {
  const subject = readSubject(options.subject)
  const named = options.schema.length > 0 || issued.length > 0 ? options.schema : [USUAL_SCHEMA]
  if (named.length === 0) return issued
  return named.map((name) => {
    const schema = CATALOGUE.findSchema(name, subject)
    if (schema === null) throw new CliError("option-invalid", `there is no schema ${name} for ${subject}`)
    return CATALOGUE.schemaIdOf(schema)
  })
}
