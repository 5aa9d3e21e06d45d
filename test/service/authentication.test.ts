import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { allRoutes } from "../../src/service/app.ts"
import type { Route } from "../../src/service/http/route.ts"
import { addClient, startTestService, VERIFIER } from "../support/running-service.ts"
import type { Reply, TestService } from "../support/running-service.ts"

// Routes are values: the matrix is made of all of them, so a new route is in it without anybody thinking of it.
const ROUTES: readonly Route[] = allRoutes({} as never)
const KEYED = ROUTES.filter(({ who }) => who !== "anyone").map(
  (route) => [`${route.method} ${route.path}`, route] as const,
)
const OPEN = ROUTES.filter(({ who }) => who === "anyone").map(
  (route) => [`${route.method} ${route.path}`, route] as const,
)

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.remove())

function call({ method, path, maxBodyBytes }: Route, key: string | null): Promise<Reply> {
  const url = path.replace("*path", "a").replace(/:[a-z0-9]+/g, "x")
  return service.call(method.toUpperCase(), url, { key, ...(maxBodyBytes > 0 ? { body: {} } : {}) })
}

const NOBODY = `sotto_${"0".repeat(16)}_${"A".repeat(43)}`

describe.each(KEYED)("%s", (_name, route) => {
  it("refuses a caller without a key, with another scheme, and with a key that does not exist", async () => {
    for (const key of [null, "", "x", NOBODY, `${NOBODY}A`]) {
      const reply = await call(route, key)
      expect(reply).toMatchObject({ status: 401, code: "unauthenticated" })
      expect(reply.headers.get("www-authenticate")).toBe("Bearer")
    }
  })

  it("refuses a right key id with another secret", async () => {
    const key = service.apiKeys.verifier
    const other = key.slice(0, -1) + (key.endsWith("A") ? "E" : "A")
    expect(await call(route, other)).toMatchObject({ status: 401, code: "unauthenticated" })
  })

  it("refuses a revoked key", async () => {
    if (route.who === "anyone") throw new Error("keyed routes only")
    const key = await addClient(service.parts, route.who.role, VERIFIER, [route.who.scope])
    expect((await call(route, key)).code).not.toBe("unauthenticated")
    await service.parts.store.revokeClient(key.split("_")[1] ?? "", service.clock.now)
    expect(await call(route, key)).toMatchObject({ status: 401, code: "unauthenticated" })
  })

  it("refuses every other role, and its own role without the scope, with scope-missing", async () => {
    const { who } = route
    if (who === "anyone") throw new Error("keyed routes only")
    for (const role of ["issuer", "verifier", "registry"] as const) {
      const scopes =
        role === who.role ? [] : ["status:write", "request:write", "request:read", "registry:write"]
      const key = await addClient(service.parts, role, VERIFIER, scopes)
      expect(await call(route, key)).toMatchObject({ status: 403, code: "scope-missing" })
    }
  })

  it("reads no body before the caller is known", async () => {
    if (route.maxBodyBytes === 0) return
    const url = route.path.replace(/:[a-z]+/g, "x")
    const reply = await service.call(route.method.toUpperCase(), url, {
      raw: "not json",
      headers: { "content-type": "text/x" },
    })
    expect(reply.code).toBe("unauthenticated")
  })

  it("allows no foreign origin by default", async () => {
    const url = route.path.replace(/:[a-z]+/g, "x")
    const reply = await service.call(route.method.toUpperCase(), url, {
      headers: { origin: "https://page.example" },
    })
    expect(reply.headers.get("access-control-allow-origin")).toBeNull()
  })
})

describe.each(OPEN)("%s", (_name, route) => {
  it("needs no header that names a caller, ignores a wrong one, and may be read from any page", async () => {
    const [plain, named] = [await call(route, null), await call(route, NOBODY)]
    expect([401, 403, 500]).not.toContain(plain.status)
    expect(named.status).toBe(plain.status)
    expect(plain.headers.get("access-control-allow-origin")).toBe("*")
    expect(plain.headers.get("access-control-allow-credentials")).toBeNull()
  })
})
