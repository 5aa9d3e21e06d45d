// The rules that stand before the first socket, each shown by a real process: exit 78 and one line that names the rule.
import { copyFile, rm } from "node:fs/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { sotto } from "../../scripts/demo/processes.ts"
import type { Finished } from "../../scripts/demo/processes.ts"
import { openWorld } from "../../scripts/demo/world.ts"
import type { World } from "../../scripts/demo/world.ts"

let world: World

beforeAll(async () => {
  world = await openWorld("2026-11-20")
  await world.run("ledger", "init", "--registry", "health")
})

afterAll(() => world.close())

function serve(environment: NodeJS.ProcessEnv, ...flags: readonly string[]): Promise<Finished> {
  return sotto(["serve", ...flags], { ...world.environment(), ...environment })
}

describe("sotto serve refuses to start", () => {
  it.each<[rule: string, environment: NodeJS.ProcessEnv, ...flags: string[]]>([
    ["R1", { SOTTO_BACTH_MS: "10" }],
    ["R1", { SOTTO_BATCH_MS: "soon" }],
    ["R5", { NODE_ENV: "production", SOTTO_DEV_CLOCK: undefined }],
    ["R16", { SOTTO_LISTEN: "0.0.0.0:0" }, "--insecure-dev-keys"],
    ["R9", { SOTTO_LEDGER_ORIGIN: "other.example/ledger" }],
  ])("%s, given %j", async (rule, environment, ...flags) => {
    const { status, stderr } = await serve(environment, ...flags)
    expect({ status, rule: /sotto serve: (R\d+): /.exec(stderr)?.[1] }).toEqual({ status: 78, rule })
  })

  it("R17 in production, where nobody else watches the log and nobody said so", async () => {
    const SOTTO_LEDGER_ORIGIN = `${new URL(world.origin).host}/ledger`
    const production = {
      NODE_ENV: "production",
      SOTTO_DEV_CLOCK: undefined,
      SOTTO_PUBLIC_URL: "https://x.example",
    }
    const { status, stderr } = await serve({ ...production, SOTTO_LEDGER_ORIGIN }, "--insecure-dev-keys")
    expect({ status, rule: /sotto serve: (R\d+): /.exec(stderr)?.[1] }).toEqual({ status: 78, rule: "R17" })
  })

  it("on a database restored from an older copy, R11, until its operator adopts it", async () => {
    const [live, older] = [world.path("service/sotto.db"), world.path("older.db")]
    await copyFile(live, older)
    await world.run("clients", "add", "--role", "verifier", "--id", "acme", "--name", "Acme")
    await Promise.all(["-wal", "-shm"].map((suffix) => rm(live + suffix, { force: true })))
    await copyFile(older, live)
    const refused = await serve({})
    expect({ status: refused.status, rule: /(R\d+): /.exec(refused.stderr)?.[1] }).toEqual({
      status: 78,
      rule: "R11",
    })
    const report = await world.run("ledger", "adopt")
    expect(report).toMatchObject({ database: 1, guard: 2 })
    expect((await world.tryRun("ledger", "adopt", "--size", "2")).status).toBe(1)
    expect(await world.run("ledger", "adopt", "--size", "1")).toEqual({ adopted: 1 })
    expect((await world.tryRun("ledger", "fsck")).status).toBe(0)
  })

  it("lets no development clock into production", async () => {
    const { status, stderr } = await serve({ NODE_ENV: "production" })
    expect(status).not.toBe(0)
    expect(stderr).toContain("clock-not-allowed")
  })
})

describe("the command line explains itself", () => {
  it.each([
    "issuer",
    "wallet",
    "registry",
    "request",
    "verify",
    "intake",
    "rules",
    "ledger",
    "clients",
    "cosign",
    "serve",
  ])("%s --help", async (verb) => {
    const { status, stdout } = await sotto([verb, "--help"], process.env)
    expect(status).toBe(0)
    expect(stdout).toContain(`Usage: sotto ${verb}`)
    for (const [, name] of stdout.matchAll(/^ {2}([a-z-]+) \[options\]/gm)) {
      const help = await sotto([verb, name ?? "", "--help"], process.env)
      expect(help.stdout, `${verb} ${name ?? ""}`).toMatch(/\n\n\S.{12,}/)
    }
  })
})
