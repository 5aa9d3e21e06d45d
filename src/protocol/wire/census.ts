// Documents of a census, in the signed envelope of control entries: the plan, one leaf of a named census, the freeze.
// And the published evidence of gated enrolments, which shows that every leaf was earned by a proof.
import { z } from "zod"
import { bytesToUtf8 } from "../primitives/bytes.ts"
import { ProtocolError } from "../primitives/errors.ts"
import type { Fr, Nullifier } from "../primitives/field.ts"
import type { WireProof } from "../primitives/prove.ts"
import { canonicalText } from "./canonical-json.ts"
import type { Json } from "./canonical-json.ts"
import { hex64, party, shownText } from "./election-entries.ts"
import { parseMessage } from "./parse.ts"
import { alternative } from "./presentation-request.ts"
import { parseProof, unreadProof } from "./proof.ts"
import {
  bytes,
  counter,
  digest,
  fr,
  name,
  nullifier,
  requestId,
  unixSeconds,
  verifierKey,
  versionedName,
} from "./scalars.ts"
import type { RequestId } from "./scalars.ts"

/** Largest plan: four alternatives with their statements in full. */
const MAX_PLAN_BYTES = 256 * 1024
/** Largest leaf, freeze and evidence documents. */
const MAX_DOCUMENT_BYTES = 8 * 1024
/** A leaf's weight is a u32. */
const MAX_WEIGHT = 2 ** 32 - 1

const gate = z.strictObject({
  /** As in a presentation request; each compiles to one part and demands `boundOn` before the UTC day of asOf. */
  alternatives: z.array(alternative).min(1).max(4),
  nullifierMode: z.enum(["person", "credential"]),
  asOf: unixSeconds,
  /** The registries' epochs current at asOf: the same for every holder. */
  registryEpochs: z.record(name, z.strictObject({ epoch: counter, root: fr })),
  valueSets: z.record(versionedName, z.strictObject({ digest, root: fr, size: z.int().min(1).max(4096) })),
  circuit: z.strictObject({ id: z.literal("presentation"), vkey: digest }),
})

