import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parseReceipt } from "../../src/protocol/log/receipt.ts"
import { verifyReceipt } from "../../src/protocol/log/verify-receipt.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"
import { encodeVerifierKey } from "../../src/protocol/primitives/note-key.ts"
import { encodeBase64Url } from "../../src/protocol/primitives/bytes.ts"
import { computeBallotHash } from "../../src/protocol/primitives/elgamal.ts"
import { startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"
import { handIn, serveElection } from "../support/served-election.ts"
import type { ServedElection } from "../support/served-election.ts"

let service: TestService
let served: ServedElection
beforeAll(async () => {
  service = await startTestService()
  served = await serveElection(service)
})
afterAll(() => service.remove())

const electionPath = (): string => `/v1/elections/${served.election.electionId}`

describe("an election on a service", () => {
  it("is open, and says so with its definition", async () => {
    const { status, json } = await service.call("GET", electionPath())
    expect(status).toBe(200)
    expect(json).toMatchObject({ phase: "open", ceremonyId: served.election.facts.ceremonyId })
    expect(json.definition.title).toBe("Board election")
    const list = await service.call("GET", "/v1/elections")
    expect(list.json.elections).toHaveLength(1)
  })

  it("takes a control entry again with its first receipt and writes nothing", async () => {
    const { entry } = served.election.of("dkg-commit")[1]!
    const again = await handIn(service, served.election, entry)
    expect(again).toMatchObject({ status: 200 })
    expect(again.json.receipt.kindVersion.kind).toBe("dkg-commit")
  })

  it("takes ballots, and answers receipts that verify offline", { timeout: 60_000 }, async () => {
    const { election, cast } = served
    const ballots = Array.from({ length: 12 }, (_, v) => election.ballot(v, 1).ballot)
    // One caller has a share of the queue: eight ballots that wait for a thread, at one thread.
    const replies = [
      ...(await Promise.all(ballots.slice(0, 6).map((ballot) => cast(ballot)))),
      ...(await Promise.all(ballots.slice(6).map((ballot) => cast(ballot)))),
    ]
    expect(replies.map(({ status }) => status)).toEqual(ballots.map(() => 201))
    const receipt = parseReceipt(JSON.stringify(replies[0]!.json.receipt))
    const policy = parsePolicy(`log ${encodeVerifierKey(election.logKey)}\nquorum none\n`)
    expect(verifyReceipt(receipt, policy)).toMatchObject({ ok: true })
    const again = await cast(ballots[0]!)
    expect(again.status).toBe(200)
    expect(again.json.receipt.logIndex).toBe(replies[0]!.json.receipt.logIndex)
    const hash = Buffer.from(computeBallotHash(ballots[0]!)).toString("hex")
    expect(await service.call("GET", `${electionPath()}/receipts/${hash}`)).toMatchObject({ status: 200 })
  })

  it("wants the ballot's own hash where an Idempotency-Key is sent", { timeout: 60_000 }, async () => {
    const { ballot } = served.election.ballot(0, 2)
    const send = (idempotencyKey: string) =>
      service.call("POST", "/v1/ballots", { body: ballot, idempotencyKey })
    expect(await send("A".repeat(43))).toMatchObject({ status: 422, code: "idempotency-key-mismatch" })
    expect(await send(encodeBase64Url(computeBallotHash(ballot)))).toMatchObject({ status: 201 })
  })

  it.each([
    ["another election", { electionId: "7" }, 404, "election-unknown"],
    ["a sequence that leaves one out", { sequence: 9 }, 409, "sequence-mismatch"],
    ["a sequence above 24 bits", { sequence: 2 ** 24 }, 422, "sequence-out-of-range"],
    ["a ciphertext too few", { C: [] as never[] }, 400, "ballot-malformed"],
    ["R = O", { R: ["0", "1"] }, 422, "randomness-zero"],
    ["R off the curve", { R: ["1", "1"] }, 422, "point-refused"],
    [
      "a proof off the curve",
      {
        proof: {
          a: ["1", "1"],
          b: [
            ["1", "1"],
            ["1", "1"],
          ],
          c: ["1", "1"],
        },
      },
      422,
      "proof-off-curve",
    ],
  ] as const)("refuses a ballot with %s", async (_name, change, status, code) => {
    const { ballot } = served.election.ballot(1, 2)
    const reply = await served.cast({ ...ballot, ...change } as typeof ballot)
    expect(reply).toMatchObject({ status, code })
  })

  it("closes by itself half a minute after the end of voting, and counts", { timeout: 60_000 }, async () => {
    const { election, cast, post } = served
    const late = election.ballot(2, 2).ballot
    service.clock.now = election.definition.closesAtUnixSeconds
    expect(await cast(late)).toMatchObject({ status: 409, code: "election-closed" })
    service.clock.now += 31
    await expect
      .poll(async () => (await service.call("GET", electionPath())).json.phase, { timeout: 10_000 })
      .toBe("closed")
    const { entries, state } = await replay(service, served)
    expect(state).toMatchObject({ accepted: 13, counted: 12, superseded: 1 })
    expect(entries).toBe(1 + 4 * 3 + 1 + 3 + 6 + 1 + 13 + 1) // ceremony .. open, ballots, close
    expect(
      await post(election.signed("void", { electionId: election.electionId, reason: "disliked" })),
    ).toMatchObject({
      status: 409,
      code: "phase-refused",
    })
  })
})

async function replay(from: TestService, { election, path }: ServedElection) {
  const name = path.split("/").at(-1)!
  const { json } = await from.call("GET", `/v1/logs/${name}/entries`)
  const { json: described } = await from.call("GET", `/v1/elections/${election.electionId}`)
  return { entries: json.entries.length as number, state: described.counts as unknown }
}
