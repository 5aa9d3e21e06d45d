import { spawn } from "node:child_process"
import { mkdir, open, realpath, rename, rm, writeFile } from "node:fs/promises"
import { dirname, join, relative, sep } from "node:path"
import { BuildError } from "./build-error.ts"
import type { CircuitInstance } from "./circuit-sources.ts"
import { COMPILE_FLAGS, type Toolchain } from "./toolchain.ts"

/**
 * Compiles one circuit into `<folder>/<id>.{r1cs,wasm,sym}`. The bytes depend on the sources alone, not on where
 * `folder` is. circom's own JavaScript (CommonJS under an ESM package, and unused) does not survive.
 * @param folder - existing; each file appears whole or not at all
 * @throws BuildError `compile-failed` with the compiler's message: sources are public
 */
export async function compileCircuit(
  root: string,
  instance: CircuitInstance,
  folder: string,
  tools: Toolchain,
): Promise<void> {
  const { id } = instance
  const scratch = join(folder, `${id}.compile.part`)
  await rm(scratch, { recursive: true, force: true })
  await mkdir(scratch)
  try {
    const from = await realpath(scratch) // the compiler's sandbox follows no symbolic links
    const project = await realpath(root)
    await writeFile(
      join(from, `${id}.circom`),
      mainFileOf(instance, relative(from, join(project, "circuits"))),
    )
    await runCompiler(tools, id, from, commonAncestor(from, project))
    for (const [made, name] of [
      [`${id}.r1cs`, `${id}.r1cs`],
      [`${id}.sym`, `${id}.sym`],
      [join(`${id}_js`, `${id}.wasm`), `${id}.wasm`],
    ] as const) {
      await publish(join(from, made), join(folder, name))
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

function mainFileOf({ file, template, public: names, params }: CircuitInstance, circuits: string): string {
  const publicInputs = names.length === 0 ? "" : `{public [${names.join(", ")}]} `
  return [
    "pragma circom 2.1.6;",
    `include "${[...circuits.split(sep), file].join("/")}";`,
    `component main ${publicInputs}= ${template}(${params.join(", ")});`,
    "",
  ].join("\n")
}

/** @param cwd - the sandbox reads and writes below the working directory only, so this contains all files */
async function runCompiler(tools: Toolchain, id: string, from: string, cwd: string): Promise<void> {
  const args = [join(from, `${id}.circom`), ...COMPILE_FLAGS, "--r1cs", "--wasm", "--sym", "-o", from]
  const child = spawn(process.execPath, [join(tools.circom2.folder, "cli.js"), ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "" }, // a loader of the parent has no business in the compiler
  })
  const output: Buffer[] = []
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk))
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk))
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", resolve)
  })
  if (status !== 0) {
    throw new BuildError(
      "compile-failed",
      `circom refused ${id}:\n${Buffer.concat(output).toString().trim()}`,
    )
  }
}

function commonAncestor(a: string, b: string): string {
  let folder = a
  while (relative(folder, b).startsWith("..")) folder = dirname(folder)
  return folder
}

async function publish(from: string, to: string): Promise<void> {
  const file = await open(from, "r+")
  try {
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(from, to)
  const directory = await open(dirname(to), "r")
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
