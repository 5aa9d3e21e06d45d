// Drives the witness calculator that circom compiles to WebAssembly (circom documentation, "computing the witness").
import { FIELD_ORDER } from "./circuit-r1cs.ts"

/** Input signals by name; arrays nest as the signals do. Values may lie outside 0..r-1: circom reduces them. */
type SignalValue = bigint | readonly SignalValue[]
export type CircuitInput = Readonly<Record<string, SignalValue>>

/** A compiled calculator; opaque, made by `compileCalculator`. */
export type Calculator = InstanceType<WebAssemblyHost["Module"]>

/** The calculator stopped. `trace` holds circom's own lines, innermost template first. */
export class WitnessRefused extends Error {
  readonly trace: string
  constructor(trace: string) {
    super("the witness calculator refused the input")
    this.trace = trace
  }
}

// Only what is called here: the project's TypeScript library has neither DOM nor WebAssembly declarations.
interface WebAssemblyHost {
  readonly Module: new (bytes: Uint8Array) => { readonly module?: never }
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}
interface CalculatorExports {
  init: (sanityCheck: number) => void
  getInputSignalSize: (hashHigh: number, hashLow: number) => number
  getInputSize: () => number
  setInputSignal: (hashHigh: number, hashLow: number, index: number) => void
  getWitnessSize: () => number
  getWitness: (wire: number) => void
  readSharedRWMemory: (limb: number) => number
  writeSharedRWMemory: (limb: number, value: number) => void
  getMessageChar: () => number
}
const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyHost }).WebAssembly
const LIMBS = 8 // 32-bit limbs of a field element
const ASSERT_FAILED = 4 // circom's code for a constraint that the calculator checks as it goes

/** Compiles the calculator once; every witness then runs in an instance of its own. */
export function compileCalculator(wasm: Uint8Array): Calculator {
  return new Module(wasm)
}

/**
 * Computes all wires of the honest witness, in a fresh instance: state left by a refused input cannot reach the next.
 * @throws WitnessRefused where a constraint does not hold; any other stop (unknown or missing signal) is a plain Error.
 */
export function calculateWitness(calculator: Calculator, input: CircuitInput): bigint[] {
  const session = openSession(calculator)
  const { exports } = session
  exports.init(1)
  let given = 0
  for (const [name, value] of Object.entries(input)) {
    const flat = flatten(value)
    const hash = fnv1a(name)
    const high = Number(hash >> 32n)
    const low = Number(hash & 0xffffffffn)
    const size = exports.getInputSignalSize(high, low)
    if (size !== flat.length) throw new Error(`signal ${name} takes ${size} values, got ${flat.length}`)
    flat.forEach((element, index) => {
      writeField(exports, element)
      session.run(() => {
        exports.setInputSignal(high, low, index)
      })
    })
    given += flat.length
  }
  if (given !== exports.getInputSize()) {
    throw new Error(`the circuit takes ${exports.getInputSize()} values, got ${given}`)
  }
  return Array.from({ length: exports.getWitnessSize() }, (_, wire) => {
    exports.getWitness(wire)
    return readField(exports)
  })
}

interface Session {
  readonly exports: CalculatorExports
  readonly run: (step: () => void) => void
}

function openSession(calculator: Calculator): Session {
  let trace = ""
  let failure = 0
  const message = (): string => {
    let text = ""
    for (let code = exports.getMessageChar(); code !== 0; code = exports.getMessageChar()) {
      text += String.fromCharCode(code)
    }
    return text
  }
  const runtime = {
    exceptionHandler: (code: number): never => {
      failure = code
      throw new Error(`circom exception ${code}: ${trace}`)
    },
    printErrorMessage: (): void => {
      trace += `${message()}\n`
    },
    writeBufferMessage: (): void => {
      message()
    },
    showSharedRWMemory: (): void => undefined,
  }
  const exports = new Instance(calculator, { runtime }).exports as CalculatorExports
  const run = (step: () => void): void => {
    try {
      step()
    } catch (cause) {
      if (failure === ASSERT_FAILED) throw new WitnessRefused(trace)
      throw cause
    }
  }
  return { exports, run }
}

function flatten(value: SignalValue): bigint[] {
  return typeof value === "bigint" ? [value] : value.flatMap(flatten)
}

function fnv1a(name: string): bigint {
  let hash = 0xcbf29ce484222325n // FNV-1a, 64 bits, as circom hashes signal names
  for (const character of name) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(character.charCodeAt(0))) * 0x100000001b3n)
  }
  return hash
}

function writeField(exports: CalculatorExports, value: bigint): void {
  let rest = ((value % FIELD_ORDER) + FIELD_ORDER) % FIELD_ORDER
  for (let limb = 0; limb < LIMBS; limb++, rest >>= 32n) {
    exports.writeSharedRWMemory(limb, Number(rest & 0xffffffffn))
  }
}

function readField(exports: CalculatorExports): bigint {
  let value = 0n
  for (let limb = LIMBS - 1; limb >= 0; limb--) {
    value = (value << 32n) | BigInt(exports.readSharedRWMemory(limb) >>> 0)
  }
  return value
}
