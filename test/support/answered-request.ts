// A verifier's question and a holder's answer over HTTP; the proofs are forged under development keys, as anyone could.
import { expect } from "vitest"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { compileAlternative } from "../../src/protocol/credential/compile-request.ts"
import { rebuildSignals } from "../../src/protocol/credential/presentation-signals.ts"
import { parseFr, parseNullifier } from "../../src/protocol/primitives/field.ts"
import type { PresentationPart } from "../../src/protocol/wire/presentation.ts"
import { parsePresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import type { PresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import { openSimulator } from "./simulated-proof.ts"
import type { Forge } from "./simulated-proof.ts"
import { REGISTRY } from "./running-service.ts"
import type { Reply, TestService } from "./running-service.ts"

/** A draft that asks for one vaccination, counted once per person and year. */
export const DRAFT = {
  purpose: { code: "pre-visit-eligibility", text: { en: "Check cover before a visit" }, retainDays: 30 },
  zone: "Z",
  links: [],
  items: [
    {
      alternatives: [{ registry: REGISTRY, statement: "vaccination-count/1", parameters: {} }],
      nullifier: { mode: "person", use: "once", epoch: "2022" },
    },
  ],
  lifetimeSeconds: 300,
} as const

export type Draft = Readonly<Record<string, unknown>>

/** The draft with other members. */
export const draftWith = (members: Draft): Draft => ({ ...DRAFT, ...members })

/** An item like the draft's, with another nullifier use. */
export const itemWith = (nullifier: Draft): Draft => ({
  alternatives: DRAFT.items[0].alternatives,
  nullifier,
})

/** Posts a draft; fails the test unless a request comes back. */
export async function ask(service: TestService, draft: Draft = DRAFT): Promise<PresentationRequest> {
  const reply = await service.call("POST", "/v1/presentation-requests", {
    key: service.apiKeys.verifier,
    body: draft,
  })
  expect(reply.text).toContain('"sotto/presentation-request/1"')
  expect(reply.status).toBe(201)
  return parsePresentationRequest(reply.text)
}

/** What a holder computes; forged here, so any value is as provable as any other. */
export type Outputs = Partial<Record<"nullifier" | "linkTag" | "credentialTag", string>>

/** A presentation as JSON value. */
export interface AnswerBody {
  type: string
  request: string
  items: { alternative: number; parts: PresentationPart[] }[]
}

/** An answer that verifies. @param outputs - of each item, or of all */
export async function answerTo(
  request: PresentationRequest,
  outputs: Outputs | readonly Outputs[] = {},
): Promise<AnswerBody> {
  const prove = await forge()
  const items = request.items.map((_, item) => {
    const chosen = Array.isArray(outputs) ? (outputs as readonly Outputs[])[item] : (outputs as Outputs)
    const tags = {
      nullifier: parseNullifier(chosen?.nullifier ?? fresh()),
      linkTag: parseFr(chosen?.linkTag ?? fresh()),
      credentialTag: parseFr(chosen?.credentialTag ?? fresh()),
    }
    const parts = compileAlternative(request, item, 0, CATALOGUE).map((_part, i) => ({
      ...tags,
      proof: prove(rebuildSignals(request, item, 0, i, tags, CATALOGUE)),
    }))
    return { alternative: 0, parts }
  })
  return { type: "sotto/presentation/1", request: request.id, items }
}

/** Posts an answer. */
export function submit(service: TestService, body: unknown, idempotencyKey?: string): Promise<Reply> {
  return service.call("POST", "/v1/presentations", {
    body,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  })
}

let next = 1_000_000n
/** A field element that no other answer of this process uses. */
export const fresh = (): string => String(next++)

let opened: Promise<Forge> | undefined
/** The forge for the shipped development key. */
export function forge(): Promise<Forge> {
  opened ??= openSimulator("presentation")
  return opened
}
