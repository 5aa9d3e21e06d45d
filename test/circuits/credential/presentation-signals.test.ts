// The encoder of src/ against the wires of the shipped instance: nobody else writes a position of a public signal.
import { expect, test } from "vitest"
import { encodeFr, type Nullifier } from "../../../src/protocol/primitives/field.ts"
import { encodeSignals, SIGNAL_NAMES } from "../../../src/protocol/credential/presentation-signals.ts"
import { makeSlot, OP } from "../../../src/protocol/credential/slot.ts"
import { openCircuit } from "../../support/circuit-harness.ts"
import {
  clauseMask,
  code,
  DIFFERENCE_OFFSET,
  LARGEST_BOUND,
  LIST,
  PresentationBuilder,
  slot,
} from "../../support/circuit-input.ts"
import { shipped } from "../../support/circuit-instances.ts"
import { openOracle } from "../../support/circuit-oracle.ts"

test("the encoder's names stand at the wires 1 to 125 in its order", async () => {
  const { wireOf } = (await openCircuit(shipped("presentation"))).symbols
  expect(SIGNAL_NAMES).toHaveLength(125)
  expect(SIGNAL_NAMES.map((name) => wireOf.get(name))).toEqual(SIGNAL_NAMES.map((_, index) => index + 1))
})

test("the encoder gives the public signals of an honest witness", async () => {
  const circuit = await openCircuit(shipped("presentation"))
  const builder = new PresentationBuilder(await openOracle())
  const credential = builder.issue(builder.issuerKey(7))
  const list = [code(2), ...Array.from({ length: LIST - 1 }, () => code(3))]
  const bounds = { lo: DIFFERENCE_OFFSET, hi: LARGEST_BOUND }
  const witness = circuit.witness(
    builder.input(credential, {
      mode: 1n,
      slots: [slot("in", 1, { list }), slot("diff", 2, { second: 3, ...bounds }), slot("inSet", 1)],
      clauses: [[0], [1], [2, 0]],
    }),
  )
  const fr = (name: string) => encodeFr(witness.get(name))
  const encoded = encodeSignals({
    outputs: {
      nullifier: fr("nullifier") as Nullifier,
      linkTag: fr("linkTag"),
      credentialTag: fr("credentialTag"),
    },
    schemaId: fr("schemaId"),
    registryRoot: fr("registryRoot"),
    setRoot: witness.get("setRoot"),
    scope: witness.get("scope"),
    mode: "credential",
    requestHash: witness.get("requestHash"),
    asOf: Number(witness.get("now")),
    part: {
      slots: [
        makeSlot({ field: 1, op: OP.in, list }),
        makeSlot({ field: 2, op: OP.difference, field2: 3, ...bounds }),
        makeSlot({ field: 1, op: OP.inSet, valueSetId: "a-set" }),
      ],
      clauses: clauseMask([[0], [1], [2, 0]]),
      valueSetId: "a-set",
    },
  })
  // An unused list is zeros for the encoder; the harness leaves it zeros too.
  expect(encoded).toEqual(witness.values.slice(1, 126).map(encodeFr))
})
