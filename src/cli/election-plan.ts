import { openCensus } from "../parties/organizer/open-census.ts"
import type { CensusDescription, GateDescription, GateFacts } from "../parties/organizer/open-census.ts"
import type { Digest } from "../protocol/primitives/hash.ts"
import { parseEntry } from "../protocol/log/entry.ts"
import { parseReceipt, readReceipt } from "../protocol/log/receipt.ts"
import { canonicalBytes, parseStrictJson } from "../protocol/wire/canonical-json.ts"
import type { Json } from "../protocol/wire/canonical-json.ts"
import { parseCensus, parseCensusPlan } from "../protocol/wire/census.ts"
import { loadVerificationKey } from "./circuit-artifacts.ts"
import { openClock } from "./clock.ts"
import { Description, readDescription } from "./description-file.ts"
import { readKey } from "./election-options.ts"
import type { KeyOptions } from "./election-options.ts"
import { CliError } from "./exit.ts"
import { readInput, readSecretText } from "./files.ts"
import { print } from "./output.ts"
import { openServiceClient } from "./service-client.ts"
import type { ServiceClient } from "./service-client.ts"

interface ServiceOptions {
  readonly service: string
}

/** Opens a census. */
export async function planVerb(
  file: string,
  options: ServiceOptions & KeyOptions & { readonly apiKeyFile: string },
): Promise<void> {
  const client = openServiceClient(options.service, await readSecretText(options.apiKeyFile))
  const described = await readDescription(file)
  const gate = described.has("gate") ? readGate(described.object("gate")) : undefined
  const description: CensusDescription = described.done({
    title: described.text("title"),
    organizer: described.text("organizer"),
    weighted: described.flag("weighted", false),
    registrars: described
      .list("registrars")
      .map((one) => one.done({ name: one.text("name"), key: one.text("key") })),
    verifier: await verifierOf(client, described.text("verifier")),
    enrolmentOpensAt: described.time("enrolmentOpensAt"),
    enrolmentClosesAt: described.time("enrolmentClosesAt"),
    objectionSeconds: described.number("objectionSeconds", 86_400),
    minSize: described.number("minSize", 10),
    ...(gate === undefined ? {} : { gate }),
  })
  const facts = gate === undefined ? null : await gateFacts(client, gate)
  const { document, censusId } = openCensus(description, await readKey(options.key), facts)
  const bytes = canonicalBytes(document as unknown as Json)
  parseCensusPlan(bytes) // what nobody could read is not handed in
  await client.write("POST", "/v1/censuses", bytes)
  print({ censusId, mode: document.body.mode })
}

/** Shows a census. */
export async function showCensusVerb(options: ServiceOptions & { readonly census: string }): Promise<void> {
  const client = openServiceClient(options.service)
  print(await client.get(`/v1/censuses/${encodeURIComponent(options.census)}`))
}

/** Hands in a freeze. */
export async function freezeVerb(file: string, options: ServiceOptions): Promise<void> {
  const document = parseCensus(await readInput(file))
  const { censusId, size, root } = document.body
  const client = openServiceClient(options.service)
  await client.write("POST", `/v1/censuses/${censusId}/freeze`, canonicalBytes(document as unknown as Json))
  print({ censusId, size, root })
}

function readGate(gate: Description): GateDescription {
  return gate.done({
    nullifierMode: gate.word("nullifierMode", ["person", "credential"], "person"),
    alternatives: gate.list("alternatives").map((one) =>
      one.done({
        registry: one.text("registry"),
        statement: one.text("statement"),
        parameters: one.has("parameters") ? (one.json("parameters") as never) : {},
      }),
    ),
  })
}

/** The directory record of the service, as the plan repeats it. */
async function verifierOf(client: ServiceClient, id: string): Promise<CensusDescription["verifier"]> {
  const record = await readJson(client, `/v1/verifiers/${encodeURIComponent(id)}`)
  const document = record.object("document")
  const [name, origin, key] = [document.text("name"), document.text("origin"), document.text("key")]
  return { id: document.text("id"), name, origin, key }
}

/** The newest epoch of each registry now, and our own circuit. The service checks them against its log. */
async function gateFacts(client: ServiceClient, { alternatives }: GateDescription): Promise<GateFacts> {
  const wanted = new Set(alternatives.map(({ registry }) => registry))
  const epochs: GateFacts["registryEpochs"] = {}
  for (const id of wanted) {
    const answer = await readJson(client, `/v1/registries/${encodeURIComponent(id)}/epochs/latest`)
    const { entryBytes } = readReceipt(parseReceipt(canonicalBytes(answer.json("receipt"))))
    const entry = parseEntry(entryBytes)
    if (entry.kind !== "registry-epoch") throw new CliError("service-refused", `no epoch of ${id}`)
    epochs[id] = { epoch: entry.body.number, root: entry.body.root }
  }
  const { entry } = await loadVerificationKey("presentation", { cache: process.env["SOTTO_CACHE"] })
  const circuit = { id: "presentation", vkey: `sha256:${entry.vkeySha256}` as Digest } as const
  return { asOf: openClock()(), registryEpochs: epochs, circuit }
}

async function readJson(client: ServiceClient, path: string): Promise<Description> {
  const bytes = await client.get(path)
  return new Description(
    path,
    parseStrictJson(bytes, { maxBytes: 4 * 1024 * 1024, maxDepth: 20, maxString: 256 * 1024 }),
  )
}
