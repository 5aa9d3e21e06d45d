// One small circuit with a development key, compiled once per content: real files for the tests of proving.
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import * as snarkjs from "snarkjs"
import { encodeFr, R } from "../../src/protocol/primitives/field.ts"
import type { Fr } from "../../src/protocol/primitives/field.ts"
import type { CircuitInput } from "../../src/protocol/primitives/prove.ts"
import { canonicalBytes } from "../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../src/protocol/wire/canonical-json.ts"
import { makeDevelopmentKey } from "../../src/proofs/ceremony/dev-keys.ts"
import { openArtifacts } from "../../src/proofs/groth16/artifacts.ts"
import type { ArtifactEntry, Artifacts, FileDigest } from "../../src/proofs/groth16/artifacts.ts"
import { presetCurve } from "../../src/proofs/groth16/curve.ts"

/** Files and manifest entry of the sample circuit; the entry calls it `presentation`, the only id there is. */
export interface ProofFixture {
  readonly entry: ArtifactEntry
  readonly r1cs: Uint8Array
  readonly wasm: Uint8Array
  readonly zkey: Uint8Array
  readonly vkey: Uint8Array
  readonly artifacts: Artifacts
}

const HERE = dirname(fileURLToPath(import.meta.url))
const CACHE = join(HERE, "../../circuits/build/proof-fixture")

/** Compiles the sample circuit, or finds what an earlier run left, and opens it through the real digest checks. */
export async function openProofFixture(): Promise<ProofFixture> {
  const source = await readFile(join(HERE, "proof-circuit.circom"))
  const folder = join(CACHE, sha256(source).slice(0, 16))
  if (!existsSync(folder)) await compileInto(folder, source)
  const read = async (name: string): Promise<Uint8Array> => new Uint8Array(await readFile(join(folder, name)))
  const [r1cs, wasm] = [await read("main.r1cs"), await read("main_js/main.wasm")]
  const zkey = await makeDevelopmentKey("presentation", r1cs)
  const json = await exportVerificationKey(zkey)
  const vkey = canonicalBytes(json as Json)
  const entry = entryOf({ source, r1cs, wasm, zkey, vkey })
  const files = { wasm, zkey, vkey }
  const artifacts = await openArtifacts(entry, (file) => Promise.resolve(files[file]))
  return { entry, r1cs, wasm, zkey, vkey, artifacts }
}

/** An honest input with its signals (sum, product, two spare ones), as `prove` takes them. */
export function sampleStatement(
  first: bigint,
  second: bigint,
  spare: readonly [bigint, bigint] = [7n, 0n],
): { readonly input: CircuitInput; readonly expected: readonly Fr[] } {
  const product = (first * second) % R
  const expected = [(first + second) % R, product, ...spare].map(encodeFr)
  return { input: { product, spare, factors: [first, second] }, expected }
}

/** What snarkjs reads out of a proving key, without the redundant pairing. */
export async function exportVerificationKey(zkey: Uint8Array): Promise<Record<string, unknown>> {
  await presetCurve() // else snarkjs starts one worker per CPU for this
  const { vk_alphabeta_12: _, ...key } = (await snarkjs.zKey.exportVerificationKey(zkey)) as Record<
    string,
    unknown
  >
  return key
}

function entryOf(
  files: Readonly<Record<"source" | "r1cs" | "wasm" | "zkey" | "vkey", Uint8Array>>,
): ArtifactEntry {
  return {
    id: "presentation",
    sourcesSha256: sha256(files.source),
    constraints: 3,
    wires: wiresOf(files.r1cs),
    publicSignals: 4,
    domainLog2: 3,
    inputs: [
      ["product", 1],
      ["spare", 2],
      ["factors", 2],
    ],
    signalsSha256: sha256(new TextEncoder().encode("sum,product,spare")),
    r1cs: digestOf(files.r1cs),
    wasm: digestOf(files.wasm),
    zkey: digestOf(files.zkey),
    vkeySha256: sha256(files.vkey),
    ceremony: "dev",
  }
}

/** The wire count of an r1cs file: first field after the prime in its header section. */
function wiresOf(r1cs: Uint8Array): number {
  const view = new DataView(r1cs.buffer, r1cs.byteOffset)
  let at = 12
  while (view.getUint32(at, true) !== 1) at += 12 + Number(view.getBigUint64(at + 4, true))
  return view.getUint32(at + 12 + 4 + 32, true)
}

async function compileInto(folder: string, source: Uint8Array): Promise<void> {
  await mkdir(CACHE, { recursive: true })
  const work = await mkdtemp(join(CACHE, "part-"))
  await writeFile(join(work, "main.circom"), source)
  const cli = createRequire(import.meta.url).resolve("circom2/cli.js")
  const args = [cli, "main.circom", "--O2", "--r1cs", "--wasm", "--sym", "-o", "."]
  await promisify(execFile)(process.execPath, args, { cwd: work })
  await rename(work, folder).catch(async () => {
    await cp(work, folder, { recursive: true, force: true }) // another test file was faster
    await rm(work, { recursive: true })
  })
}

const digestOf = (bytes: Uint8Array): FileDigest => ({ bytes: bytes.byteLength, sha256: sha256(bytes) })
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")
