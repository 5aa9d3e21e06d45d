import { invert } from "@noble/curves/abstract/modular.js"
import fc from "fast-check"
import { groth16 } from "snarkjs"
import { beforeAll, describe, expect, test } from "vitest"
import { parseFr, Q, R } from "../../../src/protocol/primitives/field.ts"
import type { Fr } from "../../../src/protocol/primitives/field.ts"
import type { WireProof } from "../../../src/protocol/primitives/prove.ts"
import { parseStrictJson } from "../../../src/protocol/wire/canonical-json.ts"
import { parseProof } from "../../../src/protocol/wire/proof.ts"
import { decodeProof } from "../../../src/proofs/groth16/canonical.ts"
import { presetCurve } from "../../../src/proofs/groth16/curve.ts"
import type { ProvingCircuit } from "../../../src/proofs/groth16/prove.ts"
import { parseSnarkjsProof, toSnarkjsProof } from "../../../src/proofs/groth16/snarkjs-proof.ts"
import { verifyProof } from "../../../src/proofs/groth16/verify.ts"
import { openProofFixture } from "../../support/proof-fixture.ts"
import {
  g1OfWire,
  g2OfWire,
  torsionPoint,
  twistPoint,
  wireOfG1,
  wireOfG2,
} from "../../support/proof-points.ts"
import { decodedProof, proveSample, provingCircuit } from "../../support/proof-sample.ts"

let circuit: ProvingCircuit
let wire: WireProof
let signals: readonly Fr[]

beforeAll(async () => {
  circuit = await provingCircuit(await openProofFixture())
  ;({ proof: wire, signals } = await proveSample(circuit))
})

const code = (run: () => unknown): unknown => {
  try {
    run()
  } catch (error) {
    return (error as { code?: unknown }).code
  }
  return "accepted"
}
const snarkjsAccepts = async (
  publicSignals: unknown,
  proof: unknown = toSnarkjsProof(wire),
): Promise<unknown> => {
  await presetCurve()
  const key = circuit.key.key.json
  return groth16.verify(key, publicSignals as string[], proof as ReturnType<typeof toSnarkjsProof>)
}
const withA = (a: unknown): unknown => ({ ...wire, a })
const shifted = (value: string, by: bigint): string => String(BigInt(value) + by)

describe("signals", () => {
  test("refuses every second spelling of a signal, whatever snarkjs makes of it", async () => {
    const [sum = "", ...rest] = signals
    for (const spelling of [`0x${BigInt(sum).toString(16)}`, `00${sum}`, Number(sum)]) {
      expect(await snarkjsAccepts([spelling, ...rest])).toBe(true)
      expect(code(() => parseFr(spelling))).toBe("field-element-not-canonical")
    }
    for (const zero of ["", []]) {
      expect(await snarkjsAccepts([...signals.slice(0, 3), zero])).toBe(true)
      expect(code(() => parseFr(zero))).toBe("field-element-not-canonical")
    }
  })

  test("refuses an aliased or negative signal", async () => {
    const [sum = "", ...rest] = signals
    for (const spelling of [shifted(sum, R), shifted(sum, -R)]) {
      expect(await snarkjsAccepts([spelling, ...rest])).toBe(false)
      expect(code(() => parseFr(spelling))).toBe("field-element-not-canonical")
    }
  })

  test("refuses a padded or nested signal, which snarkjs accepts for small values", async () => {
    const [sum = "", ...rest] = signals
    for (const spelling of [`${sum} `, [sum]]) {
      expect(await snarkjsAccepts([spelling, ...rest])).toBe(true)
      expect(code(() => parseFr(spelling))).toBe("field-element-not-canonical")
    }
  })

  test.each(["9".repeat(1_000_000), "abc", null, {}, 0.5, undefined, true, 7n])(
    "refuses a signal that is no number text within a millisecond (%#)",
    (value) => {
      const start = performance.now()
      for (let i = 0; i < 100; i++) expect(code(() => parseFr(value))).toBe("field-element-not-canonical")
      expect(performance.now() - start).toBeLessThan(100)
    },
  )

  test("refuses signals cut short where the tail is zero, which snarkjs accepts", async () => {
    const short = signals.slice(0, -1)
    expect(await snarkjsAccepts(short)).toBe(true)
    await expect(verifyProof(circuit.key, short, await decodedProof(wire))).rejects.toMatchObject({
      code: "signals-count",
    })
  })

  test("refuses one signal too many, on which snarkjs throws", async () => {
    const long = [...signals, parseFr("0")]
    await expect(snarkjsAccepts(long)).rejects.toThrow()
    await expect(verifyProof(circuit.key, long, await decodedProof(wire))).rejects.toMatchObject({
      code: "signals-count",
    })
  })

  test("a wrong signal is a no", async () => {
    const wrong = [parseFr(shifted(signals[0] ?? "", 1n)), ...signals.slice(1)]
    expect(await verifyProof(circuit.key, wrong, await decodedProof(wire))).toBe(false)
  })
})

