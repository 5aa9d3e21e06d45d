// A proxy before a PostgreSQL server that loses one COMMIT: on its way there, or its reply on the way back.
import { mkdtempSync, rmSync } from "node:fs"
import { connect, createServer } from "node:net"
import type { Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

const SOCKET = ".s.PGSQL.5432"
const COMMIT = Buffer.from("commit\0") // the text of a simple query, as the driver sends it

/** What becomes of the next COMMIT; nothing while null. */
export type Loss = "request" | "reply" | null

/** A proxy that listens. */
export interface DroppingProxy {
  /** The address of a database through it. */
  readonly through: (address: string) => string
  lose: Loss
  /** COMMITs that were lost. */
  lost: number
  readonly close: () => Promise<void>
}

/** Starts a proxy. @param address - of a database whose server listens on a socket in a folder */
export async function openDroppingProxy(address: string): Promise<DroppingProxy> {
  const folder = mkdtempSync(join(tmpdir(), "sotto-proxy-"))
  const target = join(/host=(.*)$/.exec(address)?.[1] ?? "", SOCKET)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(target)
    const cut = (): void => {
      client.destroy()
      upstream.destroy()
    }
    let isReplyLost = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on("error", cut)
      socket.on("close", cut)
    }
    client.on("data", (chunk) => {
      if (proxy.lose !== null && chunk.includes(COMMIT)) {
        proxy.lost++
        isReplyLost = proxy.lose === "reply"
        proxy.lose = null
        if (!isReplyLost) {
          cut()
          return
        }
      }
      upstream.write(chunk)
    })
    upstream.on("data", (chunk) => {
      if (isReplyLost) cut()
      else client.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(join(folder, SOCKET), resolve))
  const proxy: DroppingProxy = {
    through: (of) => of.replace(/host=.*$/, `host=${folder}`),
    lose: null,
    lost: 0,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return proxy
}
