// Two `sotto serve` processes on one database, as an operator starts them: both answer everything, and one may die.
import { cp } from "node:fs/promises"
import { afterAll, beforeAll, expect, test } from "vitest"
import { sotto, startService } from "../../scripts/demo/processes.ts"
import type { RunningService } from "../../scripts/demo/processes.ts"
import { openWorld } from "../../scripts/demo/world.ts"
import type { World } from "../../scripts/demo/world.ts"
import { makeHome } from "../support/ledger-bench.ts"
import type { LedgerHome } from "../support/ledger-bench.ts"

let world: World
let home: LedgerHome
beforeAll(async () => {
  world = await openWorld("2026-11-20")
  home = await makeHome()
})
afterAll(async () => {
  await world.close()
  await home.remove()
})

/** What an instance is started with: its own address and its own guard. */
const instance = (guard: string): NodeJS.ProcessEnv => ({
  ...world.environment(),
  SOTTO_DATABASE: home.database,
  SOTTO_LISTEN: "127.0.0.1:0",
  SOTTO_STATE_DIR: world.path(guard),
})

async function run(environment: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<void> {
  const { status, stderr } = await sotto(args, environment)
  expect([status, stderr]).toEqual([0, expect.any(String)])
}

const enter = (id: string) => {
  const out = world.path(`${id}.api-key`)
  return run(
    instance("guard-of-operator"),
    ...["clients", "add", "--role", "verifier"],
    ...["--id", id, "--name", id, "--out", out],
  )
}

/** Waits until an instance answers; it looks at the database once a second. */
async function answered(service: RunningService, path: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const { status } = await fetch(service.origin + path)
    if (status === 200) return
    if (attempt === 100) expect([path, status]).toEqual([path, 200])
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

test(
  "two services on one database answer for each other, and one goes on when the other is killed",
  { timeout: 180_000 },
  async () => {
    await run(instance("guard-1"), "ledger", "init")
    for (const guard of ["guard-2", "guard-of-operator"])
      await cp(world.path("guard-1"), world.path(guard), { recursive: true })
    const first = await startService(instance("guard-1"))
    const second = await startService(instance("guard-2"))
    await enter("acme-insurance")
    for (const service of [first, second]) {
      await answered(service, "/readyz")
      await answered(service, "/v1/verifiers/acme-insurance")
    }
    await first.kill()
    await enter("other-insurance")
    await answered(second, "/v1/verifiers/other-insurance")
    await answered(second, "/readyz")
    expect(await second.stop()).toBe(0)
    await run(instance("guard-2"), "ledger", "fsck")
    const again = await startService(instance("guard-1")) // the killed one comes back as it is
    await answered(again, "/v1/verifiers/other-insurance")
    expect(await again.stop()).toBe(0)
  },
)

test(
  "a service whose database may lose what it acknowledged does not start",
  { timeout: 60_000 },
  async () => {
    const careless = `${home.database}&options=-c%20synchronous_commit%3Doff`
    const { status, stderr } = await sotto(["serve"], { ...instance("guard-1"), SOTTO_DATABASE: careless })
    expect(status).toBe(78)
    expect(stderr).toContain("R7: expected synchronous_commit = on or remote_apply, found off")
  },
)
