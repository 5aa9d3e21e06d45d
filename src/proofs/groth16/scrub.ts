// What a proof leaves behind inside ffjavascript: copies of the witness and of everything computed from it.
import type { Bn254, TaskStep } from "./curve.ts"
import { ELEMENT_BYTES } from "./input.ts"

/** A buffer as ffjavascript knows them: bytes, or its own large buffer of several pages. */
type Trace = Uint8Array | { readonly buffers: readonly Uint8Array[] }

/** The methods through which witness, polynomials and scalars pass. */
const CARRIERS = [
  ["G1", "multiExpAffine"],
  ["G2", "multiExpAffine"],
  ["Fr", "fft"],
  ["Fr", "ifft"],
  ["Fr", "batchApplyKey"],
] as const

/**
 * Remembers every buffer that goes through the curve from now on; `wipe` zeroes them and the task memory behind them.
 * Best effort, as always in JavaScript: single elements (among them the curve's own constants, which must stay) and
 * what the engine itself copied are left to the collector.
 */
export function keepTraces(curve: Bn254): { wipe: () => Promise<void> } {
  const seen = new Set<Uint8Array>()
  let highWater = 0
  const keep = (value: unknown): void => {
    for (const bytes of pagesOf(value)) if (bytes.byteLength > ELEMENT_BYTES) seen.add(bytes)
  }
  const restore = [
    ...CARRIERS.map(([owner, method]) => replaceMethod(curve[owner], method, keep)),
    replaceMethod(curve.tm, "queueAction", (value) => {
      if (!Array.isArray(value)) return
      highWater = Math.max(highWater, keepSteps(value as TaskStep[], keep))
    }),
  ]
  return {
    wipe: async () => {
      for (const undo of restore) undo()
      for (const bytes of seen) bytes.fill(0)
      await curve.tm.queueAction([{ cmd: "ALLOCSET", var: 0, buff: new Uint8Array(highWater) }])
    },
  }
}

/** Keeps the buffers of a task; answers the bytes it takes in the task memory. */
function keepSteps(steps: readonly TaskStep[], keep: (value: unknown) => void): number {
  let bytes = 0
  for (const step of steps) {
    keep(step.buff)
    bytes += (step.cmd === "ALLOC" ? (step.len ?? 0) : (step.buff?.byteLength ?? 0)) + 3 // aligned to 4
  }
  return bytes
}

function pagesOf(value: unknown): readonly Uint8Array[] {
  if (value instanceof Uint8Array) return [value]
  if (Array.isArray(value)) return value.filter((item) => item instanceof Uint8Array)
  return isLargeBuffer(value) ? value.buffers : []
}

function isLargeBuffer(value: unknown): value is Exclude<Trace, Uint8Array> {
  return typeof value === "object" && value !== null && "buffers" in value && Array.isArray(value.buffers)
}

/** Shadows a method so that `keep` sees each argument and the result; answers how to undo it. */
function replaceMethod(owner: object, method: string, keep: (value: unknown) => void): () => void {
  const target = owner as Record<string, (...args: unknown[]) => Promise<unknown>>
  const original = target[method]
  if (original === undefined) throw new TypeError(`ffjavascript has no ${method}`)
  target[method] = async (...args) => {
    args.forEach(keep)
    const result = await original.apply(owner, args)
    keep(result)
    return result
  }
  return () => {
    target[method] = original
  }
}
