// What a command reads from a service it does not trust.
import { createServer } from "node:http"
import type { RequestListener, Server } from "node:http"
import type { AddressInfo } from "node:net"
import { gzipSync } from "node:zlib"
import { afterEach, describe, expect, it } from "vitest"
import { openServiceClient } from "../../src/cli/service-client.ts"
import { MAX_BUNDLE_BYTES } from "../../src/protocol/wire/credential.ts"

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function listen(answer: RequestListener): Promise<string> {
  server = createServer(answer)
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const gzipped =
  (bytes: Uint8Array): RequestListener =>
  (_, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" })
    response.end(gzipSync(bytes))
  }

describe("an answer of a service", () => {
  it("is read whole up to the largest bundle", async () => {
    const origin = await listen(gzipped(new Uint8Array(MAX_BUNDLE_BYTES)))
    expect(await openServiceClient(origin).get("/v1/registries")).toHaveLength(MAX_BUNDLE_BYTES)
  })

  it("is cut off beyond it, though a few kilobytes were sent", async () => {
    const origin = await listen(gzipped(new Uint8Array(MAX_BUNDLE_BYTES + 1)))
    await expect(openServiceClient(origin).get("/v1/registries")).rejects.toMatchObject({
      code: "service-refused",
    })
  })

  it("that breaks off is no answer", async () => {
    const origin = await listen((_, response) => {
      response.writeHead(200, { "content-length": "100" })
      response.write("{")
      setTimeout(() => response.destroy(), 20)
    })
    await expect(openServiceClient(origin).get("/v1/registries")).rejects.toMatchObject({
      code: "service-unreachable",
    })
  })
})
