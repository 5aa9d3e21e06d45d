// What an issuer keeps: sotto/issuer/2, its identity and both secret keys, which never changes; and its journal, one line of
// canonical JSON per act. The journal is the truth; sotto/issuer-lists/1 only spares reading it from the beginning.
import { z } from "zod"
import { TREE_LEAVES } from "../primitives/tree4.ts"
import { canonicalText } from "./canonical-json.ts"
import { parseMessage } from "./parse.ts"
import { bytes, counter, fr, name, statusIndex, text } from "./scalars.ts"

const issuerKeys = z.strictObject({
  type: z.literal("sotto/issuer/2"),
  id: name,
  operator: name,
  name: text,
  registry: name,
  signingSeed: bytes(32, 32),
  operationsKey: z.string().min(1).max(512),
})
/** Who an issuer is, with its secret keys: the whole of its private file. */
export type IssuerKeys = z.infer<typeof issuerKeys>

const issued = z.strictObject({
  kind: z.literal("issued"),
  schemaId: fr,
  credId: fr,
  statusIndex,
  holder: fr,
  /** Days since 1970-01-01: when this entitlement was first bound to this holder. */
  boundDay: z.int().min(0),
})
/** One signed record, as its issuer remembers it. */
export type IssuedRecord = z.infer<typeof issued>

const issuerEvent = z.discriminatedUnion("kind", [
  issued,
  z.strictObject({ kind: z.literal("revoked"), schemaId: fr, statusIndex }),
  z.strictObject({ kind: z.literal("published"), schemaId: fr, number: counter }),
])
/** One act of an issuer. What it does to the lists is `applyEvent`. */
export type IssuerEvent = z.infer<typeof issuerEvent>

/** Bytes of a bitmap over the 2^20 status indexes. */
export const USED_BYTES = (256 * TREE_LEAVES) / 8

/** The lists of an issuer as they stood at some length of its journal. */
const issuerLists = z.strictObject({
  type: z.literal("sotto/issuer-lists/1"),
  /** Length of the journal's beginning that is counted in here, and the SHA-256 of its last bytes. */
  journalBytes: counter,
  journalTail: z.string().regex(/^[0-9a-f]{64}$/),
  lists: z
    .array(
      z.strictObject({
        schemaId: fr,
        number: counter,
        /** Bit i % 8 of byte i / 8: index i was given or does not exist. */
        used: bytes(USED_BYTES, USED_BYTES),
        /** Revoked bits as in a status list. */
        words: bytes(0, 31 * TREE_LEAVES),
      }),
    )
    .max(64),
})

/** An event is below 400 bytes; a line beyond this is none. */
export const MAX_EVENT_BYTES = 1024
/** 64 lists of two bitmaps each. */
const MAX_LISTS_BYTES = 32 * 1024 * 1024

/** Reads an issuer's private file. @throws ProtocolError `malformed-credential` */
export const parseIssuerKeys = (input: Uint8Array | string): IssuerKeys =>
  parseMessage(issuerKeys, input, { maxBytes: 16 * 1024 }, "malformed-credential")

/** Reads one line of a journal, without its newline. @throws ProtocolError `malformed-credential`, `too-large` */
export const parseIssuerEvent = (line: string): IssuerEvent =>
  parseMessage(issuerEvent, line, { maxBytes: MAX_EVENT_BYTES }, "malformed-credential")

/** The lines of some events, each with its newline. */
export const encodeIssuerEvents = (events: readonly IssuerEvent[]): string =>
  events.map((event) => `${canonicalText(event)}\n`).join("")

/** Reads kept lists. @throws ProtocolError `malformed-credential` */
export const parseIssuerLists = (input: Uint8Array | string): z.infer<typeof issuerLists> =>
  parseMessage(
    issuerLists,
    input,
    { maxBytes: MAX_LISTS_BYTES, maxString: 175_000 }, // 131,072 bytes are 174,763 characters
    "malformed-credential",
  )
