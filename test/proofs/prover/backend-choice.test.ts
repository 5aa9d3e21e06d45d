import { beforeAll, describe, expect, test, vi } from "vitest"
import { compileKernel } from "../../../src/proofs/groth16/accelerated/accelerated-backend.ts"
import type {
  AcceleratedBackend,
  CompiledKernel,
} from "../../../src/proofs/groth16/accelerated/accelerated-backend.ts"
import { encodeInput } from "../../../src/proofs/groth16/input.ts"
import type { ProvingCircuit } from "../../../src/proofs/groth16/prove.ts"
import { verifyWithSecondVerifier } from "../../../src/proofs/groth16/second-verifier.ts"
import { snarkjsBackend } from "../../../src/proofs/groth16/snarkjs-backend.ts"
import { openThreadProver } from "../../../src/proofs/prover/backend-choice.ts"
import type { BackendFailure, BackendSetting } from "../../../src/proofs/prover/backend-choice.ts"
import { openProofFixture, sampleStatement } from "../../support/proof-fixture.ts"
import { g1OfWire, wireOfG1 } from "../../support/proof-points.ts"
import { provingCircuit } from "../../support/proof-sample.ts"

let circuit: ProvingCircuit
let kernel: CompiledKernel | null
const { input, expected } = sampleStatement(3n, 5n)

beforeAll(async () => {
  circuit = await provingCircuit(await openProofFixture())
  kernel = await compileKernel()
})

type Made = Awaited<ReturnType<AcceleratedBackend["prove"]>>
const doubled = (point: readonly [string, string]): readonly [string, string] =>
  wireOfG1(g1OfWire(point).double())

/** A back end in the accelerated one's place whose answer is changed. */
const faulty = (change: (made: Made) => Made | Promise<Made>) => async (): Promise<AcceleratedBackend> => ({
  prepare: () => Promise.resolve(),
  prove: vi.fn(async (task) => change(await snarkjsBackend(task))),
})

async function proveWith(
  open: () => Promise<AcceleratedBackend | null>,
  setting: BackendSetting = "auto",
  deadlineUnixMs = Date.now() + 60_000,
) {
  const prover = await openThreadProver(setting, kernel, open)
  const failures: BackendFailure[] = []
  const bytes = encodeInput(circuit.entry, input)
  const job = (): ReturnType<typeof prover.prove> =>
    prover.prove({ circuit, input: encodeInput(circuit.entry, input), expected, deadlineUnixMs }, (failure) =>
      failures.push(failure),
    )
  const first = await prover
    .prove({ circuit, input: bytes, expected, deadlineUnixMs }, (failure) => failures.push(failure))
    .catch((error: unknown) => error)
  return { first, failures, job, bytes }
}

const holds = (made: unknown): boolean =>
  verifyWithSecondVerifier(circuit.key.key, expected, (made as Made).proof)

describe("a back end that computes wrongly", () => {
  test.each<[string, (made: Made) => Made | Promise<Made>, string]>([
    [
      "a wrong A",
      (made) => ({ ...made, proof: { ...made.proof, a: doubled(made.proof.a) } }),
      "self-check-failed",
    ],
    [
      "a wrong C",
      (made) => ({ ...made, proof: { ...made.proof, c: doubled(made.proof.c) } }),
      "self-check-failed",
    ],
    ["a throw", () => Promise.reject(new Error("quotes 3 and 5")), "crashed"],
  ])("%s: snarkjs makes the proof, it is said once, and the back end stays off", async (_, change, code) => {
    const opened = await faulty(change)()
    const { first, failures, job, bytes } = await proveWith(() => Promise.resolve(opened))
    expect(holds(first)).toBe(true)
    expect(failures).toEqual([{ circuit: "presentation", code, kernel: kernel?.sha256 }])
    expect(bytes.every((byte) => byte === 0)).toBe(true)
    expect(holds(await job())).toBe(true)
    expect(opened.prove).toHaveBeenCalledTimes(1)
    expect(failures).toHaveLength(1)
  })

  test("nothing is tried again after the deadline", async () => {
    const wrong = faulty(() => Promise.reject(new Error("broken")))
    const { first, failures } = await proveWith(wrong, "auto", Date.now() - 1)
    expect(first).toMatchObject({ code: "deadline-passed" })
    expect(failures).toHaveLength(1)
  })

  test("with `accelerated` nothing is tried again at all", async () => {
    const wrong = faulty((made) => ({ ...made, proof: { ...made.proof, a: doubled(made.proof.a) } }))
    const { first, failures } = await proveWith(wrong, "accelerated")
    expect(first).toMatchObject({ code: "self-check-failed" })
    expect(failures).toEqual([])
  })
})

describe("settings", () => {
  test("a kernel that fails its check is said with the first job; snarkjs proves", async () => {
    const { first, failures, job } = await proveWith(() => Promise.resolve(null))
    expect(holds(first)).toBe(true)
    await job()
    expect(failures).toEqual([
      { circuit: "presentation", code: "backend-unavailable", kernel: kernel?.sha256 },
    ])
  })

  test("`accelerated` proves by the kernel or not at all, `snarkjs` opens no kernel", async () => {
    const { first } = await proveWith(() => Promise.resolve(null), "accelerated")
    expect(first).toMatchObject({ code: "backend-unavailable" })
    const open = vi.fn(() => Promise.resolve(null))
    expect(holds((await proveWith(open, "snarkjs")).first)).toBe(true)
    expect(open).not.toHaveBeenCalled()
    const prover = await openThreadProver("accelerated", kernel)
    const job = { circuit, input: encodeInput(circuit.entry, input), expected, deadlineUnixMs: Infinity }
    expect(holds(await prover.prove(job, () => undefined))).toBe(true)
  })

  test("what the job itself got wrong is not blamed on the back end", async () => {
    const prover = await openThreadProver("auto", kernel)
    const failures: BackendFailure[] = []
    const refused = encodeInput(circuit.entry, { ...input, product: 16n })
    const job = { circuit, input: refused, expected, deadlineUnixMs: Infinity }
    const error: unknown = await prover
      .prove(job, (failure) => failures.push(failure))
      .catch((e: unknown) => e)
    expect(error).toMatchObject({ code: "witness-refused" })
    expect(failures).toEqual([])
  })
})
