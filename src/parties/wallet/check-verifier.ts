// W1 and W2: who asks, and whether the question is of now and new.
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { sha256 } from "../../protocol/primitives/hash.ts"
import { isRequestSigned, MAX_LIFETIME_SECONDS } from "../../protocol/credential/presentation-request.ts"
import { areSignaturesValid } from "../../protocol/log/signed-entry.ts"
import { canonicalBytes } from "../../protocol/wire/canonical-json.ts"
import type { PresentationRequest } from "../../protocol/wire/presentation-request.ts"
import { acceptAnchored } from "./accept-anchored.ts"
import type { WalletReader } from "./accept-anchored.ts"
import { refused } from "./refusal.ts"
import type { Override, Refused } from "./refusal.ts"
import type { Wallet } from "./wallet.ts"

/** Largest difference between the verifier's clock and the wallet's: an older instant would probe a validity window. */
const MAX_SKEW_SECONDS = 300

/**
 * W1: the verifier's record is active and anchored, its key signed the request, the link came from its origin, and the
 * key is the one it had last time. An anchored `ended` record is refused; that none follows the one shown cannot be seen.
 * @param request - attacker-controlled, parsed
 */
export async function checkVerifier(
  request: PresentationRequest,
  reader: WalletReader,
  overrides: readonly Override[],
): Promise<Refused | null> {
  const { verifier } = request
  const entry = await acceptAnchored(await reader.source.getVerifierReceipt(verifier.id), reader)
  if (!entry.ok) return refused(entry.reason === "log-inconsistent" ? "log-inconsistent" : "verifier-unknown")
  if (entry.value.kind !== "verifier-record" || !areSignaturesValid(entry.value))
    return refused("verifier-unknown")
  const { body } = entry.value
  const isTheirs =
    body.state === "active" &&
    body.id === verifier.id &&
    body.key === verifier.key &&
    body.recordSha256 === bytesToHex(sha256(canonicalBytes(verifier)))
  if (!isTheirs || verifier.origin !== reader.source.origin || !isSigned(request))
    return refused("verifier-unknown")
  const hasChanged = isKeyChanged(reader.store.current(), request)
  return hasChanged && !overrides.includes("verifier-changed") ? refused("verifier-changed") : null
}

/** True when (origin, id) signed with another key before. */
export function isKeyChanged(wallet: Wallet, { verifier }: PresentationRequest): boolean {
  const seen = wallet.verifiers.find(({ origin, id }) => origin === verifier.origin && id === verifier.id)
  return seen !== undefined && seen.key !== verifier.key
}

/** W2: createdAt is asOf, near the wallet's clock, with a bounded life that is not over; never answered before. */
export function checkFreshness(request: PresentationRequest, wallet: Wallet, now: number): Refused | null {
  const { createdAt, asOf, expiresAt, challenge } = request
  const life = expiresAt - createdAt
  if (createdAt !== asOf || Math.abs(asOf - now) > MAX_SKEW_SECONDS) return refused("clock-skew")
  if (life <= 0 || life > MAX_LIFETIME_SECONDS) return refused("clock-skew")
  if (now > expiresAt) return refused("request-expired")
  return wallet.challenges.includes(challenge) ? refused("request-reused") : null
}

function isSigned(request: PresentationRequest): boolean {
  try {
    return isRequestSigned(request)
  } catch (error) {
    if (error instanceof ProtocolError) return false // a verifier key in no form of ours
    throw error
  }
}
