import { afterEach, beforeAll, describe, expect, test } from "vitest"
import { encodeFr, R } from "../../../src/protocol/primitives/field.ts"
import type { CircuitId, CircuitInput } from "../../../src/protocol/primitives/prove.ts"
import type { Artifacts } from "../../../src/proofs/groth16/artifacts.ts"
import { verifyWithSecondVerifier } from "../../../src/proofs/groth16/second-verifier.ts"
import { openBoundedPool } from "../../../src/proofs/pool/bounded-pool.ts"
import { openProver } from "../../../src/proofs/prover/pool.ts"
import type { Prover, ProverOptions } from "../../../src/proofs/prover/pool.ts"
import { openProofFixture, sampleStatement } from "../../support/proof-fixture.ts"
import { osThreads } from "../../support/proof-threads.ts"

let artifacts: Artifacts
const open: Prover[] = []

beforeAll(async () => {
  ;({ artifacts } = await openProofFixture())
})

afterEach(async () => {
  await Promise.all(open.splice(0).map((prover) => prover.close()))
})

async function openTestProver(options: Partial<ProverOptions> = {}, use = artifacts): Promise<Prover> {
  const prover = await openProver(new Map<CircuitId, Artifacts>([["presentation", use]]), {
    threads: 1,
    ...options,
  })
  open.push(prover)
  return prover
}

const { input, expected } = sampleStatement(3n, 5n)
const code = (name: string): object => expect.objectContaining({ name: "ProverError", code: name }) as object

test("proves in a thread; the second verifier agrees", async () => {
  const { prove } = await openTestProver()
  const proof = await prove("presentation", input, expected)
  expect(verifyWithSecondVerifier(artifacts.vkey, expected, proof)).toBe(true)
})

test("two threads prove at once, and take no more of the operating system than two threads that do nothing", async () => {
  const warm = await openTestProver()
  await warm.prove("presentation", input, expected)
  const idle = await osThreadsOf(async () => {
    const worker = new URL("../../support/proof-pool-worker.ts", import.meta.url)
    const pool = openBoundedPool<unknown, unknown>({
      worker,
      threads: { min: 2, max: 2 },
      bound: 2,
      timeoutMs: 9999,
    })
    await Promise.all([1, 2].map(() => pool.run({ do: "sleep", ms: 50 })))
    return pool
  })
  const proving = await osThreadsOf(async () => {
    const prover = await openTestProver({ threads: 2 })
    const proofs = await Promise.all(
      Array.from({ length: 6 }, () => prover.prove("presentation", input, expected)),
    )
    expect(new Set(proofs.map(({ a }) => a[0])).size).toBe(6)
    return prover
  })
  expect(proving).toBe(idle)
})

/** How many threads of the operating system exist after `start` that did not exist before, and end with `close`. */
async function osThreadsOf(
  start: () => Promise<{ close: (options: { graceMs: number }) => Promise<void> }>,
): Promise<number> {
  const before = osThreads()
  const started = await start()
  const count = osThreads() - before
  await started.close({ graceMs: 0 })
  return count
}

describe("refuses", () => {
  test("a circuit it does not have", async () => {
    const { prove } = await openTestProver()
    await expect(prove("ballot8", input, expected)).rejects.toEqual(code("circuit-unknown"))
  })

  test.each<[string, CircuitInput]>([
    ["a missing input", { product: 15n, spare: [7n, 0n] }],
    ["an aliased element", { ...input, product: 15n + R }],
    ["another length", { ...input, spare: [7n] }],
  ])("%s, before a thread sees it", async (_, bad) => {
    const { prove } = await openTestProver()
    await expect(prove("presentation", bad, expected)).rejects.toEqual(code("input-malformed"))
  })

  test("inputs without a witness, with the code and nothing else, and proves the next", async () => {
    const { prove } = await openTestProver()
    const error = await prove("presentation", { ...input, product: 16n }, expected).catch((e: unknown) => e)
    expect(error).toEqual(code("witness-refused"))
    expect((error as Error).message).toBe("no proof of presentation: witness-refused")
    expect(error).not.toHaveProperty("cause")
    await expect(prove("presentation", input, expected)).resolves.toBeDefined()
  })

  test("signals that differ from the caller's", async () => {
    const { prove } = await openTestProver()
    const wrong = [encodeFr(9n), ...expected.slice(1)]
    await expect(prove("presentation", input, wrong)).rejects.toEqual(code("signals-unexpected"))
  })

  test("a key whose points were moved: its reader or the self-check stands between it and the caller", async () => {
    const zkey = artifacts.zkey.slice()
    const last = zkey.length - 100 // inside the points of the quotient
    zkey.set(zkey.slice(last - 64, last), last - 128)
    for (const [backend, refusal] of [
      ["snarkjs", "self-check-failed"],
      ["accelerated", "artifact-refused"],
    ] as const) {
      const { prove } = await openTestProver({ backend }, { ...artifacts, zkey })
      await expect(prove("presentation", input, expected)).rejects.toEqual(code(refusal))
    }
  })
})

describe("bounds", () => {
  test("a full queue refuses at once", async () => {
    const { prove, load } = await openTestProver({ bound: 1 })
    const first = prove("presentation", input, expected)
    expect(load()).toEqual({ queued: 0, running: 1 })
    await expect(prove("presentation", input, expected)).rejects.toEqual(code("queue-full"))
    await expect(first).resolves.toBeDefined()
  })

  test("an aborted job rejects, queued or running, and the prover goes on", async () => {
    const { prove } = await openTestProver()
    const [running, queued] = [new AbortController(), new AbortController()]
    const jobs = [
      prove("presentation", input, expected, running.signal),
      prove("presentation", input, expected, queued.signal),
    ]
    queued.abort()
    await expect(jobs[1]).rejects.toEqual(code("aborted"))
    running.abort()
    await expect(jobs[0]).rejects.toEqual(code("aborted"))
    await expect(prove("presentation", input, expected)).resolves.toBeDefined()
  })

  test("a job over its time rejects", async () => {
    const { prove } = await openTestProver({ timeoutMs: 5 })
    await expect(prove("presentation", input, expected)).rejects.toEqual(code("prover-timeout"))
  })

  test("a closed prover refuses, and its waiting jobs are told", async () => {
    const prover = await openTestProver()
    const jobs = [1, 2].map(() => prover.prove("presentation", input, expected).catch((e: unknown) => e))
    await prover.close()
    expect(await Promise.all(jobs)).toEqual([code("pool-closed"), code("pool-closed")])
    await expect(prover.prove("presentation", input, expected)).rejects.toEqual(code("pool-closed"))
  })
})
