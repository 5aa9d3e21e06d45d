// Whose keys a voter encrypts to: those that the ceremony gives and every trustee signed, in the election that was named.
import { describe, expect, it } from "vitest"
import { openElectionReader } from "../../src/cli/election-log-source.ts"
import { findTurn } from "../../src/parties/wallet/cast-ballot.ts"
import type { BallotCircuitId } from "../../src/protocol/election/ballot-signals.ts"
import type { CircuitDigests } from "../../src/protocol/election/definition.ts"
import { BASE8, encodePoint, pointFromAffine } from "../../src/protocol/primitives/babyjubjub.ts"
import type { EncodedPoint } from "../../src/protocol/primitives/babyjubjub.ts"
import { R } from "../../src/protocol/primitives/field.ts"
import { placeOf, policyOf } from "../support/election-places.ts"
import { SmallElection } from "../support/small-election.ts"

const make = (change: ConstructorParameters<typeof SmallElection>[0] = {}) =>
  new SmallElection({ n: 3, t: 2, voters: 12, upTo: "open", ...change })
const honest = make()
const read = (election: SmallElection, entries = election.bytes, id: string = election.electionId) =>
  openElectionReader(placeOf(election, 0, { entries }), {
    policy: policyOf(election),
    election: id,
    circuits: election.sources.circuits as Record<BallotCircuitId, CircuitDigests>,
    allowDevelopmentKeys: true,
  }).read()
const inconsistent = expect.objectContaining({ code: "log-inconsistent" })
const turnIn = async (entries: readonly Uint8Array[]) => {
  const { log } = await read(honest, entries)
  return findTurn(log, honest.census.voters[0]!.secret, {
    electionId: honest.electionId,
    attempt: 0,
    receipts: [],
  })
}

describe("A1, A3: a key that is no key", () => {
  const twoTorsion = pointFromAffine(0n, R - 1n)!
  const keys = honest.definition.keys
  const withFirst = (point: EncodedPoint) => [point, ...keys.slice(1)] as typeof keys
  it.each([
    ["the neutral element", ["0", "1"]],
    ["the point of order two", encodePoint(twoTorsion)],
    ["a key beside its subgroup", encodePoint(BASE8.multiply(7n).add(twoTorsion))],
    ["a key of somebody else", encodePoint(BASE8.multiply(7n))],
  ])("is refused by the reader: %s", async (_, point) => {
    const election = make({ upTo: "definition", definition: { keys: withFirst(point as EncodedPoint) } })
    await expect(read(election)).rejects.toEqual(inconsistent)
  })
})

describe("C3: another election of the same title", () => {
  it("is refused under the id that the voter named", async () => {
    const other = make({ definition: { description: "Looks the same on a page." } })
    expect(other.electionId).not.toBe(honest.electionId)
    await expect(read(other, other.bytes, honest.electionId)).rejects.toEqual(inconsistent)
    expect((await read(honest)).log.electionId).toBe(honest.electionId)
  })
})

describe("D14: keys that not every trustee signed", () => {
  const at = honest.entries.findIndex(({ entry }) => entry.kind === "definition-signature")
  it("take no ballot before all have signed, and the election opens under no fewer", async () => {
    expect((await turnIn(honest.bytes)).ok).toBe(true)
    expect(await turnIn(honest.bytes.slice(0, at + 2))).toMatchObject({ reason: "election-not-open" })
    const without = honest.bytes.filter((_, i) => i !== at)
    await expect(read(honest, without)).rejects.toEqual(inconsistent)
  })

  it("are refused when a signature is over other keys", async () => {
    const keysHash = "ab".repeat(32)
    const { encodeEntry } = await import("../../src/protocol/log/entry.ts")
    const entry = honest.signed("definition-signature", {
      electionId: honest.electionId,
      trustee: 1,
      keysHash,
    })
    const swapped = honest.bytes.map((bytes, i) => (i === at ? encodeEntry(entry) : bytes))
    await expect(read(honest, swapped)).rejects.toEqual(inconsistent)
  })
})
