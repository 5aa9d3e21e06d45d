// Attack row 19: what a wallet holds, and why it stays silent, must not show in its traffic.
import { describe, expect, test } from "vitest"
import { respond } from "../../src/parties/wallet/respond.ts"
import type { Respond } from "../../src/parties/wallet/respond.ts"
import { giveRecord, makeContext, newestEpoch, openHolderStore } from "../support/wallet-holder.ts"
import { makeWorld, NOW, VACCINATED } from "../support/wallet-world.ts"
import type { Call, IssueOptions, World } from "../support/wallet-world.ts"

/** The calls of one answer to one request by a wallet with these records, all other things equal. */
async function trafficOf(
  records: readonly IssueOptions[],
  change: Partial<Respond> = {},
  prepare: (world: World) => void = () => undefined,
): Promise<{ readonly calls: readonly Call[]; readonly outcome: string }> {
  const world = makeWorld()
  const store = openHolderStore(world)
  await newestEpoch(world, store)
  for (const record of records) await giveRecord(world, store, record)
  prepare(world)
  const id = world.request()
  world.calls.length = 0
  const result = await respond(id, { ...makeContext(world, store), ...change })
  return { calls: world.calls, outcome: result.ok ? "answered" : result.reason }
}

describe("the traffic of a wallet", () => {
  test("is the same with a fitting record, an unfitting one, an expired one, none, or a holder who declines", async () => {
    const fitting = await trafficOf([{}])
    expect(fitting.outcome).toBe("answered")
    const others = [
      [await trafficOf([]), "not-satisfied"],
      [await trafficOf([{ attributes: { ...VACCINATED, doseNumber: 1 } }]), "not-satisfied"],
      [await trafficOf([{ validFrom: NOW - 9 * 86_400, validUntil: NOW - 1 }]), "not-satisfied"],
      [await trafficOf([{}], { consent: async () => false }), "declined"],
      [await trafficOf([{}], { prove: async () => Promise.reject(new Error("no")) }), "proof-failed"],
    ] as const
    for (const [traffic, outcome] of others) {
      expect(traffic.outcome).toBe(outcome)
      expect(traffic.calls).toEqual(fitting.calls)
    }
  })

  test("is the same for a revoked record as for a good one, across a new epoch", async () => {
    const revoke = (world: World): void => {
      world.revoke(0, 5)
      world.publish()
    }
    const revoked = await trafficOf([{ statusIndex: 5 }], {}, revoke)
    const good = await trafficOf([{ statusIndex: 6 }], {}, revoke)
    expect([revoked.outcome, good.outcome]).toEqual(["already-revoked", "answered"])
    expect(revoked.calls).toEqual(good.calls)
    expect(good.calls.filter(([method]) => method === "tile")).not.toEqual([])
  })

  test("reads whole bundles only, and nothing after the last bundle", async () => {
    const { calls } = await trafficOf([{}])
    expect(calls.map(([method]) => method)).toEqual([
      "request",
      "verifier",
      "item",
      "item",
      "epoch",
      "bundle",
    ])
    expect(JSON.stringify(calls)).not.toContain("issuer-")
  })
})
