// A cosigner that fails in a way of its own choosing, and the planted bugs that a feed must not have.
import type { CosignAnswer, CosignerClient } from "../../src/ledger/log/cosigner-client.ts"
import type { LedgerStore } from "../../src/ledger/log/store.ts"
import { encodeLines, encodeSize, parseAddCheckpoint } from "../../src/protocol/log/add-checkpoint.ts"
import { checkpointText, parseCheckpoint } from "../../src/protocol/log/checkpoint.ts"
import { cosign } from "../../src/protocol/log/cosignature.ts"
import type { SigningKey } from "../../src/protocol/primitives/note-key.ts"
import { listenOn } from "./cosigner.ts"
import type { Listening } from "./cosigner.ts"

/** How it fails. */
export const LIES = [
  "timeout",
  "a 409 that lies",
  "a bad signature",
  "a signature for another size",
  "another cosigner's line",
  "a clock an hour off",
  "1 MB",
  "a redirect",
  "500",
] as const
export type Lie = (typeof LIES)[number]

/** Starts it. @param now - Unix seconds */
export function startLiar(lie: Lie, key: SigningKey, now: () => number): Promise<Listening> {
  return listenOn((request, response) => {
    const chunks: Buffer[] = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      if (request.url !== "/add-checkpoint") {
        response.writeHead(404).end()
        return
      }
      const { checkpoint } = parseAddCheckpoint(new Uint8Array(Buffer.concat(chunks)))
      const { note, checkpoint: head } = parseCheckpoint(checkpoint)
      const lines = (text: string, time = now(), by = key) =>
        Buffer.from(encodeLines([cosign(by, text, time)]))
      switch (lie) {
        case "timeout":
          return // never answers
        case "a 409 that lies":
          response.writeHead(409, { "content-type": "text/x.tlog.size" }).end(encodeSize(head.size + 1000))
          return
        case "a bad signature":
          response.end(lines(checkpointText({ ...head, root: new Uint8Array(32) })))
          return
        case "a signature for another size":
          response.end(lines(checkpointText({ ...head, size: head.size + 1 })))
          return
        case "another cosigner's line":
          response.end(
            lines(note.text, now(), { ...key, name: "somebody.example", keyId: new Uint8Array(4) }),
          )
          return
        case "a clock an hour off":
          response.end(lines(note.text, now() + 3600))
          return
        case "1 MB":
          response.end(Buffer.alloc(1_000_000, 0x20))
          return
        case "a redirect":
          response.writeHead(307, { location: "/elsewhere" }).end()
          return
        case "500":
          response.writeHead(500).end("no")
          return
      }
    })
  })
}

/** Planted bug of F15: stores whatever line comes, without a look at it. */
export const believing = (client: CosignerClient, line: SigningKey, now: () => number): CosignerClient => ({
  ...client,
  add: () => {
    const signed = cosign(line, "another text\n", now())
    return Promise.resolve<CosignAnswer>({ kind: "signed", line: signed, timeUnixSeconds: now() })
  },
})

/** Planted bug of F15: the sequencer waits for a cosigner before it commits. */
export const awaitingCosigner = (store: LedgerStore, ask: () => Promise<unknown>): LedgerStore => ({
  ...store,
  transaction: (body) =>
    store.transaction(async (tx) => {
      const result = await body(tx)
      await ask()
      return result
    }),
})
