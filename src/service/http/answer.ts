// From an answer's value to bytes on the wire: caching, validators, compression, files with ranges.
import { createHash } from "node:crypto"
import { promisify } from "node:util"
import { gzip } from "node:zlib"
import type { Request, Response } from "express"
import { cacheControl, DOCS_POLICY } from "./headers.ts"
import type { Answer } from "./route.ts"

/** Below this many bytes compression costs more than it saves. */
const GZIP_FROM_BYTES = 1024
const compress = promisify(gzip)

/** Writes the answer. Resolves when the bytes were handed to the socket. */
export async function writeAnswer(request: Request, response: Response, answer: Answer): Promise<void> {
  response.status(answer.status)
  response.setHeader("Cache-Control", cacheControl(answer.freshness))
  if (answer.policy === "docs") response.setHeader("Content-Security-Policy", DOCS_POLICY)
  if (answer.replayed === true) response.setHeader("Idempotency-Replayed", "true")
  if (answer.location !== undefined) response.setHeader("Location", answer.location)
  if (answer.status === 204) {
    response.end()
    return
  }
  response.setHeader("Content-Type", answer.mediaType)
  if (answer.body instanceof Uint8Array) await writeBytes(request, response, answer, answer.body)
  else if ("file" in answer.body) await sendFile(response, answer.body.file)
}

async function writeBytes(
  request: Request,
  response: Response,
  answer: Answer,
  plain: Uint8Array,
): Promise<void> {
  const isGzip =
    answer.compressible === true &&
    plain.length >= GZIP_FROM_BYTES &&
    request.acceptsEncodings("gzip") === "gzip"
  if (answer.compressible === true) response.vary("Accept-Encoding")
  if (answer.freshness !== "no-store") {
    const tag = `"${createHash("sha256").update(plain).digest("base64url").slice(0, 27)}${isGzip ? "-gzip" : ""}"`
    response.setHeader("ETag", tag)
    if (request.headers["if-none-match"] === tag) {
      response.status(304).end()
      return
    }
  }
  if (isGzip) response.setHeader("Content-Encoding", "gzip")
  const bytes = isGzip ? await compress(plain) : plain
  response.setHeader("Content-Length", bytes.length)
  response.end(bytes)
}

function sendFile(response: Response, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // The path is ours, found by digest; nothing of it comes from the request.
    const options = { cacheControl: false, lastModified: false, dotfiles: "allow" } as const
    response.sendFile(file, options, (error: Error | undefined) => {
      if (error === undefined || response.headersSent) resolve()
      else reject(error)
    })
  })
}
