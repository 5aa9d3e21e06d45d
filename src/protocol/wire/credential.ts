// Credential side messages: holder commitment, credential, status list, registry bundle, and the trust file.
import { z } from "zod"
import { parseMessage, parseShape } from "./parse.ts"
import {
  bytes,
  counter,
  ed25519Signature,
  fr,
  name,
  point,
  statusIndex,
  text,
  unixSeconds,
  verifierKey,
  versionedName,
} from "./scalars.ts"

const holder = z.strictObject({ type: z.literal("sotto/holder/1"), registry: name, issuer: name, holder: fr })
/** What a wallet hands to an issuer: a commitment made for this issuer's key only. */
export type HolderCommitment = z.infer<typeof holder>

/** Attribute values by name, as typed in the schema: integers for `int`, text for the rest; absent ones left out. */
const attributes = z.record(z.string(), z.union([z.string().max(1024), z.int()]))
/** Attribute values by name. */
export type Attributes = z.infer<typeof attributes>

/** The secret that opens a bearer record's commitment; printed with it, since whoever holds the record may answer. */
const bearer = z.strictObject({ secret: fr, blind: fr })
/** The opening of a bearer record. */
export type Bearer = z.infer<typeof bearer>

const credential = z.strictObject({
  type: z.literal("sotto/credential/1"),
  registry: name,
  issuer: name,
  schema: versionedName,
  subject: z.enum(["self", "ward"]),
  schemaId: fr,
  attributes,
  holder: fr,
  credId: fr,
  statusIndex,
  validFrom: unixSeconds,
  validUntil: unixSeconds,
  signature: z.strictObject({ r8: point, s: fr }),
  bearer: z.exactOptional(bearer), // not signed: it opens `holder`, which is
})
/** A signed record, as the issuer hands it over and the wallet keeps it. */
export type Credential = z.infer<typeof credential>

/** The shape of a status list. */
export const statusListShape = z.strictObject({
  type: z.literal("sotto/status-list/1"),
  registry: name,
  issuer: name,
  schemaId: fr,
  number: counter,
  signedAt: unixSeconds,
  suspension: z.boolean(),
  words: bytes(0, 31 * 4096), // 31 bytes big-endian per word, trailing zero words cut
  statusRoot: fr,
  signature: ed25519Signature,
})
/** A whole status list of one (key, schema), signed with the issuer's operations key. */
export type StatusList = z.infer<typeof statusListShape>

/** The shape of an issuer's public entry. */
export const issuerEntryShape = z.strictObject({
  id: name,
  operator: name,
  name: text,
  key: point,
  operationsKey: verifierKey,
})
/** An issuer entry of a registry: one signing key. Rotation is a new entry of the same operator. */
export type IssuerEntry = z.infer<typeof issuerEntryShape>

/** The shape of a registry bundle. */
export const bundleShape = z.strictObject({
  type: z.literal("sotto/registry-bundle/1"),
  registry: name,
  number: counter,
  issuers: z.array(issuerEntryShape).max(4096),
  leaves: z.array(z.strictObject({ index: z.int().min(0).max(4095), list: statusListShape })).max(4096),
})
/** Everything an epoch's root stands for: all issuers, all leaves, all lists; the same bytes for everybody. */
export type RegistryBundle = z.infer<typeof bundleShape>

const trust = z.strictObject({
  type: z.literal("sotto/trust/1"),
  policy: z.string().min(1).max(16_384),
  registries: z.array(z.strictObject({ id: name, key: verifierKey })).max(64),
  k: z.int().min(1).max(64),
})
/** What its owner trusts: logs and cosigners (policy text), registry keys, and the smallest crowd of operators. */
export type Trust = z.infer<typeof trust>

const SMALL = { maxBytes: 16 * 1024 }
/** A full list is 169,302 characters of base64url. */
const LIST_STRING = 170_000

/** Reads a holder commitment. @throws ProtocolError `malformed-credential` */
export const parseHolderCommitment = (input: Uint8Array | string): HolderCommitment =>
  parseMessage(holder, input, SMALL, "malformed-credential")
/** Reads a credential. @throws ProtocolError `malformed-credential` */
export const parseCredential = (input: Uint8Array | string): Credential =>
  parseMessage(credential, input, SMALL, "malformed-credential")
/** Reads attributes by name; a schema checks them. @throws ProtocolError `malformed-credential` */
export const parseAttributes = (input: Uint8Array | string): Attributes =>
  parseMessage(attributes, input, SMALL, "malformed-credential")
/** Reads a status list. @throws ProtocolError `malformed-registry` */
export const parseStatusList = (input: Uint8Array | string): StatusList =>
  parseMessage(
    statusListShape,
    input,
    { maxBytes: 1024 * 1024, maxString: LIST_STRING },
    "malformed-registry",
  )
/** Reads an issuer entry. @throws ProtocolError `malformed-registry` */
export const parseIssuerEntry = (input: unknown): IssuerEntry =>
  parseShape(issuerEntryShape, input, "malformed-registry")
/** Some 380 full lists: what a phone can still hold and parse. A registry that outgrows it is split by schema. */
export const MAX_BUNDLE_BYTES = 64 * 1024 * 1024
/** Reads a registry bundle, before it is checked against the epoch's digest. @throws as parseStatusList */
export const parseRegistryBundle = (input: Uint8Array | string): RegistryBundle =>
  parseMessage(
    bundleShape,
    input,
    { maxBytes: MAX_BUNDLE_BYTES, maxString: LIST_STRING },
    "malformed-registry",
  )
/** Reads a trust file. @throws ProtocolError `malformed-trust` */
export const parseTrust = (input: Uint8Array | string): Trust =>
  parseMessage(trust, input, { maxBytes: 64 * 1024, maxString: 16_384 }, "malformed-trust")
