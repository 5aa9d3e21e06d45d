// The instances under test: the shipped one, read from the only list of instances, and parts compiled alone.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { PROJECT_ROOT, type CircuitInstance } from "./circuit-compile.ts"

export interface ListedCircuit {
  readonly id: string
  readonly file: string
  readonly template: string
  readonly public: readonly string[]
  readonly params: readonly number[]
}

/** One entry of circuits/circuits.json; throws on an id that is not listed. */
export function listedCircuit(id: string): ListedCircuit {
  const text = readFileSync(join(PROJECT_ROOT, "circuits", "circuits.json"), "utf8")
  const { circuits } = JSON.parse(text) as { readonly circuits: readonly ListedCircuit[] }
  const found = circuits.find((circuit) => circuit.id === id)
  if (found === undefined) throw new Error(`no circuit ${id} in circuits.json`)
  return found
}

/** The instance as it ships. */
export function shipped(id: string): CircuitInstance {
  return { ...listedCircuit(id), optimization: "--O2" }
}

/** The same instance at `--O1`, where every signal of ours keeps a wire and a name. */
export function named(id: string): CircuitInstance {
  return { ...listedCircuit(id), optimization: "--O1" }
}

/** One template compiled alone, with names. */
export function part(file: string, template: string, ...params: number[]): CircuitInstance {
  return { file, template, params, optimization: "--O1" }
}
