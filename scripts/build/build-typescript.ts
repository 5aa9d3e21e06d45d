import { spawn } from "node:child_process"
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { writeFileDurably } from "../../src/ledger/durable/write-file.ts"
import { BuildError } from "./build-error.ts"
import { withLock } from "./build-lock.ts"
import { digestOfJson, sha256Hex } from "./digest.ts"
import { inStage, type Progress } from "./progress.ts"
import type { Toolchain } from "./toolchain.ts"

const STAGE = "TypeScript"
const CONFIGS = ["tsconfig.json", "tsconfig.build.json", "package.json"] as const
const STAMP = ".build-stamp" // inside dist/, so that it goes when dist/ goes

/** A project whose `src/` is compiled to `dist/`. */
export interface TypeScriptBuild {
  readonly root: string
  readonly cache: string
  readonly tools: Toolchain
  readonly progress: Progress
}

/**
 * Makes `dist/` what `tsconfig.build.json` and the sources say; does nothing when neither they nor `dist/` changed.
 * A compile that fails leaves the former `dist/` as it was.
 * @throws BuildError `typescript-failed` with the compiler's report
 */
export async function buildTypeScript({ root, cache, tools, progress }: TypeScriptBuild): Promise<void> {
  await mkdir(cache, { recursive: true })
  await withLock(join(cache, "typescript.lock"), async () => {
    const inputs = await digestInputs(root, tools)
    const dist = join(root, "dist")
    if ((await stampOf(dist)) === `${inputs} ${await digestTree(dist)}`) {
      progress.skip(STAGE)
      return
    }
    await inStage(progress, STAGE, async () => {
      const fresh = join(root, "dist.part")
      await rm(fresh, { recursive: true, force: true })
      await runTsc(root, fresh, tools)
      await writeFileDurably(join(fresh, STAMP), `${inputs} ${await digestTree(fresh)}`)
      await rm(dist, { recursive: true, force: true })
      await rename(fresh, dist)
    })
  })
}

async function runTsc(root: string, outDir: string, tools: Toolchain): Promise<void> {
  const tsc = join(tools.typescript.folder, "bin", "tsc")
  // Without noEmitOnError a program with type errors would be half usable.
  const args = [tsc, "-p", "tsconfig.build.json", "--outDir", outDir, "--noEmitOnError", "--pretty", "false"]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] })
  const output: Buffer[] = []
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk))
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", resolve)
  })
  if (status !== 0) throw new BuildError("typescript-failed", Buffer.concat(output).toString().trim())
}

async function digestInputs(root: string, tools: Toolchain): Promise<string> {
  const configs: Record<string, string> = {}
  for (const name of CONFIGS) configs[name] = sha256Hex(await readFile(join(root, name)))
  return digestOfJson({
    configs,
    sources: await digestTree(join(root, "src")),
    typescript: tools.typescript.version,
  })
}

/** Over the paths and bytes of all files below a folder, the stamp excepted; the empty tree where there is none. */
async function digestTree(folder: string): Promise<string> {
  const files: Record<string, string> = {}
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return []
    throw error
  })
  for (const entry of entries) {
    if (!entry.isFile() || entry.name === STAMP) continue
    const path = join(entry.parentPath, entry.name)
    files[path.slice(folder.length + 1)] = sha256Hex(await readFile(path))
  }
  return digestOfJson(files)
}

async function stampOf(dist: string): Promise<string | null> {
  try {
    return await readFile(join(dist, STAMP), "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null
    throw error
  }
}
