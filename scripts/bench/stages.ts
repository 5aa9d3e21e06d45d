import { summarise } from "./statistics.ts"
import type { PeerResult } from "./interleave.ts"

/** Stages of one long run, each timed as often as it comes up. */
export interface Stages {
  /** Runs one stage and answers what it answers. */
  readonly time: <T>(name: string, run: () => T | Promise<T>) => Promise<T>
  readonly results: () => PeerResult[]
}

/** Begins a run. */
export function openStages(): Stages {
  const wall = new Map<string, number[]>()
  const cpu = new Map<string, number[]>()
  const push = (samples: Map<string, number[]>, name: string, ms: number): void => {
    samples.set(name, [...(samples.get(name) ?? []), ms])
  }
  return {
    time: async (name, run) => {
      const before = process.cpuUsage()
      const start = performance.now()
      const answer = await run()
      push(wall, name, performance.now() - start)
      const { user, system } = process.cpuUsage(before)
      push(cpu, name, (user + system) / 1000)
      return answer
    },
    results: () =>
      [...wall].map(([name, samples]) => {
        return { name, samples, ms: summarise(samples), cpuMs: summarise(cpu.get(name) ?? []) }
      }),
  }
}
