// A second spelling of a nullifier would be a second answer. Every alias is a 400 before any mathematics, never a 500.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Q, R } from "../../src/protocol/primitives/field.ts"
import { answerTo, ask, submit } from "../support/answered-request.ts"
import type { AnswerBody } from "../support/answered-request.ts"
import { torsionPoint, twistPoint, wireOfG2 } from "../support/proof-points.ts"
import { startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

let service: TestService
let answer: AnswerBody
beforeAll(async () => {
  service = await startTestService()
  answer = await answerTo(await ask(service))
})
afterAll(() => service.remove())

const aliases = (n: bigint): readonly (readonly [name: string, value: unknown])[] => [
  ["n + r", String(n + R)],
  ["hexadecimal", `0x${n.toString(16)}`],
  ["a leading zero", `0${n}`],
  ["a sign", `+${n}`],
  ["a negative", `-${R - n}`],
  ["a leading space", ` ${n}`],
  ["a trailing line feed", `${n}\n`],
  ["an exponent", "1e6"],
  ["a decimal point", `${n}.0`],
  ["an underscore", "1_000_000"],
  ["Arabic-Indic digits", "١٢٣"],
  ["a number", 1_000_000],
  ["a nested array", [String(n)]],
  ["an object", { toString: String(n) }],
  ["true", true],
  ["the empty string", ""],
  ["r", String(R)],
  ["78 digits", "1".repeat(78)],
  ["8,000 digits", "1".repeat(8000)],
]

describe.each(["nullifier", "linkTag", "credentialTag"] as const)("an alias of a %s", (member) => {
  it.each(aliases(1_000_000n))("as %s is refused", async (_name, value) => {
    const part = { ...answer.items[0]!.parts[0]!, [member]: value }
    const reply = await submit(service, { ...answer, items: [{ alternative: 0, parts: [part] }] })
    expect(reply).toMatchObject({ status: 400, code: "field-element-not-canonical" })
  })
})

describe("an alias of a coordinate", () => {
  it.each([
    ["x + q", (x: bigint) => String(x + Q)],
    ["x + r", (x: bigint) => String(x + R + Q)],
    ["hexadecimal", (x: bigint) => `0x${x.toString(16)}`],
  ])("as %s is refused", async (_name, alias) => {
    const part = answer.items[0]!.parts[0]!
    const proof = { ...part.proof, a: [alias(BigInt(part.proof.a[0])), part.proof.a[1]] }
    const reply = await submit(service, {
      ...answer,
      items: [{ alternative: 0, parts: [{ ...part, proof }] }],
    })
    expect(reply).toMatchObject({ status: 400, code: "field-element-not-canonical" })
  })
})

describe("a proof of another shape", () => {
  const shapes: readonly (readonly [string, (proof: any) => unknown])[] = [
    ["a third coordinate", (proof) => ({ ...proof, a: [...proof.a, "1"] })],
    ["one coordinate", (proof) => ({ ...proof, a: [proof.a[0]] })],
    ["a protocol label", (proof) => ({ ...proof, protocol: "groth16" })],
    ["a missing point", ({ a, b }) => ({ a, b })],
    ["a flat b", (proof) => ({ ...proof, b: proof.b.flat() })],
    ["an empty object", () => ({})],
    ["an array", ({ a, b, c }) => [a, b, c]],
    ["a string", () => "proof"],
  ]
  it.each(shapes)("with %s is refused with proof-malformed", async (_name, change) => {
    const part = answer.items[0]!.parts[0]!
    const parts = [{ ...part, proof: change(part.proof) }]
    const reply = await submit(service, { ...answer, items: [{ alternative: 0, parts }] })
    expect(reply).toMatchObject({ status: 400, code: "proof-malformed" })
  })

  it.each([
    ["infinity", { a: ["0", "0"] }],
    [
      "infinity in G2",
      {
        b: [
          ["0", "0"],
          ["0", "0"],
        ],
      },
    ],
    ["a point off the curve", { c: ["1", "1"] }],
    // On the twist, of the wrong order: the curve equation alone would take it.
    ["a point outside the subgroup", { b: wireOfG2(twistPoint(5n, 7n)) }],
    ["a torsion point", { b: wireOfG2(torsionPoint(5n, 7n)) }],
  ])("of %s is refused with proof-off-curve", async (_name, change) => {
    const part = answer.items[0]!.parts[0]!
    const parts = [{ ...part, proof: { ...part.proof, ...change } }]
    const reply = await submit(service, { ...answer, items: [{ alternative: 0, parts }] })
    expect(reply).toMatchObject({ status: 422, code: "proof-off-curve" })
  })
})
