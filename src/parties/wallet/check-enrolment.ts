// The request of a gated enrolment, held against its census's plan: everybody gets the same, so whatever differs would mark
// its receiver. The plan takes the place of the wallet's own clock; everything else is checked as in any request.
import {
  compileEnrolment,
  checkEnrolmentTime,
  gateOf,
  isEnrolmentRequest,
  isGateEpoch,
} from "../../protocol/election/enrolment.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import type { CensusPlan } from "../../protocol/wire/census.ts"
import { checkContent, readRequest } from "./check-request.ts"
import type { CheckedRequest, RequestChecks } from "./check-request.ts"
import { checkVerifier, isKeyChanged } from "./check-verifier.ts"
import { refused } from "./refusal.ts"
import type { Refused } from "./refusal.ts"

/**
 * Checks what a service answered to a commitment: W1, then in place of W2 the plan's times and the plan's own request, then
 * W3 to W8. Epochs are those of the plan, which were current at its asOf; newer ones may exist.
 * @param bytes - attacker-controlled
 * @param plan - gated, accepted by `checkPlan`, its id the one that the holder named
 * @param leaf - of the commitment that was posted
 */
export async function checkEnrolment(
  bytes: Uint8Array,
  plan: CensusPlan,
  leaf: Fr,
  checks: RequestChecks,
): Promise<CheckedRequest | Refused> {
  const request = readRequest(bytes)
  if (request === null) return refused("malformed-request")
  if (!isEnrolmentRequest(request, plan, leaf))
    return refused("request-inconsistent", ["not the request that everybody gets"])
  const unknown = await checkVerifier(request, checks, checks.overrides ?? []) // W1
  if (unknown !== null && unknown.reason !== "verifier-changed") return unknown
  if (!checkEnrolmentTime(plan, checks.now()).ok) return refused("request-expired")
  const wallet = checks.store.current()
  const isAnswered = wallet.challenges.includes(request.challenge)
  const remembered = unknown ?? (isAnswered ? refused("request-reused") : null)
  return checkContent(request, checks, {
    boundData: leaf,
    remembered,
    isChanged: isKeyChanged(wallet, request),
    compile: (_, catalogue) => compileEnrolment(plan, catalogue),
    isEpochFixed: (epoch) => isGateEpoch(epoch, gateOf(plan)),
  })
}
