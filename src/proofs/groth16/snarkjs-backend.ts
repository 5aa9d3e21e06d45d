// snarkjs as the arithmetic of a proof: our curve, our witness, our blinding, and its memories wiped afterwards.
import { groth16 } from "snarkjs"
import { R, parseFr } from "../../protocol/primitives/field.ts"
import type { ProofBackend, ProofTask, Stage } from "./backend.ts"
import { presetCurve } from "./curve.ts"
import type { Bn254 } from "./curve.ts"
import { Groth16Error } from "./errors.ts"
import { ELEMENT_BYTES, writeElement } from "./input.ts"
import { keepTraces } from "./scrub.ts"
import { parseSnarkjsProof } from "./snarkjs-proof.ts"

/** One proof at a time in a thread: the curve object holds the blinding of the current one. */
let previous: Promise<unknown> = Promise.resolve()

/** Proves with snarkjs in the calling thread. @throws Groth16Error `curve-replaced`, `randomness-broken` */
export const snarkjsBackend: ProofBackend = (task) => {
  const current = previous.then(() => proveWithSnarkjs(task))
  previous = current.catch(() => undefined)
  return current
}

async function proveWithSnarkjs(task: ProofTask): ReturnType<ProofBackend> {
  const curve = await presetCurve()
  const traces = keepTraces(curve)
  const blinding = armBlinding(curve, task)
  const file = wtnsFile(task.witness)
  try {
    const { proof, publicSignals } = await groth16.prove(task.zkey, file, stageLogger(task.onStage))
    if (blinding.drawn() !== 2) throw new Groth16Error("randomness-broken", "blinding was not drawn twice")
    return { proof: parseSnarkjsProof(proof), signals: publicSignals.map(parseFr) }
  } finally {
    blinding.disarm()
    file.fill(0)
    await traces.wipe()
  }
}

/** Answers snarkjs's two draws (r first, then s) with ours; a third draw, or one outside a proof, is refused. */
function armBlinding(curve: Bn254, { blinding }: ProofTask): { drawn: () => number; disarm: () => void } {
  const scalars = [blinding.r, blinding.s].map((value) => curve.Fr.fromObject(value))
  let drawn = 0
  const refuseDraw = (): never => {
    throw new Groth16Error("randomness-broken", "a draw that no proof asked for")
  }
  curve.Fr.random = () => scalars[drawn++] ?? refuseDraw()
  return {
    drawn: () => drawn,
    disarm: () => {
      curve.Fr.random = refuseDraw
      for (const scalar of scalars) scalar.fill(0)
    },
  }
}

/** The witness as a `.wtns` file in memory: header section (element size, r, count), then the elements. */
function wtnsFile(witness: Uint8Array): Uint8Array {
  const headerBytes = 4 + ELEMENT_BYTES + 4
  const file = new Uint8Array(12 + 12 + headerBytes + 12 + witness.length)
  const view = new DataView(file.buffer)
  file.set([0x77, 0x74, 0x6e, 0x73]) // "wtns"
  view.setUint32(4, 2, true) // version
  view.setUint32(8, 2, true) // sections
  view.setUint32(12, 1, true)
  view.setBigUint64(16, BigInt(headerBytes), true)
  view.setUint32(24, ELEMENT_BYTES, true)
  writeElement(file, 28, R)
  view.setUint32(28 + ELEMENT_BYTES, witness.length / ELEMENT_BYTES, true)
  const data = 24 + headerBytes
  view.setUint32(data, 2, true)
  view.setBigUint64(data + 4, BigInt(witness.length), true)
  file.set(witness, data + 12)
  return file
}

const STAGES: readonly (readonly [message: string, stage: Stage])[] = [
  ["Building ABC", "assignment"],
  ["IFFT_A", "transform"],
  ["Reading A Points", "commit-a"],
  ["Reading B1 Points", "commit-b"],
  ["Reading C Points", "commit-c"],
]

/** snarkjs tells where it is by the text of debug messages; only the stage goes on, and nothing is printed. */
function stageLogger(
  onStage: (stage: Stage) => void,
): Record<"debug" | "info" | "error", (text: string) => void> {
  const waiting = [...STAGES]
  const debug = (text: string): void => {
    const next = waiting[0]
    if (next === undefined || !text.startsWith(next[0])) return
    waiting.shift()
    onStage(next[1])
  }
  return { debug, info: () => undefined, error: () => undefined }
}
