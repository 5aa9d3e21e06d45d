// One test per row of the table of snarkjs's quirks, by its number: a changed quirk in a new version is noticed.
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"
import * as snarkjs from "snarkjs"
import { beforeAll, describe, expect, test, vi } from "vitest"
import { utf8ToBytes } from "../../../src/protocol/primitives/bytes.ts"
import { R } from "../../../src/protocol/primitives/field.ts"
import { openCurve, presetCurve } from "../../../src/proofs/groth16/curve.ts"
import { encodeInput } from "../../../src/proofs/groth16/input.ts"
import type { ProvingCircuit } from "../../../src/proofs/groth16/prove.ts"
import { snarkjsBackend } from "../../../src/proofs/groth16/snarkjs-backend.ts"
import { toSnarkjsProof } from "../../../src/proofs/groth16/snarkjs-proof.ts"
import { parseVerificationKey } from "../../../src/proofs/groth16/verification-key.ts"
import { webAssembly } from "../../../src/proofs/groth16/webassembly.ts"
import type { Instance } from "../../../src/proofs/groth16/webassembly.ts"
import { calculateWitness } from "../../../src/proofs/groth16/witness.ts"
import { exportVerificationKey, openProofFixture, sampleStatement } from "../../support/proof-fixture.ts"
import type { ProofFixture } from "../../support/proof-fixture.ts"
import { proveSample, provingCircuit } from "../../support/proof-sample.ts"
import { osThreads, runFresh } from "../../support/proof-threads.ts"

let fixture: ProofFixture
let circuit: ProvingCircuit
const slot = globalThis as { curve_bn128?: unknown }
const CANARY = 0x5a5a_1234_abcd_9876_5a5a_1234_abcd_9876n
const statement = sampleStatement(CANARY, 5n)
const curves = (
  snarkjs as unknown as { curves: { getCurveFromName: (name: string, o?: object) => Promise<unknown> } }
).curves

beforeAll(async () => {
  fixture = await openProofFixture()
  circuit = await provingCircuit(fixture)
})

describe("Q1: importing snarkjs in a thread", () => {
  const inThread = (before: string): Promise<string> =>
    new Promise((resolve) => {
      const code = `${before}; import("snarkjs").then(() => "imported", (e) => e.message).then((m) => require("node:worker_threads").parentPort.postMessage(m))`
      const worker = new Worker(code, { eval: true })
      worker.once("error", (error: Error) => resolve(error.message))
      worker.once("message", (message: string) => {
        resolve(message)
        void worker.terminate()
      })
    })

  test("throws there, and does not while the thread calls itself the main one", async () => {
    expect(await inThread("")).toContain("Cannot destructure property 'mod'")
    expect(await inThread("require('node:worker_threads').isMainThread = true")).toBe("imported")
  })
})

describe("Q2 and Q5: one curve per thread", () => {
  test("snarkjs rebuilds a single-threaded curve on every call, but takes a preset one", async () => {
    const single = { singleThread: true }
    expect(await curves.getCurveFromName("bn128", single)).not.toBe(
      await curves.getCurveFromName("bn128", single),
    )
    expect(await curves.getCurveFromName("bn128")).toBe(await presetCurve())
  })

  test("with it, proving and verifying start no thread", async () => {
    await proveSample(circuit) // the engine's own helper threads exist from here on
    const before = osThreads()
    const { proof, signals } = await proveSample(circuit)
    await presetCurve()
    expect(await snarkjs.groth16.verify(circuit.key.key.json, [...signals], toSnarkjsProof(proof))).toBe(true)
    expect(osThreads()).toBe(before)
  })
})

describe("Q3: the curve's global slot", () => {
  const here = createRequire(import.meta.url)
  const room = createRequire(fileURLToPath(new URL("../../../src/proofs/groth16/curve.ts", import.meta.url)))

  test("snarkjs and this room resolve the same copy of ffjavascript", () => {
    const ofSnarkjs = createRequire(here.resolve("snarkjs")).resolve("ffjavascript")
    expect(ofSnarkjs).toBe(room.resolve("ffjavascript"))
  })

  test("evaluating another copy empties the slot; the next call repairs it", async () => {
    const curve = await presetCurve()
    expect(slot.curve_bn128).toBe(curve)
    createRequire(here.resolve("circomlibjs"))("ffjavascript")
    expect(slot.curve_bn128).toBeNull()
    expect(await presetCurve()).toBe(curve)
    expect(slot.curve_bn128).toBe(curve)
  })

  test("a foreign curve in the slot is a fault, not a fallback", async () => {
    slot.curve_bn128 = { name: "bn128" }
    try {
      await expect(presetCurve()).rejects.toMatchObject({ code: "curve-replaced" })
      await expect(proveSample(circuit)).rejects.toMatchObject({ code: "curve-replaced" })
    } finally {
      slot.curve_bn128 = null
    }
    await expect(proveSample(circuit)).resolves.toBeDefined()
  })
})

