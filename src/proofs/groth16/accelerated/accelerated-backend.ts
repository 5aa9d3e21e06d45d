// The accelerated back end of one thread: the kernel, checked once, and the working keys of the circuits it serves.
import { bytesToHex } from "../../../protocol/primitives/bytes.ts"
import { sha256 } from "../../../protocol/primitives/hash.ts"
import type { ArtifactEntry } from "../artifacts.ts"
import type { ProofBackend } from "../backend.ts"
import { presetCurve } from "../curve.ts"
import { webAssembly } from "../webassembly.ts"
import type { CompiledModule } from "../webassembly.ts"
import { proveAccelerated } from "./accelerated-proof.ts"
import { writeKernel } from "./kernel.ts"
import { passesSelfCheck } from "./self-check.ts"
import { openWorkingKey } from "./working-key.ts"
import type { WorkingKey } from "./working-key.ts"

/** The kernel, compiled once in a process; it holds no state and may be sent to threads. */
export interface CompiledKernel {
  readonly module: CompiledModule
  /** SHA-256 of the module, 64 lower-case hexadecimal digits. */
  readonly sha256: string
}

/** A back end that passed its check. */
export interface AcceleratedBackend {
  readonly prove: ProofBackend
  /** Converts the key of a circuit ahead of its first proof. @throws Groth16Error `artifact-refused` */
  readonly prepare: (entry: ArtifactEntry, zkey: Uint8Array) => Promise<void>
}

/** Writes and compiles the kernel; null where the engine has no WebAssembly with 128-bit vectors. */
export async function compileKernel(): Promise<CompiledKernel | null> {
  const bytes = writeKernel()
  try {
    return { module: await webAssembly.compile(bytes), sha256: bytesToHex(sha256(bytes)) }
  } catch {
    return null // the caller proves with snarkjs and says so
  }
}

/** The back end for the calling thread; null when the kernel gives a wrong answer to a question with a known one. */
export async function openAcceleratedBackend({ module }: CompiledKernel): Promise<AcceleratedBackend | null> {
  const curve = await presetCurve()
  if (!(await passesSelfCheck(curve, module).catch(() => false))) return null
  const keys = new Map<string, Promise<WorkingKey>>()
  const keyOf = (entry: ArtifactEntry, zkey: Uint8Array): Promise<WorkingKey> => {
    const known = keys.get(entry.zkey.sha256)
    if (known !== undefined) return known
    const opened = openWorkingKey(module, entry, zkey)
    keys.set(entry.zkey.sha256, opened)
    return opened
  }
  return {
    prepare: async (entry, zkey) => {
      await keyOf(entry, zkey)
    },
    // Synchronous once the key is there: proofs asked for at once never share the memory of a key.
    prove: async (task) => {
      const key = await keyOf(task.entry, task.zkey)
      return proveAccelerated(curve, key, task)
    },
  }
}
