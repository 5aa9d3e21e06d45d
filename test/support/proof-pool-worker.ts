// A thread whose jobs say what they do: the pool's tests need sleep, crash, heap and text that must not get out.
import { setTimeout as sleep } from "node:timers/promises"
import { threadId, workerData } from "node:worker_threads"

/** What a job of the pool's tests may ask for. */
export type PoolTestJob =
  | { readonly do: "echo"; readonly text: string }
  | { readonly do: "sleep"; readonly ms: number }
  | { readonly do: "spin" | "exit" | "heap" }
  | { readonly do: "throw" | "throw-later"; readonly text: string }

/** What it answers: the thread that did it, the pool's data, and the text of an echo. */
export interface PoolTestOutcome {
  readonly thread: number
  readonly data: unknown
  readonly text: string
}

export default async (job: PoolTestJob): Promise<PoolTestOutcome> => {
  if (job.do === "sleep") await sleep(job.ms)
  if (job.do === "spin") for (;;) Math.sqrt(2)
  if (job.do === "exit") process.exit(3)
  if (job.do === "heap") {
    const kept: number[][] = []
    for (;;) kept.push(new Array<number>(100_000).fill(1))
  }
  if (job.do === "throw") throw new Error(job.text)
  if (job.do === "throw-later") {
    setTimeout(() => {
      throw new Error(job.text)
    }, 0)
    await sleep(60_000)
  }
  return { thread: threadId, data: workerData as unknown, text: job.do === "echo" ? job.text : "" }
}
