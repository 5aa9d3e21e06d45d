// The definition of an election: one document that fixes everything a ballot's proof relies on. Its hash is the id.
import { z } from "zod"
import { hex64, shownText } from "./election-entries.ts"
import { parseMessage } from "./parse.ts"
import { counter, fr, point, unixSeconds, verifierKey } from "./scalars.ts"

/** Largest definition document, bytes. */
export const MAX_DEFINITION_BYTES = 256 * 1024

const position = z.int().min(0).max(15)
const rule = z.strictObject({
  /** Positions in `choices`, ascending: the rule's number is (marks in plus) - (marks in minus). */
  plus: z.array(position).max(16),
  minus: z.array(position).max(16),
  min: z.int().min(0).max(16),
  max: z.int().min(0).max(16),
  label: shownText(200),
})
/** One rule over the marks of a ballot. */
export type ElectionRule = z.infer<typeof rule>

/** The ballot types, in the order in which the design ranks them. */
export const BALLOT_TYPES = [
  "single-choice",
  "approval",
  "questions",
  "weighted-single-choice",
  "weighted-approval",
  "grades",
  "borda",
  "pairwise",
] as const
/** How marks are to be read; rules and labels do the rest. */
export type BallotType = (typeof BALLOT_TYPES)[number]

/** The shape of a definition. */
export const definitionShape = z.strictObject({
  v: z.literal(1),
  kind: z.enum(["election", "survey"]),
  title: shownText(200),
  description: shownText(4000),
  locale: z.string().regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}$/),
  ceremonyId: hex64,
  keys: z.array(point).min(4).max(8),
  keysHash: hex64,
  log: z.strictObject({ origin: z.string().min(1).max(255), vkey: verifierKey }),
  circuit: z.strictObject({
    id: z.enum(["ballot8", "ballot16"]),
    r1csSha256: hex64,
    zkeySha256: hex64,
    vkeySha256: hex64,
    ceremony: z.string().regex(/^[a-z0-9][A-Za-z0-9._:/-]{0,95}$/),
  }),
  census: z.strictObject({ id: hex64, root: fr, size: counter, totalWeight: counter, sha256: hex64 }),
  ballotType: z.string().min(1).max(64), // known types are BALLOT_TYPES; another is refused by name, not as a wrong shape
  choices: z
    .array(z.strictObject({ id: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,31}$/), label: shownText(200) }))
    .min(2)
    .max(16),
  rules: z.array(rule).max(20),
  opensAtUnixSeconds: unixSeconds,
  closesAtUnixSeconds: unixSeconds,
  batchWindowSeconds: z.int().min(5).max(60),
  revote: z.boolean(),
  minAnonymity: z
    .int()
    .min(10)
    .max(2 ** 24),
})
/** An election's definition; unchecked beyond its shape until `checkDefinition`. */
export type ElectionDefinition = z.infer<typeof definitionShape>

/**
 * Reads a definition document: its shape, and nothing that needs ceremony or census.
 * @param input - attacker-controlled
 * @throws ProtocolError `malformed-definition`, `too-large`, `field-element-not-canonical`
 */
export const parseDefinition = (input: Uint8Array | string): ElectionDefinition =>
  parseMessage(
    definitionShape,
    input,
    { maxBytes: MAX_DEFINITION_BYTES, maxDepth: 6, maxString: 8192 },
    "malformed-definition",
  )
