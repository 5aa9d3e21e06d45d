// Reading an election: what was signed, hashed and replayed is believed, and nothing else.
import { describe, expect, it } from "vitest"
import type { BallotCircuitId } from "../../src/protocol/election/ballot-signals.ts"
import type { CircuitDigests } from "../../src/protocol/election/definition.ts"
import { makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { openElectionReader } from "../../src/cli/election-log-source.ts"
import type { ReadingRules } from "../../src/cli/election-log-source.ts"
import type { ElectionPlace } from "../../src/cli/election-place.ts"
import { headOf, placeOf, policyOf } from "../support/election-places.ts"
import { makeElection } from "../support/small-election.ts"

const election = makeElection({ n: 3, t: 2, voters: 12 })
const rules: ReadingRules = {
  policy: policyOf(election),
  election: election.electionId,
  circuits: election.sources.circuits as Record<BallotCircuitId, CircuitDigests>,
  allowDevelopmentKeys: true,
}
const read = (place: ElectionPlace, changed: Partial<ReadingRules> = {}) =>
  openElectionReader(place, { ...rules, ...changed }).read()
const fault = (code: string) => expect.objectContaining({ code })

describe("an election that is read", () => {
  it("is replayed to its last entry, with its census recomputed", async () => {
    const reading = await read(placeOf(election))
    expect(reading.log.phase).toBe("tallied")
    expect(reading.log.size).toBe(election.entries.length)
    expect(reading.log.tally?.counts).toEqual(election.log.tally?.counts)
    expect(reading.census?.freeze.body).toEqual(election.census.freeze.body)
    expect(reading.rootAt(reading.head.size)).toEqual(reading.head.root)
    expect(reading.rootAt(reading.head.size + 1)).toBeNull()
  })

  it("goes on from where it was", async () => {
    let size = 1
    const place = placeOf(election)
    const growing: ElectionPlace = { ...place, logFile: (path) => placeOf(election, size).logFile(path) }
    const reader = openElectionReader(growing, { ...rules, election: election.log.ceremonyId })
    for (size of [1, 5, 5, election.entries.length]) expect((await reader.read()).log.size).toBe(size)
    expect((await reader.read()).heads).toHaveLength(3)
    size = 5
    await expect(reader.read()).rejects.toEqual(fault("log-inconsistent"))
  })

  it.each([
    ["ceremony", { election: "ab".repeat(32) }],
    ["id", { election: "7" }],
    [
      "circuit",
      { circuits: { ballot8: { ...rules.circuits.ballot8, vkeySha256: "0".repeat(64) } } as never },
    ],
    ["key of development", { allowDevelopmentKeys: false }],
    ["service", { policy: policyOf(makeElection({ n: 3, t: 2, seed: "another", upTo: "ceremony" })) }],
  ])("is refused under another %s than the reader's", async (_, changed) => {
    await expect(read(placeOf(election), changed)).rejects.toEqual(fault("log-inconsistent"))
  })

  it("is refused when an entry is not the one that was signed for", async () => {
    const entries = [...election.bytes]
    const at = election.entries.findIndex(({ entry }) => entry.kind === "ballot")
    ;[entries[at], entries[at + 1]] = [entries[at + 1]!, entries[at]!]
    const checkpoint = headOf(election.sources.origin, election.logKey, election.bytes)
    await expect(read(placeOf(election, 0, { entries, checkpoint }))).rejects.toEqual(
      fault("log-inconsistent"),
    )
  })

  it("is refused when the log signs entries that break a rule", async () => {
    const at = election.entries.findIndex(({ entry }) => entry.kind === "ballot")
    const twice = [...election.bytes.slice(0, at + 1), election.bytes[at]!]
    await expect(read(placeOf(election, 0, { entries: twice }))).rejects.toEqual(fault("log-inconsistent"))
  })

  it("is refused under a head of another key", async () => {
    const checkpoint = headOf(
      election.sources.origin,
      makeSigningKey(election.sources.origin, new Uint8Array(32).fill(7)),
      election.bytes,
    )
    await expect(read(placeOf(election, 0, { entries: election.bytes, checkpoint }))).rejects.toEqual(
      fault("log-inconsistent"),
    )
  })

  it("is refused without its census, and with one that its evidence does not give", async () => {
    await expect(read(placeOf(election, undefined, { census: false }))).rejects.toEqual(
      fault("election-missing"),
    )
    const place = placeOf(election)
    const short: ElectionPlace = {
      ...place,
      census: async (id) => {
        const files = (await place.census(id))!
        return { ...files, evidence: files.evidence.slice(0, files.evidence.lastIndexOf(0x0a, -2) + 1) }
      },
    }
    await expect(read(short)).rejects.toEqual(fault("census-inconsistent"))
  })

  it("goes on past a share that does not hold, and says which", async () => {
    const closed = makeElection({ n: 3, t: 2, voters: 12, upTo: "closed" })
    const wrong = closed.decryptionShare(2)
    const swapped = { ...wrong, shares: [...wrong.shares.slice(1), wrong.shares[0]!] }
    const entry = closed.signed("decryption-share", swapped)
    const { encodeEntry } = await import("../../src/protocol/log/entry.ts")
    const place = placeOf(closed, 0, { entries: [...closed.bytes, encodeEntry(entry)] })
    const reading = await read(place, { election: closed.electionId })
    expect(reading.invalidShares).toEqual([closed.bytes.length])
  })
})
