// Tests circuits from both sides: what the honest calculator refuses, and what the constraints refuse of a dishonest witness.
import { readFileSync, readdirSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { CIRCUIT_FOLDERS, compileCircuit, PROJECT_ROOT, type CircuitInstance } from "./circuit-compile.ts"
import { constraintsByWire, FIELD_ORDER, holds, readR1cs, wiresOf, type R1cs } from "./circuit-r1cs.ts"
import { readSymbols, type Symbols } from "./circuit-symbols.ts"
import { calculateWitness, compileCalculator, WitnessRefused } from "./circuit-witness.ts"
import type { Calculator, CircuitInput } from "./circuit-witness.ts"

/** Where the calculator stopped: the rule on that line, and the line itself as `file:line`. */
export interface Refusal {
  readonly rule: number | undefined
  readonly line: string
}

/** A constraint that an assignment breaks, with the names of its signals. */
export interface BrokenConstraint {
  readonly index: number
  readonly signals: readonly string[]
}

/** Whether some broken constraint speaks of all these signals. */
export function names(broken: readonly BrokenConstraint[], signals: readonly string[]): boolean {
  return broken.some((constraint) => signals.every((signal) => constraint.signals.includes(signal)))
}

/** Edits that spell a number into the bits of a decomposition, lowest first. */
export function bitEdits(prefix: string, value: bigint, bits: number): Record<string, bigint> {
  return Object.fromEntries(
    Array.from({ length: bits }, (_, i) => [`${prefix}[${i}]`, (value >> BigInt(i)) & 1n]),
  )
}

/** A compiled instance with everything needed to test it. */
export class Circuit {
  readonly r1cs: R1cs
  readonly symbols: Symbols
  readonly use: readonly (readonly number[])[]
  readonly #calculator: Calculator

  constructor(r1cs: R1cs, symbols: Symbols, calculator: Calculator) {
    this.r1cs = r1cs
    this.symbols = symbols
    this.use = constraintsByWire(r1cs)
    this.#calculator = calculator
  }

  /** The honest witness. @throws WitnessRefused */
  witness(input: CircuitInput): Witness {
    return new Witness(this, calculateWitness(this.#calculator, input))
  }

  /** Where the honest calculator refuses this input; `undefined` if it accepts. */
  refusal(input: CircuitInput): Refusal | undefined {
    try {
      calculateWitness(this.#calculator, input)
      return undefined
    } catch (error) {
      if (error instanceof WitnessRefused) return locate(error.trace)
      throw error
    }
  }

  /** The wire of a named signal. A misspelt name must fail the test, so it throws. */
  wire(name: string): number {
    const wire = this.symbols.wireOf.get(name)
    if (wire === undefined) throw new Error(`no wire for signal ${name}`)
    return wire
  }
}

/** A full assignment of the wires, honest or edited. */
export class Witness {
  readonly circuit: Circuit
  readonly values: readonly bigint[]

  constructor(circuit: Circuit, values: readonly bigint[]) {
    this.circuit = circuit
    this.values = values
  }

  /** Value of a named signal. */
  get(name: string): bigint {
    return this.values[this.circuit.wire(name)] ?? 0n
  }

  /**
   * The same witness with some signals set to other values (reduced into the field): what a dishonest prover may try.
   * Edits that change nothing throw: the test behind them would prove nothing.
   */
  edit(changes: Readonly<Record<string, bigint>>): Witness {
    const values = [...this.values]
    for (const [name, value] of Object.entries(changes)) {
      values[this.circuit.wire(name)] = ((value % FIELD_ORDER) + FIELD_ORDER) % FIELD_ORDER
    }
    if (values.every((value, wire) => value === this.values[wire]))
      throw new Error("the edits change no wire")
    return new Witness(this.circuit, values)
  }

  /** The same witness with every signal under a prefix taken from another one: two honest halves that do not belong together. */
  graft(other: Witness, prefix: string): Witness {
    const values = [...this.values]
    for (const [name, wire] of this.circuit.symbols.wireOf) {
      if (name.startsWith(prefix)) values[wire] = other.values[wire] ?? 0n
    }
    return new Witness(this.circuit, values)
  }

  /** Every constraint this assignment breaks; empty means that a proof could be made. */
  broken(): BrokenConstraint[] {
    const { r1cs, symbols } = this.circuit
    return r1cs.constraints.flatMap((constraint, index) =>
      holds(constraint, this.values)
        ? []
        : [{ index, signals: wiresOf(constraint).flatMap((wire) => symbols.namesOf.get(wire) ?? []) }],
    )
  }
}

const opened = new Map<string, Promise<Circuit>>()

/** Compiles (or finds) an instance and reads it; the same instance is read once per process. */
export function openCircuit(instance: CircuitInstance): Promise<Circuit> {
  const key = JSON.stringify(instance)
  const known = opened.get(key) ?? readCircuit(instance)
  opened.set(key, known)
  return known
}

async function readCircuit(instance: CircuitInstance): Promise<Circuit> {
  const files = await compileCircuit(instance)
  const [r1cs, sym, wasm] = await Promise.all([
    readFile(files.r1cs),
    readFile(files.sym, "utf8"),
    readFile(files.wasm),
  ])
  return new Circuit(readR1cs(r1cs), readSymbols(sym), compileCalculator(wasm))
}

const FRAME = /Error in template ([A-Za-z][A-Za-z0-9]*?)_\d+ line: (\d+)/g

/** The innermost line of ours that carries a rule number; library templates and `lib/` have none, so the caller's counts. */
function locate(trace: string): Refusal {
  let first: Refusal | undefined
  for (const [, template = "", lineText = ""] of trace.matchAll(FRAME)) {
    const source = sourceOf(template)
    if (source === undefined) continue
    const text = source.lines[Number(lineText) - 1] ?? ""
    const rule = /\/\/ \((\d+)\)/.exec(text)?.[1]
    const refusal = {
      rule: rule === undefined ? undefined : Number(rule),
      line: `${source.file}:${lineText}`,
    }
    if (rule !== undefined) return refusal
    first ??= refusal
  }
  return first ?? { rule: undefined, line: trace.trim() }
}

interface Source {
  readonly file: string
  readonly lines: readonly string[]
}
let sources: Map<string, Source> | undefined

function sourceOf(template: string): Source | undefined {
  sources ??= new Map(
    CIRCUIT_FOLDERS.flatMap((folder) =>
      readdirSync(join(PROJECT_ROOT, "circuits", folder)).flatMap((name) => {
        const file = `${folder}/${name}`
        const text = readFileSync(join(PROJECT_ROOT, "circuits", file), "utf8")
        const source = { file, lines: text.split("\n") }
        return [...text.matchAll(/^template (\w+)\(/gm)].map(([, declared = ""]): [string, Source] => [
          declared,
          source,
        ])
      }),
    ),
  )
  return sources.get(template)
}
