// `npm run build`: circuits, their development keys, TypeScript. `-- --update` records a deliberate change of a circuit.
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { SottoError } from "../src/protocol/primitives/errors.ts"
import { buildCircuits, updateCircuits } from "./build/build-circuits.ts"
import { BuildError } from "./build/build-error.ts"
import { buildTypeScript } from "./build/build-typescript.ts"
import { reportProgress } from "./build/report-progress.ts"
import { findToolchain } from "./build/toolchain.ts"

const root = resolve(import.meta.dirname, "..")
const cache = resolve(process.env["SOTTO_CACHE"] ?? join(root, "circuits", "build"))

try {
  const { update } = parseArgs({ options: { update: { type: "boolean", default: false } } }).values
  if (update && process.env["CI"] !== undefined) {
    throw new BuildError(
      "update-refused",
      "artifacts.json is the trust root; continuous integration never writes it",
    )
  }
  const build = {
    root,
    cache,
    tools: findToolchain(),
    progress: reportProgress({ stream: process.stdout, cache }),
  }
  await (update ? updateCircuits(build) : buildCircuits(build))
  await buildTypeScript(build)
} catch (error) {
  if (!(error instanceof SottoError)) throw error
  console.error(`build stopped: ${String(error.code)}: ${error.message}`)
  process.exitCode = 1
}
