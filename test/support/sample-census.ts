// A named and a gated census plan that hold, and people to put into them. Keys are of fixed seeds, known to everybody.
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { computeCensusId } from "../../src/protocol/election/census.ts"
import { signBody } from "../../src/protocol/log/signed-entry.ts"
import { encodeFr } from "../../src/protocol/primitives/field.ts"
import type { Fr, Nullifier } from "../../src/protocol/primitives/field.ts"
import type { Digest } from "../../src/protocol/primitives/hash.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import type { SigningKey } from "../../src/protocol/primitives/note-key.ts"
import type { WireProof } from "../../src/protocol/primitives/prove.ts"
import { deriveVoterCommitment } from "../../src/protocol/primitives/voter.ts"
import type {
  CensusBodies,
  CensusDocument,
  CensusGate,
  CensusPlan,
  EnrolmentEvidence,
} from "../../src/protocol/wire/census.ts"
import type { RequestId } from "../../src/protocol/wire/scalars.ts"
import type { Statement } from "../../src/protocol/wire/statement.ts"
import { BOUND_VACCINATION } from "./gate-catalogue.ts"

const keyOf = (name: string, fill: number): SigningKey => makeSigningKey(name, new Uint8Array(32).fill(fill))
export const ORGANIZER = keyOf("chamber.example", 21)
export const REGISTRARS = [
  keyOf("desk-a.example", 22),
  keyOf("desk-b.example", 23),
  keyOf("desk-c.example", 24),
]
export const SERVICE = keyOf("votes.example", 25)
export const STRANGER = keyOf("stranger.example", 26)

/** 2022-10-15T12:00:00Z */
export const AS_OF = 1_665_835_200
export const OPENS = AS_OF + 3600
export const CLOSES = AS_OF + 7 * 86_400

const party = (name: string, key: SigningKey) => ({ name, key: encodeVerifierKey(key) })

/** A named plan; `change` replaces members. */
export function namedPlan(change: Partial<CensusPlan> = {}): CensusPlan {
  return {
    title: "Members of the chamber",
    organizer: party("Chamber", ORGANIZER),
    mode: "named",
    weighted: false,
    registrars: REGISTRARS.map((key, i) => party(`Desk ${i + 1}`, key)),
    verifier: {
      id: "chamber-votes",
      name: "Votes of the chamber",
      origin: "https://votes.example",
      key: encodeVerifierKey(SERVICE),
    },
    enrolmentOpensAt: OPENS,
    enrolmentClosesAt: CLOSES,
    objectionSeconds: 86_400,
    minSize: 10,
    ...change,
  }
}

/** A gate over vaccination records of the registry `demo`. */
export function sampleGate(
  change: Partial<CensusGate> = {},
  statement: Statement = BOUND_VACCINATION,
): CensusGate {
  return {
    alternatives: [alternativeOf(statement)],
    nullifierMode: "person",
    asOf: AS_OF,
    registryEpochs: { demo: { epoch: 4, root: encodeFr(77n) } },
    valueSets: {},
    circuit: { id: "presentation", vkey: `sha256:${"ab".repeat(32)}` as Digest },
    ...change,
  }
}

/** One way to answer, in the registry `demo`. */
export function alternativeOf(statement: Statement, registry = "demo"): CensusGate["alternatives"][number] {
  const schema = CATALOGUE.findSchema(statement.schema, statement.subject)
  if (schema === null) throw new Error(`no schema ${statement.schema}`)
  return { registry, schemaId: CATALOGUE.schemaIdOf(schema), statement, parameters: {} }
}

/** A gated plan. */
export const gatedPlan = (change: Partial<CensusPlan> = {}, gate: CensusGate = sampleGate()): CensusPlan =>
  namedPlan({ mode: "gated", gate, ...change })

/** The plan in its envelope. */
export const signPlan = (plan: CensusPlan, ...keys: SigningKey[]): CensusDocument<"census-plan"> =>
  signBody("census-plan", plan, ...(keys.length === 0 ? [ORGANIZER] : keys))

/** The commitment of person i: a secret above 2^128. */
export const commitmentOf = (i: number): Fr => deriveVoterCommitment((1n << 200n) + BigInt(i))

/** A roll entry of person i. */
export const rollOf = (i: number): string => (i + 1).toString(16).padStart(64, "0")

/** A signed leaf of person i. */
export function leafOf(
  plan: CensusPlan,
  i: number,
  change: Partial<CensusBodies["census-leaf"]> = {},
  keys: readonly SigningKey[] = [REGISTRARS[0]!],
): CensusDocument<"census-leaf"> {
  const body = {
    censusId: computeCensusId(plan),
    rollCommitment: rollOf(i),
    commitment: commitmentOf(i),
    weight: 1,
    ...change,
  }
  return signBody("census-leaf", body, ...keys)
}

/** Evidence of person i in a gated census; its proof is a row of numbers. */
export function evidenceOf(i: number, change: Partial<EnrolmentEvidence> = {}): EnrolmentEvidence {
  const proof: WireProof = {
    a: ["1", "2"],
    b: [
      ["3", "4"],
      ["5", "6"],
    ],
    c: ["7", String(i)],
  }
  return {
    commitment: commitmentOf(i),
    id: `pr_${String(i).padStart(22, "A")}` as RequestId,
    challenge: `${"A".repeat(41)}${"AQgw"[i % 4] ?? "A"}`,
    alternative: 0,
    nullifier: encodeFr(1_000_000n + BigInt(i)) as Nullifier,
    linkTag: encodeFr(2_000_000n + BigInt(i)),
    credentialTag: encodeFr(3_000_000n + BigInt(i)),
    proof,
    ...change,
  }
}

/** 0..n-1. */
export const people = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
