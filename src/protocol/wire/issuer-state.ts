// sotto/issuer/1: everything an issuer keeps, as one document. Secret: it holds both keys.
import { z } from "zod"
import { parseMessage } from "./parse.ts"
import { bytes, counter, fr, name, statusIndex, text } from "./scalars.ts"

const issuerState = z.strictObject({
  type: z.literal("sotto/issuer/1"),
  id: name,
  operator: name,
  name: text,
  registry: name,
  signingSeed: bytes(32, 32),
  operationsKey: z.string().min(1).max(512),
  /** One status list per schema; `words` as in a status list, `number` that of the last one signed. */
  lists: z.array(z.strictObject({ schemaId: fr, number: counter, words: bytes(0, 31 * 4096) })).max(64),
  /** Every record ever signed: an index is never given twice, and a re-issue keeps its credId. */
  issued: z
    .array(
      z.strictObject({
        schemaId: fr,
        credId: fr,
        statusIndex,
        holder: fr,
        isRevoked: z.boolean(),
        /** Days since 1970-01-01: when this entitlement was first bound to this holder. */
        boundDay: z.int().min(0),
      }),
    )
    .refine(
      (issued) =>
        new Set(issued.map(({ schemaId, statusIndex }) => `${schemaId} ${statusIndex}`)).size ===
        issued.length,
    ),
})
/** An issuer's whole state. */
export type IssuerState = z.infer<typeof issuerState>

/** Some hundred thousand records; a busy issuer starts a new entry of the same operator long before. */
const MAX_STATE_BYTES = 256 * 1024 * 1024

/** Reads an issuer's own state, strictly: a half-read one would give an index twice. @throws ProtocolError `malformed-credential` */
export const parseIssuerState = (input: Uint8Array | string): IssuerState =>
  parseMessage(issuerState, input, { maxBytes: MAX_STATE_BYTES, maxString: 170_000 }, "malformed-credential")
