// Request in, presentation or silence out. Every check comes before any proving; a refusal is a value for the holder, and
// nothing is sent.
import { SottoError } from "../../protocol/primitives/errors.ts"
import { encodeFr } from "../../protocol/primitives/field.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import type { Prove } from "../../protocol/primitives/prove.ts"
import { deriveBlind, deriveSecret } from "../../protocol/credential/holder.ts"
import { buildPresentationInput } from "../../protocol/credential/presentation-input.ts"
import type { PresentationInput } from "../../protocol/credential/presentation-input.ts"
import { computeRequestHash } from "../../protocol/credential/presentation-request.ts"
import { publicInputsOf } from "../../protocol/credential/presentation-signals.ts"
import type { StatementSources } from "../../protocol/credential/sources.ts"
import { canonicalText } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import type { PresentationRequest } from "../../protocol/wire/presentation-request.ts"
import { parsePresentation } from "../../protocol/wire/presentation.ts"
import type { Presentation, PresentationPart } from "../../protocol/wire/presentation.ts"
import { checkRequest } from "./check-request.ts"
import type { CheckedRequest, RequestChecks } from "./check-request.ts"
import { chooseRecords } from "./choose-records.ts"
import type { ChosenRecord } from "./choose-records.ts"
import { describeConsent } from "./consent.ts"
import type { ConsentDescription } from "./consent.ts"
import { usedRecord } from "./consent-receipt.ts"
import { answerOf } from "./guard.ts"
import { refused } from "./refusal.ts"
import type { Refused } from "./refusal.ts"
import type { HeldCredential, Wallet } from "./wallet.ts"

/** Everything an answer depends on. */
export interface Respond extends RequestChecks {
  readonly prove: Prove
  /** Shows the description and answers whether the holder agrees; called at most once, after every check. */
  readonly consent: (description: ConsentDescription) => Promise<boolean>
  /** The catalogue this wallet came with: others' schemas are warned of. */
  readonly shipped: Pick<StatementSources, "findSchemaById">
  /** Records to answer with, by their positions in the wallet from 1; without any the wallet picks, but never among wards. */
  readonly records?: readonly number[]
  readonly signal?: AbortSignal
}

/** What may be sent, and the hash it is known by. */
export interface Answer {
  readonly ok: true
  readonly presentation: Presentation
  readonly requestHash: Fr
}

/**
 * Answers one request: W1 to W12 in order. The challenge is durably noted before the first proof starts and the consent
 * receipt before this resolves, so a wallet that dies in between answers less, never twice.
 * @param requestId - from the link
 */
export async function respond(requestId: string, context: Respond): Promise<Answer | Refused> {
  const checked = await checkRequest(requestId, context) // W1 to W8
  return checked.ok ? answerChecked(checked, context) : checked
}

/** Answers a request that was checked: W10 to W12, with the same promises as `respond`. */
export async function answerChecked(checked: CheckedRequest, context: Respond): Promise<Answer | Refused> {
  const { request } = checked
  const { store } = context
  const chosen = chooseRecords(checked, store.current().credentials, context.records) // E8, W10
  if (!chosen.ok) return chosen
  const jobs = chosen.value.map((record, item) => buildJobs(checked, record, item, store.current()))
  if (!(await context.consent(describeConsent(checked, chosen.value, context.shipped, store.current()))))
    return refused("declined") // W11
  if (context.now() > request.expiresAt) return refused("request-expired")
  if (store.current().challenges.includes(request.challenge)) return refused("request-reused")
  await store.replace(noteChallenge(store.current(), request))
  const presentation = await proveAll(request, chosen.value, jobs, context) // W12
  if ("ok" in presentation) return presentation
  const answers = chosen.value.map(({ alternative }, item) => answerOf(checked, item, alternative))
  const records = chosen.value.map(({ held }) => usedRecord(held))
  const receipt = { request, presentation, answers, records, answeredAtUnixSeconds: context.now() }
  await store.replace({ ...store.current(), receipts: [...store.current().receipts, receipt] })
  return { ok: true, presentation, requestHash: encodeFr(computeRequestHash(request)) }
}

/** Inputs of every part, built before consent: what cannot be built is never asked about. */
function buildJobs(
  { request, catalogue, compiled, epochs }: CheckedRequest,
  { alternative, held, scalars, status }: ChosenRecord,
  item: number,
  { seed }: Wallet,
): readonly PresentationInput[] {
  const { leaf, list } = status
  const parts = compiled[item]?.[alternative] ?? []
  const registry = epochs.get(held.credential.registry)?.registry
  if (registry === undefined) throw new RangeError("a chosen record's registry is part of the request")
  return parts.map(({ valueSetId }, part) =>
    buildPresentationInput(publicInputsOf(request, item, alternative, part, catalogue), {
      ...openingOf(held, seed, leaf.issuer.key[0]),
      credential: scalars,
      issuerKey: leaf.issuer.key,
      status: list,
      issuerIndex: leaf.index,
      issuerPath: registry.path(leaf.index),
      valueSet: valueSetId === null ? null : catalogue.findValueSet(valueSetId),
    }),
  )
}

/** Who answers: the person of the seed, or for a bearer record whoever holds it. */
function openingOf({ credential: { bearer }, n }: HeldCredential, seed: Uint8Array, issuerAx: Fr) {
  return bearer === undefined
    ? { secret: deriveSecret(seed), blind: deriveBlind(seed, issuerAx, n) }
    : { secret: BigInt(bearer.secret), blind: BigInt(bearer.blind) }
}

function noteChallenge(wallet: Wallet, { challenge, verifier }: PresentationRequest): Wallet {
  const { origin, id, key } = verifier
  const others = wallet.verifiers.filter((seen) => seen.origin !== origin || seen.id !== id)
  return {
    ...wallet,
    challenges: [...wallet.challenges, challenge],
    verifiers: [...others, { origin, id, key }],
  }
}

// One part after the other: the prover is free to use all cores for one proof.
async function proveAll(
  request: PresentationRequest,
  chosen: readonly ChosenRecord[],
  jobs: readonly (readonly PresentationInput[])[],
  { prove, signal }: Respond,
): Promise<Presentation | Refused> {
  try {
    const items = []
    for (const [item, parts] of jobs.entries()) {
      const proved: PresentationPart[] = []
      for (const { input, expected, outputs } of parts) {
        proved.push({ ...outputs, proof: await prove(request.circuit.id, input, expected, signal) })
      }
      items.push({ alternative: chosen[item]?.alternative ?? 0, parts: proved })
    }
    const presentation = { type: "sotto/presentation/1", request: request.id, items }
    return parsePresentation(canonicalText(presentation as unknown as Json)) // what a verifier would refuse is not sent
  } catch (error) {
    // Only codes are told: a prover's own words could name the line of a circuit that failed.
    if (error instanceof SottoError) return refused("proof-failed", [String(error.code)])
    return refused("proof-failed")
  }
}
