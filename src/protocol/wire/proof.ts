// The wire form of a Groth16 proof over BN254: {"a": [x, y], "b": [[x0, x1], [y0, y1]], "c": [x, y]}.
import { z } from "zod"
import { ProtocolError } from "../primitives/errors.ts"
import { parseCoordinate } from "../primitives/field.ts"
import type { WireProof } from "../primitives/prove.ts"
import { DECIMAL } from "./scalars.ts"

const COORDINATES = {
  type: "array",
  prefixItems: [DECIMAL, DECIMAL],
  items: false,
  minItems: 2,
  maxItems: 2,
} as const

/** Where a message holds a proof: anything, which `parseProof` then reads; the description is for those who write one. */
export const unreadProof = z.unknown().meta({
  id: "Proof",
  type: "object",
  properties: {
    a: COORDINATES,
    b: { ...COORDINATES, prefixItems: [COORDINATES, COORDINATES] },
    c: COORDINATES,
  },
  required: ["a", "b", "c"],
  additionalProperties: false,
})

/**
 * Reads the shape of a proof: exactly three points of canonical coordinates below q. No z, no `protocol`, no `curve`:
 * what does not exist cannot lie. Whether the points lie on their curves and in the subgroup is the decoder's question.
 * @param value - attacker-controlled, out of the strict JSON reader
 * @throws ProtocolError `proof-malformed` (members, arity), `field-element-not-canonical` (a coordinate)
 */
export function parseProof(value: unknown): WireProof {
  const members = plainObject(value)
  if (members === null || Object.keys(members).sort().join() !== "a,b,c") {
    throw new ProtocolError("proof-malformed", "expected exactly the members a, b and c")
  }
  const [x, y] = pair(members["b"])
  return { a: coordinates(members["a"]), b: [coordinates(x), coordinates(y)], c: coordinates(members["c"]) }
}

function plainObject(value: unknown): Record<string, unknown> | null {
  if (typeof value !== "object" || value === null) return null
  return Object.getPrototypeOf(value) === Object.prototype ? (value as Record<string, unknown>) : null
}

function pair(value: unknown): [unknown, unknown] {
  if (!Array.isArray(value) || value.length !== 2) {
    throw new ProtocolError("proof-malformed", "expected two coordinates")
  }
  return value as [unknown, unknown]
}

function coordinates(value: unknown): [string, string] {
  const [first, second] = pair(value)
  return [parseCoordinate(first), parseCoordinate(second)]
}