const plan = z.strictObject({
  title: shownText(200),
  organizer: party,
  mode: z.enum(["named", "gated"]),
  weighted: z.boolean(),
  registrars: z.array(party).min(2).max(15),
  /** The service: its directory record, whose key signs enrolment requests and promises. */
  verifier: z.strictObject({
    id: name,
    name: shownText(200),
    origin: z.string().regex(/^https?:\/\/[^/?#\s]{1,253}$/), // as in a presentation request, which repeats it
    key: verifierKey,
  }),
  enrolmentOpensAt: unixSeconds,
  enrolmentClosesAt: unixSeconds,
  objectionSeconds: z
    .int()
    .min(0)
    .max(90 * 86_400),
  minSize: z
    .int()
    .min(10)
    .max(2 ** 24),
  gate: z.exactOptional(gate),
})
const leaf = z.strictObject({
  censusId: hex64,
  rollCommitment: hex64,
  commitment: fr,
  weight: z.int().min(1).max(MAX_WEIGHT),
  /** The commitment that this one replaces; then two registrars sign. */
  replaces: z.exactOptional(fr),
})
const census = z.strictObject({
  censusId: hex64,
  root: fr,
  size: counter.min(1),
  totalWeight: counter.min(1),
  replacements: counter,
  leavesSha256: hex64,
  evidenceSha256: hex64,
})
const BODIES = { "census-plan": plan, "census-leaf": leaf, census } as const

/** The bodies of census documents by kind. */
export type CensusBodies = { [K in keyof typeof BODIES]: z.infer<(typeof BODIES)[K]> }
/** Kinds of census documents. */
type CensusKind = keyof CensusBodies
/** Who may enrol and how: its hash is the census id. */
export type CensusPlan = CensusBodies["census-plan"]
/** The gate of a plan: which statement earns a leaf. */
export type CensusGate = z.infer<typeof gate>

const signatures = z
  .array(z.strictObject({ key: verifierKey, signature: z.string().regex(/^[A-Za-z0-9+/]{86}==$/) }))
  .min(1)
  .max(15)
const document = <K extends CensusKind>(kind: K) =>
  z.strictObject({ kind: z.literal(kind), v: z.literal(1), body: BODIES[kind], signatures })
/** The shapes of signed census documents. */
export const CENSUS_DOCUMENTS = {
  "census-plan": document("census-plan"),
  "census-leaf": document("census-leaf"),
  census: document("census"),
} as const
/** A census document with its signatures. */
export interface CensusDocument<K extends CensusKind> {
  readonly kind: K
  readonly v: 1
  readonly body: CensusBodies[K]
  readonly signatures: readonly { readonly key: string; readonly signature: string }[]
}

/** Reads a signed plan. @param input - attacker-controlled @throws ProtocolError `malformed-census`, `too-large` */
export const parseCensusPlan = (input: Uint8Array | string): CensusDocument<"census-plan"> =>
  parseMessage(
    CENSUS_DOCUMENTS["census-plan"],
    input,
    { maxBytes: MAX_PLAN_BYTES, maxDepth: 16 },
    "malformed-census",
  )

/** Reads a signed leaf of a named census. @throws ProtocolError `malformed-census`, `field-element-not-canonical` */
export const parseCensusLeaf = (input: Uint8Array | string): CensusDocument<"census-leaf"> =>
  parseMessage(CENSUS_DOCUMENTS["census-leaf"], input, { maxBytes: MAX_DOCUMENT_BYTES }, "malformed-census")

/** Reads a signed freeze. @throws ProtocolError `malformed-census`, `field-element-not-canonical` */
export const parseCensus = (input: Uint8Array | string): CensusDocument<"census"> =>
  parseMessage(CENSUS_DOCUMENTS.census, input, { maxBytes: MAX_DOCUMENT_BYTES }, "malformed-census")

/** One gated enrolment as it is published at the freeze; all other signals of its proof follow from the plan. */
export interface EnrolmentEvidence {
  readonly commitment: Fr
  readonly id: RequestId
  readonly challenge: string
  readonly alternative: number
  readonly nullifier: Nullifier
  readonly linkTag: Fr
  readonly credentialTag: Fr
  readonly proof: WireProof
}

const evidence = z.strictObject({
  commitment: fr,
  id: requestId,
  challenge: bytes(31, 31),
  alternative: z.int().min(0).max(3),
  nullifier,
  linkTag: fr,
  credentialTag: fr,
  proof: unreadProof,
})

/**
 * Reads one line of evidence: exactly its canonical bytes, so that one enrolment has one line.
 * @throws ProtocolError `malformed-census`, `proof-malformed`, `field-element-not-canonical`
 */
export function parseEnrolmentEvidence(input: Uint8Array | string): EnrolmentEvidence {
  const read = parseMessage(evidence, input, { maxBytes: MAX_DOCUMENT_BYTES }, "malformed-census")
  return assertCanonical({ ...read, proof: parseProof(read.proof) }, input)
}

/** The shape of a promise. */
export const promiseShape = z.strictObject({
  type: z.literal("sotto/census-promise/1"),
  censusId: hex64,
  slot: hex64,
  leaf: fr,
  key: verifierKey,
  signature: z.string().regex(/^[A-Za-z0-9+/]{86}==$/),
})
/** A signed promise that a leaf will be in the frozen census. */
export type CensusPromise = z.infer<typeof promiseShape>

/** Reads a promise: exactly its canonical bytes. @throws ProtocolError `malformed-census`, `field-element-not-canonical` */
export function parseCensusPromise(input: Uint8Array | string): CensusPromise {
  const read = parseMessage(
    promiseShape,
    input,
    { maxBytes: MAX_DOCUMENT_BYTES, maxDepth: 2 },
    "malformed-census",
  )
  return assertCanonical(read, input)
}

function assertCanonical<T extends object>(value: T, input: Uint8Array | string): T {
  const text = typeof input === "string" ? input : bytesToUtf8(input)
  if (canonicalText(value as Json) !== text)
    throw new ProtocolError("malformed-census", "expected the canonical bytes of the document")
  return value
}

/** The shape of a wish to be enrolled. */
export const enrolmentShape = z.strictObject({ commitment: fr })

/** Reads what a wallet posts to be asked for its enrolment proof. @throws ProtocolError `malformed-census`, `field-element-not-canonical` */
export const parseEnrolment = (input: Uint8Array | string): z.infer<typeof enrolmentShape> =>
  parseMessage(enrolmentShape, input, { maxBytes: 1024, maxDepth: 2 }, "malformed-census")
