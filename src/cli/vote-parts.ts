// What the verbs of a voter share: censuses and elections read from a service and believed only as far as they were checked.
import { CATALOGUE } from "../protocol/catalogue/released.ts"
import { computeCensusId } from "../protocol/election/census.ts"
import { checkPlan } from "../protocol/election/census-documents.ts"
import { parsePolicy } from "../protocol/log/policy.ts"
import type { Policy } from "../protocol/log/policy.ts"
import { ProtocolError } from "../protocol/primitives/errors.ts"
import { parseCensusPlan } from "../protocol/wire/census.ts"
import type { CensusPlan } from "../protocol/wire/census.ts"
import type { WalletStore } from "../parties/wallet/store.ts"
import { loadBallotDigests } from "./ballot-digests.ts"
import { readCensus } from "./election-census.ts"
import type { ReadCensus } from "./election-census.ts"
import { openElectionReader } from "./election-log-source.ts"
import type { ElectionReader } from "./election-log-source.ts"
import { openServicePlace } from "./election-place.ts"
import { CliError } from "./exit.ts"
import { print } from "./output.ts"
import type { ServiceClient } from "./service-client.ts"

/** What every verb about an election takes. */
export interface ElectionOptions {
  readonly service: string
  readonly allowDevKeys?: true
  readonly json?: true
}

/** A census as a service shows it, its plan checked and of the id that was asked for. */
export interface ShownCensus {
  readonly censusId: string
  readonly plan: CensusPlan
  readonly state: "open" | "frozen"
  /** Unix seconds until which a voter may object; null before the freeze. */
  readonly objectionsUntil: number | null
  /** The frozen census, recomputed from its evidence; null before the freeze. */
  readonly readFrozen: () => Promise<ReadCensus | null>
}

/** @throws CliError `option-invalid`, `service-refused`; ElectionError `census-inconsistent` from `readFrozen` */
export async function findCensus(client: ServiceClient, censusId: string): Promise<ShownCensus> {
  if (!/^[0-9a-f]{64}$/.test(censusId))
    throw new CliError("option-invalid", "expected a census's id, 64 hexadecimal digits")
  const base = `/v1/censuses/${censusId}`
  const facts = JSON.parse(new TextDecoder().decode(await client.get(base))) as Readonly<
    Record<string, unknown>
  >
  const [planText, censusText] = [JSON.stringify(facts["plan"]), JSON.stringify(facts["census"])]
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  const until = facts["objectionsUntil"]
  return {
    censusId,
    plan: readPlan(planText, censusId),
    state: facts["state"] === "frozen" ? "frozen" : "open",
    objectionsUntil: typeof until === "number" ? until : null,
    readFrozen: async () => {
      if (facts["census"] === undefined) return null
      const evidence = await client.get(`${base}/evidence`)
      return readCensus({ plan: bytes(planText), census: bytes(censusText), evidence }, censusId)
    },
  }
}

function readPlan(text: string | undefined, censusId: string): CensusPlan {
  try {
    const document = parseCensusPlan(text ?? "")
    const checked = checkPlan(document, CATALOGUE)
    if (!checked.ok) throw new CliError("refused", `the census's plan: ${checked.at ?? checked.reason}`)
    if (computeCensusId(document.body) !== censusId) throw new CliError("refused", "a plan of another census")
    return document.body
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new CliError("refused", `the census's plan: ${cause.message}`, { cause })
  }
}

/** A reader of one election. @param election - its id, or its ceremony's @throws CliError, Groth16Error */
export async function openElection(
  client: ServiceClient,
  election: string,
  policy: Policy,
  { allowDevKeys }: ElectionOptions,
): Promise<ElectionReader> {
  const place = await openServicePlace(client, election)
  return openElectionReader(place, {
    policy,
    election,
    circuits: await loadBallotDigests(),
    allowDevelopmentKeys: allowDevKeys === true,
  })
}

/** The holder's own policy. */
export const ownPolicy = (store: WalletStore): Policy => parsePolicy(store.current().trust.policy)

/** Ends a verb: JSON for scripts, else lines for people. */
export function report(
  { json }: Pick<ElectionOptions, "json">,
  value: unknown,
  lines: readonly string[],
): void {
  if (json === true) print(value)
  else for (const line of lines) process.stdout.write(`${line}\n`)
}
