import { describe, expect, it } from "vitest"
import { combineShares } from "../../../src/protocol/election/combine.ts"
import { deriveDrill, drillBound, drillDelta } from "../../../src/protocol/election/drill.ts"
import { recoverCounts } from "../../../src/protocol/election/recover.ts"
import { BASE8, pointBytes } from "../../../src/protocol/primitives/babyjubjub.ts"
import { i32, u8 } from "../../../src/protocol/primitives/big-endian.ts"
import { proveShare, verifyShare } from "../../../src/protocol/primitives/chaum-pedersen.ts"
import type { Fr } from "../../../src/protocol/primitives/field.ts"
import { hashToScalar } from "../../../src/protocol/primitives/tagged-hash.ts"
import { seededBytes } from "../../support/seeded-bytes.ts"
import { shareKeys } from "../../support/shared-keys.ts"

const election = shareKeys(2, 4, 4)
const electionId = "7" as Fr
const drill = deriveDrill(electionId, 1, election.keys)
const shares = election.trustees.map(({ index, secrets }) => ({
  trustee: index,
  deltas: secrets.map((secret) => drill.sum.R.multiply(secret)),
}))

describe("the drill", () => {
  it("is derived by everyone from election and round", () => {
    expect(drill.rho).toBe(hashToScalar("sotto/drill/1", i32(7n), u8(1)))
    expect(drill.sum.R.equals(BASE8.multiply(drill.rho))).toBe(true)
    expect(drill.counts).toEqual([100, 101, 102, 103, 104, 105, 106, 107])
    expect(deriveDrill(electionId, 2, election.keys).counts.slice(0, 2)).toEqual([200, 201])
    expect(deriveDrill(electionId, 2, election.keys).rho).not.toBe(drill.rho)
    expect(deriveDrill("8" as Fr, 1, election.keys).rho).not.toBe(drill.rho)
  })

  it("opens to its counts with the lowest and with the highest t shares", () => {
    for (const chosen of [shares.slice(0, 2), shares.slice(-2)]) {
      const combined = combineShares(drill.sum, chosen, election)
      const counts = combined.ok
        ? recoverCounts(combined.value.openings, { weighted: false, counted: drillBound(drill) })
        : combined
      expect(counts).toEqual({ ok: true, value: drill.counts })
    }
  })

  it("A18: asks for shares that everyone can compute, so a drill share tells nothing", () => {
    for (const [i, { keys }] of election.trustees.entries()) {
      for (const [c, key] of keys.entries())
        expect(pointBytes(drillDelta(drill, key))).toEqual(pointBytes(shares[i]!.deltas[c]!))
    }
  })

  it("A18: wants the proof all the same: a delta without the key is not proved", () => {
    const [{ secrets, keys }] = election.trustees as [(typeof election.trustees)[0]]
    const context = { kind: "drill-share", electionId, round: 1, trustee: 1, ciphertext: 0 } as const
    const honest = proveShare(context, secrets[0]!, drill.sum.R, seededBytes("drill"))
    expect(verifyShare(context, keys[0]!, drill.sum.R, honest)).toBe(true)
    const stranger = proveShare(context, 99n, drill.sum.R, seededBytes("drill"))
    const posed = { ...stranger, delta: drillDelta(drill, keys[0]!) }
    expect(verifyShare(context, keys[0]!, drill.sum.R, posed)).toBe(false)
  })
})
