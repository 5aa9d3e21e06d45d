import { expect, test } from "vitest"
import { openRefusalRate } from "../../../src/proofs/groth16/refusal-rate.ts"

test("is high once more than 1 of 8 among the last 256 were refused, for the next 256", () => {
  const rate = openRefusalRate()
  rate.note(true, 224)
  rate.note(false, 32)
  expect(rate.isHigh()).toBe(false)
  rate.note(false, 1)
  expect(rate.isHigh()).toBe(true)
  rate.note(true, 255)
  expect(rate.isHigh()).toBe(true)
  rate.note(true, 1)
  expect(rate.isHigh()).toBe(false)
})

test("forgets refusals that lie further back", () => {
  const rate = openRefusalRate()
  for (let round = 0; round < 20; round++) {
    rate.note(false, 32)
    rate.note(true, 1000)
  }
  expect(rate.isHigh()).toBe(false)
  rate.note(false, 33)
  expect(rate.isHigh()).toBe(true)
})

test("stays high while refusals go on", () => {
  const rate = openRefusalRate()
  for (let n = 0; n < 33; n++) rate.note(false, 1)
  for (let n = 0; n < 1000; n++) {
    expect(rate.isHigh()).toBe(true)
    rate.note(false, 1)
  }
})
