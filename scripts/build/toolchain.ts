import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname } from "node:path"

/** The flags of the only compile line. A zkey of one optimisation level refuses a witness of another. */
export const COMPILE_FLAGS: readonly string[] = ["--O2"]

/** A tool out of node_modules: its exact version and the folder it lives in. */
interface Tool {
  readonly version: string
  readonly folder: string
}

/** The tools that decide what a build produces. */
export interface Toolchain {
  readonly circom2: Tool
  readonly circomlib: Tool
  readonly typescript: Tool
}

/** Finds the installed tools, beside this file's package and nowhere else. */
export function findToolchain(): Toolchain {
  return { circom2: find("circom2"), circomlib: find("circomlib"), typescript: find("typescript") }
}

function find(name: string): Tool {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string }
  return { version, folder: dirname(manifest) }
}
