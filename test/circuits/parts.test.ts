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
/** attrsRoot P(16), credentialHash P(8), holder, nullifier with mode and bound id, linkTag, credentialTag: all in presentation.circom. */
const OWN = 609 + 399 + 258 + 320 + 258 + 315

test.each(PARTS)("%s %s(%j) has %d constraints", async (file, template, params, constraints) => {
  const { r1cs } = await openCircuit({ ...part(file, template, ...params), optimization: "--O2" })
  expect(r1cs.constraints).toHaveLength(constraints)
})

test("the README gives these numbers", async () => {
  const readme = await readFile(join(PROJECT_ROOT, "circuits/README.md"), "utf8")
  const rows = PARTS.map(([, , , constraints, times]) => (constraints * times).toLocaleString("en-US"))
  for (const number of ["15,890", "16,016", "six slots of 414", ...rows]) expect(readme).toContain(number)
})

test("the same source at --O1 has 19,175 quadratic and 13,686 linear constraints", async () => {
  const { constraints } = (await openCircuit(named("presentation"))).r1cs
  const quadratic = constraints.filter(({ a, b }) => a.length > 0 && b.length > 0)
  expect([quadratic.length, constraints.length - quadratic.length]).toEqual([19_175, 13_686])
})

test("the parts add up to the shipped instance", () => {
  expect(PARTS.reduce((sum, [, , , constraints, times]) => sum + constraints * times, OWN)).toBe(15_890)
})
