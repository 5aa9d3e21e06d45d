// Entries of a service's main log that an election rests on, each with its proof of inclusion, verified before it is used.
import { parseEntry } from "../protocol/log/entry.ts"
import type { Entry } from "../protocol/log/entry.ts"
import type { Policy } from "../protocol/log/policy.ts"
import { parseReceipt, readReceipt } from "../protocol/log/receipt.ts"
import { verifyReceipt } from "../protocol/log/verify-receipt.ts"
import { utf8ToBytes } from "../protocol/primitives/bytes.ts"
import { untilCosigned } from "./cosigned-receipt.ts"
import { CliError } from "./exit.ts"
import type { ServiceClient } from "./service-client.ts"

/** Entries of one answer of the service. */
const PAGE = 256

/** An entry with its proof file. */
export interface ProvenEntry {
  readonly entry: Uint8Array
  readonly proof: Uint8Array
}

/**
 * The newest entry of a kind that `isWanted`.
 * @throws CliError `service-refused` when there is none, or its proof does not hold under the policy
 */
export async function findMainEntry<K extends Entry["kind"]>(
  client: ServiceClient,
  policy: Policy,
  kind: K,
  isWanted: (entry: Extract<Entry, { kind: K }>) => boolean,
): Promise<ProvenEntry> {
  const index = await findIndex(client, kind, isWanted)
  if (index === null) throw new CliError("service-refused", `its main log lacks the ${kind} that is needed`)
  const found = parseReceipt(await client.get(`/v1/logs/main/receipts/${index}`))
  const receipt = await untilCosigned(client, found, policy)
  const verdict = verifyReceipt(receipt, policy)
  if (!verdict.ok) throw new CliError("service-refused", `the ${kind} in its main log: ${verdict.reason}`)
  const { entryBytes } = readReceipt(receipt)
  const entry = parseEntry(entryBytes)
  if (entry.kind !== kind || !isWanted(entry as Extract<Entry, { kind: K }>))
    throw new CliError("service-refused", `another ${kind} than it lists`)
  return { entry: entryBytes, proof: utf8ToBytes(receipt.tlogProof) }
}

async function findIndex<K extends Entry["kind"]>(
  client: ServiceClient,
  kind: K,
  isWanted: (entry: Extract<Entry, { kind: K }>) => boolean,
): Promise<number | null> {
  let found: number | null = null
  for (let from = 0, size = 1; from < size; from += PAGE) {
    const path = `/v1/logs/main/entries?from=${from}&limit=${PAGE}&kind=${kind}`
    const answer = JSON.parse(new TextDecoder().decode(await client.get(path))) as {
      readonly size: number
      readonly entries: readonly { readonly index: number; readonly entry: Extract<Entry, { kind: K }> }[]
    }
    size = answer.size
    for (const { index, entry } of answer.entries) if (isWanted(entry)) found = index
  }
  return found
}
