// `sotto vote enrol`: a place in a census, handed to a registrar or earned by a proof; and `sotto vote leaf`, which looks
// whether it is there.
import { acceptReceipt } from "../parties/wallet/receipts.ts"
import { checkEnrolment } from "../parties/wallet/check-enrolment.ts"
import { enrol, enrolmentsOf, keepPromise } from "../parties/wallet/enrol.ts"
import { findOwnLeaf } from "../parties/wallet/own-leaf.ts"
import type { OwnLeaf } from "../parties/wallet/own-leaf.ts"
import { answerChecked } from "../parties/wallet/respond.ts"
import type { Respond } from "../parties/wallet/respond.ts"
import type { Refused } from "../parties/wallet/refusal.ts"
import type { Enrolment } from "../parties/wallet/voting.ts"
import type { WalletStore } from "../parties/wallet/store.ts"
import type { Prover } from "../proofs/prover/pool.ts"
import { CATALOGUE } from "../protocol/catalogue/released.ts"
import { sayInstant } from "../protocol/credential/value-words.ts"
import type { Digest } from "../protocol/primitives/hash.ts"
import { deriveCensusLeaf } from "../protocol/primitives/voter.ts"
import { canonicalText } from "../protocol/wire/canonical-json.ts"
import type { Json } from "../protocol/wire/canonical-json.ts"
import { parseCensusPromise } from "../protocol/wire/census.ts"
import { loadCircuit } from "./circuit-artifacts.ts"
import { openClock } from "./clock.ts"
import { untilCosignedBytes } from "./cosigned-receipt.ts"
import { CliError, EXIT } from "./exit.ts"
import { readInput } from "./files.ts"
import { tell } from "./output.ts"
import { askYes } from "./passphrase.ts"
import { openServiceClient } from "./service-client.ts"
import type { ServiceClient } from "./service-client.ts"
import { findCensus, report, ownPolicy } from "./vote-parts.ts"
import type { ElectionOptions, ShownCensus } from "./vote-parts.ts"
import { parseOverrides, parseRecords } from "./wallet-respond.ts"
import { openWalletSource } from "./wallet-source.ts"
import { showConsent } from "./wallet-words.ts"
import { withWallet } from "./with-wallet.ts"
import type { WalletOptions } from "./with-wallet.ts"
import { openCommandProver } from "./prover.ts"

/** Options of `vote enrol` and `vote leaf`. */
export interface EnrolOptions extends WalletOptions, ElectionOptions {
  readonly promise?: string
  readonly weight: string
  readonly replace?: true
  readonly yes?: true
  readonly record?: readonly string[]
  readonly override?: readonly string[]
}

/** Enrols in a census. @throws CliError, AgentError; a refusal is printed and exits 1 */
export async function enrolInCensus(censusId: string, options: EnrolOptions): Promise<void> {
  const client = openServiceClient(options.service)
  await withWallet(options, async (store) => {
    const census = await findCensus(client, censusId)
    if (options.promise !== undefined) {
      await takePromise(store, census, await readInput(options.promise), options)
      return
    }
    if (census.state === "frozen")
      throw new CliError("refused", "the census is frozen: nobody enrols any more")
    const { wallet, enrolment } = enrol(store.current(), censusId, options.replace === true)
    await store.replace(wallet)
    if (census.plan.mode === "named") handOver(census, enrolment, options)
    else await earn(client, store, census, enrolment, options)
  })
}

function handOver({ censusId, plan }: ShownCensus, enrolment: Enrolment, options: EnrolOptions): void {
  const { commitment } = enrolment
  const names = plan.registrars.map(({ name }) => name).join(", ")
  const value = { censusId, mode: plan.mode, commitment, registrars: plan.registrars.map(({ name }) => name) }
  report(options, value, [
    `Show this commitment to a registrar (${names}), who knows you by their own means:`,
    `  ${commitment}`,
    "It names nobody, and nobody finds your ballot by it.",
    `Then take the promise they hand on: sotto vote enrol ${censusId} --promise FILE`,
  ])
}

async function takePromise(
  store: WalletStore,
  { plan, censusId }: ShownCensus,
  bytes: Uint8Array,
  options: EnrolOptions,
): Promise<void> {
  const weight = Number(options.weight)
  if (!Number.isInteger(weight) || weight < 1 || weight > 2 ** 32 - 1)
    throw new CliError("option-invalid", "--weight is a number of 1 to 2^32 - 1")
  const text = new TextDecoder().decode(bytes).trimEnd()
  const parsed = JSON.parse(text) as { readonly promise?: unknown }
  const promise = parseCensusPromise(canonicalText((parsed.promise ?? parsed) as Json))
  const kept = keepPromise(store.current(), plan, promise, weight)
  if (!kept.ok) throw new CliError("refused", `the promise does not hold: ${kept.reason}`)
  await store.replace(kept.value)
  report(options, { censusId, promised: true, leaf: promise.leaf }, [
    `The service has promised your leaf. After the freeze: sotto vote leaf ${censusId}`,
  ])
}

