import { beforeAll, describe, expect, test } from "vitest"
import { bitEdits, names, openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import { part } from "../../support/circuit-instances.ts"
import { FIELD_ORDER } from "../../support/circuit-r1cs.ts"

const TOP = (1n << 40n) - 1n
let window: Circuit
beforeAll(async () => {
  window = await openCircuit(part("credential/validity-window.circom", "ValidityWindow"))
})

describe("the honest calculator", () => {
  test.each([
    [10n, 20n, 10n],
    [10n, 20n, 20n],
    [10n, 10n, 10n],
    [0n, 0n, 0n],
    [0n, TOP, TOP],
    [TOP, TOP, TOP],
    [0n, TOP, 0n],
  ])("accepts %d..%d at %d: both ends are inclusive", (validFrom, validUntil, now) => {
    expect(window.refusal({ validFrom, validUntil, now })).toBeUndefined()
  })

  test.each([
    [10n, 20n, 9n, 11],
    [10n, 20n, 21n, 12],
    [20n, 10n, 15n, 11],
    [TOP, TOP, 0n, 11],
    [0n, 0n, TOP, 12],
    [0n, TOP, TOP + 1n, 10],
    [0n, TOP + 1n, 5n, 10],
    [TOP + 1n, TOP + 1n, TOP, 10],
    [FIELD_ORDER - 1n, TOP, 5n, 10],
    [0n, FIELD_ORDER - 1n, 5n, 10],
    [0n, TOP, FIELD_ORDER - 1n, 10],
  ])("refuses %d..%d at %d on rule (%d)", (validFrom, validUntil, now, rule) => {
    expect(window.refusal({ validFrom, validUntil, now })?.rule).toBe(rule)
  })
})

describe("a dishonest witness", () => {
  // LessThan(40) decomposes left + 2^40 - (right + 1) into 41 bits; the last is 0 exactly when left <= right.
  const comparison = (n: number, left: bigint, right: bigint): Record<string, bigint> => {
    const sum = left + (1n << 40n) - right - 1n
    const less = `AtMost#${n}.LessEqThan#0.lt`
    return { [`${less}.in[1]`]: right + 1n, [`${less}.n2b.in`]: sum, ...bitEdits(`${less}.n2b.out`, sum, 40) }
  }
  test.each([
    ["before it starts", 9n, "AtMost#0"],
    ["after it ended", 21n, "AtMost#1"],
  ])("shown %s breaks nothing but the sum of the comparator of that side", (_, now, failing) => {
    const honest = window.witness({ validFrom: 10n, validUntil: 20n, now: 15n })
    const forged = honest.edit({
      now,
      ...bitEdits("FitsBits#2.bits", now, 40),
      ...comparison(0, 10n, now),
      ...comparison(1, now, 20n),
    })
    const broken = forged.broken()
    expect(broken).toHaveLength(1)
    expect(
      names(broken, [`${failing}.LessEqThan#0.lt.n2b.in`, `${failing}.LessEqThan#0.lt.n2b.out[39]`]),
    ).toBe(true)
  })

  test.each(["validFrom", "validUntil", "now"])("whose %s is not its bits fails rule (10)", (signal) => {
    const honest = window.witness({ validFrom: 10n, validUntil: 20n, now: 15n })
    const bits = `FitsBits#${["validFrom", "validUntil", "now"].indexOf(signal)}.bits[39]`
    expect(names(honest.edit({ [bits]: 1n }).broken(), [signal, bits])).toBe(true)
  })
})
