// The operator's hand on the directory: pools are given with `clients add`, kept when not given, and never half right.
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { clientsCommand } from "../../src/cli/clients.ts"
import { initService, openStorage, readServiceKeys, trustOf } from "../../src/cli/service-state.ts"
import { readConfig } from "../../src/service/config.ts"
import { verifierOf } from "../../src/service/routes/verifiers.ts"

const REGISTRIES = ["immunizations", "coverage"]
const before = { ...process.env }
let folder: string
beforeAll(async () => {
  vi.spyOn(process.stdout, "write").mockImplementation(() => true) // the verb prints the identifiers of keys
  folder = await mkdtemp(join(tmpdir(), "sotto-clients-"))
  Object.assign(process.env, {
    SOTTO_DATABASE: `sqlite:${join(folder, "sotto.db")}`,
    SOTTO_STATE_DIR: join(folder, "guard"),
    SOTTO_LOG_KEY_FILE: join(folder, "log.key"),
    SOTTO_REQUEST_KEY_FILE: join(folder, "request.key"),
    SOTTO_REGISTRY_KEY_FILE: REGISTRIES.map((id) => join(folder, `${id}.key`)).join(","),
  })
  await initService(readConfig(), REGISTRIES)
})
afterAll(async () => {
  process.env = before
  vi.restoreAllMocks()
  await rm(folder, { recursive: true, force: true })
})

let next = 0
const add = (...options: readonly string[]) =>
  clientsCommand().parseAsync(["add", ...options, "--out", join(folder, `${next++}.api-key`)], {
    from: "user",
  })

async function recordOf(id: string) {
  const storage = await openStorage(readConfig())
  try {
    const row = await storage.service.findVerifier(id)
    return row === null ? null : verifierOf(row)
  } finally {
    await storage.close()
  }
}

describe("clients add", () => {
  it("enters a verifier in pools, by name alone or with their rule", async () => {
    const rule = "name=check-ups,mode=person,period=year"
    await add("--role", "verifier", "--id", "acme", "--name", "Acme", "--pool", "treatments", "--pool", rule)
    expect(await recordOf("acme")).toMatchObject({
      name: "Acme",
      pools: [
        { name: "check-ups", mode: "person", period: "year" },
        { name: "treatments", mode: "credential", period: "always" },
      ],
    })
  })

  it("leaves name and pools as they are when a second key is made", async () => {
    await add("--role", "verifier", "--id", "acme")
    expect(await recordOf("acme")).toMatchObject({ name: "Acme", pools: [{}, { name: "treatments" }] })
  })

  it("writes no pools for a verifier without any", async () => {
    await add("--role", "verifier", "--id", "corner-shop")
    expect(Object.keys((await recordOf("corner-shop")) ?? {}).sort()).toEqual(["id", "key", "name", "origin"])
  })

  it("changes the rule of no pool, not even for its only member: what was claimed could be claimed again", async () => {
    await add("--role", "verifier", "--id", "lone", "--pool", "lone-claims")
    await expect(
      add("--role", "verifier", "--id", "lone", "--pool", "name=lone-claims,period=year"),
    ).rejects.toMatchObject({ code: "pool-not-allowed" })
  })

  it.each([
    ["a pool of another rule", ["--pool", "name=treatments,period=year"], "pool-not-allowed"],
    ["a period that does not exist", ["--pool", "name=other,period=week"], "malformed-request"],
    ["a pool twice", ["--pool", "other", "--pool", "other"], "malformed-request"],
    ["a rule without a name", ["--pool", "mode=person"], "option-invalid"],
    ["a misspelt member", ["--pool", "name=other,epoch=always"], "option-invalid"],
  ])("refuses %s and makes no key", async (_name, options, code) => {
    await expect(add("--role", "verifier", "--id", "late", ...options)).rejects.toMatchObject({ code })
    expect(await recordOf("late")).toBeNull()
  })

  it("refuses a pool for who is no verifier", async () => {
    await expect(add("--role", "issuer", "--id", "clinic", "--pool", "treatments")).rejects.toMatchObject({
      code: "option-invalid",
    })
  })
})

describe("a service of two registries", () => {
  it("draws a key for each and names both in its trust file", () => {
    expect(trustOf(readServiceKeys(readConfig())).registries.map(({ id }) => id)).toEqual(REGISTRIES)
  })

  it("is not begun with more registries than key files", async () => {
    await expect(initService(readConfig(), ["only-one"])).rejects.toMatchObject({ code: "option-invalid" })
  })
})
