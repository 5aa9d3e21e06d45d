// Compiles one instance of a template with circom2 into circuits/build/harness/<digest>, once per content; what the build made
// of a shipped instance is taken as it is.
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { withLock } from "../../scripts/build/build-lock.ts"
import { digestSources } from "../../scripts/build/circuit-sources.ts"
import { findToolchain } from "../../scripts/build/toolchain.ts"

/** Folder of package.json; circom2 is a WASI program and resolves includes only below its working directory. */
export const PROJECT_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..")

/** Folders of circuits/ that hold templates. */
export const CIRCUIT_FOLDERS = ["lib", "credential", "election"] as const

/** One instance: which template of which file (path below circuits/), with which parameters, seen how. */
export interface CircuitInstance {
  /** Its id in circuits.json, if it is listed there. */
  readonly id?: string
  readonly file: string
  readonly template: string
  readonly params: readonly number[]
  readonly public?: readonly string[]
  readonly optimization: "--O1" | "--O2"
}

/** Paths of what circom2 wrote. */
export interface CompiledFiles {
  readonly r1cs: string
  readonly wasm: string
  readonly sym: string
}

const CIRCUITS = join(PROJECT_ROOT, "circuits")
const CACHE = join(CIRCUITS, "build", "harness")
const INCLUDE = /^\s*include\s+"([^"]+)"/gm

/** Compiles, or finds what an earlier run of the same sources, parameters, flags and compiler left. */
export async function compileCircuit(instance: CircuitInstance): Promise<CompiledFiles> {
  const built = await builtFiles(instance)
  if (built !== undefined) return built
  const source = join(CIRCUITS, instance.file)
  const folder = join(CACHE, await digestOf(instance, source))
  await mkdir(CACHE, { recursive: true })
  await withLock(`${folder}.lock`, async () => {
    if (!existsSync(folder)) await compileInto(folder, instance, source)
  })
  return {
    r1cs: join(folder, "main.r1cs"),
    wasm: join(folder, "main_js", "main.wasm"),
    sym: join(folder, "main.sym"),
  }
}

/** What `npm run build` left of a listed instance; its folder is named by the digest of the sources as they are now. */
async function builtFiles({ id, optimization, ...row }: CircuitInstance): Promise<CompiledFiles | undefined> {
  if (id === undefined || optimization !== "--O2") return undefined
  const digest = await digestSources(
    PROJECT_ROOT,
    { id, ...row, public: [...(row.public ?? [])], params: [...row.params] },
    findToolchain(),
  )
  const path = (extension: string): string =>
    join(process.env["SOTTO_CACHE"] ?? join(CIRCUITS, "build"), digest, `${id}.${extension}`)
  const files = { r1cs: path("r1cs"), wasm: path("wasm"), sym: path("sym") }
  return Object.values(files).every((file) => existsSync(file)) ? files : undefined
}

async function compileInto(folder: string, instance: CircuitInstance, source: string): Promise<void> {
  const part = `${folder}.part`
  await rm(part, { recursive: true, force: true })
  await mkdir(part, { recursive: true })
  const main = join(part, "main.circom")
  await writeFile(main, mainOf(instance, relative(part, source)))
  const cli = createRequire(import.meta.url).resolve("circom2/cli.js")
  const outputs = ["--r1cs", "--wasm", "--sym", "-o", relative(PROJECT_ROOT, part)]
  const run = [cli, relative(PROJECT_ROOT, main), instance.optimization, ...outputs]
  await promisify(execFile)(process.execPath, run, { cwd: PROJECT_ROOT })
  await rename(part, folder)
}

function mainOf({ template, params, public: names = [] }: CircuitInstance, include: string): string {
  const signals = names.length === 0 ? "" : `{public [${names.join(",")}]} `
  return `pragma circom 2.1.6;\ninclude "${include}";\ncomponent main ${signals}= ${template}(${params.join(",")});\n`
}

async function digestOf(instance: CircuitInstance, source: string): Promise<string> {
  const hash = createHash("sha256").update(mainOf(instance, instance.file)).update(instance.optimization)
  const compiler = createRequire(import.meta.url).resolve("circom2/circom.wasm")
  for (const file of [compiler, ...(await includedFiles(source)).sort()]) {
    hash.update(`\n${relative(PROJECT_ROOT, file)}\n`).update(await readFile(file))
  }
  return hash.digest("hex").slice(0, 32)
}

async function includedFiles(source: string, seen = new Set<string>()): Promise<string[]> {
  if (!seen.has(source)) {
    seen.add(source)
    for (const [, path = ""] of (await readFile(source, "utf8")).matchAll(INCLUDE)) {
      await includedFiles(resolve(dirname(source), path), seen)
    }
  }
  return [...seen]
}
