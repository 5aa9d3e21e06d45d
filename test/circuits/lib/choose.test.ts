import { describe, expect, test } from "vitest"
import { names, openCircuit } from "../../support/circuit-harness.ts"
import { part } from "../../support/circuit-instances.ts"

describe.each([1, 2, 4, 8])("Choose(%d)", (bits) => {
  const size = 1 << bits
  const entries = Array.from({ length: size }, (_, i) => 1000n + BigInt(i * i))
  const spelled = (n: number): bigint[] => Array.from({ length: bits }, (_, b) => BigInt((n >> b) & 1))
  const open = () => openCircuit(part("lib/choose.circom", "Choose", bits))

  test("gives the entry that the bits spell, for every number", async () => {
    const choose = await open()
    for (let n = 0; n < size; n++) {
      expect(choose.witness({ entries, bits: spelled(n) }).get("chosen")).toBe(entries[n])
    }
  })

  test("costs 2^BITS - 1 products", async () => {
    const quadratic = (await open()).r1cs.constraints.filter(({ a, b }) => a.length > 0 && b.length > 0)
    expect(quadratic).toHaveLength(size - 1)
  })

  test("a dishonest witness that gives another entry fails", async () => {
    const forged = (await open())
      .witness({ entries, bits: spelled(0) })
      .edit({ chosen: entries[size - 1] ?? 0n })
    expect(names(forged.broken(), ["chosen"])).toBe(true)
  })
})
