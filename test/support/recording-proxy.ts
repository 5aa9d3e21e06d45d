// A proxy that keeps every byte that passes, headers and bodies of both directions, compressed bodies opened.
import { createServer, request as httpRequest } from "node:http"
import type { IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { buffer } from "node:stream/consumers"
import { gunzipSync } from "node:zlib"

/** A running proxy. */
export interface RecordingProxy {
  readonly url: string
  readonly exchanges: readonly { readonly line: string; readonly status: number }[]
  /** Everything that passed, in order. */
  readonly record: () => Buffer
  readonly close: () => Promise<void>
}

/** Opens a proxy before one service. */
export async function openRecordingProxy(target: string): Promise<RecordingProxy> {
  const passed: Buffer[] = []
  const exchanges: { line: string; status: number }[] = []
  const keep = (message: IncomingMessage, body: Buffer): void => {
    const isGzip = message.headers["content-encoding"] === "gzip"
    passed.push(Buffer.from(message.rawHeaders.join("\n")), isGzip ? gunzipSync(body) : body)
  }
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const sent = await buffer(incoming)
      const line = `${incoming.method ?? ""} ${incoming.url ?? ""}`
      passed.push(Buffer.from(line))
      keep(incoming, sent)
      const { method, headers } = incoming
      const call = httpRequest(new URL(incoming.url ?? "/", target), { method, headers })
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        call.once("response", resolve).once("error", reject).end(sent)
      })
      const body = await buffer(answer)
      keep(answer, body)
      exchanges.push({ line, status: answer.statusCode ?? 0 })
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders).end(body)
    })().catch((error: unknown) => outgoing.destroy(error as Error))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    record: () => Buffer.concat(passed),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
