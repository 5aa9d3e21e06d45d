// Control entries of an election log: what organizer and trustees sign. Every body names its ceremony, or its election
// once there is one, so that nothing signed for one election can be replayed in another.
import { z } from "zod"
import { SUBGROUP_ORDER } from "../primitives/babyjubjub.ts"
import type { Scalar } from "../primitives/scalar.ts"
import { CANONICAL_CODE } from "./parse.ts"
import { counter, DECIMAL, fr, point, unixSeconds, verifierKey } from "./scalars.ts"

/** Most trustees of one election; with K' = 8 the largest deal then has about 36 kB. */
const MAX_TRUSTEES = 15
/** Most ciphertexts of one ballot: those of ballot16. */
const MAX_PAIRS = 8
/** Most extensions of one election. */
export const MAX_EXTENSIONS = 3

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`))
/** 32 bytes as 64 lower-case hexadecimal digits: a digest, an id, a salt. */
export const hex64 = hex(64)
/** A scalar modulo the order of the curve's subgroup, canonical decimal. */
export const scalar = z
  .custom<Scalar>(
    (v) => typeof v === "string" && /^(?:0|[1-9][0-9]{0,75})$/.test(v) && BigInt(v) < SUBGROUP_ORDER,
    { error: CANONICAL_CODE },
  )
  .meta({ id: "Scalar", ...DECIMAL, maxLength: 76 })
/** Text shown to people: NFC, no control and no bidirectional formatting characters, hence what is seen is what is signed. */
export const shownText = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine(
      (v) =>
        v === v.normalize("NFC") &&
        !/[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/u.test(v),
    )
/** A person or office in an election with the Ed25519 key it signs with. */
export const party = z.strictObject({ name: shownText(120), key: verifierKey })
const trusteeIndex = z.int().min(1).max(MAX_TRUSTEES)
const pairs = <T extends z.ZodType>(item: T) => z.array(item).min(4).max(MAX_PAIRS)

/** Proof of knowledge of a discrete logarithm: T = w·G, z = w + e·a. */
const knowledge = z.strictObject({ T: point, z: scalar })
/** Equality of two discrete logarithms, with delta = d·R: A1 = w·G, A2 = w·R, z = w + e·d. */
const share = z.strictObject({ delta: point, A1: point, A2: point, z: scalar })

const ceremony = z.strictObject({
  title: shownText(200),
  organizer: party,
  circuit: z.enum(["ballot8", "ballot16"]),
  threshold: z.strictObject({ t: z.int().min(2).max(MAX_TRUSTEES), n: z.int().min(2).max(MAX_TRUSTEES) }),
  trustees: z
    .array(z.strictObject({ index: trusteeIndex, ...party.shape }))
    .min(2)
    .max(MAX_TRUSTEES),
  /** Lines of a C2SP policy without its `log` lines: who must have cosigned the checkpoints of this election. */
  policy: z.string().min(1).max(16_384),
  stepTimeoutSeconds: z
    .int()
    .min(60)
    .max(30 * 86_400),
  nonce: hex64,
})
const dealBox = z.strictObject({
  U: point,
  proof: knowledge,
  box: z.string().regex(/^(?:[0-9a-f]{64}){4,8}$/),
})
/** The shapes of signed bodies by kind. */
export const ELECTION_BODY_SHAPES = {
  ceremony,
  "trustee-key": z.strictObject({ ceremonyId: hex64, trustee: trusteeIndex, key: point, proof: knowledge }),
  "dkg-commit": z.strictObject({ ceremonyId: hex64, trustee: trusteeIndex, commitment: hex64 }),
  "dkg-deal": z.strictObject({
    ceremonyId: hex64,
    trustee: trusteeIndex,
    salt: hex64,
    /** A[j][x] = a_{j,x}·G, one row per election key, constant term first. */
    A: pairs(z.array(point).min(2).max(MAX_TRUSTEES)),
    proofs: pairs(knowledge),
    /** boxes[k - 1] is for trustee k, the dealer's own included. */
    boxes: z.array(dealBox).min(2).max(MAX_TRUSTEES),
  }),
  "dkg-confirm": z.strictObject({ ceremonyId: hex64, trustee: trusteeIndex, keysHash: hex64 }),
  "dkg-complaint": z.strictObject({
    ceremonyId: hex64,
    trustee: trusteeIndex,
    dealer: trusteeIndex,
    Z: point,
    proof: z.strictObject({ A1: point, A2: point, z: scalar }),
  }),
  "ceremony-aborted": z.strictObject({
    ceremonyId: hex64,
    reason: z.enum(["dealer-faulty", "complaint-false", "silent"]),
    trustee: trusteeIndex,
  }),
  definition: z.strictObject({ electionId: fr, definitionSha256: hex64 }),
  "definition-signature": z.strictObject({ electionId: fr, trustee: trusteeIndex, keysHash: hex64 }),
  "drill-share": z.strictObject({
    electionId: fr,
    trustee: trusteeIndex,
    round: z.int().min(1).max(2),
    shares: pairs(share),
  }),
  "election-open": z.strictObject({ electionId: fr }),
  extension: z.strictObject({
    electionId: fr,
    number: z.int().min(1).max(MAX_EXTENSIONS),
    closesAt: unixSeconds,
  }),
  "decryption-share": z.strictObject({
    electionId: fr,
    trustee: trusteeIndex,
    closeHash: hex64,
    shares: pairs(share),
  }),
  tally: z.strictObject({
    electionId: fr,
    closeHash: hex64,
    trustees: z.array(trusteeIndex).min(2).max(MAX_TRUSTEES),
    counts: z.array(counter).min(2).max(16),
    resultSha256: hex64,
  }),
  void: z.strictObject({ electionId: fr, reason: shownText(500) }),
} as const

/** Who may sign a control entry: the organizer, one trustee, or (extension) organizer and trustees together. */
const signatures = z
  .array(z.strictObject({ key: verifierKey, signature: z.string().regex(/^[A-Za-z0-9+/]{86}==$/) }))
  .min(1)
  .max(1 + MAX_TRUSTEES)

const control = <K extends keyof typeof ELECTION_BODY_SHAPES>(kind: K) =>
  z.strictObject({ kind: z.literal(kind), v: z.literal(1), body: ELECTION_BODY_SHAPES[kind], signatures })

/** The unsigned close: a pure function of the entries before it. */
const close = z.strictObject({
  kind: z.literal("election-close"),
  v: z.literal(1),
  electionId: fr,
  logSize: counter,
  accepted: counter,
  counted: counter,
  superseded: counter,
  challenged: counter,
  R: point,
  C: pairs(point),
})

/** Schemas of the control entries of an election log and of its close, in the order of a life. */
export const ELECTION_CONTROL_ENTRIES = [
  control("ceremony"),
  control("trustee-key"),
  control("dkg-commit"),
  control("dkg-deal"),
  control("dkg-confirm"),
  control("dkg-complaint"),
  control("ceremony-aborted"),
  control("definition"),
  control("definition-signature"),
  control("drill-share"),
  control("election-open"),
  control("extension"),
  close,
  control("decryption-share"),
  control("tally"),
  control("void"),
] as const

/** The bodies of control entries by kind. */
export type ElectionBodies = {
  [K in keyof typeof ELECTION_BODY_SHAPES]: z.infer<(typeof ELECTION_BODY_SHAPES)[K]>
}
/** Kinds of signed control entries. */
export type ElectionControlKind = keyof ElectionBodies
/** The close of an election. */
export type ElectionClose = z.infer<typeof close>
/** A share of a decryption (or of the drill) with its proof, in wire form. */
export type WireShare = z.infer<typeof share>
/** An encrypted row of a deal. */
export type WireBox = z.infer<typeof dealBox>
