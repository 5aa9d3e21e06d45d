import { mkdir, writeFile } from "node:fs/promises"
import { loadavg } from "node:os"
import { fileURLToPath } from "node:url"
import type { ArtifactEntry } from "../../src/proofs/groth16/artifacts.ts"
import type { PeerResult } from "./interleave.ts"
import type { BenchHeader } from "./machine.ts"
import { ratioOfMedians } from "./statistics.ts"

/** What one bench measured. */
export interface BenchResult {
  readonly entry: ArtifactEntry
  readonly results: readonly PeerResult[]
  /** Which peers are compared: the other one, ours; indices into `results`. */
  readonly pairs: readonly (readonly [other: number, ours: number])[]
  /** Ratios that a goal is stated in: of the medians of two peers (indices into `results`), or computed; null: not run. */
  readonly named?: Readonly<Record<string, readonly [over: number, under: number] | number | null>>
  /** What was counted rather than timed: bytes, outcomes, memory. */
  readonly facts?: Readonly<Record<string, string | number>>
}

/** A result as it is written to a file. */
export type BenchRecord = ReturnType<typeof recordOf>

const NOISY_LOAD_PER_CORE = 0.5
const NOISY_SPREAD = 1.5 // p95 over median

/** Sums a run up. A noisy one is no evidence for a goal, and says so. */
export function recordOf(
  name: string,
  header: BenchHeader,
  { results, pairs, named = {}, facts }: BenchResult,
) {
  const comparisons = pairs.flatMap(([a, b]) => {
    const [other, ours] = [results[a], results[b]]
    if (other === undefined || ours === undefined) return []
    return [{ other: other.name, ours: ours.name, ...ratioOfMedians(other.samples, ours.samples) }]
  })
  const spread = results.some(({ ms }) => ms.p95 / ms.median > NOISY_SPREAD)
  const noisy = header.loadBefore / header.cores > NOISY_LOAD_PER_CORE || spread
  const median = (peer: number): number => results[peer]?.ms.median ?? NaN
  const ratios = Object.fromEntries(
    Object.entries(named).map(([key, of]) => [
      key,
      typeof of === "object" ? of && median(of[0]) / median(of[1]) : of,
    ]),
  )
  const after = { ...header, loadAfter: loadavg()[0] ?? 0 }
  return { name, noisy, header: after, ratios, comparisons, results, facts }
}

/** The record as a table for people. */
export function printRecord({ name, noisy, header, ratios, comparisons, results, facts }: BenchRecord): void {
  const { cpu, cores, node, snarkjs, circuit, commit, loadBefore, loadAfter } = header
  console.log(`${name}${noisy ? "   NOISY: the machine was busy, no evidence for a goal" : ""}`)
  console.log(`${cpu}, ${cores} cores, node ${node}, snarkjs ${snarkjs}, commit ${commit}`)
  console.log(`${circuit.id}: ${circuit.constraints} constraints, domain 2^${circuit.domainLog2}`)
  console.log(`load ${loadBefore.toFixed(2)} before, ${loadAfter.toFixed(2)} after\n`)
  const cell = (value: number): string => value.toFixed(value < 100 ? 1 : 0).padStart(9)
  console.log(`${"ms".padEnd(54)}   median      min      p95      cpu    n`)
  for (const { name: peer, ms, cpuMs } of results) {
    const cells = [ms.median, ms.min, ms.p95, cpuMs.median].map(cell).join("")
    console.log(`${peer.padEnd(52)}${cells}${String(ms.n).padStart(5)}`)
  }
  for (const [fact, value] of Object.entries(facts ?? {})) console.log(`${fact.padEnd(66)}${value}`)
  for (const [goal, ratio] of Object.entries(ratios))
    console.log(`${goal.padEnd(66)}${ratio === null ? "not run" : ratio.toFixed(2)}`)
  if (comparisons.length === 0) return
  console.log("\ncpu: this process with its threads, not the cold ones\nratio of medians, 95 % interval")
  for (const { other, ours, ratio, low, high } of comparisons) {
    console.log(`  ${other} / ${ours}: ${ratio.toFixed(2)}  [${low.toFixed(2)}, ${high.toFixed(2)}]`)
  }
}

/** Keeps the record beside the earlier ones; answers the file. */
export async function writeRecord(record: BenchRecord): Promise<string> {
  const folder = new URL("./results/", import.meta.url)
  await mkdir(folder, { recursive: true })
  const { date, commit } = record.header
  const file = new URL(`${date.slice(0, 10)}-${commit}-${record.name}.json`, folder)
  await writeFile(file, `${JSON.stringify(record, null, 2)}\n`)
  return fileURLToPath(file)
}
