// What verifier threads say of single ballots, of many at once, and of key ceremonies.
import { randomBytes as osRandomBytes } from "node:crypto"
import { describe, expect, it } from "vitest"
import { openBallotVerifier, verifyBallot } from "../../src/parties/verifier/verify-ballot.ts"
import { verifyBallots } from "../../src/parties/verifier/verify-ballots.ts"
import { verifyKeyCeremony } from "../../src/parties/verifier/verify-key-ceremony.ts"
import { parseVerificationKey } from "../../src/proofs/groth16/verification-key.ts"
import { encodeFr } from "../../src/protocol/primitives/field.ts"
import type { Fr, Nullifier } from "../../src/protocol/primitives/field.ts"
import { ballotOfEntry } from "../../src/protocol/wire/ballot.ts"
import type { Ballot } from "../../src/protocol/wire/ballot.ts"
import { sampleBundle } from "../support/bundle-sample.ts"
import { circuitForge } from "../support/circuit-forge.ts"
import { SPOILS } from "../support/forged-claims.ts"

const { election } = await sampleBundle({ census: "named", quorum: "cosigned" })
const { definition, electionId } = election
const { vkey, entry } = await circuitForge("ballot8")
const circuitKey = await parseVerificationKey(vkey, entry)
const verifier = await openBallotVerifier(definition, circuitKey)
const ballots = election.of("ballot").map((one) => ballotOfEntry(one.entry as never, electionId))
const [first] = ballots as [Ballot, ...Ballot[]]
const randomBytes = (length: number): Uint8Array => new Uint8Array(osRandomBytes(length))
const plusOne = (value: Fr): Fr => encodeFr(BigInt(value) + 1n)
const spoiled = SPOILS["B outside the subgroup"]!({ signals: [], proof: first.proof })

/** Ballots that a verifier must refuse, by the reason. */
const WRONG: readonly (readonly [string, string, Ballot])[] = [
  ["one ciphertext too many", "signals-count", { ...first, C: [...first.C, first.C[0]!] }],
  ["one ciphertext too few", "signals-count", { ...first, C: first.C.slice(1) }],
  ["sequence 0", "sequence-out-of-range", { ...first, sequence: 0 }],
  ["a sequence beyond 24 bits", "sequence-out-of-range", { ...first, sequence: 2 ** 24 }],
  ["R off the curve (A2)", "point-refused", { ...first, R: [first.R[0], plusOne(first.R[1])] }],
  [
    "a ciphertext off the curve (A2)",
    "point-refused",
    { ...first, C: [[plusOne(first.C[0]![0]), first.C[0]![1]], ...first.C.slice(1)] },
  ],
  ["R = O (A4)", "randomness-zero", { ...first, R: ["0" as Fr, "1" as Fr] }],
  ["another sequence (D3)", "proof-invalid", { ...first, sequence: 2 }],
  ["another nullifier (B7)", "proof-invalid", { ...first, nullifier: plusOne(first.nullifier) as Nullifier }],
  ["another R", "proof-invalid", { ...first, R: ballots[1]!.R }],
  [
    "ciphertexts in another order",
    "proof-invalid",
    { ...first, C: [first.C[1]!, first.C[0]!, ...first.C.slice(2)] },
  ],
  ["another ballot's proof", "proof-invalid", { ...first, proof: ballots[1]!.proof }],
  ["a proof point at (0, 0)", "proof-off-curve", { ...first, proof: { ...first.proof, c: ["0", "0"] } }],
  ["B outside its subgroup (B14)", "proof-off-curve", { ...first, proof: spoiled.proof }],
]

describe("a ballot", () => {
  it("holds by its own points and proof", async () => {
    for (const ballot of ballots.slice(0, 3)) expect((await verifyBallot(ballot, verifier)).ok).toBe(true)
  })

  it.each(WRONG)("with %s is refused: %s", async (_, reason, ballot) => {
    expect(await verifyBallot(ballot, verifier)).toEqual({ ok: false, reason })
  })

  it("of one election holds in no other: everything a definition fixes is in the folded key", async () => {
    for (const change of [
      { title: "Another board election" },
      { census: { ...definition.census, root: encodeFr(5n) } },
      { keys: [...definition.keys].reverse() },
      { rules: [{ ...definition.rules[0]!, max: 2 }] },
    ]) {
      const other = await openBallotVerifier({ ...definition, ...change }, circuitKey)
      expect(await verifyBallot(first, other)).toEqual({ ok: false, reason: "proof-invalid" })
    }
  })

  it("may come once where votes are final", async () => {
    const once = { ...verifier, definition: { ...definition, revote: false } }
    expect((await verifyBallot(first, once)).ok).toBe(true)
    const second = ballots.find(({ sequence }) => sequence === 2)!
    expect(await verifyBallot(second, once)).toEqual({ ok: false, reason: "sequence-out-of-range" })
  })
})

describe("many ballots", () => {
  it("are refused by position and reason, as each by itself", async () => {
    expect(await verifyBallots(ballots, verifier, randomBytes)).toEqual([])
    const mixed = [...ballots, ...WRONG.map(([, , ballot]) => ballot)]
    expect(await verifyBallots(mixed, verifier, randomBytes)).toEqual(
      WRONG.map(([, reason], i) => ({ position: ballots.length + i, reason })),
    )
  })

  it("are none, or at most 1,024", async () => {
    expect(await verifyBallots([], verifier, randomBytes)).toEqual([])
    const tooMany = Array.from({ length: 1025 }, () => first)
    await expect(verifyBallots(tooMany, verifier, randomBytes)).rejects.toMatchObject({ code: "too-large" })
  })
})

describe("a key ceremony", () => {
  const entries = election.entries.map((one) => one.entry)

  it("gives the keys of the election to whoever reads its log", () => {
    const verdict = verifyKeyCeremony(entries, election.facts)
    expect(verdict.ok && verdict.value.confirmedHash).toBe(definition.keysHash)
    expect(verdict.ok && verdict.value.keys.every((key, j) => key.equals(election.log.keys[j]!))).toBe(true)
  })

  it("names the message that does not hold", () => {
    const deal = entries.findIndex(({ kind }) => kind === "dkg-deal")
    const changed = entries.map((one, i) =>
      i === deal && one.kind === "dkg-deal" ? { ...one, body: { ...one.body, salt: "0".repeat(64) } } : one,
    )
    const verdict = verifyKeyCeremony(changed, election.facts)
    expect(verdict).toEqual({ ok: false, reason: "commit-mismatch", at: "dkg-deal of trustee 1" })
  })
})
