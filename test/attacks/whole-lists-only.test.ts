// What a wallet downloads must not name its issuer or its place: one bundle, the same bytes for everybody, nothing smaller.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { registryRoutes } from "../../src/service/routes/registry.ts"
import type { RouteDeps } from "../../src/service/routes/route-deps.ts"
import { postEpoch, postIssuer, putList, SCHEMA_ID, statusList } from "../support/registry-lists.ts"
import { ISSUER, REGISTRY, startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

let service: TestService
const base = `/v1/registries/${REGISTRY}`
beforeAll(async () => {
  service = await startTestService()
  await postIssuer(service)
  await putList(service, statusList({ words: [5n] }))
  await postEpoch(service)
})
afterAll(() => service.remove())

describe("a registry", () => {
  it("is read through three routes, none of which takes an issuer, a schema or an index", () => {
    const reads = registryRoutes({} as RouteDeps).filter(({ method }) => method === "get")
    expect(reads.map(({ path }) => path)).toEqual([
      "/v1/registries",
      "/v1/registries/:registry/epochs/:number",
      "/v1/registries/:registry/epochs/:number/bundle",
    ])
    expect(reads.flatMap(({ query }) => query ?? [])).toEqual([])
  })

  it.each([
    `issuers/${ISSUER}`,
    `issuers/${ISSUER}/schemas/${SCHEMA_ID}/status`,
    `issuers/${ISSUER}/schemas/${SCHEMA_ID}/status/5`,
    `epochs/latest/lists/${ISSUER}`,
    `epochs/latest/bundle/${ISSUER}`,
    "epochs/latest/leaves/0",
    "status/5",
  ])("has nothing to read at %s", async (path) => {
    expect([404, 405]).toContain((await service.call("GET", `${base}/${path}`)).status)
  })

  it("gives one bundle to everybody, with a key, as another client, or asked for less", async () => {
    const path = `${base}/epochs/2/bundle`
    const whole = await service.call("GET", path)
    expect(whole.status).toBe(200)
    expect(whole.json.leaves).toHaveLength(1)
    const { issuer, verifier } = service.apiKeys
    for (const options of [
      { key: issuer },
      { key: verifier },
      { headers: { "user-agent": "other", "accept-language": "de", cookie: "a=b" } },
      { headers: { "if-none-match": '"something-else"' } },
    ]) {
      expect((await service.call("GET", path, options)).text).toBe(whole.text)
    }
    for (const query of [`?issuer=${ISSUER}`, "?index=5", `?schema=${SCHEMA_ID}`]) {
      const reply = await service.call("GET", path + query)
      expect(reply.status === 400 || reply.text === whole.text).toBe(true)
    }
  })
})
