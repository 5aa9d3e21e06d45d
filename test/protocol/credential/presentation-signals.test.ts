import { describe, expect, it } from "vitest"
import { rebuildSignals, SIGNAL_NAMES } from "../../../src/protocol/credential/presentation-signals.ts"
import { VACCINATION_COUNT_1 } from "../../../src/protocol/catalogue/statements/vaccination-count-1.ts"
import { NO_SET_ROOT } from "../../../src/protocol/credential/value-set.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { computeLinkTag } from "../../../src/protocol/primitives/nullifier.ts"
import { computeRequestHash } from "../../../src/protocol/credential/presentation-request.ts"
import { AS_OF, oneCredential, VACCINATED } from "../../support/one-credential.ts"

const scene = oneCredential()
const { request, catalogue } = scene
const { expected, outputs } = scene.input()
const at = (signals: readonly string[], name: string) => signals[SIGNAL_NAMES.indexOf(name)]

describe("public signals", () => {
  it("are 125 in the order of the specification", () => {
    expect(SIGNAL_NAMES).toHaveLength(125)
    const positions = {
      nullifier: 0,
      schemaId: 3,
      now: 9,
      "slotCode[0]": 10,
      "lo[0]": 16,
      "hi[5]": 27,
      "list[2][3]": 28 + 16 * 2 + 3,
      clauses: 124,
    }
    for (const [name, position] of Object.entries(positions))
      expect(SIGNAL_NAMES.indexOf(name)).toBe(position)
  })

  it("rebuilt by the verifier from its request are those the holder computed from the record", () => {
    expect(rebuildSignals(request, 0, 0, 0, outputs, catalogue)).toEqual(expected)
    expect(at(expected, "requestHash")).toBe(encodeFr(computeRequestHash(request)))
    expect(at(expected, "now")).toBe(String(AS_OF))
    expect(at(expected, "linkTag")).toBe(encodeFr(computeLinkTag(scene.secret, computeRequestHash(request))))
  })

  it("are zero in off slots, and carry the root of no set without op 7", () => {
    const plain = oneCredential({ statement: VACCINATION_COUNT_1 })
    const signals = plain.input().expected
    for (const name of ["slotCode[3]", "lo[5]", "hi[5]", "list[4][15]"]) expect(at(signals, name)).toBe("0")
    expect(at(signals, "setRoot")).toBe(encodeFr(NO_SET_ROOT))
  })

  it("of another alternative, item or part do not exist", () => {
    for (const [item, alternative, part] of [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ] as const) {
      expect(() => rebuildSignals(request, item, alternative, part, outputs, catalogue)).toThrow(RangeError)
    }
  })

  it("differ in requestHash for every answer to another request", () => {
    const other = oneCredential({ request: { expiresAt: AS_OF + 301 } })
    const signals = rebuildSignals(other.request, 0, 0, 0, outputs, catalogue)
    expect(signals.filter((signal, i) => signal !== expected[i])).toHaveLength(1)
  })
})

describe("a proof's input", () => {
  it.each([
    ["a revoked record", { statusWords: [0n, 1n << 17n] }],
    ["a record that is not yet valid", { request: { asOf: 1_662_422_399, createdAt: 1_662_422_399 } }],
    ["an unsatisfied statement", { attributes: { ...VACCINATED, doseNumber: 1 } }],
    ["an absent operand", { attributes: { ...VACCINATED, seriesDoses: 4 } }],
  ])("does not exist for %s, and says nothing of the record", (_, choices) => {
    expect(() => oneCredential(choices).input()).toThrow(/^this record has no proof for this part$/)
  })

  it("gives one nullifier for one person and scope, and none of its values twice", () => {
    const again = oneCredential({ request: { expiresAt: AS_OF + 200 } }).input().outputs
    expect(again.nullifier).toBe(outputs.nullifier)
    expect(again.linkTag).not.toBe(outputs.linkTag)
    expect(again.credentialTag).not.toBe(outputs.credentialTag)
    expect(oneCredential({ seed: new Uint8Array(32).fill(8) }).input().outputs.nullifier).not.toBe(
      outputs.nullifier,
    )
    expect(new Set([...Object.values(outputs), scene.credential.holder]).size).toBe(4)
  })
})
