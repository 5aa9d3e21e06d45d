// `sotto request`: an insurer asks for a proof and reads the verdict.
import { Command, Option } from "commander"
import { parseStrictJson } from "../protocol/wire/canonical-json.ts"
import type { Json } from "../protocol/wire/canonical-json.ts"
import { parsePresentationRequest } from "../protocol/wire/presentation-request.ts"
import { CliError } from "./exit.ts"
import { readInput, readSecretText } from "./files.ts"
import { print } from "./output.ts"
import { draftOf } from "./request-draft.ts"
import type { DraftOptions, TypedItem } from "./request-draft.ts"
import { openServiceClient } from "./service-client.ts"
import type { ServiceClient } from "./service-client.ts"
import { summariseVerdict } from "./verdict-summary.ts"

interface ServiceOptions {
  readonly service: string
  readonly apiKeyFile: string
}

interface CreateOptions extends ServiceOptions, Omit<DraftOptions, "item"> {
  readonly draft?: string
}

/** Largest verdict read: request, receipt and evidence of eight parts. */
const MAX_VERDICT_BYTES = 4 * 1024 * 1024

/** The `request` verb. */
export function requestCommand(): Command {
  const command = new Command("request").description("ask patients for a proof and read the verdict")
  command.addCommand(createCommand())
  keyed(
    command.command("verdict"),
    "open, satisfied or expired; when satisfied what each item proved, link tags, receipt and evidence",
  )
    .argument("<id>", "the request's id, pr_…")
    .action(verdict)
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

function createCommand(): Command {
  const typed: TypedItem[] = []
  const collect =
    (option: TypedItem["option"]) =>
    (text: string): readonly TypedItem[] => {
      typed.push({ option, text })
      return typed
    }
  const command = keyed(
    new Command("create"),
    "ask for one statement, for several --item, or for --draft FILE",
  )
    .option("--statement <id>", "statement of the catalogue, such as vaccination-status/1")
    .option("--registry <id>", "registry whose issuers' signatures count")
    .option("--parameters <json>", "values for the statement's parameters", "{}")
    .option(
      "--item <members>",
      "one of several: statement=…,registry=…,mode=…,use=…,epoch=…,pool=…,parameters={…} (parameters last)",
      collect("--item"),
    )
    .option(
      "--alternative <members>",
      "another way to answer the item before it: statement=…,registry=…,parameters={…}",
      collect("--alternative"),
    )
    .option(
      "--link <kind:items...>",
      "samePerson:0,1, sameCredential:0,1 or differentCredentials:0,1; several items are one person's unless given",
    )
  return countOptions(command)
    .option("--purpose <code>", "short name of the purpose", "eligibility-check")
    .option("--purpose-text <text>", "what the patient reads", "Check eligibility")
    .option("--retain-days <days>", "how long you keep the answer", "30")
    .option("--zone <zone>", "Z or +hh:mm: where `today` begins", "Z")
    .option("--lifetime <seconds>", "how long the request stays open, 30 to 900", "300")
    .option("--draft <file>", "a whole request draft as JSON")
    .action((options: CreateOptions) => create(options, typed))
}

function countOptions(command: Command): Command {
  return command
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
    .option("--pool <name>", "with --use once: spend the entitlement for every verifier of this pool")
}

async function create(options: CreateOptions, item: readonly TypedItem[]): Promise<void> {
  const client = await connect(options)
  const body = options.draft === undefined ? draftOf({ ...options, item }) : await readInput(options.draft)
  const { bytes, code, status } = await client.send("POST", "/v1/presentation-requests", body)
  if (code !== null) throw new CliError("service-refused", `${code} (${status})`)
  const request = parsePresentationRequest(bytes)
  print({
    id: request.id,
    link: `${client.origin}/wallet#${request.id}`,
    expiresAt: request.expiresAt,
    asks: request.items.map(({ alternatives }) => alternatives.map(({ statement }) => statement.id)),
    links: request.links,
  })
}

async function verdict(id: string, options: ServiceOptions): Promise<void> {
  const client = await connect(options)
  const bytes = await client.get(`/v1/presentation-requests/${encodeURIComponent(id)}/verdict`)
  const answer = parseStrictJson(bytes, {
    maxBytes: MAX_VERDICT_BYTES,
    maxDepth: 24,
    maxString: MAX_VERDICT_BYTES,
  })
  const { verdict: given, ...state } = answer as Readonly<Record<string, Json | undefined>>
  if (given === undefined) print(state)
  else print({ ...state, ...summariseVerdict(given as typeof state), verdict: given })
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
