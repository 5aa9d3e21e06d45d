// Values published with the specification; they pin every formula for other implementations.
import { describe, expect, it } from "vitest"
import { buildStatusTree } from "../../../src/protocol/credential/status-list.ts"
import { NO_SET_ROOT } from "../../../src/protocol/credential/value-set.ts"
import { computeScope } from "../../../src/protocol/credential/presentation-request.ts"
import { computeHolder } from "../../../src/protocol/primitives/nullifier.ts"
import { oneCredential } from "../../support/one-credential.ts"

describe("golden values", () => {
  it("P(1001, 1, 2)", () => {
    expect(computeHolder(1n, 2n)).toBe(
      18857085097996548378262666901446219189284199556530624222069786491784695809683n,
    )
  })

  it("the root of no value set", () => {
    expect(NO_SET_ROOT).toBe(11066888649466774231496806550906254722877871437083536582393186188607486622203n)
  })

  it("the root of an empty status list", () => {
    expect(buildStatusTree([]).tree.root).toBe(
      4716599715003762139816406224410903695292041118772159408386010674513445309311n,
    )
  })

  it("the scope of {2026, https://verify.acme.example, pre-visit-eligibility, once, acme-insurance}", () => {
    const { request } = oneCredential()
    const items = request.items.map((item) => ({
      ...item,
      nullifier: { mode: "person" as const, use: "once" as const, epoch: "2026" },
    }))
    expect(computeScope({ ...request, items }, 0)).toBe(
      92855532301911520116791285445906260965358411313743147223366321795470420534n,
    )
  })

  it("the scope of the pool {always, https://verify.acme.example, treatments, once}", () => {
    const { request } = oneCredential()
    const nullifier = { mode: "credential", use: "once", epoch: "always", pool: "treatments" } as const
    const items = request.items.map((item) => ({ ...item, nullifier }))
    expect(computeScope({ ...request, items }, 0)).toBe(
      240970620750377549100358168484448893575706776293812367424384539038977601108n,
    )
  })
})
