import { beforeAll, expect, test } from "vitest"
import type { CircuitId } from "../../../src/protocol/primitives/prove.ts"
import { compileKernel } from "../../../src/proofs/groth16/accelerated/accelerated-backend.ts"
import { encodeInput } from "../../../src/proofs/groth16/input.ts"
import { compileWitnessCode } from "../../../src/proofs/groth16/witness.ts"
import { openProveJob } from "../../../src/proofs/prover/prove-job.ts"
import type { ProveJob, ThreadCircuit, ThreadData } from "../../../src/proofs/prover/prove-job.ts"
import { openProofFixture, sampleStatement } from "../../support/proof-fixture.ts"
import type { ProofFixture } from "../../support/proof-fixture.ts"

let fixture: ProofFixture
let data: ThreadData
let run: Awaited<ReturnType<typeof openProveJob>>
const { input, expected } = sampleStatement(3n, 5n)

beforeAll(async () => {
  fixture = await openProofFixture()
  const { entry, wasm, zkey, vkey } = fixture.artifacts
  const circuit: ThreadCircuit = { entry, zkey, vkey, witnessCode: await compileWitnessCode(wasm) }
  const circuits = new Map<CircuitId, ThreadCircuit>([["presentation", circuit]])
  data = { circuits, backend: "auto", kernel: await compileKernel() }
  run = await openProveJob(data)
})

const jobWith = (change: Partial<ProveJob> = {}): ProveJob => ({
  circuit: "presentation",
  input: encodeInput(fixture.entry, input),
  expected,
  deadlineUnixMs: Date.now() + 60_000,
  ...change,
})

test("answers a proof with the time of each stage in order", async () => {
  const outcome = await run(jobWith())
  if (!outcome.ok) throw new Error(outcome.code)
  const stages = ["witness", "assignment", "transform", "commit-a", "commit-b", "commit-c", "check"]
  expect(Object.keys(outcome.stageMs)).toEqual(stages)
})

test("a deadline that passed in the queue never starts, and the input is zero all the same", async () => {
  const job = jobWith({ deadlineUnixMs: Date.now() - 1 })
  expect(await run(job)).toEqual({ ok: false, code: "deadline-passed" })
  expect(job.input.every((byte) => byte === 0)).toBe(true)
})

test("zeroes the input on success, on refusal and for an unknown circuit", async () => {
  for (const job of [jobWith(), jobWith({ expected: [] }), jobWith({ circuit: "other" as CircuitId })]) {
    await run(job)
    expect(job.input.every((byte) => byte === 0)).toBe(true)
  }
})

test("an unforeseen failure leaves as one sentence without cause", async () => {
  const broken = jobWith({ expected: null as unknown as ProveJob["expected"] })
  const error = await run(broken).catch((e: unknown) => e)
  expect((error as Error).message).toBe("the proving thread failed")
  expect(error).not.toHaveProperty("cause")
  expect(broken.input.every((byte) => byte === 0)).toBe(true)
})
