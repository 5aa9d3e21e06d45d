// What the circuit itself says of a record that the encoder would already refuse.
import { encodeAttributes } from "../../src/protocol/credential/attribute.ts"
import { compileAlternative } from "../../src/protocol/credential/compile-request.ts"
import { publicInputsOf, publicSignals } from "../../src/protocol/credential/presentation-signals.ts"
import { schemaName } from "../../src/protocol/credential/schema.ts"
import { chooseMember } from "../../src/protocol/credential/statement.ts"
import { NO_SET } from "../../src/protocol/credential/value-set.ts"
import type { Attributes } from "../../src/protocol/wire/credential.ts"
import type { Statement } from "../../src/protocol/wire/statement.ts"
import type { Circuit } from "./circuit-harness.ts"
import type { CircuitInput } from "./circuit-witness.ts"
import { oneCredential } from "./one-credential.ts"
import type { Scene } from "./one-credential.ts"

/** True when every part has a witness: public signals of the scene's statement over a record that some statement fits. */
export function isProvable(circuit: Circuit, scene: Scene, attributes: Attributes): boolean {
  const { request, catalogue, schema } = scene
  const attrs = encodeAttributes(schema, attributes)
  const always = oneCredential({ catalogue, schema, attributes, statement: presenceIn(scene) }).input().input
  return compileAlternative(request, 0, 0, catalogue).every((part, index) => {
    const set = part.valueSetId === null ? null : catalogue.findValueSet(part.valueSetId)
    const { member, index: memberIndex } = chooseMember(part, attrs, set?.members ?? [0n])
    const input: CircuitInput = {
      ...always,
      ...publicSignals(publicInputsOf(request, 0, 0, index, catalogue)),
      ...{ member, memberIndex: BigInt(memberIndex) },
      memberChildren: (set ?? NO_SET).path(memberIndex),
    }
    return circuit.refusal(input) === undefined
  })
}

// "Some required attribute is stated" holds of every record of the schema.
function presenceIn({ schema }: Scene): Statement {
  const field = schema.attributes.find(
    ({ optional, type }) => optional !== true && type !== "partialDate",
  )?.name
  if (field === undefined) throw new Error("a schema without a required attribute")
  const where = { field, present: true }
  const { subject } = schema
  return {
    ...{
      type: "sotto/statement/1",
      id: "present/1",
      title: { en: "x" },
      schema: schemaName(schema),
      subject,
      where,
    },
  }
}
