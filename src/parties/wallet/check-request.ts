// W1 to W8 in order, and every read from the network: after this the wallet reads nothing, so that neither what it holds
// nor what its holder decides shows in its traffic.
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import type { Digest } from "../../protocol/primitives/hash.ts"
import { compileRequest } from "../../protocol/credential/compile-request.ts"
import type { RegistryEpochBody } from "../../protocol/log/entry.ts"
import { parsePresentationRequest } from "../../protocol/wire/presentation-request.ts"
import type { PresentationRequest } from "../../protocol/wire/presentation-request.ts"
import type { WalletReader } from "./accept-anchored.ts"
import { acceptEpoch } from "./accept-epoch.ts"
import type { AcceptedEpoch } from "./accept-epoch.ts"
import { checkMeaning } from "./check-meaning.ts"
import type { Compile, RequestMeaning } from "./check-meaning.ts"
import { checkFreshness, checkVerifier, isKeyChanged } from "./check-verifier.ts"
import { checkGuards } from "./guard.ts"
import type { GuardInput } from "./guard.ts"
import { refused } from "./refusal.ts"
import type { Override, Refused } from "./refusal.ts"

/** What the checks of a request depend on beside the network and the wallet. */
export interface RequestChecks extends WalletReader {
  /** Unix seconds. */
  readonly now: () => number
  /** W4: SHA-256 of the verification key of the circuit this wallet was shipped with. */
  readonly pinnedVerificationKey: Digest
  /** What the holder set aside for this one request, having read `LOSSES`. */
  readonly overrides?: readonly Override[]
  /** A value this wallet asked the verifier to bind, if it did. */
  readonly boundData?: Fr
}

/** A request that may be answered, as far as it can be said without looking at records. */
export interface CheckedRequest extends GuardInput {
  readonly ok: true
  readonly compiled: RequestMeaning["compiled"]
  /** Overrides that a check would have refused for: the holder gives these up by answering. */
  readonly overridden: readonly Override[]
}

/**
 * Fetches and checks a request.
 * @param requestId - from the link; the link's origin is `source.origin`
 */
export async function checkRequest(
  requestId: string,
  checks: RequestChecks,
): Promise<CheckedRequest | Refused> {
  const { source, store, now, overrides = [] } = checks
  const bytes = await source.getRequest(requestId)
  const request = bytes === null ? null : readRequest(bytes)
  if (bytes === null || request === null)
    return refused(bytes === null ? "request-unknown" : "malformed-request")
  if (request.id !== requestId) return refused("malformed-request")
  const unknown = await checkVerifier(request, checks, overrides) // W1
  if (unknown !== null && !isRemembered(unknown)) return unknown
  const stale = checkFreshness(request, store.current(), now()) // W2
  if (stale !== null && !isRemembered(stale)) return stale
  return checkContent(request, checks, {
    boundData: checks.boundData ?? ("0" as Fr),
    remembered: unknown ?? stale,
    isChanged: isKeyChanged(store.current(), request),
    compile: compileRequest,
  })
}

/** How the content of a request is judged. */
export interface ContentRules {
  readonly boundData: Fr
  /** What the wallet's memory says no with: told after the last read. */
  readonly remembered: Refused | null
  /** Whether the verifier signs with another key than last time. */
  readonly isChanged: boolean
  readonly compile: Compile
  /** For requests whose epochs are fixed by something else than the moment of asking: true for the right one. */
  readonly isEpochFixed?: (epoch: RegistryEpochBody) => boolean
}

/**
 * W3 to W8 of a request whose sender and time were judged.
 * @param request - attacker-controlled, parsed
 */
export async function checkContent(
  request: PresentationRequest,
  checks: RequestChecks,
  rules: ContentRules,
): Promise<CheckedRequest | Refused> {
  const { store, overrides = [] } = checks
  const meaning = await checkMeaning(request, checks, rules.boundData, rules.compile) // W3
  if (!meaning.ok) return meaning
  if (request.circuit.vkey !== checks.pinnedVerificationKey) return refused("circuit-not-pinned") // W4
  const epochs = await acceptEpochs(request, checks, rules.isEpochFixed) // W5
  if (!epochs.ok) return epochs
  if (rules.remembered !== null) return rules.remembered
  const { trust, receipts } = store.current()
  const { catalogue, compiled } = meaning
  const guardInput: GuardInput = { request, catalogue, epochs: epochs.value, k: trust.k, receipts }
  const findings = checkGuards(guardInput) // W6, W7, W8
  const open = findings.find(({ guard }) => !overrides.includes(guard))
  if (open !== undefined) return refused(open.guard, open.details)
  const changed: readonly Override[] = rules.isChanged ? ["verifier-changed"] : []
  return {
    ok: true,
    ...guardInput,
    compiled,
    overridden: [...changed, ...findings.map(({ guard }) => guard)],
  }
}

// What only this wallet's memory refuses is refused after the last read: a verifier that sees half of the reads would know
// that this wallet had met it or its request before.
function isRemembered({ reason }: Refused): boolean {
  return reason === "verifier-changed" || reason === "request-reused"
}

/** The request of these bytes, or null when they are none. @param bytes - attacker-controlled */
export function readRequest(bytes: Uint8Array): PresentationRequest | null {
  try {
    return parsePresentationRequest(bytes)
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}

async function acceptEpochs(
  request: PresentationRequest,
  reader: WalletReader,
  isFixed?: ContentRules["isEpochFixed"],
): Promise<{ readonly ok: true; readonly value: ReadonlyMap<string, AcceptedEpoch> } | Refused> {
  const epochs = new Map<string, AcceptedEpoch>()
  for (const [registry, named] of Object.entries(request.registries).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const wanted = { registry, named, asOf: request.asOf, isFixed: isFixed !== undefined }
    const epoch = await acceptEpoch(wanted, reader)
    if (!epoch.ok) return refused(epoch.reason, [`registry ${registry}`])
    if (isFixed?.(epoch.value.body) === false) return refused("registry-stale", [`registry ${registry}`])
    epochs.set(registry, epoch.value)
  }
  return { ok: true, value: epochs }
}
