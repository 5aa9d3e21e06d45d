// The scalars that messages are made of; every one has exactly one accepted spelling.
import { z } from "zod"
import type { EncodedPoint } from "../primitives/babyjubjub.ts"
import { decodeBase64Url } from "../primitives/bytes.ts"
import { R } from "../primitives/field.ts"
import type { Fr, Nullifier } from "../primitives/field.ts"
import type { Digest } from "../primitives/hash.ts"
import { CANONICAL_CODE } from "./parse.ts"

const CANONICAL = /^(?:0|[1-9][0-9]{0,76})$/

/** The JSON Schema of what a check of ours reads: a schema cannot say "below r", so it says as much as it can. */
export const DECIMAL = { type: "string", pattern: CANONICAL.source, maxLength: 77 } as const

function isBelow(modulus: bigint): (value: unknown) => boolean {
  return (value) => typeof value === "string" && CANONICAL.test(value) && BigInt(value) < modulus
}

/** A scalar below r, canonical decimal. */
export const fr = z.custom<Fr>(isBelow(R), { error: CANONICAL_CODE }).meta({ id: "FieldElement", ...DECIMAL })
/** A nullifier: spelled as a scalar. */
export const nullifier = z
  .custom<Nullifier>(isBelow(R), { error: CANONICAL_CODE })
  .meta({ id: "Nullifier", ...DECIMAL })
/** A BabyJubJub point; membership of the curve and of the subgroup is checked by `parseCurvePoint`. */
export const point: z.ZodType<EncodedPoint> = z.tuple([fr, fr]).meta({ id: "Point" })
/** `sha256:` and 64 lower-case hexadecimal digits. */
export const digest = z
  .custom<Digest>((v) => typeof v === "string" && /^sha256:[0-9a-f]{64}$/.test(v))
  .meta({ id: "Digest", type: "string", pattern: "^sha256:[0-9a-f]{64}$" })
/** Unix seconds; above 10^11 somebody means milliseconds. */
export const unixSeconds = z.int().min(0).max(1e11)
/** A counter: 0 to 2^53 - 1. */
export const counter = z.int().min(0).max(Number.MAX_SAFE_INTEGER)
/** A status index: bits 0..247 of a word hold statuses; 248..255 do not exist. */
export const statusIndex = z
  .int()
  .min(0)
  .max(2 ** 20 - 1)
  .refine((index) => index % 256 < 248)
/** Names of registries, issuers, operators, verifiers, purposes: printable, URL-safe, at most 64 characters. */
export const name = z.string().regex(/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/)
/** Identifiers of schemas, statements and value sets: a name, a slash, a version. */
export const versionedName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}\/[0-9a-z][0-9a-z.-]{0,31}$/)
/** A note verifier key: name+keyId+base64; its reader is in protocol/log. */
export const verifierKey = z.string().min(1).max(512)
/** Human text from a signed document. */
export const text = z.string().min(1).max(512)
/** `Z` or a fixed offset; no place names, since two machines may hold different zone tables. */
export const zone = z.string().regex(/^(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])$/)
/** A request's identifier: 128 random bits, its own capability. */
export const requestId = z
  .custom<RequestId>((v) => typeof v === "string" && /^pr_[A-Za-z0-9_-]{22}$/.test(v))
  .meta({ id: "RequestId", type: "string", pattern: "^pr_[A-Za-z0-9_-]{22}$" })
/** An identifier that names one presentation request. */
export type RequestId = string & { readonly __brand: "RequestId" }

/** base64url without padding of exactly or at most some bytes, canonical. */
export const bytes = (min: number, max: number) =>
  z
    .string()
    .max(Math.ceil((max * 4) / 3))
    .meta({ pattern: "^[A-Za-z0-9_-]*$" })
    .refine((v) => {
      const decoded = decodeBase64Url(v)
      return decoded !== null && decoded.length >= min && decoded.length <= max
    })
/** An Ed25519 signature, base64url. */
export const ed25519Signature = bytes(64, 64)