test("Q4: snarkjs's own curve keeps a process alive, ours does not", async () => {
  const theirs = `import { curves } from "snarkjs"; await curves.getCurveFromName("bn128"); console.log("built")`
  const ours = `const { presetCurve } = await import("./src/proofs/groth16/curve.ts"); await presetCurve(); console.log("built")`
  const [kept, ended] = await Promise.all([runFresh(theirs, 6000, "javascript"), runFresh(ours, 20_000)])
  expect(kept).toMatchObject({ stdout: "built\n", exited: false })
  expect(ended).toMatchObject({ stdout: "built\n", exited: true })
})

test("Q6: circom 2 code imports four functions and brings a memory of its own size", async () => {
  const { Module } = (globalThis as unknown as { WebAssembly: { Module: { imports(m: object): unknown } } })
    .WebAssembly
  const module = await webAssembly.compile(fixture.wasm)
  const runtime = ["exceptionHandler", "printErrorMessage", "writeBufferMessage", "showSharedRWMemory"]
  expect(Module.imports(module)).toEqual(
    runtime.map((name) => ({ module: "runtime", name, kind: "function" })),
  )
  const [instance] = await instancesDuring(() => witness())
  expect((instance?.exports["memory"] as { buffer: ArrayBuffer }).buffer.byteLength).toBeLessThan(
    16 * 2 ** 20,
  )
})

test("Q7: snarkjs's witness calculator tells the failing line; ours has no text", async () => {
  const wrong = { product: "16", spare: ["0", "0"], factors: ["3", "5"] }
  const print = vi.spyOn(console, "error").mockImplementation(() => undefined)
  const theirs = snarkjs.wtns.calculate(wrong, fixture.wasm, { type: "mem" })
  await expect(theirs).rejects.toThrow(/SampleStatement.* line: /s)
  print.mockRestore()
  const ours = calculateWitness(
    circuit.witnessCode,
    fixture.entry,
    encodeInput(fixture.entry, { product: 16n, spare: [0n, 0n], factors: [3n, 5n] }),
  )
  await expect(ours).rejects.toThrow(/^no witness of presentation for these inputs$/)
})

test("Q8: an instance keeps the assignment; ours is one per job and zero afterwards", async () => {
  const kept = await webAssembly.instantiate(circuit.witnessCode, { runtime: quietRuntime() })
  const exports = kept.exports as unknown as {
    memory: { buffer: ArrayBuffer }
    getSharedRWMemoryStart(): number
  }
  new Uint8Array(exports.memory.buffer).set(littleEndian(CANARY), exports.getSharedRWMemoryStart())
  expect(holds(exports.memory.buffer, CANARY)).toBe(true) // the search finds what is there

  const instances = await instancesDuring(async () => {
    await witness()
    await witness()
  })
  expect(instances).toHaveLength(2)
  for (const instance of instances) {
    const { buffer } = instance.exports["memory"] as { buffer: ArrayBuffer }
    expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true)
  }
})

test("Q9: snarkjs reduces an aliased input and takes other types silently; ours takes bigints below r only", async () => {
  const memory = (): string => ({ type: "mem" }) as unknown as string
  for (const product of [String(15n + R), true, "0x0f"]) {
    const factors = product === true ? ["1", "1"] : ["3", "5"]
    const input = { product, spare: [0, "0"], factors } as unknown as snarkjs.CircuitSignals
    await expect(snarkjs.wtns.calculate(input, fixture.wasm, memory())).resolves.toBeUndefined()
  }
  for (const bad of [15n + R, true, "15"]) {
    const input = { product: bad as bigint, spare: [0n, 0n], factors: [3n, 5n] }
    expect(() => encodeInput(fixture.entry, input)).toThrow(
      expect.objectContaining({ code: "input-malformed" }),
    )
  }
})

