import { beforeAll, describe, expect, test } from "vitest"
import {
  compileKernel,
  openAcceleratedBackend,
} from "../../../../src/proofs/groth16/accelerated/accelerated-backend.ts"
import type { AcceleratedBackend } from "../../../../src/proofs/groth16/accelerated/accelerated-backend.ts"
import { proveAccelerated } from "../../../../src/proofs/groth16/accelerated/accelerated-proof.ts"
import { FREE, SECRET_SCRATCH } from "../../../../src/proofs/groth16/accelerated/memory-map.ts"
import { openWorkingKey } from "../../../../src/proofs/groth16/accelerated/working-key.ts"
import type { WorkingKey } from "../../../../src/proofs/groth16/accelerated/working-key.ts"
import type { ProofTask } from "../../../../src/proofs/groth16/backend.ts"
import { openCurve } from "../../../../src/proofs/groth16/curve.ts"
import { encodeInput, readElement, writeElement } from "../../../../src/proofs/groth16/input.ts"
import { snarkjsBackend } from "../../../../src/proofs/groth16/snarkjs-backend.ts"
import { calculateWitness, compileWitnessCode } from "../../../../src/proofs/groth16/witness.ts"
import { R } from "../../../../src/protocol/primitives/field.ts"
import { openProofFixture, sampleStatement } from "../../../support/proof-fixture.ts"
import type { ProofFixture } from "../../../support/proof-fixture.ts"
import { numbers } from "../../../support/proof-kernel.ts"

let fixture: ProofFixture
let backend: AcceleratedBackend
let key: WorkingKey

beforeAll(async () => {
  fixture = await openProofFixture()
  const kernel = await compileKernel()
  const opened = kernel === null ? null : await openAcceleratedBackend(kernel)
  if (kernel === null || opened === null) throw new Error("no accelerated back end here")
  backend = opened
  key = await openWorkingKey(kernel.module, fixture.entry, fixture.zkey)
})

const random = numbers(99n, R)

async function taskOf(statement = sampleStatement(random(), random())): Promise<ProofTask> {
  const { entry, zkey, wasm } = fixture
  const input = encodeInput(entry, statement.input)
  const witness = await calculateWitness(await compileWitnessCode(wasm), entry, input)
  return { entry, zkey, witness, blinding: { r: random(), s: random() }, onStage: () => undefined }
}

describe("a proof under given blinding", () => {
  test("is snarkjs's own, digit for digit, for many statements", async () => {
    for (let i = 0; i < 6; i++) {
      const task = await taskOf()
      expect(await backend.prove(task)).toEqual(await snarkjsBackend(task))
    }
  })

  test("is snarkjs's own for edge values in the witness and in the blinding", async () => {
    for (const [a, b] of [
      [0n, 0n],
      [1n, 1n],
      [R - 1n, R - 1n],
      [1n << 128n, R - 2n],
    ] as const) {
      const task = { ...(await taskOf(sampleStatement(a, b))), blinding: { r: 1n, s: R - 1n } }
      expect(await backend.prove(task)).toEqual(await snarkjsBackend(task))
    }
  })

  test("two asked for at once do not meet in the memory of the key", async () => {
    const tasks = [await taskOf(), await taskOf()]
    const made = await Promise.all(tasks.map((task) => backend.prove(task)))
    for (const [i, task] of tasks.entries()) expect(made[i]).toEqual(await snarkjsBackend(task))
  })
})

