// Where the constraints go: each part compiled alone at --O2, and the sum of all against the shipped instance.
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, test } from "vitest"
import { PROJECT_ROOT } from "../support/circuit-compile.ts"
import { openCircuit } from "../support/circuit-harness.ts"
import { named, part } from "../support/circuit-instances.ts"

const PARTS: [file: string, template: string, params: number[], constraints: number, times: number][] = [
  ["lib/issuer-signature.circom", "IssuerSignature", [], 4_213, 1],
  ["credential/not-revoked.circom", "NotRevoked", [6], 2_553, 1],
  ["credential/issuer-registry.circom", "IssuerRegistry", [6], 2_130, 1],
  ["credential/value-set.circom", "ValueSet", [6], 2_049, 1],
  ["credential/statement-slot.circom", "StatementSlot", [16], 414, 6],
  ["credential/validity-window.circom", "ValidityWindow", [], 200, 1],
  ["credential/clauses.circom", "Clauses", [6, 6], 102, 1],
]
/** Of a ballot; PointSum, a table of four points and levels of the path make up the rest. */
const BALLOT_PARTS: typeof PARTS = [
  ["lib/curve-point.circom", "FixedMultiple", [251], 518, 1],
  ["lib/curve-point.circom", "FixedMultiple", [32], 69, 1],
  ["lib/curve-point.circom", "AnyMultiple", [251], 2_283, 1],
  ["election/ballot-choices.circom", "BallotChoices", [16, 20, 5], 1_192, 1],
]
/** attrsRoot P(16), credentialHash P(8), holder, nullifier with mode and bound id, linkTag, credentialTag: all in presentation.circom. */
const OWN = 609 + 399 + 258 + 320 + 258 + 315

test.each([...PARTS, ...BALLOT_PARTS])(
  "%s %s(%j) has %d constraints",
  async (file, template, params, constraints) => {
    const { r1cs } = await openCircuit({ ...part(file, template, ...params), optimization: "--O2" })
    expect(r1cs.constraints).toHaveLength(constraints)
  },
)

test("the README gives these numbers", async () => {
  const readme = await readFile(join(PROJECT_ROOT, "circuits/README.md"), "utf8")
  const rows = PARTS.map(([, , , constraints, times]) => (constraints * times).toLocaleString("en-US"))
  for (const number of ["15,890", "16,016", "six slots of 414", ...rows]) expect(readme).toContain(number)
  const ballotRows = BALLOT_PARTS.map(([, , , constraints]) => constraints.toLocaleString("en-US"))
  for (const number of ["14,699", "24,795", "14,747", "24,895", ...ballotRows])
    expect(readme).toContain(number)
})

test.each([
  ["presentation", 19_175, 13_686],
  ["ballot8", 18_299, 6_452],
])("the source of %s at --O1 has %d quadratic and %d linear constraints", async (id, quadratic, linear) => {
  const { constraints } = (await openCircuit(named(id))).r1cs
  const found = constraints.filter(({ a, b }) => a.length > 0 && b.length > 0).length
  expect([found, constraints.length - found]).toEqual([quadratic, linear])
})

test("the parts add up to the shipped instance", () => {
  expect(PARTS.reduce((sum, [, , , constraints, times]) => sum + constraints * times, OWN)).toBe(15_890)
})

test.each([
  ["ballot8", 4, 16 + 8 * (3 * 8 + 2 * 4), 14_699],
  ["ballot16", 8, 1_192, 24_795],
])("the parts of %s add up to the shipped instance", (_, pairs, choices, constraints) => {
  const [commitment, leaf, nullifier, square] = [237, 258, 258, 1]
  const weight = 32 + 69 + 3 // its bits, its multiple of G, W + J
  const randomness = 251 + 518
  const path = 12 * (297 + 3 + 2) // per level a node, a choice of four, two bits
  const ciphertext = 2_283 + 5 + 6 // the key's multiple, one of four points, the sum
  const own = commitment + leaf + nullifier + square + weight + randomness + path
  expect(own + pairs * ciphertext + choices).toBe(constraints)
})
