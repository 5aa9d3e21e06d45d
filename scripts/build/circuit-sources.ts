import { readFile } from "node:fs/promises"
import { dirname, join, relative, resolve, sep } from "node:path"
import { z } from "zod"
import { DEVELOPMENT_SEED } from "../../src/proofs/ceremony/development-trapdoor.ts"
import { BuildError } from "./build-error.ts"
import { digestOfJson, sha256Hex } from "./digest.ts"
import { COMPILE_FLAGS, type Toolchain } from "./toolchain.ts"

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/
const INSTANCES = z.strictObject({
  circuits: z.array(
    z.strictObject({
      id: z.string().regex(/^[a-z][a-z0-9-]*$/),
      file: z.string().regex(/^[a-z0-9-]+(\/[a-z0-9-]+)*\.circom$/),
      template: z.string().regex(IDENTIFIER),
      public: z.array(z.string().regex(IDENTIFIER)),
      params: z.array(z.int().nonnegative()),
    }),
  ),
})

/** One row of circuits/circuits.json: a template with its parameters and its public inputs. */
export type CircuitInstance = z.infer<typeof INSTANCES>["circuits"][number]

/**
 * The circuits a project builds.
 * @param root - project folder, with `circuits/circuits.json`
 * @throws BuildError `sources-malformed`
 */
export async function readCircuitInstances(root: string): Promise<CircuitInstance[]> {
  const text = await readFile(join(root, "circuits", "circuits.json"), "utf8")
  const parsed = INSTANCES.safeParse(JSON.parse(text))
  if (!parsed.success) {
    throw new BuildError("sources-malformed", `circuits.json: ${z.prettifyError(parsed.error)}`)
  }
  return parsed.data.circuits
}

/**
 * The digest that names a build: over every file the instance includes (ours and circomlib's), its parameters, the
 * flags, the tool versions and the seed of the development keys. Whatever can change the artifacts changes it.
 * @throws BuildError `sources-malformed` when an included file does not exist
 */
export async function digestSources(
  root: string,
  instance: CircuitInstance,
  tools: Toolchain,
): Promise<string> {
  const files: Record<string, string> = {}
  await visit(join(root, "circuits", instance.file))
  return digestOfJson({
    instance,
    files,
    flags: COMPILE_FLAGS,
    circom2: tools.circom2.version,
    circomlib: tools.circomlib.version,
    keys: DEVELOPMENT_SEED,
  })

  async function visit(path: string): Promise<void> {
    const name = relative(root, path).split(sep).join("/")
    if (name in files) return
    const bytes = await readFile(path).catch((error: unknown) => {
      throw new BuildError("sources-malformed", `${instance.id} includes ${name}, which cannot be read`, {
        cause: error,
      })
    })
    files[name] = sha256Hex(bytes)
    for (const included of includesOf(bytes.toString())) await visit(resolve(dirname(path), included))
  }
}

/** The paths a circom file includes, as written. Comments go first: they may quote an include. */
function includesOf(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "")
  return [...code.matchAll(/\binclude\s+"([^"]+)"/g)].map(([, path]) => path ?? "")
}