describe("a key that is not the circuit's", () => {
  const refusal = (change: (zkey: Uint8Array) => Uint8Array) =>
    openAcceleratedOn(change(fixture.zkey.slice())).catch((error: unknown) => error)
  const openAcceleratedOn = async (zkey: Uint8Array): Promise<unknown> => {
    const kernel = await compileKernel()
    return kernel === null ? null : openWorkingKey(kernel.module, fixture.entry, zkey)
  }
  const refused = expect.objectContaining({ name: "Groth16Error", code: "artifact-refused" }) as object
  /** Where a section begins, behind its number and length. */
  const sectionAt = (zkey: Uint8Array, number: number): number => {
    const view = new DataView(zkey.buffer)
    let at = 12
    while (view.getUint32(at, true) !== number) at += 12 + Number(view.getBigUint64(at + 4, true))
    return at + 12
  }
  const flip = (number: number, offset: number) => (zkey: Uint8Array) => {
    const at = sectionAt(zkey, number) + offset
    zkey[at] = (zkey[at] ?? 0) ^ 1
    return zkey
  }

  test.each<[string, (zkey: Uint8Array) => Uint8Array]>([
    ["another magic", (zkey) => zkey.fill(0, 0, 1)],
    ["another number of sections", (zkey) => zkey.fill(9, 8, 9)],
    ["another protocol", flip(1, 0)],
    ["another base field", flip(2, 4)],
    ["another scalar field", flip(2, 40)],
    ["another number of wires", flip(2, 72)],
    ["another number of public signals", flip(2, 76)],
    ["another domain", flip(2, 80)],
    ["a point of the header off its curve", flip(2, 84)],
    ["another count of coefficients", flip(4, 0)],
    [
      "a coefficient of a third matrix",
      (zkey) => zkey.fill(2, sectionAt(zkey, 4) + 4, sectionAt(zkey, 4) + 5),
    ],
    [
      "a coefficient of a row beyond the domain",
      (zkey) => zkey.fill(255, sectionAt(zkey, 4) + 8, sectionAt(zkey, 4) + 12),
    ],
    [
      "a coefficient of a wire that is not there",
      (zkey) => zkey.fill(255, sectionAt(zkey, 4) + 12, sectionAt(zkey, 4) + 16),
    ],
    ["a point of A off the curve", flip(5, 3)],
    ["a point of B off the curve", flip(6, 40)],
    ["a point of B off the twist", flip(7, 100)],
    ["a point of H off the curve", flip(9, 9)],
    ["a file cut short", (zkey) => zkey.slice(0, -1)],
    ["a byte behind the end", (zkey) => Uint8Array.from([...zkey, 0])],
    ["nothing", () => new Uint8Array()],
  ])("%s is refused by name", async (_, change) => {
    expect(await refusal(change)).toEqual(refused)
  })
})

describe("secrets", () => {
  /** Eight bytes of a number somewhere in bytes, in either order. */
  const holds = (bytes: Uint8Array, value: bigint): boolean => {
    const element = new Uint8Array(32)
    writeElement(element, 0, value)
    const [buffer, forward] = [
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
      Buffer.from(element),
    ]
    return [0, 8, 16].some((at) => buffer.includes(forward.subarray(at, at + 8)))
  }

  test("nothing of witness or blinding is in the memory after a proof, nor after a failure", async () => {
    const task = await taskOf()
    const curve = await openCurve()
    const secrets = [task.blinding.r, task.blinding.s]
    for (let wire = 5; wire < fixture.entry.wires; wire++) secrets.push(readElement(task.witness, 32 * wire))
    const large = secrets.filter((value) => value > 1n << 200n)
    expect(large.length).toBeGreaterThanOrEqual(3)
    const seen: boolean[] = []
    const spy: ProofTask = {
      ...task,
      onStage: () => seen.push(large.some((value) => holds(key.kernel.bytes, value))),
    }
    proveAccelerated(curve, key, spy)
    expect(seen).toContain(true) // else the search would find nothing anywhere
    expect(large.filter((value) => holds(key.kernel.bytes, value))).toEqual([])
    const stopped: ProofTask = {
      ...task,
      onStage: (stage) => {
        if (stage === "commit-c") throw new Error("stopped")
      },
    }
    expect(() => proveAccelerated(curve, key, stopped)).toThrow("stopped")
    expect(large.filter((value) => holds(key.kernel.bytes, value))).toEqual([])
    const { begin, end } = key.secret
    for (const region of [
      key.kernel.bytes.subarray(begin, end),
      key.kernel.bytes.subarray(SECRET_SCRATCH, FREE),
    ]) {
      expect(region.every((byte) => byte === 0)).toBe(true)
    }
    expect(await backend.prove(task)).toEqual(await snarkjsBackend(task))
  })
})
