import { beforeAll, describe, expect, test } from "vitest"
import { R } from "../../../../src/protocol/primitives/field.ts"
import { openCurve } from "../../../../src/proofs/groth16/curve.ts"
import type { Bn254 } from "../../../../src/proofs/groth16/curve.ts"
import {
  compileKernel,
  openAcceleratedBackend,
} from "../../../../src/proofs/groth16/accelerated/accelerated-backend.ts"
import type { CompiledKernel } from "../../../../src/proofs/groth16/accelerated/accelerated-backend.ts"
import { openKernel, writeKernel } from "../../../../src/proofs/groth16/accelerated/kernel.ts"
import type { Kernel } from "../../../../src/proofs/groth16/accelerated/kernel.ts"
import { PAIR_BYTES, SINGLE_BYTES } from "../../../../src/proofs/groth16/accelerated/layout.ts"
import { computeQuotient } from "../../../../src/proofs/groth16/accelerated/quotient.ts"
import { writeRoots } from "../../../../src/proofs/groth16/accelerated/roots.ts"
import { passesSelfCheck } from "../../../../src/proofs/groth16/accelerated/self-check.ts"
import { encodeElements, readElement } from "../../../../src/proofs/groth16/input.ts"
import { webAssembly } from "../../../../src/proofs/groth16/webassembly.ts"
import { MONTGOMERY, numbers, writePair } from "../../../support/proof-kernel.ts"

/** The module of this version. A changed kernel is a change of arithmetic: it shows here, and is reviewed as one. */
const KERNEL_SHA256 = "743eca09929a88d47688b938630bba3830a0514abafefd8a0733b00260034fb0"

let curve: Bn254
let kernel: CompiledKernel

beforeAll(async () => {
  curve = await openCurve()
  const compiled = await compileKernel()
  if (compiled === null) throw new Error("no vectors in this engine")
  kernel = compiled
})

describe("the module", () => {
  test("is the pinned one, every time it is written", () => {
    expect(kernel.sha256).toBe(KERNEL_SHA256)
    expect(writeKernel()).toEqual(writeKernel())
  })

  test("passes its check; with one bit of a field's constants wrong it is off", async () => {
    expect(await passesSelfCheck(curve, kernel.module)).toBe(true)
    expect(await openAcceleratedBackend(kernel)).not.toBeNull()
    const bytes = writeKernel()
    const modulus = Uint8Array.of(0x47, 0xfd, 0x7c, 0x18, 0x47, 0xfd, 0x7c, 0x18) // lowest limb of q, twice
    const at = bytes.findIndex((_, i) => modulus.every((byte, k) => bytes[i + k] === byte))
    expect(at).toBeGreaterThan(0)
    bytes[at] = 0x46
    const broken = { module: await webAssembly.compile(bytes), sha256: "broken" }
    expect(await openAcceleratedBackend(broken)).toBeNull()
  })

  test("has a memory that cannot grow", async () => {
    const { bytes } = await openKernel(kernel.module, 65_536)
    expect(bytes.byteLength).toBe(65_536)
  })
})

describe("the quotient", () => {
  test.each([2, 3, 8, 10])(
    "of polynomials of size 2^%i is what ffjavascript's transforms give",
    async (log2) => {
      const size = 2 ** log2
      const random = numbers(BigInt(log2), R)
      const [a, b] = [Array.from({ length: size }, random), Array.from({ length: size }, random)]
      expect(await ours(kernel, a, b)).toEqual(await theirs(curve, a, b, log2))
    },
  )
})

async function ours(
  { module }: CompiledKernel,
  a: readonly bigint[],
  b: readonly bigint[],
): Promise<bigint[]> {
  const size = a.length
  const inverse = 8192
  const [forward, coset] = [inverse + SINGLE_BYTES * size, inverse + 2 * SINGLE_BYTES * size]
  const polynomials = coset + SINGLE_BYTES * size
  const products = polynomials + PAIR_BYTES * size
  const out = products + PAIR_BYTES * size
  const opened: Kernel = await openKernel(module, out + 32 * size)
  const roots = { size, inverse, forward, coset }
  writeRoots(opened, roots)
  a.forEach((value, i) => {
    writePair(opened, polynomials + PAIR_BYTES * i, (value * MONTGOMERY) % R, ((b[i] ?? 0n) * MONTGOMERY) % R)
  })
  computeQuotient(opened, roots, { polynomials, products, out })
  return a.map((_, i) => readElement(opened.bytes, out + 32 * i))
}

/** As groth16_prove.js does it: three transforms back, a shift to the odd places, three forward, A·B - C. */
async function theirs(
  full: Bn254,
  a: readonly bigint[],
  b: readonly bigint[],
  log2: number,
): Promise<bigint[]> {
  const Fr = full.Fr as unknown as {
    w: Uint8Array[]
    one: Uint8Array
    fft(x: Uint8Array): Promise<Uint8Array>
    ifft(x: Uint8Array): Promise<Uint8Array>
    batchApplyKey(x: Uint8Array, first: Uint8Array, inc: Uint8Array): Promise<Uint8Array>
    batchToMontgomery(x: Uint8Array): Promise<Uint8Array>
    batchFromMontgomery(x: Uint8Array): Promise<Uint8Array>
  }
  const c = a.map((value, i) => (value * (b[i] ?? 0n)) % R)
  const shifted = await Promise.all(
    [a, b, c].map(async (values) => {
      const coefficients = await Fr.ifft(await Fr.batchToMontgomery(encodeElements(values)))
      const moved = await Fr.batchApplyKey(coefficients, Fr.one, Fr.w[log2 + 1] ?? Fr.one)
      const plain = await Fr.batchFromMontgomery(await Fr.fft(moved))
      return values.map((_, i) => readElement(plain, 32 * i))
    }),
  )
  return a.map((_, i) => {
    const [x = 0n, y = 0n, z = 0n] = shifted.map((values) => values[i] ?? 0n)
    return (((x * y - z) % R) + R) % R
  })
}