async function earn(
  client: ServiceClient,
  store: WalletStore,
  census: ShownCensus,
  { commitment }: Enrolment,
  options: EnrolOptions,
): Promise<void> {
  const artifacts = await loadCircuit("presentation", { cache: process.env["SOTTO_CACHE"] })
  const leaf = deriveCensusLeaf(commitment, 1)
  const posted = await client.send(
    "POST",
    `/v1/censuses/${census.censusId}/enrolments`,
    canonicalText({ commitment }),
  )
  if (posted.code !== null) throw new CliError("service-refused", `${posted.code} (${posted.status})`)
  let prover: Prover | null = null
  const context: Respond = {
    source: openWalletSource(options.service),
    store,
    now: openClock(),
    pinnedVerificationKey: `sha256:${artifacts.entry.vkeySha256}` as Digest,
    overrides: parseOverrides(options.override ?? []),
    records: parseRecords(options.record ?? [], store),
    shipped: CATALOGUE,
    consent: async (description) => {
      showConsent(description)
      tell(
        `You enrol in ${census.plan.title}. The proof is published when the census is frozen, without your name.`,
      )
      return options.yes === true || (await askYes("Prove this?"))
    },
    prove: async (...job) => {
      prover ??= await openCommandProver(new Map([["presentation", artifacts]]), { threads: 1 })
      return prover.prove(...job)
    },
  }
  try {
    const checked = await checkEnrolment(posted.bytes, census.plan, leaf, context)
    const answer = checked.ok ? await answerChecked(checked, context) : checked
    if (!answer.ok) refuse(answer, options)
    else
      await hand(
        client,
        store,
        census,
        answer.presentation.request,
        answer.presentation as unknown as Json,
        options,
      )
  } finally {
    await (prover as Prover | null)?.close()
  }
}

async function hand(
  client: ServiceClient,
  store: WalletStore,
  { plan, censusId }: ShownCensus,
  requestId: string,
  presentation: Json,
  options: EnrolOptions,
): Promise<void> {
  const answer = await client.send("POST", "/v1/presentations", canonicalText(presentation))
  if (answer.code !== null) {
    report(options, { censusId, enrolled: false, reason: answer.code }, [
      `The service refuses: ${answer.code}.`,
    ])
    process.exitCode = EXIT.refused
    return
  }
  const { receipt, promise } = JSON.parse(new TextDecoder().decode(answer.bytes)) as Readonly<
    Record<string, unknown>
  >
  const verdict = await acceptReceipt(
    requestId,
    await untilCosignedBytes(
      client,
      new TextEncoder().encode(JSON.stringify(receipt ?? null)),
      ownPolicy(store),
    ),
    store,
  )
  if (!verdict.ok) throw new CliError("refused", `the service's receipt does not hold: ${verdict.reason}`)
  if (promise === undefined)
    throw new CliError("refused", "the service accepted the proof and promises no leaf")
  const kept = keepPromise(store.current(), plan, parseCensusPromise(canonicalText(promise as Json)), 1)
  if (!kept.ok) throw new CliError("refused", `the promise does not hold: ${kept.reason}`)
  await store.replace(kept.value)
  report(options, { censusId, enrolled: true, promised: true }, [
    `Enrolled. The service has promised your leaf. After the freeze: sotto vote leaf ${censusId}`,
  ])
}

function refuse({ reason, details }: Refused, options: EnrolOptions): void {
  report(options, { enrolled: false, reason, details, sent: false }, [
    `Your wallet does not answer: ${[reason, ...details].join(", ")}. Nothing was sent.`,
  ])
  process.exitCode = EXIT.refused
}

/** Looks for the own leaf in the frozen census. @throws as `enrolInCensus` */
export async function findLeaf(censusId: string, options: EnrolOptions): Promise<void> {
  const client = openServiceClient(options.service)
  await withWallet(options, async (store) => {
    const census = await findCensus(client, censusId)
    const enrolments = enrolmentsOf(store.current(), censusId)
    const [newest] = enrolments
    if (newest === undefined) throw new CliError("refused", `not enrolled: sotto vote enrol ${censusId}`)
    const frozen = await census.readFrozen()
    if (frozen === null) {
      const { enrolmentClosesAt } = census.plan
      const promised = newest.promise !== undefined
      report(options, { censusId, state: "open", promised }, [
        `The census is not frozen: enrolment ends ${sayInstant(enrolmentClosesAt)}.`,
        promised ? "You have the service's promise." : "You have no promise: ask your registrar for it.",
      ])
      return
    }
    const { built, body } = frozen.freeze
    const found = findOwnLeaf(newest, built.records, built.tree, body.root)
    const old = enrolments
      .slice(1)
      .some(({ commitment }) => built.records.some((one) => one.commitment === commitment))
    const { place: _, ...told } = found as OwnLeaf & { place?: unknown }
    report(options, { censusId, state: "frozen", size: body.size, ...told }, leafLines(found, census, old))
    if (!found.found) process.exitCode = EXIT.refused
  })
}

const WORDS: Readonly<Record<(OwnLeaf & { found: false })["reason"], string>> = {
  "promise-broken":
    "The service promised it: this promise and the frozen census together are proof of misconduct. Show the promise below to the organizer, the registrars and any auditor:",
  replaced:
    "Your slot holds another leaf with valid evidence: somebody enrolled in your place, or you did from another device. The promise you hold accuses nobody. Ask the registrars.",
  "no-promise":
    "You hold no promise, so nothing proves that you enrolled. Show your commitment to a registrar.",
  "other-root":
    "The leaves are not those of the root that the registrars signed. Show the census to any auditor.",
}

function leafLines(found: OwnLeaf, { objectionsUntil }: ShownCensus, isOldThere: boolean): readonly string[] {
  if (found.found) return [`Your leaf is in the frozen census, with weight ${found.weight}.`]
  return [
    "Your leaf is NOT in the frozen census.",
    ...(isOldThere ? ["An earlier leaf of yours, which you had replaced, is."] : []),
    WORDS[found.reason],
    ...(found.promise === undefined ? [] : [canonicalText(found.promise)]),
    ...(objectionsUntil === null ? [] : [`Objections are heard until ${sayInstant(objectionsUntil)}.`]),
  ]
}
