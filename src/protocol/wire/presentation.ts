// sotto/presentation/1: what a holder answers. It carries only what the verifier cannot rebuild from its own request:
// the proof and the three outputs of each part. Also the opening of its ledger entry and the verdict on it.
import { z } from "zod"
import { parseMessage, parseShape } from "./parse.ts"
import { counter, digest, fr, name, nullifier, requestId, unixSeconds } from "./scalars.ts"
import { parseProof, unreadProof } from "./proof.ts"
import { ProtocolError } from "../primitives/errors.ts"
import type { Fr, Nullifier } from "../primitives/field.ts"
import type { WireProof } from "../primitives/prove.ts"
import type { RequestId } from "./scalars.ts"

/** Largest presentation: 8 parts of about 1.1 kB, with room. */
export const MAX_PRESENTATION_BYTES = 64 * 1024
/** Most parts in one presentation, over all items. */
export const MAX_PARTS = 8

/** One proof with the outputs that only the holder can compute. */
export interface PresentationPart {
  readonly nullifier: Nullifier
  readonly linkTag: Fr
  readonly credentialTag: Fr
  readonly proof: WireProof
}

/** An answer to one request: per item the chosen alternative and one proof for each part of its statement. */
export interface Presentation {
  readonly type: "sotto/presentation/1"
  readonly request: RequestId
  readonly items: readonly { readonly alternative: number; readonly parts: readonly PresentationPart[] }[]
}

/** The shape of a presentation. */
export const presentationShape = z.strictObject({
  type: z.literal("sotto/presentation/1"),
  request: requestId,
  items: z
    .array(
      z.strictObject({
        alternative: z.int().min(0).max(3),
        parts: z
          .array(z.strictObject({ nullifier, linkTag: fr, credentialTag: fr, proof: unreadProof }))
          .min(1)
          .max(MAX_PARTS),
      }),
    )
    .min(1)
    .max(8),
})

/**
 * Reads a presentation: structure and canonical numbers; whether points lie on their curves is V10's question.
 * @param input - attacker-controlled
 * @throws ProtocolError `too-large`, `malformed-presentation`, `proof-malformed`, `field-element-not-canonical`
 */
export function parsePresentation(input: Uint8Array | string): Presentation {
  const limits = { maxBytes: MAX_PRESENTATION_BYTES, maxDepth: 10 }
  const outer = parseMessage(presentationShape, input, limits, "malformed-presentation")
  const items = outer.items.map(({ alternative, parts }) => ({
    alternative,
    parts: parts.map((part) => ({ ...part, proof: parseProof(part.proof) })),
  }))
  if (items.reduce((sum, item) => sum + item.parts.length, 0) > MAX_PARTS) {
    throw new ProtocolError("malformed-presentation", `expected at most ${MAX_PARTS} parts in all`)
  }
  return { type: outer.type, request: outer.request, items }
}

/** The shape of an opening. */
export const openingShape = z.strictObject({
  type: z.literal("sotto/entry/presentation/1"),
  requestHash: fr,
  policy: fr,
  circuit: digest,
  registries: z.array(z.tuple([name, counter])).min(1),
  nullifiers: z.array(nullifier).min(1).max(8),
  acceptedAt: unixSeconds,
})
/** What a ledger entry commits to: held by holder and verifier, never by the ledger. */
export type PresentationOpening = z.infer<typeof openingShape>

/** Reads an opening. @throws ProtocolError `malformed-receipt` */
export const parsePresentationOpening = (input: unknown): PresentationOpening =>
  parseShape(openingShape, input, "malformed-receipt")
