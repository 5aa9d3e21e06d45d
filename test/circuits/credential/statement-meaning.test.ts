// The meaning of a statement three times: reference, compiler and circuit, on real records under the shipped instance.
import fc from "fast-check"
import { expect, test } from "vitest"
import { makeCatalogue } from "../../../src/protocol/catalogue/catalogue.ts"
import { StatementError } from "../../../src/protocol/credential/credential-error.ts"
import { compileAlternative, statementInput } from "../../../src/protocol/credential/compile-request.ts"
import { evaluateStatement } from "../../../src/protocol/credential/statement.ts"
import type { Attributes } from "../../../src/protocol/wire/credential.ts"
import type { Where } from "../../../src/protocol/wire/statement.ts"
import { openCircuit } from "../../support/circuit-harness.ts"
import { shipped } from "../../support/circuit-instances.ts"
import { EVERY_TYPE, where } from "../../support/every-type.ts"
import { isProvable } from "../../support/is-provable.ts"
import { LONG_SET, madeRecord, madeWhere } from "../../support/made-statements.ts"
import { oneCredential } from "../../support/one-credential.ts"
import type { Scene } from "../../support/one-credential.ts"

const RUNS = 40 // a witness takes a tenth of a second

test("the honest input gives exactly the signals that the verifier rebuilds", async () => {
  const circuit = await openCircuit(shipped("presentation"))
  for (const id of ["vaccination-status/1", "vaccination-count/1"]) {
    const plain = oneCredential()
    const statement = plain.catalogue.findStatement(id)
    if (statement === null) throw new Error(`no statement ${id}`)
    const { input, expected } = oneCredential({ statement }).input()
    const { values } = circuit.witness(input)
    expect(values.slice(1, 126).map(String)).toEqual(expected)
  }
})

test("the circuit has a witness for every part exactly when the reference holds", async () => {
  const circuit = await openCircuit(shipped("presentation"))
  const tally = { true: 0, false: 0 }
  fc.assert(
    fc.property(madeWhere, madeRecord, (condition, attributes) => {
      const scene = sceneOf(condition, attributes)
      if (scene === null) return
      const holds = evaluateStatement(inputOf(scene), attributes)
      expect(isProvable(circuit, scene, attributes)).toBe(holds)
      tally[`${holds}`]++
    }),
    { numRuns: RUNS },
  )
  expect(Math.min(tally.true, tally.false)).toBeGreaterThan(0)
})

function sceneOf(condition: Where, attributes: Attributes): Scene | null {
  const statement = where(condition)
  const catalogue = makeCatalogue({ schemas: [EVERY_TYPE], statements: [statement], valueSets: [LONG_SET] })
  const scene = oneCredential({ catalogue, statement, schema: EVERY_TYPE, attributes })
  try {
    compileAlternative(scene.request, 0, 0, catalogue)
    return scene
  } catch (error) {
    if (error instanceof StatementError) return null
    throw error
  }
}

function inputOf({ request, catalogue }: Scene) {
  const [alternative] = request.items[0]?.alternatives ?? []
  if (alternative === undefined) throw new Error("no alternative")
  return statementInput(request, alternative, catalogue)
}
