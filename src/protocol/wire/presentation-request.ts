// sotto/presentation-request/1: what a verifier asks, complete and signed; everything a holder needs to know is inside.
import { z } from "zod"
import { parseMessage, parseShape } from "./parse.ts"
import {
  bytes,
  counter,
  digest,
  ed25519Signature,
  fr,
  name,
  requestId,
  text,
  unixSeconds,
  verifierKey,
  versionedName,
  zone,
} from "./scalars.ts"
import { parameters, statement } from "./statement.ts"

/** YYYY, YYYY-Qn, YYYY-MM, YYYY-MM-DD (UTC) or always. */
const epoch = z
  .string()
  .regex(/^(?:always|[0-9]{4}(?:-Q[1-4]|-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?)$/)

const mode = z.enum(["person", "credential"])

/**
 * How a nullifier is bound: to the person or the credential, and to what it may be compared with. Only `once` may name a
 * pool: a pseudonym that several verifiers share would let them follow one person.
 */
const nullifierUse = z.union([
  z.strictObject({ mode, use: z.literal("request") }),
  z.strictObject({ mode, use: z.literal("pseudonym"), epoch }),
  z.strictObject({ mode, use: z.literal("once"), epoch, pool: name.optional() }),
])
/**
 * `once`: unique in the ledger, for all verifiers of a pool together if one is named; `pseudonym`: may repeat within the
 * epoch; `request`: useless outside this request.
 */
export type NullifierUse = z.infer<typeof nullifierUse>

const links = z
  .array(
    z.strictObject({
      kind: z.enum(["samePerson", "sameCredential", "differentCredentials"]),
      items: z.array(z.int().min(0).max(7)).min(2).max(8),
    }),
  )
  .max(8)

/** Purpose as the verifier states it: `text` and `retainDays` are inside the hash, so a misuse contradicts a receipt. */
const purpose = z.strictObject({
  code: name,
  text: z.record(z.string().regex(/^[a-z]{2}(?:-[A-Z]{2})?$/), text),
  retainDays: z.int().min(0).max(3650),
})

/** What every request in a pool must say, so that all of them meet in one nullifier. */
const claimPool = z.strictObject({
  name,
  mode,
  period: z.enum(["always", "year", "quarter", "month", "day"]),
})
/** Verifiers that count entitlements together: its name, what is counted, and when the count begins again. */
export type ClaimPool = z.infer<typeof claimPool>
/** Pools of one verifier: what it pays for, each kind of entitlement once. */
const MAX_POOLS = 8

/** The shape of a directory record. */
export const verifierShape = z.strictObject({
  id: name,
  name: text,
  origin: z.string().regex(/^https?:\/\/[^/?#\s]{1,253}$/),
  key: verifierKey,
  /** Ascending by name; absent when there are none, so that the record of a verifier without pools has one digest. */
  pools: z
    .array(claimPool)
    .min(1)
    .max(MAX_POOLS)
    .refine((pools) => pools.every((pool, i) => pool.name > (pools[i - 1]?.name ?? "")))
    .optional(),
})
/** The directory record of a verifier, as anchored in the ledger. */
export type VerifierRecord = z.infer<typeof verifierShape>

/** One way to answer, with its statement in full. */
export const alternative = z.strictObject({ registry: name, schemaId: fr, statement, parameters })
/** One way to answer an item: a registry, a schema and a statement with its parameters. */
export type RequestAlternative = z.infer<typeof alternative>

/** The shape of a signed request. */
export const requestShape = z.strictObject({
  type: z.literal("sotto/presentation-request/1"),
  id: requestId,
  createdAt: unixSeconds,
  asOf: unixSeconds,
  expiresAt: unixSeconds,
  zone,
  challenge: bytes(31, 31),
  boundData: fr,
  verifier: verifierShape,
  purpose,
  circuit: z.strictObject({ id: z.literal("presentation"), vkey: digest }),
  registries: z.record(name, z.strictObject({ epoch: counter, root: fr })),
  valueSets: z.record(versionedName, z.strictObject({ digest, root: fr, size: z.int().min(1).max(4096) })),
  links,
  items: z
    .array(z.strictObject({ alternatives: z.array(alternative).min(1).max(4), nullifier: nullifierUse }))
    .min(1)
    .max(8),
  signature: ed25519Signature,
})
/** A signed presentation request. */
export type PresentationRequest = z.infer<typeof requestShape>

/** The shape of a draft. */
export const draftShape = z.strictObject({
  purpose,
  zone,
  links,
  items: z
    .array(
      z.strictObject({
        alternatives: z
          .array(z.strictObject({ registry: name, statement: versionedName, parameters }))
          .min(1)
          .max(4),
        nullifier: nullifierUse,
      }),
    )
    .min(1)
    .max(8),
  lifetimeSeconds: z.int().min(30).max(900).default(300),
})
/** What a verifier posts to have a request made: statements by id, everything else added by the service. */
export type PresentationRequestDraft = z.infer<typeof draftShape>

/** Largest request document: eight items of four alternatives with templates in full. */
export const MAX_REQUEST_BYTES = 256 * 1024

/** Reads a signed request; attacker-controlled until its signature is verified. @throws ProtocolError `malformed-request` */
export const parsePresentationRequest = (input: Uint8Array | string): PresentationRequest =>
  parseMessage(requestShape, input, { maxBytes: MAX_REQUEST_BYTES, maxDepth: 16 }, "malformed-request")

/** Reads a verifier's draft. @throws ProtocolError `malformed-request`, `too-large` */
export const parsePresentationRequestDraft = (input: Uint8Array | string): PresentationRequestDraft =>
  parseMessage(draftShape, input, { maxBytes: 16 * 1024, maxDepth: 12 }, "malformed-request")

/** Reads a directory record. @throws ProtocolError `malformed-request` */
export const parseVerifierRecord = (input: unknown): VerifierRecord =>
  parseShape(verifierShape, input, "malformed-request")
