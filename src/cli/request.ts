// `sotto request`: an insurer asks for a proof and reads the verdict.
import { Command, Option } from "commander"
import { parsePresentationRequest } from "../protocol/wire/presentation-request.ts"
import { CliError } from "./exit.ts"
import { readInput, readSecretText } from "./files.ts"
import { print } from "./output.ts"
import { openServiceClient } from "./service-client.ts"
import type { ServiceClient } from "./service-client.ts"

interface ServiceOptions {
  readonly service: string
  readonly apiKeyFile: string
}

interface CreateOptions extends ServiceOptions {
  readonly statement?: string
  readonly registry?: string
  readonly parameters: string
  readonly mode: "person" | "credential"
  readonly use: "request" | "once" | "pseudonym"
  readonly epoch?: string
  readonly purpose: string
  readonly purposeText: string
  readonly retainDays: string
  readonly zone: string
  readonly lifetime: string
  readonly draft?: string
}

/** The `request` verb. */
export function requestCommand(): Command {
  const command = new Command("request").description("ask patients for a proof and read the verdict")
  keyed(command.command("create"), "ask for one statement (or for what --draft FILE says)")
    .option("--statement <id>", "statement of the catalogue, such as vaccination-status/1")
    .option("--registry <id>", "registry whose issuers' signatures count")
    .option("--parameters <json>", "values for the statement's parameters", "{}")
    .addOption(
      new Option("--mode <mode>", "count people or entitlements")
        .choices(["person", "credential"])
        .default("person"),
    )
    .addOption(
      new Option(
        "--use <use>",
        "once: one answer per epoch, anywhere; pseudonym: may return; request: unlinkable",
      )
        .choices(["request", "once", "pseudonym"])
        .default("request"),
    )
    .option("--epoch <epoch>", "YYYY, YYYY-Qn, YYYY-MM, YYYY-MM-DD or always; for once and pseudonym")
    .option("--purpose <code>", "short name of the purpose", "eligibility-check")
    .option("--purpose-text <text>", "what the patient reads", "Check eligibility")
    .option("--retain-days <days>", "how long you keep the answer", "30")
    .option("--zone <zone>", "Z or +hh:mm: where `today` begins", "Z")
    .option("--lifetime <seconds>", "how long the request stays open, 30 to 900", "300")
    .option("--draft <file>", "a whole request draft as JSON, for several items")
    .action(create)
  keyed(command.command("verdict"), "open, satisfied or expired; the receipt and evidence when satisfied")
    .argument("<id>", "the request's id, pr_…")
    .action(async (id: string, options: ServiceOptions) => {
      const client = await connect(options)
      print(await client.get(`/v1/presentation-requests/${encodeURIComponent(id)}/verdict`))
    })
  keyed(command.command("withdraw"), "expire a request now")
    .argument("<id>", "the request's id, pr_…")
    .action(async (id: string, options: ServiceOptions) => {
      const client = await connect(options)
      await client.write("DELETE", `/v1/presentation-requests/${encodeURIComponent(id)}`)
      print({ request: id, state: "expired" })
    })
  keyed(command.command("list"), "your requests, newest first").action(async (options: ServiceOptions) => {
    const client = await connect(options)
    print(await client.get("/v1/presentation-requests"))
  })
  return command
}

async function create(options: CreateOptions): Promise<void> {
  const client = await connect(options)
  const body = options.draft === undefined ? draftOf(options) : await readInput(options.draft)
  const { bytes, code, status } = await client.send("POST", "/v1/presentation-requests", body)
  if (code !== null) throw new CliError("service-refused", `${code} (${status})`)
  const request = parsePresentationRequest(bytes)
  print({
    id: request.id,
    link: `${client.origin}/wallet#${request.id}`,
    expiresAt: request.expiresAt,
    asks: request.items.map((item) => item.alternatives.map((alternative) => alternative.statement.id)),
  })
}

function draftOf(options: CreateOptions): string {
  if (options.statement === undefined || options.registry === undefined) {
    throw new CliError("option-invalid", "give --statement and --registry, or --draft FILE")
  }
  const { mode, use, epoch } = options
  return JSON.stringify({
    purpose: {
      code: options.purpose,
      text: { en: options.purposeText },
      retainDays: Number(options.retainDays),
    },
    zone: options.zone,
    links: [],
    items: [
      {
        alternatives: [
          {
            registry: options.registry,
            statement: options.statement,
            parameters: parseParameters(options.parameters),
          },
        ],
        nullifier: use === "request" ? { mode, use } : { mode, use, epoch: epoch ?? "always" },
      },
    ],
    lifetimeSeconds: Number(options.lifetime),
  })
}

function parseParameters(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CliError("option-invalid", "--parameters is not JSON", { cause })
  }
}

function keyed(command: Command, description: string): Command {
  return command
    .description(description)
    .requiredOption("--service <origin>", "the verifier service, https://…")
    .requiredOption("--api-key-file <file>", "file with your API key, readable by you alone")
}

async function connect(options: ServiceOptions): Promise<ServiceClient> {
  return openServiceClient(options.service, await readSecretText(options.apiKeyFile))
}
