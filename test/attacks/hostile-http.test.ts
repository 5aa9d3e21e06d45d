// What strangers send: every one gets its 4xx, nobody gets a 500, and honest answers are still served.
import { connect } from "node:net"
import { gzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { answerTo, ask, fresh, submit } from "../support/answered-request.ts"
import { freshKey, startTestService } from "../support/running-service.ts"
import type { Reply, TestService } from "../support/running-service.ts"

let service: TestService
beforeAll(async () => {
  service = await startTestService({ environment: { SOTTO_RATE_ANONYMOUS_WRITES: "100000" } })
})
afterAll(() => service.remove())

const post = (raw: Uint8Array | string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
  service.call("POST", "/v1/presentations", { raw, headers })

describe("a hostile body", () => {
  it("of 10 MB is too-large, declared or chunked", async () => {
    const body = new Uint8Array(10 * 1024 * 1024).fill(0x20)
    expect(await post(body)).toMatchObject({ status: 413, code: "too-large" })
    const stream = new ReadableStream({
      start: (controller) => {
        for (let i = 0; i < 160; i++) controller.enqueue(body.subarray(0, 65_536))
        controller.close()
      },
    })
    const response = await fetch(`${service.url}/v1/presentations`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": freshKey() },
      body: stream,
      duplex: "half",
    })
    expect(response.status).toBe(413)
  })

  it("of one byte more than the limit is too-large, and of the limit is only malformed", async () => {
    const pad = (length: number) => `"${"a".repeat(length - 2)}"`
    expect(await post(pad(64 * 1024 + 1))).toMatchObject({ status: 413, code: "too-large" })
    expect(await post(pad(64 * 1024))).toMatchObject({ status: 400, code: "malformed-presentation" })
  })

  it.each([
    ["deep nesting", "[".repeat(20_000)],
    ["deep nesting, closed", `${"[".repeat(1000)}${"]".repeat(1000)}`],
    ["a duplicate member", '{"type":"sotto/presentation/1","type":"sotto/presentation/1"}'],
    ["an escaped duplicate", '{"type":"a","\\u0074ype":"b"}'],
    ["__proto__", '{"__proto__":{"type":"sotto/presentation/1"}}'],
    ["constructor", '{"constructor":{"prototype":{}}}'],
    ["null", "null"],
    ["a number", "1e999"],
    ["a fraction", '{"alternative":0.5}'],
    ["10^5 digits", `{"items":${"9".repeat(50_000)}}`],
    ["a lone surrogate", '{"a":"\\ud800"}'],
    ["a byte order mark", "\ufeff{}"],
    ["text after the document", "{} {}"],
    ["a comment", "{/* */}"],
    ["a control character", '{"a":"\u0001"}'],
    ["nothing but spaces", "   "],
    [
      "nine items",
      JSON.stringify({ type: "sotto/presentation/1", request: "pr_x", items: Array(9).fill({}) }),
    ],
  ])("with %s is malformed-presentation", async (_name, raw) => {
    expect(await post(raw)).toMatchObject({ status: 400, code: "malformed-presentation" })
  })

  it("of bytes that are not UTF-8 is malformed-presentation", async () => {
    expect(await post(Uint8Array.of(0x22, 0xff, 0xfe, 0x22))).toMatchObject({
      code: "malformed-presentation",
    })
    expect(await post(Buffer.from('{"a":1}', "utf16le"))).toMatchObject({ code: "malformed-presentation" })
  })

  it("that grows a thousandfold when inflated is too-large within a second", async () => {
    const bomb = gzipSync(Buffer.alloc(60 * 1024 * 1024, 0x5b))
    const started = performance.now()
    expect(await post(bomb, { "content-encoding": "gzip" })).toMatchObject({ status: 413, code: "too-large" })
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it("changes no prototype of the process", () => {
    expect(({} as Record<string, unknown>)["type"]).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})

// In full 10,000 malformed answers and 100 wrong proofs.
const [BATCHES, MALFORMED, WRONG] = process.env["SOTTO_FULL"] === "1" ? [50, 200, 2] : [20, 50, 2]

describe("many hostile callers", () => {
  it(`${BATCHES * MALFORMED} malformed and ${BATCHES * WRONG} wrong proofs later, an honest answer is accepted`, async () => {
    const wrong = await answerTo(await ask(service))
    const parts = [{ ...wrong.items[0]!.parts[0]!, linkTag: fresh() }]
    const before = process.memoryUsage().rss
    const codes = new Map<string, number>()
    const count = ({ code = "none" }: Reply) => codes.set(code, (codes.get(code) ?? 0) + 1)
    for (let batch = 0; batch < BATCHES; batch++) {
      const hostile = Array.from({ length: MALFORMED }, (_, i) => post(`{"type":${i},`))
      const proofs = Array.from({ length: WRONG }, () =>
        submit(service, { ...wrong, items: [{ alternative: 0, parts }] }),
      )
      for (const reply of await Promise.all([...hostile, ...proofs])) count(reply)
    }
    expect(Object.fromEntries(codes)).toEqual({
      "malformed-presentation": BATCHES * MALFORMED,
      "proof-invalid": BATCHES * WRONG,
    })
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024)
    expect(await submit(service, await answerTo(await ask(service)))).toMatchObject({ status: 201 })
  }, 300_000)

  it("slow headers are cut off, and others are served meanwhile", async () => {
    const socket = connect(service.port, "127.0.0.1")
    socket.write("GET /healthz HTTP/1.1\r\nHost: x\r\n")
    const drip = setInterval(() => socket.write("X-A: b\r\n"), 500)
    const started = performance.now()
    const answer = await new Promise<string>((resolve) => {
      let text = ""
      socket.on("data", (chunk) => (text += chunk.toString()))
      socket.on("close", () => {
        resolve(text)
      })
      socket.on("error", () => {
        resolve(text)
      })
      void service.call("GET", "/healthz").then(({ status }) => {
        expect(status).toBe(200)
      })
    })
    clearInterval(drip)
    expect(performance.now() - started).toBeLessThan(14_000)
    expect(answer).toMatch(/^HTTP\/1\.1 408/)
  }, 20_000)

  it.each([
    [
      "two lengths",
      "POST /v1/presentations HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    ],
    [
      "a length and chunks",
      "POST /v1/presentations HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ["no host", "GET /healthz HTTP/1.1\r\n\r\n"],
    ["a line feed in a name", "GET /healthz HTTP/1.1\r\nHost: x\r\nA\nB: c\r\n\r\n"],
  ])("a request with %s is refused and its socket closed", async (_name, text) => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(service.port, "127.0.0.1", () => socket.write(text))
      let received = ""
      socket.on("data", (chunk) => (received += chunk.toString()))
      socket.on("close", () => {
        resolve(received)
      })
      socket.on("error", reject)
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request/)
  })
})
