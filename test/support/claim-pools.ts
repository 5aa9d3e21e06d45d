// Insurers who count treatments together, and patients whose wallets compute what a real one computes.
import { expect } from "vitest"
import { computeRequestHash, computeScope } from "../../src/protocol/credential/presentation-request.ts"
import {
  computeCredentialTag,
  computeLinkTag,
  computeNullifier,
} from "../../src/protocol/primitives/nullifier.ts"
import { parsePresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import type { ClaimPool, PresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import { registerVerifier } from "../../src/service/routes/verifiers.ts"
import { draftWith } from "./answered-request.ts"
import type { Draft, Outputs } from "./answered-request.ts"
import { addClient, KEYS, REGISTRY } from "./running-service.ts"
import type { TestService } from "./running-service.ts"

/** The pool of the tests: a treatment, once, for ever. */
export const TREATMENTS: ClaimPool = { name: "treatments", mode: "credential", period: "always" }
/** A use that claims in it. */
export const CLAIM = { mode: "credential", use: "once", epoch: "always", pool: "treatments" } as const

/** Enters a verifier in the directory, or changes its record. @returns the index of the entry */
export function enterVerifier(
  { parts: { ledger, store, config } }: TestService,
  id: string,
  pools?: readonly ClaimPool[],
): Promise<number> {
  const registrar = { store, ledger, ledgerOrigin: config.ledgerOrigin, requestKey: KEYS.request }
  const verifier = { id, name: id, origin: config.publicUrl }
  return registerVerifier(registrar, pools === undefined ? verifier : { ...verifier, pools: [...pools] })
}

/** A new verifier with a key of its own. */
export async function openVerifierAccount(
  service: TestService,
  id: string,
  pools?: readonly ClaimPool[],
): Promise<string> {
  await enterVerifier(service, id, pools)
  return addClient(service.parts, "verifier", id, ["request:write", "request:read"])
}

/** A draft that asks for a treatment in this year. @param nullifiers - one item for each */
export function claimDraft(nullifiers: readonly Draft[] = [CLAIM], links: readonly Draft[] = []): Draft {
  const parameters = {
    services: ["urn:test:services|root-canal", "urn:test:services|crown", "urn:test:services|filling"],
    ...{ from: "2022-01-01", to: "2022-12-31", ceiling: "2000.00" },
  }
  const alternatives = [{ registry: REGISTRY, statement: "treatment-claim/1", parameters }]
  return draftWith({ links, items: nullifiers.map((nullifier) => ({ alternatives, nullifier })) })
}

/** Asks in the name of whoever has the key. */
export async function askAs(
  service: TestService,
  key: string,
  draft: Draft = claimDraft(),
): Promise<PresentationRequest> {
  const reply = await service.call("POST", "/v1/presentation-requests", { key, body: draft })
  expect(reply.text).toContain('"sotto/presentation-request/1"')
  return parsePresentationRequest(reply.text)
}

/** A record as its holder has it: credId names the entitlement, the hash one signed version of it. */
export interface HeldRecord {
  readonly secret: bigint
  readonly credId: bigint
  readonly credentialHash: bigint
}

/** What the wallet computes for one item. */
export function outputsOf(request: PresentationRequest, record: HeldRecord, item = 0): Required<Outputs> {
  const { secret, credId, credentialHash } = record
  const hash = computeRequestHash(request)
  const mode = request.items[item]?.nullifier.mode ?? "person"
  return {
    nullifier: String(computeNullifier(mode, secret, credId, computeScope(request, item))),
    linkTag: String(computeLinkTag(secret, hash)),
    credentialTag: String(computeCredentialTag(secret, credentialHash, hash)),
  }
}
