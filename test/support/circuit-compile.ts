// Compiles one instance of a template with circom2 into circuits/build/harness/<digest>, once per content.
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join, relative, resolve } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

/** Folder of package.json; circom2 is a WASI program and resolves includes only below its working directory. */
export const PROJECT_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..")

/** One instance: which template of which file (path below circuits/), with which parameters, seen how. */
export interface CircuitInstance {
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
const LOCK_POLL_MS = 100
const LOCK_STALE_MS = 120_000 // ten times the slowest compilation: its owner was killed

/** Compiles, or finds what an earlier run of the same sources, parameters, flags and compiler left. */
export async function compileCircuit(instance: CircuitInstance): Promise<CompiledFiles> {
  const source = join(CIRCUITS, instance.file)
  const folder = join(CACHE, await digestOf(instance, source))
  const lock = `${folder}.lock`
  while (!existsSync(folder)) {
    if (await takeLock(lock)) {
      try {
        if (!existsSync(folder)) await compileInto(folder, instance, source)
      } finally {
        await rm(lock, { recursive: true, force: true })
      }
    } else await sleep(LOCK_POLL_MS)
  }
  return {
    r1cs: join(folder, "main.r1cs"),
    wasm: join(folder, "main_js", "main.wasm"),
    sym: join(folder, "main.sym"),
  }
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

async function takeLock(lock: string): Promise<boolean> {
  await mkdir(dirname(lock), { recursive: true })
  try {
    await mkdir(lock)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
    const held = await stat(lock).catch(() => undefined) // released in between: the next turn looks again
    if (held !== undefined && Date.now() - held.mtimeMs > LOCK_STALE_MS)
      await rm(lock, { recursive: true, force: true })
    return false
  }
}
