import { describe, expect, test } from "vitest"
import { bitEdits, names, openCircuit } from "../../support/circuit-harness.ts"
import { part } from "../../support/circuit-instances.ts"
import { FIELD_ORDER as R } from "../../support/circuit-r1cs.ts"

// 40 seconds, 64 ordered values, 248 the width of a status word, 253 the widest that has no second spelling.
describe.each([40, 64, 248, 253])("FitsBits(%d)", (bits) => {
  const open = () => openCircuit(part("lib/range-check.circom", "FitsBits", bits))
  const end = 1n << BigInt(bits)

  test("accepts 0, 1 and 2^n - 1, and refuses 2^n, 2^n + 1, r - 2 and r - 1", async () => {
    const circuit = await open()
    for (const value of [0n, 1n, end - 1n]) expect(circuit.refusal({ value }), `${value}`).toBeUndefined()
    for (const value of [end, end + 1n, R - 1n, R - 2n]) {
      expect(circuit.refusal({ value }), `${value}`).toBeDefined()
    }
  })

  // 2^254 - r numbers k have two spellings of 254 bits, k and k + r; with fewer bits the second does not exist.
  test.each([0n, 1n, (1n << 254n) - R - 1n])("a dishonest witness that spells %d + r fails", async (k) => {
    const circuit = await open()
    const value = k < end ? k : k % end
    const forged = circuit.witness({ value }).edit(bitEdits("bits", value + R, bits))
    expect(names(forged.broken(), ["value", `bits[${bits - 1}]`])).toBe(true)
  })

  test("a dishonest witness whose bits are no bits fails", async () => {
    const forged = (await open()).witness({ value: 1n }).edit({ "bits[0]": -1n, "bits[1]": 1n })
    const broken = forged.broken()
    expect(broken).toHaveLength(1) // the sum still holds: only the booleanity of bit 0 stands in the way
    expect(names(broken, ["bits[0]"])).toBe(true)
  })
})

describe("AtMost(64)", () => {
  const open = () => openCircuit(part("lib/range-check.circom", "AtMost", 64))
  const top = (1n << 64n) - 1n

  test("compares at both ends of its range", async () => {
    const circuit = await open()
    const edges = [0n, 1n, (1n << 63n) - 1n, 1n << 63n, top - 1n, top]
    for (const left of edges) {
      for (const right of edges) {
        expect(circuit.witness({ left, right }).get("isAtMost")).toBe(left <= right ? 1n : 0n)
      }
    }
  })

  test("is wrong on a value it was not made for, which is why every caller range-checks both sides", async () => {
    const circuit = await open()
    expect(circuit.witness({ left: R - 5n, right: 0n }).get("isAtMost")).toBe(1n)
  })
})
