// Attack row 23, the subject: a child's record answers no question about its guardian, nor the reverse. The subject is part
// of the schema's id, the id is signed, listed in the registry and a public signal.
import { beforeAll, describe, expect, it } from "vitest"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { StatementError } from "../../src/protocol/credential/credential-error.ts"
import { compileRequest } from "../../src/protocol/credential/compile-request.ts"
import {
  publicInputsOf,
  publicSignals,
  SIGNAL_NAMES,
} from "../../src/protocol/credential/presentation-signals.ts"
import { compileStatement } from "../../src/protocol/credential/slots.ts"
import type { Attributes } from "../../src/protocol/wire/credential.ts"
import type { Schema, Statement } from "../../src/protocol/wire/statement.ts"
import { openCircuit } from "../support/circuit-harness.ts"
import type { Circuit } from "../support/circuit-harness.ts"
import { shipped } from "../support/circuit-instances.ts"
import { codeOf } from "../support/code-of.ts"
import { filledStatement } from "../support/filled-statements.ts"
import { oneCredential } from "../support/one-credential.ts"
import type { Scene } from "../support/one-credential.ts"

const find = (id: string): Statement => {
  const statement = CATALOGUE.findStatement(id)
  if (statement === null) throw new Error(`no statement ${id}`)
  return statement
}
const schemaOf = (subject: "self" | "ward"): Schema => {
  const schema = CATALOGUE.findSchema("coverage/1", subject)
  if (schema === null) throw new Error("no schema")
  return schema
}
const SELF = find("insurance-active/1")
const WARD = find("insurance-dependant/1")
const COVERED: Attributes = {
  payer: "urn:payer|1",
  kind: "urn:kind|1",
  relationship: "http://terminology.hl7.org/CodeSystem/subscriber-relationship|child",
  memberNumber: "M1",
  boundOn: "2022-09-06",
}
const scene = (statement: Statement): Scene =>
  oneCredential({
    statement,
    schema: schemaOf(statement.subject),
    attributes: COVERED,
    parameters: statement === SELF ? { on: "2022-10-15" } : {},
  })

let circuit: Circuit
beforeAll(async () => {
  circuit = await openCircuit(shipped("presentation"))
})

describe("the subject of a record", () => {
  it("makes two schemas of one name: every released pair differs in its id and in nothing else", () => {
    const pairs = CATALOGUE.schemas.filter(({ subject }) => subject === "ward")
    expect(pairs.length).toBeGreaterThanOrEqual(4)
    for (const ward of pairs) {
      const self = CATALOGUE.findSchema(`${ward.name}/${ward.version}`, "self")
      expect({ ...ward, subject: "self" }).toEqual(self)
      expect(CATALOGUE.schemaIdOf(ward)).not.toBe(CATALOGUE.schemaIdOf(self ?? ward))
    }
  })

  it("compiles with the statement's own subject only", () => {
    for (const [statement, schema] of [
      [SELF, schemaOf("ward")],
      [WARD, schemaOf("self")],
    ] as const) {
      expect(codeOf(() => compileStatement({ ...filledStatement(statement), schema }))).toBe(
        "schema-mismatch",
      )
    }
  })

  it("is refused in a request that names one form's id beside the other's statement", () => {
    const { request, catalogue } = scene(SELF)
    const schemaId = catalogue.schemaIdOf(schemaOf("ward"))
    const items = request.items.map((item) => ({
      ...item,
      alternatives: item.alternatives.map((alternative) => ({ ...alternative, schemaId })),
    }))
    expect(() => compileRequest({ ...request, items }, catalogue)).toThrow(StatementError)
  })

  it.each([
    ["a dependant's record about its guardian", WARD, SELF],
    ["the guardian's record about a dependant", SELF, WARD],
  ])("has no witness for %s", (_name, held, asked) => {
    const [own, other] = [scene(held), scene(asked)]
    const honest = own.input().input
    expect(circuit.refusal(honest)).toBeUndefined()
    // The question as the verifier rebuilds it, over the record that is held; the registry lists the record's own form.
    const question = publicSignals(publicInputsOf(other.request, 0, 0, 0, other.catalogue))
    const { registryRoot } = publicSignals(publicInputsOf(own.request, 0, 0, 0, own.catalogue))
    const disguised = { ...honest, ...question, registryRoot }
    expect(circuit.refusal(disguised)).toBeDefined()
    // Nor does a finished witness survive the other id: the registry leaf and the signed hash both have it inside.
    const edited = circuit.witness(honest).edit({ schemaId: question.schemaId })
    expect(edited.broken().length).toBeGreaterThan(0)
    // The id alone decides: with it as held, the same question has its witness.
    const { schemaId } = publicSignals(publicInputsOf(own.request, 0, 0, 0, own.catalogue))
    expect(circuit.refusal({ ...disguised, schemaId })).toBeUndefined()
  })

  it("is the fourth public signal, which the verifier rebuilds from its own request", () => {
    expect(SIGNAL_NAMES[3]).toBe("schemaId")
    for (const statement of [SELF, WARD]) {
      const { input, catalogue } = scene(statement)
      expect(input().expected[3]).toBe(catalogue.schemaIdOf(schemaOf(statement.subject)))
    }
  })
})
