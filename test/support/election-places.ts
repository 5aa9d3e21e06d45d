// A test election as a service or a folder would give it, with whatever head its log's operator cares to sign.
import { encodeCheckpoint, signCheckpoint, checkpointText } from "../../src/protocol/log/checkpoint.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"
import type { Policy } from "../../src/protocol/log/policy.ts"
import { encodeBundle, parseResourcePath, TILE_WIDTH } from "../../src/protocol/log/tile.ts"
import { GrowingRoot } from "../../src/protocol/election/growing-root.ts"
import {
  encodeVerifierKey,
  makeSigningKey,
  parseVerifierKey,
} from "../../src/protocol/primitives/note-key.ts"
import type { SigningKey } from "../../src/protocol/primitives/note-key.ts"
import { canonicalBytes } from "../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../src/protocol/wire/canonical-json.ts"
import type { ElectionPlace } from "../../src/cli/election-place.ts"
import type { SmallElection } from "./small-election.ts"

/** The policy of a reader who believes the service of this election; nobody cosigns. */
export function policyOf({ logKey, sources }: SmallElection, more = "quorum none\n"): Policy {
  const main = makeSigningKey(sources.mainOrigin, logKey.seed)
  return parsePolicy(`log ${encodeVerifierKey(main)}\n${more}`)
}

/** The signed head of these entries. */
export function headOf(origin: string, key: SigningKey, entries: readonly Uint8Array[]): Uint8Array {
  const tree = new GrowingRoot()
  for (const bytes of entries) tree.append(bytes)
  return signedHead(origin, key, tree.size, tree.root())
}

/** A head that says whatever it is told to say. */
export function signedHead(origin: string, key: SigningKey, size: number, root: Uint8Array): Uint8Array {
  const checkpoint = { origin, size, root }
  const signature = signCheckpoint(key, checkpointText(checkpoint))
  return encodeCheckpoint(checkpoint, parseVerifierKey(encodeVerifierKey(key)), signature)
}

/** A place that gives the first `size` entries; `lie` replaces what it shows. */
export function placeOf(
  election: SmallElection,
  size = election.entries.length,
  lie: {
    readonly entries?: readonly Uint8Array[]
    readonly checkpoint?: Uint8Array
    readonly census?: boolean
  } = {},
): ElectionPlace {
  const entries = lie.entries ?? election.bytes.slice(0, size)
  const { census, sources, logKey } = election
  return {
    name: "https://service.example",
    logFile: (path) => {
      const resource = parseResourcePath(path)
      if (resource?.kind === "checkpoint")
        return Promise.resolve(lie.checkpoint ?? headOf(sources.origin, logKey, entries))
      if (resource?.kind !== "entries") return Promise.resolve(null)
      const start = resource.n * TILE_WIDTH
      return Promise.resolve(encodeBundle(entries.slice(start, start + resource.width)))
    },
    definition: () => Promise.resolve([...election.blobs.values()][0] ?? null),
    census: (id) =>
      Promise.resolve(
        lie.census === false || id !== census.freeze.body.censusId
          ? null
          : {
              plan: canonicalBytes(census.plan as unknown as Json),
              census: canonicalBytes(census.document as unknown as Json),
              evidence: census.freeze.evidence,
            },
      ),
  }
}
