// The caveats of Express 5 and the shape of refusals, against the real app.
import { request as httpRequest } from "node:http"
import { connect } from "node:net"
import { gzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { DRAFT } from "../support/answered-request.ts"
import { freshKey, startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

let service: TestService
beforeAll(async () => {
  service = await startTestService({ environment: { SOTTO_CORS_ORIGINS: "https://page.example" } })
})
afterAll(() => service.remove())

const post = (headers: Readonly<Record<string, string>>, raw: Uint8Array | string = JSON.stringify(DRAFT)) =>
  service.call("POST", "/v1/presentation-requests", { key: service.apiKeys.verifier, raw, headers })

/** A POST with neither Content-Length nor Transfer-Encoding: Express then leaves `req.body` undefined. */
function bodiless(path: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return new Promise((resolve, reject) => {
    const socket = connect(service.port, "127.0.0.1")
    let text = ""
    socket.on("data", (chunk) => (text += chunk.toString()))
    socket.on("end", () => resolve(text))
    socket.on("error", reject)
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines.join("")}\r\n`)
  })
}

describe("every refusal", () => {
  it("is a problem document that echoes nothing of the request", async () => {
    const reply = await service.call("GET", "/no/such/%3Cscript%3E?q=secret")
    expect(reply.headers.get("content-type")).toBe("application/problem+json")
    expect(reply.json).toEqual({
      type: "/problems/not-found",
      title: "not found",
      status: 404,
      code: "not-found",
      instance: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
    })
    expect(reply.text).not.toMatch(/script|secret/)
  })

  it("of a fault says internal, with no message and no stack", async () => {
    const broken = await startTestService()
    broken.parts.store.findVerifier = () => Promise.reject(new Error("secret detail"))
    const reply = await broken.call("GET", "/v1/verifiers/x")
    expect(reply).toMatchObject({ status: 500, code: "internal" })
    expect(reply.text).not.toMatch(/secret|Error|\.ts/)
    expect(broken.logLines.join("")).not.toContain("secret")
    await broken.remove()
  })

  it("of a method names those that exist", async () => {
    const reply = await service.call("PUT", "/v1/presentation-requests")
    expect(reply).toMatchObject({ status: 405, code: "method-not-allowed" })
    expect(reply.headers.get("allow")).toBe("POST, GET, HEAD, OPTIONS")
  })
})

describe("every answer", () => {
  it("carries the policy headers and no sign of the framework", async () => {
    for (const path of ["/healthz", "/v1/logs", "/nowhere"]) {
      const { headers } = await service.call("GET", path)
      expect(headers.get("content-security-policy")).toBe("default-src 'none';frame-ancestors 'none'")
      expect(headers.get("x-content-type-options")).toBe("nosniff")
      expect(headers.get("referrer-policy")).toBe("no-referrer")
      expect(headers.get("strict-transport-security")).toBeNull() // the public URL is http
      expect(headers.get("x-powered-by")).toBeNull()
      expect(headers.get("set-cookie")).toBeNull()
    }
  })

  it("lets a listed page read keyed routes, and no other page", async () => {
    const from = (origin: string) => service.call("GET", "/v1/presentation-requests", { headers: { origin } })
    expect((await from("https://page.example")).headers.get("access-control-allow-origin")).toBe(
      "https://page.example",
    )
    expect((await from("https://other.example")).headers.get("access-control-allow-origin")).toBeNull()
    const preflight = await service.call("OPTIONS", "/v1/presentations", {
      headers: { origin: "https://any.example" },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get("access-control-allow-methods")).toBe("POST")
    expect(preflight.headers.get("access-control-allow-headers")).toBe("Content-Type, Idempotency-Key")
    expect(preflight.headers.get("access-control-allow-credentials")).toBeNull()
  })

  it("to HEAD has the headers of GET and no body", async () => {
    const reply = await service.call("HEAD", "/v1/logs")
    expect(reply).toMatchObject({ status: 200, text: "" })
  })
})

describe("a body", () => {
  it.each([
    ["of another type", { "content-type": "text/plain" }],
    ["of a form", { "content-type": "application/x-www-form-urlencoded" }],
    ["in another charset", { "content-type": "application/json; charset=utf-16" }],
    ["in brotli", { "content-encoding": "br" }],
    ["in two encodings", { "content-encoding": "gzip, gzip" }],
  ])("%s is refused with media-type", async (_name, headers) => {
    expect(await post(headers)).toMatchObject({ status: 415, code: "media-type" })
  })

  it("that is missing is not taken for an empty object", async () => {
    const key = service.apiKeys.verifier
    const headers = { "content-type": "application/json" }
    const empty = await service.call("POST", "/v1/presentation-requests", { key, headers })
    expect(empty).toMatchObject({ status: 400, code: "malformed-request" })
    const absent = await bodiless("/v1/presentation-requests", {
      ...headers,
      authorization: `Bearer ${key}`,
      "idempotency-key": freshKey(),
    })
    expect(absent).toMatch(/^HTTP\/1.1 415 /)
  })

  it("may be gzip with a charset parameter", async () => {
    const headers = { "content-type": "application/json; charset=UTF-8", "content-encoding": "gzip" }
    expect(await post(headers, gzipSync(JSON.stringify(DRAFT)))).toMatchObject({ status: 201 })
  })

  it("that says gzip and is not is malformed-request, and one that inflates beyond the limit too-large", async () => {
    const headers = { "content-encoding": "gzip" }
    expect(await post(headers, "not gzip")).toMatchObject({ status: 400, code: "malformed-request" })
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 0x20))
    expect(bomb.length).toBeLessThan(64 * 1024)
    expect(await post(headers, bomb)).toMatchObject({ status: 413, code: "too-large" })
  })
})

describe("a path or query", () => {
  it("with a malformed escape is malformed-request before any handler", async () => {
    expect(await service.call("GET", "/v1/verifiers/%E0%A4%A")).toMatchObject({
      status: 400,
      code: "malformed-request",
    })
  })

  it("with a repeated or unknown parameter is malformed-request", async () => {
    for (const query of ["?from=1&from=2", "?from[x]=1", "?other=1", "?__proto__=1"]) {
      const reply = await service.call("GET", `/v1/logs/main/entries${query}`)
      expect(reply).toMatchObject({ status: 400, code: "malformed-request" })
    }
  })

  it("may name what every object has without reaching it", async () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      for (const path of [
        `/v1/verifiers/${name}`,
        `/v1/statements/${name}`,
        `/v1/registries/${name}/epochs/latest`,
      ]) {
        expect((await service.call("GET", path)).status).toBe(404)
      }
    }
  })
})

describe("sockets", () => {
  it("a taken port rejects instead of pretending to listen", async () => {
    const { port } = service
    await expect(
      startTestService({ environment: { SOTTO_LISTEN: `127.0.0.1:${port}` } }),
    ).rejects.toMatchObject({
      code: "EADDRINUSE",
    })
  })

  it("a header block over 8 KiB is refused", async () => {
    const status = await new Promise((resolve, reject) => {
      const sent = httpRequest(
        `${service.url}/healthz`,
        { headers: { "x-filler": "a".repeat(9000) } },
        (response) => {
          response.resume()
          resolve(response.statusCode)
        },
      )
      sent.on("error", reject)
      sent.end()
    })
    expect(status).toBe(431)
  })

  it("of a stopped service are closed although one was kept alive", async () => {
    const stopping = await startTestService()
    await stopping.call("GET", "/healthz") // leaves an idle keep-alive socket behind
    const started = performance.now()
    expect(await stopping.stop()).toBe(true)
    expect(performance.now() - started).toBeLessThan(4000)
    await expect(stopping.call("GET", "/healthz")).rejects.toThrow()
    await stopping.remove()
  })
})

describe("rate limits", () => {
  it("refuse an address over its share with rate-limited and a time to return", async () => {
    const small = { SOTTO_RATE_SHARED: "", SOTTO_RATE_ANONYMOUS_READS: "3", SOTTO_RATE_ANONYMOUS_WRITES: "2" }
    const limited = await startTestService({ environment: small })
    const statuses = []
    for (let i = 0; i < 4; i++) statuses.push((await limited.call("GET", "/v1/logs")).status)
    expect(statuses).toEqual([200, 200, 200, 429])
    const reply = await limited.call("GET", "/v1/logs")
    expect(reply).toMatchObject({ status: 429, code: "rate-limited" })
    expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0)
    expect(reply.headers.get("ratelimit")).toContain("r=0")
    // Writes have a share of their own, and a key one that no address shares.
    expect((await limited.call("POST", "/v1/presentations", { body: {} })).status).toBe(400)
    const keyed = await limited.call("POST", "/v1/presentation-requests", {
      key: limited.apiKeys.verifier,
      body: DRAFT,
    })
    expect(keyed.status).toBe(201)
    await limited.remove()
  })

  it("cannot be escaped with a forged forwarding header", async () => {
    const limited = await startTestService({
      environment: { SOTTO_RATE_SHARED: "", SOTTO_RATE_ANONYMOUS_READS: "1" },
    })
    await limited.call("GET", "/v1/logs")
    for (const address of ["10.0.0.1", "10.0.0.2"]) {
      const reply = await limited.call("GET", "/v1/logs", { headers: { "x-forwarded-for": address } })
      expect(reply.code).toBe("rate-limited")
    }
    await limited.remove()
  })
})

describe("log lines", () => {
  it("hold allow-listed fields only: no path, query, header, body, address or id", async () => {
    const canary = "canary-7f3a"
    await service.call("GET", `/v1/verifiers/${canary}`, {
      headers: { "user-agent": canary, "x-other": canary },
    })
    await service.call("GET", `/v1/logs/main/entries?from=${canary}`)
    await post({}, JSON.stringify({ purpose: canary }))
    const lines = service.logLines.join("")
    expect(lines).toContain('"route":"/v1/verifiers/:id"')
    for (const secret of [canary, "127.0.0.1", service.apiKeys.verifier, "pr_"])
      expect(lines).not.toContain(secret)
    const allowed = [
      "level",
      "time",
      "msg",
      "requestId",
      "route",
      "method",
      "status",
      "code",
      "ms",
      "principalId",
      "err.code",
      "component",
      "registry",
    ]
    for (const line of service.logLines) {
      for (const field of Object.keys(JSON.parse(line) as object)) expect(allowed).toContain(field)
    }
  })
})
