// The whole kernel as one WebAssembly module, written when a thread starts: one source for Node and pages, no binary.
import { Q, R } from "../../../protocol/primitives/field.ts"
import { webAssembly } from "../webassembly.ts"
import type { CompiledModule } from "../webassembly.ts"
import { writeAssignment } from "./assignment.ts"
import { writeBatchAddition } from "./batch-addition.ts"
import { writeConversions } from "./conversion.ts"
import { writeCurveCheck, writeCurveConstants } from "./curve-check.ts"
import { writeDigits } from "./digits.ts"
import { writeFieldConstants } from "./field-constants.ts"
import { writeField } from "./field-kernel.ts"
import { writeFq2 } from "./fq2.ts"
import { MONTGOMERY_BITS, pairBytes } from "./layout.ts"
import { CONSTANTS } from "./memory-map.ts"
import { writeG1, writeG2 } from "./points.ts"
import { writeSparePoints } from "./spare-points.ts"
import { writeTransforms } from "./transforms.ts"
import { ModuleWriter } from "./wasm-writer.ts"

/** Bytes of a page of WebAssembly memory. */
const PAGE_BYTES = 65536

/** What is called from outside; each is described where it is written. */
const NAMES = [
  "fq_canonical",
  "fq_inverse",
  "fq2_inverse",
  "g1_import",
  "g1_export",
  "g1_deltas",
  "g1_sums",
  "g1_offCurve",
  "g2_import",
  "g2_export",
  "g2_deltas",
  "g2_sums",
  "g2_offCurve",
  "raise",
  "countDigits",
  "placeDigits",
  "pairUp",
  "unpackMany",
  "fr_import",
  "fr_powers",
  "fr_rows",
  "fr_products",
  "fr_toCoefficients",
  "fr_scale",
  "fr_toValues",
  "fr_splitLanes",
  "fr_joinLanes",
  "fr_quotient",
] as const

/** The functions of the kernel: addresses and counts in, a count or nothing out. */
type KernelFunctions = Readonly<Record<(typeof NAMES)[number], (...args: number[]) => number>>

/** One memory and the kernel over it. */
export interface Kernel {
  readonly call: KernelFunctions
  readonly bytes: Uint8Array
  readonly words: Uint32Array
}

/** The bytes of the module; always the same ones. */
export function writeKernel(): Uint8Array {
  const writer = new ModuleWriter()
  const fq = writeField(writer, "fq", writeFieldConstants(writer, Q, CONSTANTS.fq))
  const fr = writeField(writer, "fr", writeFieldConstants(writer, R, CONSTANTS.fr))
  writer.data(CONSTANTS.oneFq2, pairBytes((1n << MONTGOMERY_BITS) % Q, 0n))
  writeSparePoints(writer)
  const fq2 = writeFq2(writer, fq)
  const [g1, g2] = [writeG1(writer, fq), writeG2(writer, fq, fq2)]
  writeBatchAddition(writer, g1, fq.constants.one)
  writeBatchAddition(writer, g2, CONSTANTS.oneFq2)
  writeCurveConstants(writer)
  writeCurveCheck(writer, g1, CONSTANTS.b1)
  writeCurveCheck(writer, g2, CONSTANTS.b2)
  writeDigits(writer)
  writeTransforms(writer, fr)
  writeAssignment(writer, fr, writeConversions(writer, fq, fr))
  return writer.encode()
}

/** The kernel over a memory of its own that never grows. */
export async function openKernel(module: CompiledModule, memoryBytes: number): Promise<Kernel> {
  const pages = Math.ceil(memoryBytes / PAGE_BYTES)
  const memory = new webAssembly.Memory({ initial: pages, maximum: pages })
  const { exports } = await webAssembly.instantiate(module, { env: { memory } })
  if (NAMES.some((name) => typeof exports[name] !== "function")) throw new TypeError("not our kernel")
  return {
    call: exports as KernelFunctions,
    bytes: new Uint8Array(memory.buffer),
    words: new Uint32Array(memory.buffer),
  }
}
