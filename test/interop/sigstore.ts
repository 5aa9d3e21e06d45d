// @sigstore/verify as a second opinion on receipts: its inclusion and checkpoint code, on our bytes.
import { createPublicKey } from "node:crypto"
import type { KeyObject } from "node:crypto"
import { createRequire } from "node:module"
import { bytesToHex } from "../../src/protocol/primitives/bytes.ts"
import type { VerifierKey } from "../../src/protocol/primitives/note-key.ts"
import type { Receipt } from "../../src/protocol/log/receipt.ts"

interface TlogEntry {
  readonly canonicalizedBody: Buffer
  readonly inclusionProof: {
    readonly logIndex: string
    readonly treeSize: string
    readonly rootHash: Buffer
    readonly hashes: readonly Buffer[]
    readonly checkpoint: { readonly envelope: string }
  }
}
interface TlogKey {
  readonly logID: Buffer
  readonly baseURL: string
  readonly publicKey: KeyObject
}

const require = createRequire(import.meta.url)
const { verifyMerkleInclusion } = require("@sigstore/verify/dist/tlog/merkle.js") as {
  verifyMerkleInclusion: (entry: TlogEntry, checkpoint: unknown) => void
}
const { verifyCheckpoint } = require("@sigstore/verify/dist/tlog/checkpoint.js") as {
  verifyCheckpoint: (entry: TlogEntry, logs: readonly TlogKey[]) => unknown
}

/** True when the library accepts checkpoint and inclusion of a receipt. @param key - the log's */
export function sigstoreAccepts(receipt: Receipt, key: VerifierKey): boolean {
  const { inclusionProof } = receipt
  const spki = Buffer.from(`302a300506032b6570032100${bytesToHex(key.publicKey)}`, "hex") // RFC 8410, section 4
  const log = {
    logID: Buffer.from(key.keyId),
    baseURL: `https://${key.name}`,
    publicKey: createPublicKey({ key: spki, format: "der", type: "spki" }),
  }
  const entry = {
    canonicalizedBody: Buffer.from(receipt.canonicalizedBody, "base64"),
    inclusionProof: {
      ...inclusionProof,
      rootHash: Buffer.from(inclusionProof.rootHash, "base64"),
      hashes: inclusionProof.hashes.map((hash) => Buffer.from(hash, "base64")),
    },
  }
  try {
    verifyMerkleInclusion(entry, verifyCheckpoint(entry, [log]))
    return true
  } catch {
    return false // the library throws its "no", of whatever class
  }
}
