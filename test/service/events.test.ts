// Streams of progress: what is told, from where a reader resumes, how many there may be, and that they end on drain.
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { answerTo, ask, submit } from "../support/answered-request.ts"
import { startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

let service: TestService
let readers: AbortController[] = []
beforeEach(async () => {
  service = await startTestService({ environment: { SOTTO_SSE_MAX: "3" } })
})
afterEach(async () => {
  for (const reader of readers) reader.abort()
  readers = []
  await service.remove()
})

interface Reader {
  readonly response: Response
  /** Resolves with what was read once it matches, or when the stream ends. */
  readonly until: (pattern: RegExp) => Promise<string>
}

async function watch(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reader> {
  const controller = new AbortController()
  readers.push(controller)
  const response = await fetch(service.url + path, { headers, signal: controller.signal })
  const stream = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ""
  const until = async (pattern: RegExp): Promise<string> => {
    while (!pattern.test(text)) {
      const chunk = await stream?.read()
      if (chunk?.value === undefined) break
      text += chunk.value
    }
    return text
  }
  return { response, until }
}

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })

describe("the stream of a request", () => {
  it("tells its owner that it is satisfied, and ends", async () => {
    const request = await ask(service)
    const path = `/v1/presentation-requests/${request.id}/events`
    const reader = await watch(path, bearer(service.apiKeys.verifier))
    expect(reader.response.headers.get("content-type")).toBe("text/event-stream")
    expect(reader.response.headers.get("cache-control")).toBe("no-store")
    expect(reader.response.headers.get("content-encoding")).toBeNull()
    expect(await reader.until(/retry/)).toBe("retry: 3000\n\n")
    await submit(service, await answerTo(request))
    expect(await reader.until(/never/)).toBe("retry: 3000\n\nid: 1\nevent: satisfied\ndata: {}\n\n")
    const again = await watch(path, { ...bearer(service.apiKeys.verifier), "last-event-id": "1" })
    expect(await again.until(/never/)).toBe("retry: 3000\n\n") // told before: nothing follows
  })

  it("is nobody else's", async () => {
    const { id } = await ask(service)
    const path = `/v1/presentation-requests/${id}/events`
    const foreign = await service.call("GET", path, { key: service.apiKeys.foreignVerifier })
    expect(foreign).toMatchObject({ status: 404, code: "not-found" })
    expect(await service.call("GET", path)).toMatchObject({ status: 401, code: "unauthenticated" })
  })
})

describe("the stream of a log", () => {
  it("tells its head with rising ids, and resumes after the one that was seen", async () => {
    const reader = await watch("/v1/logs/main/events")
    const size = Number(/data: \{"size":(\d+)\}/.exec(await reader.until(/data/))?.[1])
    await submit(service, await answerTo(await ask(service)))
    const text = await reader.until(new RegExp(`id: ${size + 1}\n`))
    expect(text).toContain(`id: ${size + 1}\nevent: head\ndata: {"size":${size + 1}}\n\n`)
    const resumed = await watch("/v1/logs/main/events", { "last-event-id": String(size) })
    expect(await resumed.until(/data/)).toContain(`id: ${size + 1}\n`)
  })
})

it("are bounded, and a place is free again once its reader has gone", async () => {
  for (let i = 0; i < 3; i++) expect((await watch("/v1/logs/main/events")).response.status).toBe(200)
  const refused = await service.call("GET", "/v1/logs/main/events")
  expect(refused).toMatchObject({ status: 429, code: "rate-limited" })
  readers.shift()?.abort()
  await expect.poll(async () => (await watch("/v1/logs/main/events")).response.status).toBe(200)
})

it("end with the service, which tells readers to come back soon", async () => {
  const reader = await watch("/v1/logs/main/events")
  await reader.until(/data/)
  expect(await service.stop()).toBe(true)
  expect(await reader.until(/never/)).toMatch(/retry: 1000\n\n$/)
})
