// What the admin port shows, and that no label names anybody or anything.
import { afterAll, beforeAll, expect, it } from "vitest"
import { allRoutes } from "../../src/service/app.ts"
import { STATUS } from "../../src/service/http/problem.ts"
import { answerTo, ask, submit } from "../support/answered-request.ts"
import { startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

let service: TestService
beforeAll(async () => {
  service = await startTestService({ environment: { SOTTO_ADMIN_LISTEN: "127.0.0.1:0" } })
})
afterAll(() => service.remove())

const admin = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${service.adminPort}${path}`)

/** Label values by name, of our own metrics. */
async function labels(): Promise<Map<string, Set<string>>> {
  const text = await (await admin("/metrics")).text()
  const found = new Map<string, Set<string>>()
  for (const line of text.split("\n").filter((one) => one.startsWith("sotto_")))
    for (const [, name = "", value = ""] of line.matchAll(/([a-z_]+)="([^"]*)"/g))
      found.set(name, (found.get(name) ?? new Set()).add(value))
  return found
}

it("counts answers, verdicts and refusals", async () => {
  const request = await ask(service)
  const body = await answerTo(request)
  expect((await submit(service, body)).status).toBe(201)
  expect((await submit(service, body)).code).toBe("request-answered")
  const text = await (await admin("/metrics")).text()
  expect(text).toContain('sotto_verify_verdicts_total{circuit="presentation",verdict="accepted"} 1')
  expect(text).toContain('sotto_problems_total{code="request-answered"} 1')
  expect(text).toContain('sotto_http_requests_total{route="/v1/presentations",method="POST",status="201"} 1')
  expect(text).toMatch(/sotto_ledger_size\{log="main"\} [1-9]/)
  expect(text).toContain("sotto_ledger_state 1")
})

it("has labels out of closed sets: templates, codes and words, and no id", async () => {
  const request = await ask(service)
  await service.call("GET", `/v1/presentation-requests/${request.id}`)
  await service.call("GET", "/no/such/path?with=query")
  await service.call("GET", `/v1/verifiers/${"x".repeat(40)}`)
  const found = await labels()
  const templates = new Set(["none", ...allRoutes({} as never).map(({ path }) => path)])
  expect([...(found.get("route") ?? [])].filter((route) => !templates.has(route))).toEqual([])
  expect([...(found.get("code") ?? [])].filter((code) => !(code in STATUS))).toEqual([])
  const closed = ["route", "method", "status", "code", "le", "circuit", "backend", "verdict", "reason", "log"]
  expect([...found.keys()].filter((name) => !closed.includes(name))).toEqual([])
  const values = [...found.values()].flatMap((set) => [...set]).join(" ")
  expect(values).not.toMatch(/pr_|[0-9a-f]{16}|xxx|acme|query/)
})

it("serves metrics there and nothing else, and none on the public port", async () => {
  expect((await admin("/v1/logs")).status).toBe(404)
  expect((await service.call("GET", "/metrics")).status).toBe(404)
})
