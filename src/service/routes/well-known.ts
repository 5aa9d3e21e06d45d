// Where a stranger begins: what this service is, under which keys it speaks, and the files that wallets prove with.
import { encodeVerifierKey } from "../../protocol/primitives/note-key.ts"
import { Problem } from "../http/problem.ts"
import { jsonAnswer } from "../http/route.ts"
import type { Answer, Call, Route } from "../http/route.ts"
import * as contracts from "./contracts/logs.ts"
import type { RouteDeps } from "./route-deps.ts"

const MEDIA_TYPES = {
  wasm: "application/wasm",
  zkey: "application/octet-stream",
  vkey: "application/json",
} as const

/** `/.well-known/sotto.json` and `/artifacts/{sha256}/{file}`. Wallets pin trust out of band: this is a hint. */
export function wellKnownRoutes(deps: RouteDeps): readonly Route[] {
  const read = { method: "get", who: "anyone", idempotency: "read", maxBodyBytes: 0 } as const
  return [
    {
      ...read,
      path: "/.well-known/sotto.json",
      contract: contracts.wellKnown,
      handle: () => Promise.resolve(describe(deps)),
    },
    {
      ...read,
      path: "/artifacts/:sha256/:file",
      contract: contracts.artifact,
      handle: (call) => Promise.resolve(readArtifact(deps, call)),
    },
  ]
}

function describe({
  circuit,
  ledgerOrigin,
  ledgerKey,
  publicUrl,
  registries,
  requestKey,
}: RouteDeps): Answer {
  const files = circuit.artifacts.map(({ file, sha256, bytes }) => ({ file, sha256, bytes }))
  return jsonAnswer(
    {
      origin: publicUrl,
      ledger: { origin: ledgerOrigin, key: ledgerKey },
      requestKey: encodeVerifierKey(requestKey),
      registries: [...registries.values()].map(({ registry, keyText }) => ({ id: registry, key: keyText })),
      circuits: [{ id: circuit.id, vkey: circuit.vkey, ceremony: circuit.ceremony, files }],
    },
    { freshness: "minute" },
  )
}

function readArtifact({ circuit }: RouteDeps, { params }: Call): Answer {
  const found = circuit.artifacts.find(
    ({ sha256, file }) => sha256 === params["sha256"] && `${circuit.id}.${file}` === params["file"],
  )
  if (found === undefined) throw new Problem("not-found")
  return {
    status: 200,
    body: { file: found.path },
    mediaType: MEDIA_TYPES[found.file],
    freshness: "immutable",
  }
}
