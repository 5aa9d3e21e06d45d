// The service and a cosigner as fresh processes: published heads carry its line, both drain on SIGTERM, and a restored copy
// that its operator has vouched for is still kept from starting by what the cosigner remembers (R13).
import { spawn } from "node:child_process"
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises"
import { afterAll, beforeAll, expect, it } from "vitest"
import { sotto, startService } from "../../scripts/demo/processes.ts"
import { openWorld } from "../../scripts/demo/world.ts"
import type { World } from "../../scripts/demo/world.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"
import { readSeenCheckpoint } from "../../src/parties/verifier/audit-steps/notes.ts"

const MAIN = new URL("../../dist/cli/main.js", import.meta.url).pathname
let world: World
let watched: NodeJS.ProcessEnv
let policyText = ""
let cosigner: Awaited<ReturnType<typeof startCosigner>> | undefined

beforeAll(async () => {
  world = await openWorld("2026-11-20")
  await world.run("ledger", "init", "--registry", "health")
})
afterAll(async () => {
  await cosigner?.stop()
  await world.close()
})

const cosignerEnvironment = (): NodeJS.ProcessEnv => ({
  ...world.environment(),
  SOTTO_COSIGNER_LISTEN: "127.0.0.1:0",
  SOTTO_COSIGNER_KEY_FILE: world.path("cosigner/key"),
  SOTTO_COSIGNER_DATABASE: `sqlite:${world.path("cosigner/state.db")}`,
  SOTTO_COSIGNER_POLICY_FILE: world.path("watched"),
})

/** Starts `sotto cosign` and waits until it says where it listens. */
async function startCosigner() {
  const child = spawn(process.execPath, [MAIN, "cosign"], { env: cosignerEnvironment() })
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve))
  let output = ""
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on("data", (chunk: Buffer) => {
      output += chunk.toString()
      const found = /listening on (\S+)/.exec(output)?.[1]
      if (found !== undefined) resolve(found)
    })
    void ended.then((code) => reject(new Error(`the cosigner ended with ${String(code)}: ${output}`)))
  })
  return {
    url,
    stop: () => {
      child.kill("SIGTERM")
      return ended
    },
  }
}

it(
  "cosigns what the service appends, and the service publishes nothing else",
  { timeout: 120_000 },
  async () => {
    const { policy } = (await world.run("ledger", "trust")) as { readonly policy: string }
    await writeFile(world.path("watched"), policy)
    const init = await sotto(["cosign", "init", "--name", "c.example"], cosignerEnvironment())
    const { key } = JSON.parse(init.stdout) as { readonly key: string }
    cosigner = await startCosigner()
    const log = policy.split("\n")[0] ?? ""
    policyText = `${log}\nwitness c ${key} ${cosigner.url}\nquorum c\n`
    await writeFile(world.path("policy"), policyText)
    const settings = { SOTTO_LEDGER_POLICY_FILE: world.path("policy"), SOTTO_COSIGN_INTERVAL_MS: "100" }
    watched = { ...world.environment(), ...settings }
    await mkdir(world.path("older"))
    const service = await startService(watched)
    const parsed = parsePolicy(policyText)
    const seen = async () => {
      const response = await fetch(`${service.origin}/ledger/checkpoint`)
      const bytes = new Uint8Array(await response.arrayBuffer())
      return readSeenCheckpoint(bytes, parsed, (origin) => parsed.logs.filter(({ name }) => name === origin))
    }
    await expect.poll(async () => (await seen())?.hasQuorum, { timeout: 30_000 }).toBe(true)
    const trust = await sotto(["ledger", "trust"], watched)
    expect((JSON.parse(trust.stdout) as { policy: string }).policy).toBe(policyText) // what wallets are given
    expect(await service.stop()).toBe(0)
  },
)

it(
  "keeps a restored copy from starting, though its operator vouched for it",
  { timeout: 180_000 },
  async () => {
    const [live, older] = [world.path("service/sotto.db"), world.path("older/sotto.db")]
    await copyFile(live, older)
    await sotto(["clients", "add", "--role", "verifier", "--id", "acme", "--name", "Acme"], watched)
    const again = await startService(watched) // shows the cosigner what was appended
    const size = async () => {
      const response = await fetch(`${again.origin}/v1/logs/main`)
      return (await response.json()) as { readonly size: number; readonly published: number }
    }
    await expect
      .poll(async () => {
        const log = await size()
        return log.size - log.published
      })
      .toBe(0)
    expect(await again.stop()).toBe(0)
    await Promise.all(["-wal", "-shm"].map((suffix) => rm(live + suffix, { force: true })))
    await copyFile(older, live)
    const report = JSON.parse((await sotto(["ledger", "adopt"], watched)).stdout) as {
      readonly database: number
    }
    const adopted = await sotto(["ledger", "adopt", "--size", String(report.database)], watched)
    expect(adopted.status).toBe(0)
    const refused = await sotto(["serve"], watched)
    expect({ status: refused.status, rule: /sotto serve: (R\d+): /.exec(refused.stderr)?.[1] }).toEqual({
      ...{ status: 78, rule: "R13" },
    })
    const stopped = await cosigner?.stop()
    cosigner = undefined
    expect(stopped).toBe(0)
  },
)
