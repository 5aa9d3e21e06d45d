// The harness must not let a test pass for another reason than the one it names.
import { beforeAll, expect, test } from "vitest"
import { names, openCircuit, type Circuit } from "../support/circuit-harness.ts"
import { part } from "../support/circuit-instances.ts"

const INPUT = { validFrom: 10n, validUntil: 20n, now: 15n }
let circuit: Circuit
beforeAll(async () => {
  circuit = await openCircuit(part("credential/validity-window.circom", "ValidityWindow"))
})

test("names the rule and the line on which the calculator stopped", () => {
  expect(circuit.refusal({ ...INPUT, now: 21n })).toMatchObject({ rule: 12 })
  expect(circuit.refusal({ ...INPUT, now: 21n })?.line).toMatch(/^credential\/validity-window\.circom:\d+$/)
})

test("does not take a misspelt, missing or surplus input for a refusal", () => {
  expect(() => circuit.refusal({ ...INPUT, soon: 1n })).toThrow("signal soon takes")
  expect(() => circuit.refusal({ now: 15n })).toThrow("the circuit takes 3 values, got 1")
  expect(() => circuit.refusal({ ...INPUT, now: [15n, 16n] })).toThrow("signal now takes 1 values, got 2")
})

test("does not take a misspelt signal or an edit without effect for a dishonest witness", () => {
  expect(() => circuit.witness(INPUT).edit({ nowhere: 1n })).toThrow("no wire for signal nowhere")
  expect(() => circuit.witness(INPUT).edit({ now: 15n })).toThrow("the edits change no wire")
})

test("finds no broken constraint in an honest witness and names the signals of one it breaks", () => {
  const honest = circuit.witness(INPUT)
  expect(honest.broken()).toEqual([])
  const broken = honest.edit({ now: 16n }).broken()
  expect(names(broken, ["now", "FitsBits#2.bits[0]"])).toBe(true)
  expect(names(broken, ["now", "validFrom"])).toBe(false)
})
