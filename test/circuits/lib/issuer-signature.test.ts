import { beforeAll, describe, expect, test } from "vitest"
import { bitEdits, names, openCircuit, type Circuit } from "../../support/circuit-harness.ts"
import { part } from "../../support/circuit-instances.ts"
import {
  openOracle,
  SUBGROUP_ORDER,
  type Oracle,
  type PlainPoint,
  type Signature,
} from "../../support/circuit-oracle.ts"
import { FIELD_ORDER as R } from "../../support/circuit-r1cs.ts"

const PRIVATE_KEY = new Uint8Array(32).fill(7)
const MESSAGE = 123456789n
const IDENTITY: PlainPoint = [0n, 1n]
let circuit: Circuit
let oracle: Oracle
let key: PlainPoint
let honest: Signature
beforeAll(async () => {
  oracle = await openOracle()
  key = oracle.publicKey(PRIVATE_KEY)
  honest = oracle.sign(PRIVATE_KEY, MESSAGE)
  circuit = await openCircuit(part("lib/issuer-signature.circom", "IssuerSignature"))
})
const input = ([Ax, Ay]: PlainPoint, { R8: [R8x, R8y], S }: Signature, message = MESSAGE) => ({
  ...{ Ax, Ay, R8x, R8y, S, message },
})
const rule = (signature: Partial<Signature>, by = key, message = MESSAGE) =>
  circuit.refusal(input(by, { ...honest, ...signature }, message))?.rule

test("accepts what circomlibjs signed, for messages at the edges of the field", () => {
  for (const message of [0n, 1n, MESSAGE, R - 1n]) {
    expect(rule(oracle.sign(PRIVATE_KEY, message), key, message)).toBeUndefined()
  }
})

test("reads a message of r or more as its residue, so only the parser can refuse the second spelling", () => {
  expect(rule({}, key, MESSAGE + R)).toBeUndefined()
})

describe("refuses", () => {
  test.each([
    ["S + 1", () => ({ S: honest.S + 1n }), 5],
    ["S + l, the same scalar again", () => ({ S: honest.S + SUBGROUP_ORDER }), 5],
    ["S = 0", () => ({ S: 0n }), 5],
    ["S = l", () => ({ S: SUBGROUP_ORDER }), 5],
    ["S = r - 1", () => ({ S: R - 1n }), 5],
    ["R8 = (0, 0)", () => ({ R8: [0n, 0n] as const }), 4],
    ["R8 off the curve", () => ({ R8: [3n, 4n] as const }), 4],
    ["R8 the identity", () => ({ R8: IDENTITY }), 5],
    ["R8 the identity and S = 0", () => ({ R8: IDENTITY, S: 0n }), 5],
    ["R8 = (0, -1)", () => ({ R8: [0n, R - 1n] as const }), 5],
    ["R8 of order 8", () => ({ R8: oracle.torsion(1n) }), 5],
    ["another point R8", () => ({ R8: oracle.multiply(5n) }), 5],
  ])("%s", (_, signature, expected) => {
    expect(rule(signature())).toBe(expected)
  })

  test.each([
    ["off the curve", () => [3n, 4n] as const, 4],
    ["(0, 0)", () => [0n, 0n] as const, 4],
    ["the identity", () => IDENTITY, 5],
    ["of order 2", () => [0n, R - 1n] as const, 5],
    ["of order 8", () => oracle.torsion(1n), 5],
    ["somebody else's", () => oracle.multiply(9n), 5],
  ])("a key that is %s, with an honest and with a trivial signature", (_, point, expected) => {
    expect(rule({}, point())).toBe(expected)
    expect(rule({ R8: IDENTITY, S: 0n }, point())).toBe(expected)
  })

  test("another message", () => {
    expect(rule({}, key, MESSAGE + 1n)).toBe(5)
  })
})

test("accepts A and A + T alike from one signer: registries list keys of order l only", () => {
  const scalar = 1234567890123456789n
  const point = oracle.multiply(scalar)
  for (const multiple of [0n, 1n, 2n, 4n]) {
    const twisted = oracle.add(point, oracle.torsion(multiple))
    expect(rule(oracle.signAs(twisted, scalar, MESSAGE), twisted)).toBeUndefined()
  }
})

describe("a dishonest witness", () => {
  test("with another point R8 whose curve check is satisfied fails rule (5) alone", () => {
    const [R8x, R8y] = oracle.multiply(5n)
    const squares = { "BabyCheck#0.x2": (R8x * R8x) % R, "BabyCheck#0.y2": (R8y * R8y) % R }
    const broken = circuit
      .witness(input(key, honest))
      .edit({ R8x, R8y, ...squares })
      .broken()
    expect(names(broken, ["R8x"])).toBe(true)
    expect(broken.some(({ signals }) => signals.includes("BabyCheck#0.x2"))).toBe(false)
  })
  test.each(["R8", "A"])("with %s moved off the curve fails rule (4)", (point) => {
    const witness = circuit.witness(input(key, honest))
    const moved = witness.edit({ [`${point}x`]: witness.get(`${point}x`) + 1n }).broken()
    expect(names(moved, [`${point}x`, `BabyCheck#${point === "R8" ? 0 : 1}.x2`])).toBe(true)
  })
  test("with S + l and its bits fails the comparison of S with l", () => {
    const S = honest.S + SUBGROUP_ORDER
    const comparison = "EdDSAPoseidonVerifier#0.compConstant"
    const bits = bitEdits(`${comparison}.in`, S, 253)
    const broken = circuit
      .witness(input(key, honest))
      .edit({ S, ...bits })
      .broken()
    const compared = (signal: string): boolean => signal.startsWith(`${comparison}.parts[`)
    expect(broken.some(({ signals }) => signals.some(compared))).toBe(true)
    expect(names(broken, ["S"])).toBe(false) // the bits do spell S: only the comparison and the product object
  })
  test.each(["S", "message", "Ay"])("with another %s fails", (signal) => {
    const witness = circuit.witness(input(key, honest))
    expect(names(witness.edit({ [signal]: witness.get(signal) + 1n }).broken(), [signal])).toBe(true)
  })
})
