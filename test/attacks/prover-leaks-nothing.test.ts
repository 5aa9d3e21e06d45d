// A private input leaves the prover in no log, error, statistic, thread message, file or report.
import { execFile } from "node:child_process"
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { groth16 } from "snarkjs"
import { describe, expect, test } from "vitest"
import { openCurve, presetCurve } from "../../src/proofs/groth16/curve.ts"
import { encodeInput, writeElement } from "../../src/proofs/groth16/input.ts"
import { calculateWitness } from "../../src/proofs/groth16/witness.ts"
import { openProofFixture, sampleStatement } from "../support/proof-fixture.ts"
import { proveSample, provingCircuit } from "../support/proof-sample.ts"

// Their sum and product are public signals; each by itself is a secret. Random, so that no eight bytes of them occur
// anywhere by chance.
const SECRETS = [
  0x1d8f3a6be2470c95b7e1f2a3948576d0c1b2a3f4e5d60718293a4b5c6d7e8f91n,
  0x0b7c5d3e9f1a2846dca9870e1f2b3c4d5e6f708192a3b4c5d6e7f80912a3b4c7n,
] as const

function spellings(secret: bigint): Buffer[] {
  const hex = secret.toString(16).padStart(64, "0")
  const bytes = Buffer.from(hex, "hex")
  const windows = [0, 8, 16, 24].map((at) => bytes.subarray(at, at + 8))
  return [
    Buffer.from(secret.toString()),
    Buffer.from(secret.toString().slice(0, 20)),
    Buffer.from(hex.slice(0, 16)),
    bytes.toString("base64").slice(0, 16),
    ...windows,
    ...windows.map((window) => Buffer.from(window).reverse()),
    ...windows.map((window) => [...window].join(", ")), // as inspect prints bytes
    ...windows.map((window) => [...window].reverse().join(", ")),
  ].map((spelling) => Buffer.from(spelling))
}
const leaks = (haystack: Uint8Array): string[] =>
  SECRETS.flatMap(spellings).flatMap((needle) =>
    Buffer.from(haystack).includes(needle) ? [needle.toString("hex")] : [],
  )

const PROGRAM = fileURLToPath(new URL("../support/proof-leak-program.ts", import.meta.url))

describe("a process that proved, failed, aborted and crashed", () => {
  test("tells nothing of its inputs in output, errors, causes, thread messages, statistics, reports or files", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sotto-leak-"))
    try {
      const args = ["--import", "tsx", PROGRAM, ...SECRETS.map(String)]
      const env = { ...process.env, TMPDIR: folder, NODE_OPTIONS: "" }
      const run = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 64 * 2 ** 20 })
      const labels = [
        "proved",
        "witness-refused",
        "signals-unexpected",
        "input-malformed",
        "aborted",
        "prover-crashed",
      ]
      for (const label of labels) expect(run.stdout).toContain(label)
      expect(run.stdout.match(/from a thread/g)?.length).toBeGreaterThanOrEqual(3)
      // The command line itself is in the report; that is this test's doing, not the prover's.
      const told = run.stdout.replaceAll(new RegExp(SECRETS.map((s) => `(?<=")${s}(?=")`).join("|"), "g"), "")
      expect(leaks(Buffer.from(told))).toEqual([])
      expect(leaks(Buffer.from(run.stderr))).toEqual([])
      for (const name of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (name.isFile()) expect(leaks(await readFile(join(name.parentPath, name.name)))).toEqual([])
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test("the search finds each spelling it looks for", () => {
    for (const needle of SECRETS.flatMap(spellings)) expect(leaks(needle)).not.toEqual([])
  })
})

describe("memory behind a proof", () => {
  const statement = sampleStatement(...SECRETS)

  test("holds no eight bytes of a secret after a job; without our wiping it does", async () => {
    const circuit = await provingCircuit(await openProofFixture())
    await proveSample(circuit, statement)
    expect(leaks(await taskMemory())).toEqual([])

    const witness = await calculateWitness(
      circuit.witnessCode,
      circuit.entry,
      encodeInput(circuit.entry, statement.input),
    )
    const curve = await presetCurve()
    const { random } = curve.Fr
    curve.Fr.random = () => curve.Fr.fromObject(5n)
    await groth16.prove(circuit.zkey, wtnsOf(witness))
    curve.Fr.random = random
    expect(leaks(await taskMemory())).not.toEqual([])

    await proveSample(circuit, statement)
    expect(leaks(await taskMemory())).toEqual([])
  })
})

/** What lies in the memory of ffjavascript's task interpreter. */
async function taskMemory(): Promise<Uint8Array> {
  const { tm } = await openCurve()
  const len = 2 ** 20
  const [bytes = new Uint8Array()] = await tm.queueAction([
    { cmd: "ALLOC", var: 0, len },
    { cmd: "GET", out: 0, var: 0, len },
  ])
  return bytes
}

function wtnsOf(witness: Uint8Array): Uint8Array {
  const file = new Uint8Array(76 + witness.length)
  const view = new DataView(file.buffer)
  file.set(Buffer.from("wtns"))
  const words: readonly (readonly [at: number, value: number])[] = [
    [4, 2],
    [8, 2],
    [12, 1],
    [16, 40],
    [24, 32],
    [60, witness.length / 32],
    [64, 2],
    [68, witness.length],
  ]
  for (const [at, value] of words) view.setUint32(at, value, true)
  writeElement(file, 28, 21888242871839275222246405745257275088548364400416034343698204186575808495617n)
  file.set(witness, 76)
  return file
}