describe("shape", () => {
  const cases: [string, () => unknown][] = [
    ["null", () => null],
    ["a string", () => "x"],
    ["a list", () => [wire.a, wire.b, wire.c]],
    ["a missing point", () => ({ a: wire.a, b: wire.b })],
    ["a null point", () => withA(null)],
    ["an empty point", () => withA([])],
    ["a point with z", () => withA([...wire.a, "1"])],
    ["a point of five entries", () => withA([...wire.a, "1", "9", "9"])],
    ["one coordinate", () => withA([wire.a[0]])],
    ["b as a G1 point", () => ({ ...wire, b: wire.a })],
    ["a protocol", () => ({ ...wire, protocol: "plonk" })],
    ["a curve", () => ({ ...wire, curve: "bls12381" })],
    ["an extra member", () => ({ ...wire, extra: "x" })],
    ["another prototype", () => Object.assign(Object.create({ a: 1 }) as object, wire)],
  ]
  test.each(cases)("refuses %s", (_, make) => {
    expect(code(() => parseProof(make()))).toBe("proof-malformed")
  })

  test("refuses Jacobian coordinates and false labels that snarkjs accepts", async () => {
    const good = toSnarkjsProof(wire)
    const [x, y] = [BigInt(wire.a[0]), BigInt(wire.a[1])]
    const jacobian = [String((x * 49n) % Q), String((y * 343n) % Q), "7"]
    for (const bad of [
      { ...good, pi_a: wire.a },
      { ...good, pi_a: [...good.pi_a, "9", "9"] },
      { ...good, pi_a: jacobian },
      { ...good, protocol: "plonk" },
      { ...good, curve: "bls12381" },
      { ...good, extra: 1 },
    ]) {
      expect(await snarkjsAccepts(signals, bad)).toBe(true)
      expect(code(() => parseSnarkjsProof(bad))).toBe("proof-malformed")
    }
    expect(parseSnarkjsProof(good)).toEqual(wire)
  })

  test("refuses a duplicate member and __proto__ in the JSON reader", () => {
    const text = JSON.stringify(wire)
    for (const bad of [text.replace("{", '{"a":["1","2"],'), text.replace("{", '{"__proto__":{},')]) {
      expect(code(() => parseStrictJson(bad, { maxBytes: 4096 }))).toBe("malformed-json")
    }
  })
})

describe("coordinates", () => {
  test.each([
    ["plus q", (x: string) => shifted(x, Q)],
    ["plus 2^256", (x: string) => shifted(x, 1n << 256n)],
    ["as hex", (x: string) => `0x${BigInt(x).toString(16)}`],
  ])("refuses a coordinate %s, which snarkjs accepts", async (_, respell) => {
    const bad = respell(wire.a[0])
    expect(await snarkjsAccepts(signals, { ...toSnarkjsProof(wire), pi_a: [bad, wire.a[1], "1"] })).toBe(true)
    expect(code(() => parseProof(withA([bad, wire.a[1]])))).toBe("field-element-not-canonical")
  })

  test.each(["abc", true, "9".repeat(200_000), "", "-1", "01", null, ["1"]])(
    "refuses a coordinate that is no canonical number within a millisecond (%#)",
    (bad) => {
      const start = performance.now()
      expect(code(() => parseProof(withA([bad, wire.a[1]])))).toBe("field-element-not-canonical")
      expect(performance.now() - start).toBeLessThan(5)
    },
  )
})

