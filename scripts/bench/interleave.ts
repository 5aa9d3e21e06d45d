import { summarise } from "./statistics.ts"
import type { Summary } from "./statistics.ts"

/** One way of doing the same work. `run` is timed; what it answers is checked afterwards, outside the timed span. */
export interface Peer<T> {
  readonly name: string
  readonly run: () => Promise<T>
  /** Pieces of work in one run; what is reported is for one piece. 1 by default. */
  readonly pieces?: number
}

/** What a peer took: wall-clock samples, and processor time of this process with all its threads. */
export interface PeerResult {
  readonly name: string
  readonly ms: Summary
  readonly cpuMs: Summary
  readonly samples: readonly number[]
}

/**
 * Runs the peers in turns (A B C A B C ...), after one untimed round, so that load and temperature hit all alike.
 * @param check - throws when an answer is wrong; runs after each sample, untimed
 */
export async function interleave<T>(
  peers: readonly Peer<T>[],
  rounds: number,
  check: (answer: T) => Promise<void>,
): Promise<PeerResult[]> {
  const wall = peers.map((): number[] => [])
  const cpu = peers.map((): number[] => [])
  for (let round = -1; round < rounds; round++) {
    for (const [i, peer] of peers.entries()) {
      const before = process.cpuUsage()
      const start = performance.now()
      const answer = await peer.run()
      const ms = performance.now() - start
      const { user, system } = process.cpuUsage(before)
      await check(answer)
      if (round < 0) continue
      const { pieces = 1 } = peer
      wall[i]?.push(ms / pieces)
      cpu[i]?.push((user + system) / 1000 / pieces)
    }
  }
  return peers.map(({ name }, i) => {
    const samples = wall[i] ?? []
    return { name, samples, ms: summarise(samples), cpuMs: summarise(cpu[i] ?? []) }
  })
}
