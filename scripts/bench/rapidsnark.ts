// rapidsnark as a yardstick, only where somebody installed it; it is fed by a witness file, which the product never writes.
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { wtns } from "snarkjs"
import type { CircuitSignals } from "snarkjs"
import type { WireProof } from "../../src/protocol/primitives/prove.ts"
import type { Peer } from "./interleave.ts"

/** The peers on one core and on all, witness given; none when no `rapidsnark` is on the path. */
export async function rapidsnarkPeers(
  input: CircuitSignals,
  paths: Readonly<Record<"wasm" | "zkey", string>>,
): Promise<Peer<WireProof>[]> {
  if (!isOnPath("rapidsnark")) return []
  const folder = mkdtempSync(join(tmpdir(), "sotto-bench-"))
  const [witness, proof, signals] = ["witness.wtns", "proof.json", "public.json"].map((n) =>
    join(folder, n),
  ) as [string, string, string]
  await wtns.calculate(input, paths.wasm, witness)
  const run =
    (command: string, ...before: string[]) =>
    (): Promise<WireProof> => {
      execFileSync(command, [...before, paths.zkey, witness, proof, signals], { stdio: "ignore" })
      const made = JSON.parse(readFileSync(proof, "utf8")) as {
        pi_a: [string, string]
        pi_b: [[string, string], [string, string]]
        pi_c: [string, string]
      }
      const { pi_a, pi_b, pi_c } = made
      return Promise.resolve({ a: [pi_a[0], pi_a[1]], b: [pi_b[0], pi_b[1]], c: [pi_c[0], pi_c[1]] })
    }
  return [
    { name: "rapidsnark, process, 1 core", run: run("taskset", "-c", "0", "rapidsnark") },
    { name: "rapidsnark, process, all cores", run: run("rapidsnark") },
  ]
}

function isOnPath(program: string): boolean {
  try {
    execFileSync("which", [program], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}
