// The scene of the demo: one folder, one clock for everybody, and the settings that every process is started with.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sotto } from "./processes.ts"
import type { Finished } from "./processes.ts"

/** The scene. */
export interface World {
  readonly origin: string
  /** The path of a file in the scene's folder. */
  readonly path: (name: string) => string
  /** What a process is started with at this moment. */
  readonly environment: () => NodeJS.ProcessEnv
  /** Runs a verb that must succeed; answers its JSON. */
  readonly run: (...args: readonly string[]) => Promise<Readonly<Record<string, unknown>>>
  /** Runs a verb that may refuse. */
  readonly tryRun: (...args: readonly string[]) => Promise<Finished>
  readonly readJson: (name: string) => Promise<Readonly<Record<string, unknown>>>
  readonly close: () => Promise<void>
}

/** Days are evaluated at noon UTC, so that no zone moves them. */
const NOON = "T12:00:00Z"

/**
 * Opens the scene.
 * @param asOf - the evaluation date, YYYY-MM-DD: every process lives on that day
 * @param registryKeys - names of the key files of the registries that the service publishes, in their order
 */
export async function openWorld(
  asOf: string,
  registryKeys: readonly string[] = ["registry"],
): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "sotto-demo-"))
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const path = (name: string): string => join(folder, name)
  const dayStart = Date.parse(asOf + NOON)
  const opened = Date.now()
  const environment = (): NodeJS.ProcessEnv => ({
    ...process.env,
    SOTTO_PUBLIC_URL: origin,
    SOTTO_LISTEN: `127.0.0.1:${port}`,
    SOTTO_DATABASE: `sqlite:${path("service/sotto.db")}`,
    SOTTO_STATE_DIR: path("guard"),
    SOTTO_LOG_KEY_FILE: path("keys/log.key"),
    SOTTO_REQUEST_KEY_FILE: path("keys/request.key"),
    SOTTO_REGISTRY_KEY_FILE: registryKeys.map((name) => path(`keys/${name}.key`)).join(","),
    SOTTO_DRAIN_DELAY_SECONDS: "0", // no balancer to wait for
    SOTTO_DEV_CLOCK: new Date(dayStart + Date.now() - opened).toISOString(),
  })
  await writeFile(path("passphrase"), "an invented passphrase\n", { mode: 0o600 })
  const tryRun = (...args: readonly string[]): Promise<Finished> => sotto(args, environment())
  return {
    origin,
    path,
    environment,
    tryRun,
    run: async (...args) => {
      const { status, stdout, stderr } = await tryRun(...args)
      if (status !== 0)
        throw new Error(`sotto ${args.slice(0, 2).join(" ")} exited ${status}: ${stderr}${stdout}`)
      return stdout === "" ? {} : (JSON.parse(stdout) as Readonly<Record<string, unknown>>)
    },
    readJson: async (name) =>
      JSON.parse(await readFile(path(name), "utf8")) as Readonly<Record<string, unknown>>,
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === "string") throw new Error("no free port")
  return address.port
}
