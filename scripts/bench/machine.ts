import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { availableParallelism, cpus, freemem, loadavg, totalmem } from "node:os"
import { dirname, join } from "node:path"
import type { ArtifactEntry } from "../../src/proofs/groth16/artifacts.ts"

/** Where and with what a result was measured. */
export interface BenchHeader {
  readonly date: string
  readonly commit: string
  readonly cpu: string
  readonly cores: number
  readonly node: string
  readonly snarkjs: string
  readonly ffjavascript: string
  readonly circom2: string
  readonly circuit: { readonly id: string; readonly constraints: number; readonly domainLog2: number }
  readonly publicSignals: number
  readonly zkeySha256: string
  readonly freeMb: number
  readonly totalMb: number
  /** One-minute load average before the run. */
  readonly loadBefore: number
}

/** Describes this machine and the circuit under test. */
export function benchHeader(entry: ArtifactEntry): BenchHeader {
  return {
    date: new Date().toISOString(),
    commit: commitOf(),
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    node: process.version,
    snarkjs: versionOf("snarkjs"),
    ffjavascript: versionOf("ffjavascript"),
    circom2: versionOf("circom2"),
    circuit: { id: entry.id, constraints: entry.constraints, domainLog2: entry.domainLog2 },
    publicSignals: entry.publicSignals,
    zkeySha256: entry.zkey.sha256,
    freeMb: Math.round(freemem() / 2 ** 20),
    totalMb: Math.round(totalmem() / 2 ** 20),
    loadBefore: loadavg()[0] ?? 0,
  }
}

/** Short commit id, `-dirty` when files differ from it. */
function commitOf(): string {
  const git = (...args: string[]): string => execFileSync("git", args, { encoding: "utf8" }).trim()
  try {
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain") === "" ? "" : "-dirty")
  } catch {
    return "no-git" // an unpacked archive has no history
  }
}

/** Version in the package.json of a package, whatever its `exports` hide. */
function versionOf(name: string): string {
  const require = createRequire(import.meta.url)
  let folder =
    name === "circom2" ? dirname(require.resolve("circom2/package.json")) : dirname(require.resolve(name))
  for (; folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<
        string,
        unknown
      >
      if (manifest["name"] === name) return String(manifest["version"])
    } catch {
      continue // no package.json in this folder: one further up
    }
  }
  return "unknown"
}
