// `sotto wallet respond`: request in, consent, proof, receipt; every refusal is for the holder's eyes and sends nothing.
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { acceptReceipt } from "../parties/wallet/receipts.ts"
import type { Override, Refused } from "../parties/wallet/refusal.ts"
import { LOSSES } from "../parties/wallet/refusal.ts"
import { rehearse } from "../parties/wallet/rehearse.ts"
import { respond } from "../parties/wallet/respond.ts"
import type { Answer, Respond } from "../parties/wallet/respond.ts"
import type { WalletStore } from "../parties/wallet/store.ts"
import { CATALOGUE } from "../protocol/catalogue/released.ts"
import type { Digest } from "../protocol/primitives/hash.ts"
import { canonicalText } from "../protocol/wire/canonical-json.ts"
import type { Json } from "../protocol/wire/canonical-json.ts"
import { loadCircuit } from "./circuit-artifacts.ts"
import { openClock } from "./clock.ts"
import { untilCosignedBytes } from "./cosigned-receipt.ts"
import { CliError, EXIT } from "./exit.ts"
import { print, tell } from "./output.ts"
import { askYes } from "./passphrase.ts"
import { openServiceClient } from "./service-client.ts"
import { ownPolicy } from "./vote-parts.ts"
import { openWalletSource } from "./wallet-source.ts"
import { showConsent } from "./wallet-words.ts"
import { withWallet } from "./with-wallet.ts"
import type { WalletOptions } from "./with-wallet.ts"
import { openCommandProver } from "./prover.ts"

/** Options of `wallet respond`. */
export interface RespondOptions extends WalletOptions {
  readonly yes?: true
  readonly dryRun?: true
  readonly record?: readonly string[]
  readonly send: boolean
  readonly save?: string
  readonly receipt?: string
  readonly override?: readonly string[]
  readonly threads: string
}

/** Answers the request behind a link. @throws CliError, AgentError; a refusal is printed and exits 1 */
export async function respondToLink(link: string, options: RespondOptions): Promise<void> {
  const { origin, id } = parseLink(link)
  await withWallet(options, async (store) => {
    if (options.dryRun === true) {
      await dryRun(origin, id, store, options)
      return
    }
    const answer = await prove(origin, id, store, options)
    if (!answer.ok) {
      refuse(answer)
      return
    }
    const body = canonicalText(answer.presentation as unknown as Json)
    if (options.save !== undefined) await writeFileDurably(options.save, new TextEncoder().encode(body))
    if (!options.send) {
      print({ answered: true, sent: false, provingMs: answer.provingMs })
      return
    }
    await send(origin, id, body, { store, options, provingMs: answer.provingMs })
  })
}

async function dryRun(
  origin: string,
  id: string,
  store: WalletStore,
  options: RespondOptions,
): Promise<void> {
  const { entry } = await loadCircuit("presentation", { cache: process.env["SOTTO_CACHE"] })
  const result = await rehearse(id, contextOf(origin, store, options, entry.vkeySha256))
  if (!result.ok) {
    refuse(result)
    return
  }
  showConsent(result.description)
  print({ couldAnswer: true, answered: false, sent: false })
}

/** Tells why nothing is answered; on the network this looks like nobody being there. */
function refuse({ reason, details }: Refused): void {
  if (Object.hasOwn(LOSSES, reason)) {
    tell(`${LOSSES[reason as Override]} Your wallet therefore does not answer.`)
    tell(`To give this up for this one request: --override ${reason}`)
  }
  if (reason === "record-ambiguous") tell("Name the record with --record; `sotto wallet list` numbers them.")
  print({ answered: false, reason, details, sent: false })
  process.exitCode = EXIT.refused
}