test("Q10: groth16.verify compares no count of signals and throws on malformed input", async () => {
  const { proof, signals } = await proveSample(circuit)
  await presetCurve()
  const verify = (list: readonly string[], p: unknown): Promise<boolean> =>
    snarkjs.groth16.verify(circuit.key.key.json, [...list], p as ReturnType<typeof toSnarkjsProof>)
  expect(signals.at(-1)).toBe("0")
  expect(await verify(signals.slice(0, -1), toSnarkjsProof(proof))).toBe(true)
  await expect(verify(signals, {})).rejects.toThrow()
})

describe("Q11: randomness", () => {
  const prove = async (r: bigint, s: bigint): ReturnType<typeof snarkjsBackend> =>
    snarkjsBackend({
      entry: fixture.entry,
      zkey: fixture.zkey,
      witness: await witness(),
      blinding: { r, s },
      onStage: () => undefined,
    })

  test("snarkjs draws r, then s, and nothing else: equal blinding gives equal proofs", async () => {
    const [base, same, otherR, otherS] = [
      await prove(5n, 6n),
      await prove(5n, 6n),
      await prove(7n, 6n),
      await prove(5n, 8n),
    ]
    expect(same).toEqual(base)
    expect([otherR.proof.b, otherS.proof.a]).toEqual([base.proof.b, base.proof.a])
    expect(otherR.proof.a).not.toEqual(base.proof.a)
    expect(otherS.proof.b).not.toEqual(base.proof.b)
  })

  test("outside a proof our curve has no randomness at all", async () => {
    await prove(5n, 6n)
    const { Fr } = await openCurve()
    expect(() => Fr.random()).toThrow(expect.objectContaining({ code: "randomness-broken" }))
  })
})

test("Q13: snarkjs calls a key without any contribution good; its verification key is refused here", async () => {
  await presetCurve()
  const memory = (): { type: "mem"; data?: Uint8Array } => ({ type: "mem" })
  const [start, contributed, prepared, zkey] = [memory(), memory(), memory(), memory()]
  const bn128 = await curves.getCurveFromName("bn128")
  await snarkjs.powersOfTau.newAccumulator(bn128, 4, start)
  await snarkjs.powersOfTau.contribute(start, contributed, "test", "entropy of a test")
  await snarkjs.powersOfTau.preparePhase2(contributed, prepared)
  const r1cs = { type: "mem", data: fixture.r1cs }
  await snarkjs.zKey.newZKey(r1cs, prepared, zkey)
  expect(
    await snarkjs.zKey.verifyFromR1cs(r1cs as unknown as string, prepared, zkey as unknown as string),
  ).toBe(true)

  const key = await exportVerificationKey(new Uint8Array(zkey.data ?? []))
  const vkey = utf8ToBytes(JSON.stringify(key))
  const digest = await canonicalDigest(key)
  await expect(parseVerificationKey(vkey, { ...fixture.entry, vkeySha256: digest })).rejects.toMatchObject({
    code: "verification-key-refused",
    message: expect.stringContaining("delta was never contributed to") as string,
  })
})

async function canonicalDigest(key: object): Promise<string> {
  const { canonicalBytes } = await import("../../../src/protocol/wire/canonical-json.ts")
  const { bytesToHex } = await import("../../../src/protocol/primitives/bytes.ts")
  const { sha256 } = await import("../../../src/protocol/primitives/hash.ts")
  return bytesToHex(sha256(canonicalBytes(key as Parameters<typeof canonicalBytes>[0])))
}

const witness = (): Promise<Uint8Array> =>
  calculateWitness(circuit.witnessCode, fixture.entry, encodeInput(fixture.entry, statement.input))

/** Every WebAssembly instance that is started while `run` runs. */
async function instancesDuring(run: () => Promise<unknown>): Promise<Instance[]> {
  const instances: Instance[] = []
  const original = webAssembly.instantiate.bind(webAssembly)
  const spy = vi.spyOn(webAssembly, "instantiate").mockImplementation(async (module, imports) => {
    const instance = await original(module, imports)
    instances.push(instance)
    return instance
  })
  await run().finally(() => spy.mockRestore())
  return instances
}

function quietRuntime(): Record<string, () => void> {
  const names = ["exceptionHandler", "printErrorMessage", "writeBufferMessage", "showSharedRWMemory"]
  return Object.fromEntries(names.map((name) => [name, () => undefined]))
}

const littleEndian = (value: bigint): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n))

const holds = (buffer: ArrayBuffer, value: bigint): boolean =>
  Buffer.from(buffer).includes(Buffer.from(littleEndian(value).subarray(0, 8)))
