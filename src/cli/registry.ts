// `sotto registry`: the acts of a registry's operator, over HTTP with an API key of that role.
import { Command } from "commander"
import { CATALOGUE } from "../protocol/catalogue/released.ts"
import { parseStrictJson } from "../protocol/wire/canonical-json.ts"
import { parseIssuerEntry } from "../protocol/wire/credential.ts"
import { CliError } from "./exit.ts"
import { readInput, readSecretText } from "./files.ts"
import { print } from "./output.ts"
import { openServiceClient } from "./service-client.ts"
import type { ServiceClient } from "./service-client.ts"

interface RegistryOptions {
  readonly service: string
  readonly apiKeyFile: string
  readonly registry: string
}

/** The `registry` verb. */
export function registryCommand(): Command {
  const command = new Command("registry").description(
    "whose signatures count: issuers and epochs of a registry",
  )
  keyed(command.command("add-issuer"), "enter a signing key; who is entered can make statements provable")
    .argument("<entry>", "the issuer's entry, from `sotto issuer entry`")
    .option("--schema <name...>", "what the issuer may sign; …/ward for records about dependants", [
      "immunization/1",
    ])
    .action(addIssuer)
  keyed(command.command("end-issuer"), "end an entry: its records stop counting at the next epoch")
    .argument("<id>", "the issuer's id")
    .action(async (id: string, options: RegistryOptions) => {
      const path = `/v1/registries/${options.registry}/issuers/${encodeURIComponent(id)}`
      print(await (await connect(options)).write("PATCH", path, JSON.stringify({ state: "ended" })))
    })
  keyed(command.command("epoch"), "publish an epoch now")
    .option("--urgent", "end the previous epoch at once, without its 120 s of grace")
    .action(async (options: RegistryOptions & { readonly urgent?: true }) => {
      const body = JSON.stringify({ urgent: options.urgent === true })
      print(await (await connect(options)).write("POST", `/v1/registries/${options.registry}/epochs`, body))
    })
  return command
}

async function addIssuer(
  file: string,
  options: RegistryOptions & { readonly schema: readonly string[] },
): Promise<void> {
  const issuer = parseIssuerEntry(parseStrictJson(await readInput(file), { maxBytes: 16 * 1024 }))
  const schemas = options.schema.map((name) => {
    const subject = name.endsWith("/ward") ? "ward" : "self"
    const schema = CATALOGUE.findSchema(name.replace(/\/(?:self|ward)$/, ""), subject)
    if (schema === null) throw new CliError("option-invalid", `there is no schema ${name}`)
    return CATALOGUE.schemaIdOf(schema)
  })
  const path = `/v1/registries/${options.registry}/issuers`
  print(await (await connect(options)).write("POST", path, JSON.stringify({ issuer, schemas })))
}

function keyed(command: Command, description: string): Command {
  return command
    .description(description)
    .requiredOption("--service <origin>", "the service that publishes the registry")
    .requiredOption("--registry <id>", "the registry")
    .requiredOption("--api-key-file <file>", "file with an API key of role registry")
}

async function connect({ service, apiKeyFile }: RegistryOptions): Promise<ServiceClient> {
  return openServiceClient(service, await readSecretText(apiKeyFile))
}
