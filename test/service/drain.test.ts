import { Agent, request as httpRequest } from "node:http"
import { connect } from "node:net"
import { afterEach, expect, it } from "vitest"
import { answerTo, ask, submit } from "../support/answered-request.ts"
import { openVerificationPool } from "../../src/service/verification/pool.ts"
import { freshKey, START, startTestService } from "../support/running-service.ts"
import type { TestService } from "../support/running-service.ts"

const hangs = new URL("../support/verify-worker-hangs.ts", import.meta.url)
let service: TestService
afterEach(() => service.remove())

/** GET over one kept-alive socket. */
function getOver(agent: Agent, path: string): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(service.url + path, { agent }, (response) => {
      let text = ""
      response.on("data", (chunk: Buffer) => (text += chunk.toString()))
      response.on("end", () => {
        resolve({ status: response.statusCode, text })
      })
    })
    sent.on("error", reject)
    sent.end()
  })
}

it("finishes what it has accepted, and answers it", async () => {
  service = await startTestService({ environment: { SOTTO_DRAIN_DELAY_SECONDS: "0" } })
  const answers = await Promise.all([1, 2, 3].map(async () => answerTo(await ask(service))))
  const replies = answers.map((answer) => submit(service, answer))
  await new Promise((resolve) => setTimeout(resolve, 30))
  const isClean = await service.stop()
  expect(isClean).toBe(true)
  for (const { status } of await Promise.all(replies)) expect(status).toBe(201)
})

it("tells the balancer first, then refuses calls on open sockets with draining", async () => {
  service = await startTestService({ environment: { SOTTO_DRAIN_DELAY_SECONDS: "30" } })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  expect(await getOver(agent, "/readyz")).toMatchObject({ status: 200 })
  const stopped = service.stop()
  expect(await getOver(agent, "/readyz")).toMatchObject({ status: 503, text: '{"failing":["draining"]}' })
  expect(await getOver(agent, "/v1/logs")).toMatchObject({ status: 200 }) // still served while the balancer moves on
  void service.stop() // a second signal skips the wait
  expect(await stopped).toBe(true)
  agent.destroy()
})

it("refuses a call that arrives on an open socket while the last ones finish with draining", async () => {
  service = await startTestService({
    environment: { SOTTO_VERIFY_TIMEOUT_MS: "1000" },
    parts: { openPool: (options) => openVerificationPool({ ...options, worker: hangs }) },
  })
  const body = JSON.stringify(await answerTo(await ask(service)))
  const socket = connect(service.port, "127.0.0.1")
  let text = ""
  socket.on("data", (chunk) => (text += chunk.toString()))
  const head = ["POST /v1/presentations HTTP/1.1", "Host: x", "Content-Type: application/json"]
  const more = [`Idempotency-Key: ${freshKey()}`, `Content-Length: ${body.length}`]
  socket.write(`${[...head, ...more].join("\r\n")}\r\n\r\n${body}`)
  await new Promise((resolve) => setTimeout(resolve, 200))
  const stopped = service.stop()
  await new Promise((resolve) => setTimeout(resolve, 200))
  socket.write("GET /v1/logs HTTP/1.1\r\nHost: x\r\n\r\n")
  expect(await stopped).toBe(true)
  expect(text).toContain('"verification-timeout"')
  const refused = JSON.parse(text.slice(text.lastIndexOf("{"))) as unknown
  expect(refused).toMatchObject({ status: 503, code: "draining" })
})

it("is not ready without a registry epoch younger than 25 hours, or with a halted ledger", async () => {
  service = await startTestService({ environment: { SOTTO_REGISTRY_EPOCH_SECONDS: "86400" } })
  service.parts.store.newestRegistryEpoch = () => Promise.resolve(null)
  service.parts.store.eraseExpired = () => Promise.reject(new Error("disk gone"))
  service.clock.now = START + 25 * 3600
  const { json } = await service.call("GET", "/readyz")
  expect(json.failing).toEqual(["storage", "registry-epoch"])
  service.parts.ledger.state = () => "halted"
  expect((await service.call("GET", "/readyz")).json.failing).toContain("ledger")
})
