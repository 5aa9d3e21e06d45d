// A process that proves, fails, aborts and crashes with given secrets, and prints everything it can observe of it.
// The attack test searches its output, its folders and its reports for the secrets.
import workerThreads from "node:worker_threads"
import type { MessagePort } from "node:worker_threads"
import { inspect } from "node:util"
import { encodeFr } from "../../src/protocol/primitives/field.ts"
import type { CircuitId, CircuitInput } from "../../src/protocol/primitives/prove.ts"
import type { Artifacts } from "../../src/proofs/groth16/artifacts.ts"
import { openProver } from "../../src/proofs/prover/pool.ts"
import type { Prover } from "../../src/proofs/prover/pool.ts"
import { openProofFixture, sampleStatement } from "./proof-fixture.ts"

const seen: unknown[] = []
listenToThreads()

const [first = 0n, second = 0n] = process.argv.slice(2).map(BigInt)
const { artifacts } = await openProofFixture()
const { input, expected } = sampleStatement(first, second)
const note = async (label: string, job: Promise<unknown>): Promise<void> => {
  seen.push(label, await job.catch((error: unknown) => error))
}

const prover = await open(artifacts)
const attempt = (given: CircuitInput, signals = expected, signal?: AbortSignal): Promise<unknown> =>
  prover.prove("presentation", given, signals, signal)
await note("proved", attempt(input))
await note("witness-refused", attempt({ ...input, product: 1n }))
await note("signals-unexpected", attempt(input, [encodeFr(1n), ...expected.slice(1)]))
await note("input-malformed", attempt({ ...input, factors: [first] }))
await note("input-malformed too", attempt({ ...input, factors: [first + (1n << 255n), second] }))
const abort = new AbortController()
const [running, queued] = [attempt(input, expected, abort.signal), attempt(input, expected, abort.signal)]
seen.push("statistics", prover.load())
setTimeout(() => {
  abort.abort(new Error("gone"))
}, 5)
await note("aborted running", running)
await note("aborted queued", queued)
await prover.close()

const broken = await open({ ...artifacts, zkey: artifacts.zkey.slice(0, 900) }, "snarkjs") // ours refuses by name
await note("crashed", broken.prove("presentation", input, expected))
await broken.close()
seen.push("report", JSON.stringify(process.report.getReport()))
console.log(
  inspect(seen, { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity, showHidden: true }),
)

function open(use: Artifacts, backend: "auto" | "snarkjs" = "auto"): Promise<Prover> {
  return openProver(new Map<CircuitId, Artifacts>([["presentation", use]]), { threads: 1, backend })
}

/** Records every message that a thread sends to this process. */
function listenToThreads(): void {
  const threads = workerThreads as { MessageChannel: new () => { port1: MessagePort; port2: MessagePort } }
  const Original = threads.MessageChannel
  threads.MessageChannel = class extends Original {
    constructor() {
      super()
      const on = this.port1.on.bind(this.port1)
      this.port1.on = (event, listener) =>
        on(event, (...values: unknown[]) => {
          seen.push("from a thread", ...values)
          ;(listener as (...values: unknown[]) => void)(...values)
        })
    }
  }
}
