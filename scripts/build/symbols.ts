// circom's symbol file: one line per label, `label,witness position or -1,component,name`.
import type { CircuitShape } from "../../src/proofs/ceremony/r1cs.ts"
import { BuildError } from "./build-error.ts"

/** What the symbol file says about the main component, names without `main.`. */
export interface MainSignals {
  /** Outputs, then public inputs, in witness order: `nullifier`, `slotCode[0]`, ... */
  readonly publicSignals: readonly string[]
  /** Every input, public ones first, in declared order, with its flattened length. */
  readonly inputs: readonly (readonly [name: string, size: number])[]
}

/**
 * Reads the signals of the main component. Labels are given to its outputs first, then to public, then to private
 * inputs; the counts of the constraint file tell them apart from intermediate signals.
 * @throws BuildError `sources-malformed` when the file does not begin with those signals
 */
export function readMainSignals(symbols: string, shape: CircuitShape): MainSignals {
  const wanted = shape.publicOutputs + shape.publicInputs + shape.privateInputs
  const lines = symbols.split("\n", wanted)
  const publicSignals = shape.publicOutputs + shape.publicInputs
  const names = lines.map((line, i) => {
    const [, position, , name] = line.split(",")
    // Outputs and public inputs are the witness positions after the constant; private ones may be optimised away.
    if (!name?.startsWith("main.") || (i < publicSignals && position !== String(i + 1))) {
      throw new BuildError(
        "sources-malformed",
        "the symbol file does not begin with the main component's signals",
      )
    }
    return name.slice("main.".length)
  })
  const sizes = new Map<string, number>()
  for (const name of names.slice(shape.publicOutputs)) {
    const [base = name] = name.split("[", 1)
    sizes.set(base, (sizes.get(base) ?? 0) + 1)
  }
  return { publicSignals: names.slice(0, publicSignals), inputs: [...sizes] }
}
