// Our own driver of circom 2 witness code. circom_runtime asks for 2 GiB of memory, prints the failing line of the
// template (hence the failing slot of a statement) and keeps earlier messages.
import { R } from "../../protocol/primitives/field.ts"
import type { ArtifactEntry } from "./artifacts.ts"
import { Groth16Error } from "./errors.ts"
import { ELEMENT_BYTES, readElement } from "./input.ts"
import { webAssembly } from "./webassembly.ts"
import type { CompiledModule } from "./webassembly.ts"

/** The exports of circom 2 witness code that we call. Values cross through eight 32-bit words of its own memory. */
interface WitnessCode {
  readonly memory: { readonly buffer: ArrayBuffer }
  init(sanityCheck: number): void
  getSharedRWMemoryStart(): number
  getFieldNumLen32(): number
  getRawPrime(): void
  getInputSize(): number
  getInputSignalSize(nameHigh: number, nameLow: number): number
  setInputSignal(nameHigh: number, nameLow: number, position: number): void
  getWitnessSize(): number
  getWitness(index: number): void
}

/** Compiles the witness code of one circuit; the module holds no state and may be shared by threads. */
export function compileWitnessCode(wasm: Uint8Array): Promise<CompiledModule> {
  return webAssembly.compile(wasm)
}

/**
 * The full assignment of a circuit: 32-byte little-endian elements, wire 0 (the constant 1) first. Each call has an
 * instance of its own, since a finished one keeps the assignment; its memory is zeroed on every path.
 * @param input - secret, out of `encodeInput`
 * @throws Groth16Error `input-malformed` (length, element >= r), `witness-refused` (the inputs satisfy no assignment;
 *   no text, since circom's names the failing line)
 */
export async function calculateWitness(
  module: CompiledModule,
  entry: ArtifactEntry,
  input: Uint8Array,
): Promise<Uint8Array> {
  requireElements(entry, input)
  const code = (await webAssembly.instantiate(module, { runtime: RUNTIME })).exports as unknown as WitnessCode
  try {
    return runWitnessCode(code, entry, input)
  } catch (error) {
    if (error instanceof Groth16Error) throw error
    // The cause is dropped on purpose: its text names a template line.
    throw new Groth16Error("witness-refused", `no witness of ${entry.id} for these inputs`)
  } finally {
    new Uint8Array(code.memory.buffer).fill(0)
  }
}

/** The message functions do nothing: what they could say depends on secrets. */
const RUNTIME = {
  exceptionHandler: (): never => {
    throw new Error("witness code stopped")
  },
  printErrorMessage: (): void => undefined,
  writeBufferMessage: (): void => undefined,
  showSharedRWMemory: (): void => undefined,
}

function requireElements(entry: ArtifactEntry, input: Uint8Array): void {
  const elements = entry.inputs.reduce((sum, [, size]) => sum + size, 0)
  if (input.length !== ELEMENT_BYTES * elements) {
    throw new Groth16Error("input-malformed", `expected ${elements} elements of ${ELEMENT_BYTES} bytes`)
  }
  for (let at = 0; at < input.length; at += ELEMENT_BYTES) {
    if (readElement(input, at) >= R) throw new Groth16Error("input-malformed", "an element is not below r")
  }
}

function runWitnessCode(code: WitnessCode, entry: ArtifactEntry, input: Uint8Array): Uint8Array {
  code.init(1)
  const shared = code.getSharedRWMemoryStart()
  const exchange = (): Uint8Array => new Uint8Array(code.memory.buffer, shared, ELEMENT_BYTES)
  code.getRawPrime()
  const fits =
    code.getFieldNumLen32() === 8 &&
    readElement(exchange(), 0) === R &&
    code.getInputSize() * ELEMENT_BYTES === input.length &&
    code.getWitnessSize() === entry.wires
  if (!fits) throw new Groth16Error("artifact-refused", `the witness code is not that of ${entry.id}`)
  let at = 0
  for (const [name, size] of entry.inputs) {
    const [high, low] = nameHash(name)
    if (code.getInputSignalSize(high, low) !== size) {
      throw new Groth16Error("artifact-refused", `the witness code of ${entry.id} has no such input ${name}`)
    }
    for (let position = 0; position < size; position++, at += ELEMENT_BYTES) {
      exchange().set(input.subarray(at, at + ELEMENT_BYTES))
      code.setInputSignal(high, low, position)
    }
  }
  const witness = new Uint8Array(ELEMENT_BYTES * entry.wires)
  for (let wire = 0; wire < entry.wires; wire++) {
    code.getWitness(wire)
    witness.set(exchange(), ELEMENT_BYTES * wire)
  }
  return witness
}

/** circom 2 finds an input by the 64-bit FNV-1a hash of its name, as two 32-bit halves. */
function nameHash(name: string): [high: number, low: number] {
  let hash = 0xcbf29ce484222325n
  for (let i = 0; i < name.length; i++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(name.charCodeAt(i))) * 0x100000001b3n)
  }
  return [Number(BigInt.asIntN(32, hash >> 32n)), Number(BigInt.asIntN(32, hash))]
}
