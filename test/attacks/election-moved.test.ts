// What was signed or proved for one election, brought to another one of the same people, keys and census.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { canonicalText } from "../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../src/protocol/wire/canonical-json.ts"
import type { ElectionEntry } from "../../src/protocol/log/entry.ts"
import { startTestService } from "../support/running-service.ts"
import type { Reply, TestService } from "../support/running-service.ts"
import { handIn, loggedEntries, serveElection } from "../support/served-election.ts"
import type { ServedElection } from "../support/served-election.ts"
import type { SmallElection } from "../support/small-election.ts"

/** What the second service's door said of an entry of the first election that was renamed for the second. */
interface Moved {
  readonly kind: ElectionEntry["kind"]
  readonly renamed: Reply
  readonly same: Reply
}

let service: TestService
let first: ServedElection
let second: ServedElection
const moved: Moved[] = []
beforeAll(async () => {
  service = await startTestService()
  first = await serveElection(service, { n: 2 })
  const sizes = new Map<ElectionEntry["kind"], number>()
  const options = { n: 2, ceremony: { title: "Another board" } }
  second = await serveElection(service, options, "open", async ({ kind }, election) => {
    if (kind === "ceremony") return // its own body is what it names
    const at = sizes.get(kind) ?? 0
    sizes.set(kind, at + 1)
    const { entry } = first.election.of(kind)[at]!
    const renamed = await handIn(service, election, renamedFor(election, entry))
    moved.push({ kind, renamed, same: await handIn(service, first.election, entry) })
  })
}, 300_000)
afterAll(() => service.remove())

/** The entry with the other election's name in its body, the signatures as they were. */
function renamedFor(election: SmallElection, entry: ElectionEntry): ElectionEntry {
  if (!("signatures" in entry)) throw new Error("no signed entry")
  const { ceremonyId } = election.facts
  const { electionId } = election
  const body = "ceremonyId" in entry.body ? { ...entry.body, ceremonyId } : { ...entry.body, electionId }
  return { ...entry, body } as ElectionEntry
}

const sizeOf = async ({ election }: ServedElection): Promise<number> =>
  (await service.call("GET", `/v1/elections/${election.electionId}`)).json.size as number

describe("A20: a control entry moved to another election's log", () => {
  it("is of the same organizer and trustees: the names alone tell the two apart", () => {
    const keys = ({ election }: ServedElection) => election.trustees.map(({ signing }) => signing)
    expect(keys(second)).toEqual(keys(first))
    expect(second.election.organizer).toEqual(first.election.organizer)
    expect(second.election.electionId).not.toBe(first.election.electionId)
  })

  it("is refused, each kind in the very phase that waits for it, for its signature", () => {
    const kinds = new Set(moved.map(({ kind }) => kind))
    expect([...kinds]).toEqual([
      "trustee-key",
      "dkg-commit",
      "dkg-deal",
      "dkg-confirm",
      "definition",
      "definition-signature",
      "drill-share",
      "election-open",
    ])
    for (const { kind, renamed } of moved)
      expect([kind, renamed.status, renamed.code]).toEqual([kind, 403, "signature-refused"])
  })

  it("goes to its own log when it is not renamed, and is there already", async () => {
    // A definition names its election in the document beside it.
    for (const { kind, same } of moved) expect([kind, same.status]).toEqual([kind, 200])
    expect(await sizeOf(first)).toBe(first.election.entries.length)
    expect(await sizeOf(second)).toBe(second.election.entries.length)
  })

  it("is refused while voting is open: extension, void; and where it never was anything: another log's ceremony", async () => {
    const { electionId, definition } = first.election
    const closesAt = definition.closesAtUnixSeconds + 3600
    for (const entry of [
      first.election.signed("extension", { electionId, number: 1, closesAt }),
      first.election.signed("void", { electionId, reason: "an outage" }),
    ]) {
      const reply = await handIn(service, second.election, renamedFor(second.election, entry))
      expect(reply).toMatchObject({ status: 403, code: "signature-refused" })
    }
    const unknown = first.election.signed("void", { electionId: "7" as never, reason: "an outage" })
    expect(await handIn(service, second.election, unknown)).toMatchObject({
      status: 404,
      code: "election-unknown",
    })
    const { entry } = first.election.of("ceremony")[0]!
    expect(await first.post(entry)).toMatchObject({ status: 200 })
    expect((await service.call("GET", "/v1/elections")).json.elections).toHaveLength(2)
  })

  it("is refused where it has the signature of another of the same people, or none", async () => {
    const { electionId } = second.election
    const body = { electionId, reason: "an outage" }
    const entry = second.election.signed("void", body) as ElectionEntry & { signatures: readonly Json[] }
    const other = first.election.signed("void", {
      ...body,
      electionId: first.election.electionId,
    }) as typeof entry
    for (const signatures of [other.signatures, [], [...entry.signatures, ...entry.signatures]]) {
      const raw = canonicalText({ ...entry, signatures })
      const reply = await service.call("POST", "/v1/election-entries", { raw, idempotencyKey: null })
      expect([400, 403], reply.text).toContain(reply.status)
    }
  })
})

describe("B9: a ballot of one election in another", () => {
  it("does not verify there: name and nullifier are in the proof, key and census as well", async () => {
    const { ballot } = first.election.ballot(0, 1)
    const { electionId } = second.election
    const own = second.election.ballot(0, 1).ballot
    const before = await sizeOf(second)
    for (const stolen of [
      { ...ballot, electionId },
      { ...ballot, electionId, nullifier: own.nullifier },
      { ...own, proof: ballot.proof },
    ])
      expect(await second.cast(stolen)).toMatchObject({ status: 422, code: "proof-invalid" })
    expect(await sizeOf(second)).toBe(before)
    expect(await first.cast(ballot)).toMatchObject({ status: 201 })
    expect(await second.cast(own)).toMatchObject({ status: 201 })
  })

  it("says nothing of who votes in both: no voter has one nullifier twice", () => {
    const nullifiers = [first, second].flatMap(({ election }) =>
      Array.from({ length: 12 }, (_, v) => election.ballot(v, 1).ballot.nullifier),
    )
    expect(new Set(nullifiers).size).toBe(24)
  })
})

describe("a void election", () => {
  it("takes no ballot more, and still answers for the one it has", async () => {
    const { election, cast, post } = second
    const kept = election.ballot(1, 1).ballot
    expect(await cast(kept)).toMatchObject({ status: 201 })
    const entry = election.signed("void", { electionId: election.electionId, reason: "an outage" })
    expect(await post(entry)).toMatchObject({ status: 201 })
    expect(await cast(election.ballot(2, 1).ballot)).toMatchObject({ status: 409, code: "election-void" })
    expect(await cast(kept)).toMatchObject({ status: 200 })
    expect(await post(entry)).toMatchObject({ status: 200 })
    expect(await loggedEntries(service, second, "void")).toHaveLength(1)
  })
})
