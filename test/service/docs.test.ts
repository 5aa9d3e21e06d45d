// The description and its pages: what they say, under which policy, and that they name no other origin.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { STATUS } from "../../src/service/http/problem.ts"
import { startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

const POLICY =
  "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;font-src 'self';connect-src 'self';base-uri 'none';form-action 'none';frame-ancestors 'none'"

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.remove())

it("serves the description to anybody, compressed for those who accept it", async () => {
  const reply = await service.call("GET", "/openapi.json", { headers: { "accept-encoding": "gzip" } })
  expect(reply).toMatchObject({ status: 200, json: { openapi: "3.1.0" } })
  expect(reply.headers.get("content-encoding")).toBe("gzip")
  expect(reply.headers.get("access-control-allow-origin")).toBe("*")
})

describe("the page", () => {
  it("runs files of its own under a policy without inline code, and asks nobody else", async () => {
    const { status, text, headers } = await service.call("GET", "/docs/")
    expect(status).toBe(200)
    expect(headers.get("content-security-policy")).toBe(POLICY)
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8")
    expect(text).not.toMatch(/https?:|\/\/[a-z]/i)
    expect(text).not.toMatch(/<script(?![^>]* src=)|<style|style=|\son[a-z]+=/i)
    const files = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = ""]) => path)
    for (const path of files) {
      const file = await service.call("GET", path)
      expect(file.status, path).toBe(200)
      expect(file.headers.get("x-content-type-options")).toBe("nosniff")
    }
    expect(files).toContain("/docs/init.js")
  })

  it("loads the description from here, validates it nowhere and sends nothing", async () => {
    const { text } = await service.call("GET", "/docs/init.js")
    expect(text).toContain('url: "/openapi.json"')
    expect(text).toContain("validatorUrl: null")
    expect(text).toContain("supportedSubmitMethods: []")
    expect(text).not.toMatch(/https?:/)
  })

  it("serves no other file of the viewer", async () => {
    for (const path of ["/docs/package.json", "/docs/%2e%2e/package.json", "/docs/oauth2-redirect.html"])
      expect((await service.call("GET", path)).status, path).toBe(404)
  })
})

describe("a problem's page", () => {
  it("says what every code means", async () => {
    for (const [code, status] of Object.entries(STATUS)) {
      const { text, headers } = await service.call("GET", `/problems/${code}`)
      expect(text).toContain(`<h1>${code}</h1><p>Status ${status}.</p>`)
      expect(headers.get("content-security-policy")).toBe(POLICY)
    }
  })

  it("echoes no code that is not ours", async () => {
    const reply = await service.call("GET", "/problems/%3Cscript%3E")
    expect(reply).toMatchObject({ status: 404, code: "not-found" })
    expect(reply.text).not.toContain("script")
  })
})
