// Where an election is read from: a service, or a folder that holds an exported log or an unpacked bundle. Nothing that
// comes out of here is believed before it was checked.
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { utf8ToBytes } from "../protocol/primitives/bytes.ts"
import { CliError } from "./exit.ts"
import { exists } from "./files.ts"
import type { ServiceClient } from "./service-client.ts"

/** The documents of a census, attacker-controlled. */
export interface CensusFiles {
  /** The signed plan and the signed freeze, JSON. */
  readonly plan: Uint8Array
  readonly census: Uint8Array
  readonly evidence: Uint8Array
}

/** A place with one election. Every answer is null where the place has no such file. */
export interface ElectionPlace {
  /** For people: an origin or a path. */
  readonly name: string
  /** A file of the log by its C2SP path: `checkpoint`, `tile/…`. */
  readonly logFile: (path: string) => Promise<Uint8Array | null>
  /** The definition, JSON in any spelling. */
  readonly definition: () => Promise<Uint8Array | null>
  readonly census: (censusId: string) => Promise<CensusFiles | null>
}

/**
 * An election of a service.
 * @param election - its id, decimal, or its ceremony's, 64 hexadecimal digits
 * @throws CliError `service-unreachable`, `service-refused`, `option-invalid`
 */
export async function openServicePlace(client: ServiceClient, election: string): Promise<ElectionPlace> {
  if (!/^(?:[0-9a-f]{64}|[1-9][0-9]{0,76})$/.test(election))
    throw new CliError("option-invalid", "expected the id of an election or of its ceremony")
  const read = await findJson(client, `/v1/elections/${election}`)
  const ceremonyId = read?.["ceremonyId"]
  if (typeof ceremonyId !== "string" || !/^[0-9a-f]{64}$/.test(ceremonyId))
    throw new CliError("service-refused", `${client.origin} knows no such election`)
  const find = (path: string): Promise<Uint8Array | null> => findBytes(client, path)
  return {
    name: client.origin,
    logFile: (path) => find(`/elections/${ceremonyId.slice(0, 32)}/${path}`),
    definition: async () =>
      jsonBytes((await findJson(client, `/v1/elections/${ceremonyId}`))?.["definition"]),
    census: async (censusId) => {
      const facts = await findJson(client, `/v1/censuses/${censusId}`)
      const [plan, census] = [jsonBytes(facts?.["plan"]), jsonBytes(facts?.["census"])]
      const evidence = census === null ? null : await find(`/v1/censuses/${censusId}/evidence`)
      return plan === null || census === null || evidence === null ? null : { plan, census, evidence }
    },
  }
}

/** An unpacked bundle (`log/checkpoint` in it), or the log alone (`checkpoint` in it). @throws CliError `file-missing` */
export async function openFolderPlace(folder: string): Promise<ElectionPlace> {
  const isBundle = await exists(join(folder, "log/checkpoint"))
  if (!isBundle && !(await exists(join(folder, "checkpoint"))))
    throw new CliError("file-missing", `${folder} holds no checkpoint of a log`)
  const read = (path: string): Promise<Uint8Array | null> => readOrNull(join(folder, path))
  return {
    name: folder,
    logFile: (path) => read(isBundle ? `log/${path}` : path),
    definition: () => read("definition.json"),
    census: async () => {
      const files = ["plan.json", "census.json", "evidence.jsonl"].map((name) => read(`census/${name}`))
      const [plan, census, evidence] = await Promise.all(files)
      return plan == null || census == null || evidence == null ? null : { plan, census, evidence }
    },
  }
}

// Only a plain "no such thing" is an answer; anything else is a fault of the service.
async function findBytes(client: ServiceClient, path: string): Promise<Uint8Array | null> {
  const answer = await client.send("GET", path)
  if (answer.code === null) return answer.bytes
  if (answer.status === 404) return null
  throw new CliError("service-refused", `${answer.code} (${answer.status} for ${path})`)
}

async function findJson(
  client: ServiceClient,
  path: string,
): Promise<Readonly<Record<string, unknown>> | null> {
  const bytes = await findBytes(client, path)
  if (bytes === null) return null
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof value === "object" ? (value as Readonly<Record<string, unknown>> | null) : null
  } catch (cause) {
    throw new CliError("service-refused", `${path} is no JSON`, { cause })
  }
}

const jsonBytes = (value: unknown): Uint8Array | null =>
  value === undefined ? null : utf8ToBytes(JSON.stringify(value))

async function readOrNull(path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null
    throw error
  }
}