function contextOf(
  origin: string,
  store: WalletStore,
  options: RespondOptions,
  vkeySha256: string,
): Omit<Respond, "prove" | "consent"> {
  return {
    source: openWalletSource(origin),
    store,
    now: openClock(),
    pinnedVerificationKey: `sha256:${vkeySha256}` as Digest,
    overrides: parseOverrides(options.override ?? []),
    records: parseRecords(options.record ?? [], store),
    shipped: CATALOGUE,
  }
}

async function prove(origin: string, id: string, store: WalletStore, options: RespondOptions) {
  const artifacts = await loadCircuit("presentation", { cache: process.env["SOTTO_CACHE"] })
  let provingMs = 0
  let prover: Awaited<ReturnType<typeof openCommandProver>> | null = null
  try {
    const answer = await respond(id, {
      ...contextOf(origin, store, options, artifacts.entry.vkeySha256),
      consent: async (description) => {
        showConsent(description)
        return options.yes === true || (await askYes("Prove this?"))
      },
      prove: async (...job) => {
        // Threads start only when there is something to prove: most refusals cost none.
        prover ??= await openCommandProver(new Map([["presentation", artifacts]]), {
          threads: Number(options.threads),
        })
        const started = performance.now()
        const proof = await prover.prove(...job)
        provingMs += Math.round(performance.now() - started)
        return proof
      },
    })
    return answer.ok ? ({ ...answer, provingMs } satisfies Answer & { provingMs: number }) : answer
  } finally {
    await (prover as { close: () => Promise<void> } | null)?.close()
  }
}

interface Sending {
  readonly store: WalletStore
  readonly options: RespondOptions
  readonly provingMs: number
}

async function send(
  origin: string,
  id: string,
  body: string,
  { store, options, provingMs }: Sending,
): Promise<void> {
  const client = openServiceClient(origin)
  const answer = await client.send("POST", "/v1/presentations", body)
  if (answer.code !== null) {
    print({ answered: true, sent: true, verdict: "refused", reason: answer.code, status: answer.status })
    process.exitCode = EXIT.refused
    return
  }
  const bytes = await untilCosignedBytes(client, answer.bytes, ownPolicy(store))
  const verdict = await acceptReceipt(id, bytes, store)
  if (!verdict.ok) throw new CliError("refused", `the service's receipt does not hold: ${verdict.reason}`)
  if (options.receipt !== undefined) await writeFileDurably(options.receipt, bytes)
  const { receipt } = verdict.value
  print({
    answered: true,
    sent: true,
    verdict: "accepted",
    log: receipt?.origin,
    index: receipt?.logIndex,
    provingMs,
  })
}

function parseLink(link: string): { readonly origin: string; readonly id: string } {
  const url = URL.canParse(link) ? new URL(link) : null
  const id = url?.hash.slice(1) ?? ""
  if (url === null || !/^pr_[A-Za-z0-9_-]{22}$/.test(id)) {
    throw new CliError("option-invalid", "expected a link that ends in #pr_…")
  }
  return { origin: url.origin, id }
}

/** The guards that a holder names. @throws CliError `option-invalid` */
export function parseOverrides(names: readonly string[]): readonly Override[] {
  return names.map((name) => {
    if (!Object.hasOwn(LOSSES, name)) {
      throw new CliError("option-invalid", `guards that can be set aside: ${Object.keys(LOSSES).join(", ")}`)
    }
    tell(`Set aside: ${LOSSES[name as Override]}`)
    return name as Override
  })
}

/** Positions of named records: a number is one in `wallet list`, anything else a name, which means every record that has it. */
export function parseRecords(texts: readonly string[], store: WalletStore): readonly number[] {
  const { credentials } = store.current()
  return texts.flatMap((text) => {
    const numbers = /^[1-9][0-9]{0,4}$/.test(text)
      ? [Number(text)].filter((number) => number <= credentials.length)
      : credentials.flatMap(({ name }, i) => (name === text ? [i + 1] : []))
    if (numbers.length === 0) throw new CliError("option-invalid", `no such record: see "sotto wallet list"`)
    return numbers
  })
}
