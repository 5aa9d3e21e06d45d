import { beforeAll, describe, expect, test, vi } from "vitest"
import { R } from "../../../src/protocol/primitives/field.ts"
import { encodeInput, readElement, writeElement } from "../../../src/proofs/groth16/input.ts"
import { compileWitnessCode, calculateWitness } from "../../../src/proofs/groth16/witness.ts"
import { openProofFixture, sampleStatement } from "../../support/proof-fixture.ts"
import type { ProofFixture } from "../../support/proof-fixture.ts"

let fixture: ProofFixture
let code: Awaited<ReturnType<typeof compileWitnessCode>>

beforeAll(async () => {
  fixture = await openProofFixture()
  code = await compileWitnessCode(fixture.wasm)
})

const elementsOf = (bytes: Uint8Array): bigint[] =>
  Array.from({ length: bytes.length / 32 }, (_, i) => readElement(bytes, 32 * i))

describe("encoding inputs", () => {
  test("writes elements in the manifest's order, whatever the order of members", () => {
    const bytes = encodeInput(fixture.entry, { factors: [3n, R - 1n], spare: [[1n], [0n]], product: 7n })
    expect(elementsOf(bytes)).toEqual([7n, 1n, 0n, 3n, R - 1n])
  })

  test.each([
    ["an element equal to r", { product: R, spare: [0n, 0n], factors: [1n, 1n] }],
    ["a negative element", { product: -1n, spare: [0n, 0n], factors: [1n, 1n] }],
    ["a missing input", { product: 1n, spare: [0n, 0n] }],
    ["one element too few", { product: 1n, spare: [0n], factors: [1n, 1n] }],
    ["one element too many", { product: 1n, spare: [0n, 0n, 0n], factors: [1n, 1n] }],
    ["an unknown input", { product: 1n, spare: [0n, 0n], factors: [1n, 1n], extra: 1n }],
  ])("refuses %s", (_, input) => {
    expect(() => encodeInput(fixture.entry, input)).toThrow(
      expect.objectContaining({ code: "input-malformed" }),
    )
  })
})

describe("calculating a witness", () => {
  test("gives the constant, the public signals in order, and the private inputs", async () => {
    const { input } = sampleStatement(R - 1n, 3n)
    const wires = elementsOf(await calculateWitness(code, fixture.entry, encodeInput(fixture.entry, input)))
    expect(wires).toHaveLength(fixture.entry.wires)
    expect(wires.slice(0, 5)).toEqual([1n, 2n, R - 3n, 7n, 0n])
    expect(wires).toContain(R - 1n)
  })

  test("refuses inputs that satisfy no assignment, without a word about which or where", async () => {
    const print = [vi.spyOn(console, "error"), vi.spyOn(console, "log"), vi.spyOn(process.stderr, "write")]
    const wrong = encodeInput(fixture.entry, { product: 16n, spare: [0n, 0n], factors: [3n, 5n] })
    const error = await calculateWitness(code, fixture.entry, wrong).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: "witness-refused" })
    expect(error).not.toHaveProperty("cause")
    expect((error as Error).message).toBe("no witness of presentation for these inputs")
    for (const spy of print) expect(spy).not.toHaveBeenCalled()
    vi.restoreAllMocks()
  })

  test("refuses an element that is not below r and a length that is not the circuit's", async () => {
    const bytes = encodeInput(fixture.entry, sampleStatement(3n, 5n).input)
    const aliased = bytes.slice()
    writeElement(aliased, 0, 15n + R)
    for (const bad of [aliased, bytes.slice(32), new Uint8Array(0)]) {
      await expect(calculateWitness(code, fixture.entry, bad)).rejects.toMatchObject({
        code: "input-malformed",
      })
    }
  })

  test("refuses witness code whose inputs or wires are not those of the manifest", async () => {
    const bytes = encodeInput(fixture.entry, sampleStatement(3n, 5n).input)
    for (const entry of [
      { ...fixture.entry, wires: fixture.entry.wires + 1 },
      {
        ...fixture.entry,
        inputs: [
          ["product", 1],
          ["spare", 2],
          ["divisors", 2],
        ] as const,
      },
      {
        ...fixture.entry,
        inputs: [
          ["product", 1],
          ["spare", 1],
          ["factors", 3],
        ] as const,
      },
    ]) {
      await expect(calculateWitness(code, entry, bytes)).rejects.toMatchObject({ code: "artifact-refused" })
    }
  })
})
