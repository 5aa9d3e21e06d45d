// What the benches measure: the shipped circuit, one honest presentation, and fresh processes that handle it.
import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { loadCircuit, locateCircuit } from "../../src/cli/circuit-artifacts.ts"
import type { LocatedCircuit } from "../../src/cli/circuit-artifacts.ts"
import type { Fr } from "../../src/protocol/primitives/field.ts"
import type { CircuitInput, CircuitValue } from "../../src/protocol/primitives/prove.ts"
import type { Artifacts } from "../../src/proofs/groth16/artifacts.ts"
import { oneCredential } from "../../test/support/one-credential.ts"

/** Decimal text at every leaf, as snarkjs takes inputs. */
type TextInput = Readonly<Record<string, TextValue>>
type TextValue = string | TextValue[]

/** The circuit under test and one honest presentation. */
export interface Subject {
  readonly artifacts: Artifacts
  readonly paths: LocatedCircuit["paths"]
  readonly input: CircuitInput
  readonly text: TextInput
  readonly expected: readonly Fr[]
  readonly cache: string | undefined
}

/** Loads the built circuit. @throws Groth16Error `artifact-refused` before `npm run build` */
export async function openSubject(): Promise<Subject> {
  const cache = process.env["SOTTO_CACHE"]
  const { paths } = await locateCircuit("presentation", { cache })
  const { input, expected } = oneCredential().input()
  const text = Object.fromEntries(Object.entries(input).map(([name, value]) => [name, textOf(value)]))
  return { artifacts: await loadCircuit("presentation", { cache }), paths, input, text, expected, cache }
}

const textOf = (value: CircuitValue): TextValue =>
  typeof value === "bigint" ? String(value) : value.map(textOf)

const DIST = new URL("../../dist", import.meta.url)
const BUILT = existsSync(new URL(`${DIST.href}/proofs/prover/pool.js`))

/** Says what our cold processes run: built files, or sources through tsx, which costs half a second. */
export const coldOrigin = BUILT ? "dist" : "sources, tsx included"

/** What a fresh process answered, and the most memory it held at a time. */
interface ColdAnswer {
  readonly answer: unknown
  readonly peakMb: number
}

/** Runs one task of cold.mjs in a fresh process. */
export function runCold(task: string, job: unknown): Promise<ColdAnswer> {
  const ours = task.endsWith("-ours")
  const loader = ours && !BUILT ? ["--import", "tsx"] : []
  const base = BUILT ? DIST.href : new URL("../../src", import.meta.url).href
  const program = fileURLToPath(new URL("./cold.mjs", import.meta.url))
  const args = [...loader, program, task, base, BUILT ? ".js" : ".ts"]
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, args, { maxBuffer: 2 ** 20 }, (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout) as ColdAnswer)
      else reject(new Error(`${task} failed`, { cause: error }))
    })
    child.stdin?.end(JSON.stringify(job))
  })
}
