// Ballots on their way: sent byte for byte as often as a busy service asks for it.
import { setTimeout as sleep } from "node:timers/promises"
import { parseReceipt } from "../protocol/log/receipt.ts"
import type { Receipt } from "../protocol/log/receipt.ts"
import { canonicalBytes } from "../protocol/wire/canonical-json.ts"
import type { Json } from "../protocol/wire/canonical-json.ts"
import type { Ballot, ChallengedBallot } from "../protocol/wire/ballot.ts"
import { CliError } from "./exit.ts"
import type { ServiceClient } from "./service-client.ts"

/** A busy service is asked again so often; the ballot is its own key, so nothing is counted twice. */
const MAX_TRIES = 20
/** Waits grow to this, milliseconds. */
const LONGEST_WAIT_MS = 5_000

/** What a service says to a ballot. */
export type Posted =
  | { readonly ok: true; readonly receipt: Receipt }
  | { readonly ok: false; readonly code: string; readonly status: number }

/** Posts a ballot, or a challenged one. @throws CliError `service-unreachable`, `service-refused` for no receipt */
export async function postBallot(client: ServiceClient, ballot: Ballot | ChallengedBallot): Promise<Posted> {
  const path = "T" in ballot ? "/v1/challenged-ballots" : "/v1/ballots"
  const bytes = canonicalBytes(ballot as unknown as Json)
  for (let attempt = 1; ; attempt++) {
    const { code, status, bytes: answer } = await client.send("POST", path, bytes)
    if (code === null) return { ok: true, receipt: readReceipt(answer) }
    const isBusy = status === 429 || status === 503 || code === "ballot-in-flight"
    if (!isBusy || attempt === MAX_TRIES) return { ok: false, code, status }
    await sleep(Math.min(LONGEST_WAIT_MS, 200 * 2 ** attempt) * (0.5 + Math.random() / 2))
  }
}

function readReceipt(answer: Uint8Array): Receipt {
  try {
    const { receipt } = JSON.parse(new TextDecoder().decode(answer)) as { readonly receipt: unknown }
    return parseReceipt(JSON.stringify(receipt))
  } catch (cause) {
    throw new CliError("service-refused", "an answer without a receipt", { cause })
  }
}