describe("points", () => {
  const refuseWire = async (bad: unknown): Promise<void> => {
    expect(await decodeProof(parseProof(bad))).toEqual({ ok: false, reason: "proof-off-curve" })
  }
  const zero = ["0", "0"]

  test("infinity has no spelling: (0, 0) is off the curve", async () => {
    await refuseWire({ ...wire, a: zero })
    await refuseWire({ ...wire, b: [zero, zero] })
    await refuseWire({ ...wire, c: zero })
    await refuseWire({ a: zero, b: [zero, zero], c: zero })
  })

  test("refuses each point off its curve", async () => {
    await refuseWire({ ...wire, a: [shifted(wire.a[0], 1n), wire.a[1]] })
    await refuseWire({ ...wire, c: [wire.c[0], shifted(wire.c[1], -1n)] })
    await refuseWire({ ...wire, b: [[shifted(wire.b[0][0], 1n), wire.b[0][1]], wire.b[1]] })
    await refuseWire({ ...wire, b: [[wire.b[0][1], wire.b[0][0]], wire.b[1]] })
  })

  test("refuses B on the twist but outside the subgroup, which snarkjs calls valid", async () => {
    const { G2 } = await presetCurve()
    const outside = wireOfG2(twistPoint(5n, 3n))
    const shiftedByTorsion = wireOfG2(g2OfWire(wire.b).add(torsionPoint(5n, 3n)))
    for (const b of [outside, shiftedByTorsion]) {
      expect(G2.isValid(G2.fromObject(b.map(([c0, c1]) => [BigInt(c0), BigInt(c1)] as const)))).toBe(true)
      await refuseWire({ ...wire, b })
    }
  })

  test("accepts the other proofs of the same statement: proof bytes identify nothing", async () => {
    const t = 123456789n
    const [a, b] = [g1OfWire(wire.a), g2OfWire(wire.b)]
    const negated = { a: wireOfG1(a.negate()), b: wireOfG2(b.negate()), c: wire.c }
    const scaled = { a: wireOfG1(a.multiply(t)), b: wireOfG2(b.multiply(invert(t, R))), c: wire.c }
    for (const other of [negated, scaled]) {
      expect(await verifyProof(circuit.key, signals, await decodedProof(other))).toBe(true)
    }
  })

  test("after any throw of snarkjs a good proof still verifies", async () => {
    await expect(snarkjsAccepts(signals, null)).rejects.toThrow()
    expect(await snarkjsAccepts(signals)).toBe(true)
    expect(await verifyProof(circuit.key, signals, await decodedProof(wire))).toBe(true)
  })
})

describe("fuzz", () => {
  test("an accepted value re-encodes to the same bytes", async () => {
    const { proof } = await proveSample(circuit)
    const text = JSON.stringify(proof)
    const value = parseStrictJson(text, { maxBytes: 4096 })
    expect(JSON.stringify((await decodedProof(parseProof(value))).wire)).toBe(text)
  })

  test("any one-character edit is refused or changes the value", async () => {
    const text = JSON.stringify(wire)
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length - 1),
        fc.string({ minLength: 0, maxLength: 1 }),
        async (at, put) => {
          const edited = text.slice(0, at) + put + text.slice(at + 1)
          fc.pre(edited !== text)
          let parsed: WireProof
          try {
            parsed = parseProof(parseStrictJson(edited, { maxBytes: 4096 }))
          } catch {
            return
          }
          expect(parsed).not.toEqual(wire)
          expect(await decodeProof(parsed)).toEqual({ ok: false, reason: "proof-off-curve" })
        },
      ),
      { numRuns: 500 },
    )
  })

  test("arbitrary JSON never throws anything but the two codes", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const seen = code(() => parseProof(value))
        expect(["proof-malformed", "field-element-not-canonical"]).toContain(seen)
      }),
    )
  })
})
