// A wallet claims in a pool only when the ledger says that the asking verifier belongs to it.
import { describe, expect, it } from "vitest"
import { deriveSecret } from "../../../src/protocol/credential/holder.ts"
import { computeScope } from "../../../src/protocol/credential/presentation-request.ts"
import { computeNullifier } from "../../../src/protocol/primitives/nullifier.ts"
import { parsePresentationRequest } from "../../../src/protocol/wire/presentation-request.ts"
import type { ClaimPool, NullifierUse } from "../../../src/protocol/wire/presentation-request.ts"
import { respond } from "../../../src/parties/wallet/respond.ts"
import { giveRecord, makeContext, openHolderStore } from "../../support/wallet-holder.ts"
import { makeWorld, VERIFIER } from "../../support/wallet-world.ts"
import type { RequestChange } from "../../support/wallet-world.ts"

const POOL: ClaimPool = { name: "treatments", mode: "credential", period: "always" }
const CLAIM = { mode: "credential", use: "once", epoch: "always", pool: "treatments" } as const

async function stage(anchored: readonly ClaimPool[] | null) {
  const world = makeWorld()
  if (anchored !== null) world.recordVerifier({ ...VERIFIER, pools: [...anchored] })
  const store = openHolderStore(world)
  await giveRecord(world, store, {})
  return { world, store, context: makeContext(world, store) }
}

const claiming =
  (nullifier: NullifierUse, pools: readonly ClaimPool[] | null): RequestChange =>
  (request) => ({
    ...request,
    verifier: pools === null ? VERIFIER : { ...VERIFIER, pools: [...pools] },
    items: request.items.map((item) => ({ ...item, nullifier })),
  })

describe("a wallet asked to claim in a pool", () => {
  it("answers a member with the pool's nullifier and says that it is spent for all of them", async () => {
    const { world, store, context } = await stage([POOL])
    const id = world.request(claiming(CLAIM, [POOL]))
    const answer = await respond(id, context)
    if (!answer.ok) throw new Error(answer.reason)
    const request = parsePresentationRequest(world.requests.get(id) ?? new Uint8Array())
    const { credential } = store.current().credentials[0]!
    const secret = deriveSecret(store.current().seed)
    const nullifier = computeNullifier(
      "credential",
      secret,
      BigInt(credential.credId),
      computeScope(request, 0),
    )
    expect(answer.presentation.items[0]?.parts[0]?.nullifier).toBe(String(nullifier))
    const [told] = context.screens[0]?.linkable ?? []
    expect(told).toContain("pool treatments")
    expect(told).toContain("for every one of them")
    expect(told).toContain("for ever")
  })

  it.each([
    ["a request that adds a pool to the anchored record", null, [POOL], CLAIM, "verifier-unknown"],
    ["a request whose record was anchored without pools", null, null, CLAIM, "request-inconsistent"],
    [
      "a pool that the anchored record does not name",
      [POOL],
      [POOL],
      { ...CLAIM, pool: "dental" },
      "request-inconsistent",
    ],
    [
      "a count of people in a pool of entitlements",
      [POOL],
      [POOL],
      { ...CLAIM, mode: "person" },
      "request-inconsistent",
    ],
    ["an epoch that is not the pool's", [POOL], [POOL], { ...CLAIM, epoch: "2026" }, "request-inconsistent"],
  ] as const)("refuses %s", async (_name, anchored, shown, use, reason) => {
    const { world, context } = await stage(anchored)
    const answer = await respond(world.request(claiming(use, shown)), context)
    expect(answer).toMatchObject({ ok: false, reason })
    expect(context.prover.calls).toHaveLength(0)
  })
})
