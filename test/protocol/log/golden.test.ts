import { describe, expect, test } from "vitest"
import { bytesToHex, encodeBase64, hexToBytes, utf8ToBytes } from "../../../src/protocol/primitives/bytes.ts"
import { sha256 } from "../../../src/protocol/primitives/hash.ts"
import { encodeVerifierKey } from "../../../src/protocol/primitives/note-key.ts"
import type { Nullifier } from "../../../src/protocol/primitives/field.ts"
import { checkpointText, encodeCheckpoint, signCheckpoint } from "../../../src/protocol/log/checkpoint.ts"
import { claimKey } from "../../../src/protocol/log/claim.ts"
import { presentationCommitment } from "../../../src/protocol/log/commitment.ts"
import { cosign } from "../../../src/protocol/log/cosignature.ts"
import { encodeEntry, presentationEntry } from "../../../src/protocol/log/entry.ts"
import { encodeNote, parseNote } from "../../../src/protocol/log/note.ts"
import { encodeBundle, tileReader, tileWidth } from "../../../src/protocol/log/tile.ts"
import { encodeTlogProof } from "../../../src/protocol/log/tlog-proof.ts"
import {
  EMPTY_ROOT,
  consistencyRanges,
  hashOfRange,
  inclusionRanges,
  leafHash,
  nodeHash,
} from "../../../src/protocol/log/tree.ts"
import { parsePresentationOpening } from "../../../src/protocol/wire/presentation.ts"
import { canonicalBytes } from "../../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../../src/protocol/wire/canonical-json.ts"
import {
  GOLDEN_COSIGNER_KEY,
  GOLDEN_ENTRIES,
  GOLDEN_LOG_KEY,
  MemoryTree,
} from "../../support/ledger-golden.ts"

const NOTE = `ledger.example/zk
300
YIKAzr3eSMKJmenLg58DmAo+Yui5VQqih1jpEnnr1lc=

— ledger.example/zk zpMMbiQqwX0pRpSUjimvrzoymTVIU39GvHe69WzhE2WXG1HiEGClXFAK6JPGLtdbZ7dpXwP8YMkKj1P9BJY9f41IkA8=
— cosigner.example/c1 Thfr6AAAAABlU/EA3bZmNAmcMTxxAtAuLaYNP7U5k00hqvynsukeBsVCx/OxIDtZ6jJ+mOack/V+Q738zKYNReGEfaDByPaMSpYJAA==
`
const tree = new MemoryTree(GOLDEN_ENTRIES)
const base64Root = (size: number) => encodeBase64(tree.root(size))
const sha256Hex = (bytes: Uint8Array) => bytesToHex(sha256(bytes))
const concat = (parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))

describe("the golden log", () => {
  test("hashes leaves, nodes and trees as RFC 6962 does", () => {
    expect(bytesToHex(EMPTY_ROOT)).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    expect(bytesToHex(leafHash(new Uint8Array(0)))).toBe(
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    )
    const [first, second] = GOLDEN_ENTRIES.map(leafHash)
    expect(bytesToHex(first ?? EMPTY_ROOT)).toBe(
      "305df59f9590c3c9ac63d2b2743c388e3792449078cebf7fb3dbe6471643b2b7",
    )
    expect(bytesToHex(nodeHash(first ?? EMPTY_ROOT, second ?? EMPTY_ROOT))).toBe(
      "60a53eed0de87a90c8e59427c59c46253c33a76a09502a51801300927b7e6bdc",
    )
    const reference = [
      "",
      "00",
      "10",
      "2021",
      "3031",
      "40414243",
      "5051525354555657",
      "606162636465666768696a6b6c6d6e6f",
    ]
    expect(bytesToHex(new MemoryTree(reference.map(hexToBytes)).root(8))).toBe(
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
  })

  test("has its roots at 128, 200, 256 and 300", () => {
    expect([128, 200, 256, 300].map(base64Root)).toEqual([
      "aks2xJmBOiWD1ubT5201XP++FkgTQD6qSW5sj9mknE8=",
      "Mpb3igXWlkJ0dbQA4DfR55YG0pj5TxPi+sYhLRLQre0=",
      "9+1etEvmGQjN9muzFoE9x1RCqipbMHF3wGxygnE1bJE=",
      "YIKAzr3eSMKJmenLg58DmAo+Yui5VQqih1jpEnnr1lc=",
    ])
  })

  test("has its vkeys and its checkpoint, byte for byte", () => {
    expect(encodeVerifierKey(GOLDEN_LOG_KEY)).toBe(
      "ledger.example/zk+ce930c6e+ASFS+NGbeR0kRTJC4V8uq2y3z/p7al7TAJeWDgaYgdsS",
    )
    expect(encodeVerifierKey(GOLDEN_COSIGNER_KEY)).toBe(
      "cosigner.example/c1+4e17ebe8+BCL8KXeS8Lb/wL/P237bDAqhTgJaNl7A40Lobjgpy3S2",
    )
    const text = checkpointText({ origin: GOLDEN_LOG_KEY.name, size: 300, root: tree.root(300) })
    const signature = signCheckpoint(GOLDEN_LOG_KEY, text)
    const own = encodeCheckpoint(
      { origin: GOLDEN_LOG_KEY.name, size: 300, root: tree.root(300) },
      GOLDEN_LOG_KEY,
      signature,
    )
    const lines = [...parseNote(own).lines, cosign(GOLDEN_COSIGNER_KEY, text, 1700000000)]
    const note = encodeNote({ text, lines })
    expect(new TextDecoder().decode(note)).toBe(NOTE)
    expect([note.length, sha256Hex(note)]).toEqual([
      312,
      "295f818ba9e797bec0d38040b6fbd6802b8f09178a6c6a5334ad9137ed7b7771",
    ])
  })

  test("proves 257 and 128 to 300", () => {
    const proof = tree.hashes(inclusionRanges(257, 300))
    expect(tree.hashes(consistencyRanges(128, 300)).map(encodeBase64)).toEqual([
      "sZGbd4LW52AMFt69X/E4JZWaL7hmmfN03O0jf6GS040=",
      "y8aWXFlmP1AKTNZ30AikTIncRvaI8pdZc+mKgDHaG44=",
    ])
    expect(proof.map(encodeBase64)).toEqual([
      "amSgck23X3+5ta67j4Ptmt9eQCN2A5eu2dNiKxOfmVA=",
      "9I4rwI5e/Lwc2bOZUy/J1qBZdQ//ACkoeOwr+5fyPG4=",
      "uJB9/2z0TnQw63ZRHesLNeahbZAwAAzMwXTYCE6k2ZI=",
      "mgrWgYvREjPqZcODOanTBLmvbiVkMWDyEsMyzswvelQ=",
      "f2LpjUE7WQsEai6uBLQpU2UV4nCxOPWm+y5DYpfdH4k=",
      "upV5PCnip6J7Okc5GMW/mwupVDhJjlNGzMcOZi/HIKE=",
      "9+1etEvmGQjN9muzFoE9x1RCqipbMHF3wGxygnE1bJE=",
    ])
    const file = utf8ToBytes(encodeTlogProof({ index: 257, hashes: proof, checkpoint: utf8ToBytes(NOTE) }))
    expect([file.length, sha256Hex(file)]).toEqual([
      661,
      "631c6f846819f0f5955a8fbd360afd3c34000c4b70a408e6b0458f84acfe9177",
    ])
  })

  test("lies in tiles and bundles, byte for byte", () => {
    const tile = (level: number, n: number) =>
      concat(
        Array.from({ length: tileWidth({ level, n }, 300) }, (_, i) => tree.read(8 * level, n * 256 + i)),
      )
    expect([tile(0, 0), tile(0, 1), tile(1, 0)].map(sha256Hex)).toEqual([
      "ce3c085cd6d7319d36f186fd350976c5e95e53d273bbeede36875ef414efb450",
      "e82ea97d8b9c5712083da74350c08bf1f02b76226bc577c0a6222f4bf17681ff",
      "53ea4459da184612c4c9a45756f59cdc426deba13f29e51debee356ba241efe9",
    ])
    const bundles = [encodeBundle(GOLDEN_ENTRIES.slice(0, 256)), encodeBundle(GOLDEN_ENTRIES.slice(256))]
    expect(bundles.map((bytes) => [bytes.length, sha256Hex(bytes)])).toEqual([
      [2450, "daab121300001e846571b1de45f1a0a2e16851018a706aa8232c3de9ad7c1822"],
      [440, "70c7f95e1f677a56fd2289a5b7a0e48627f8fd7d3acf36a80e644275c4fb4cfc"],
    ])
    const fromTiles = tileReader(({ level, n }) => tile(level, n))
    expect(encodeBase64(hashOfRange({ lo: 0, hi: 300 }, fromTiles))).toBe(base64Root(300))
  })
})

describe("the golden presentation", () => {
  const opening = parsePresentationOpening({
    acceptedAt: 1795168920,
    circuit: "sha256:293c986801ae42008c98b5f0815ed335651cbb1a8c36ef62fa28de09df9c8bec",
    nullifiers: ["7"],
    policy: "13",
    registries: [["coverage-us", 4711]],
    requestHash: "11",
    type: "sotto/entry/presentation/1",
  })

  test("commits to its opening", () => {
    expect(canonicalBytes(opening as unknown as Json)).toHaveLength(233)
    const commitment = presentationCommitment(new Uint8Array(32).fill(0x11), opening)
    const spending = encodeEntry(presentationEntry(commitment, ["7" as Nullifier]))
    expect(new TextDecoder().decode(spending)).toBe(
      '{"commitment":"d0e12757d8e82c2029c74ecdcbcce8de0ea8a1d45260a62e4adc44e7bacea0b0","kind":"presentation","spent":["7"],"v":1}',
    )
    const silent = encodeEntry(presentationEntry(commitment, []))
    expect([spending, silent].map((bytes) => [bytes.length, bytesToHex(leafHash(bytes))])).toEqual([
      [123, "61d758071810e6d1be6bc04a2f8b52f21e83e132440066ff16299369618ef15d"],
      [120, "20d19f3ac1cff683aacff26148bbb301ce255e7bf3c9ea54461de9a6e3e56141"],
    ])
  })

  test("claims its nullifier under the golden key", () => {
    expect(bytesToHex(claimKey(["spent", "7"]))).toBe(
      "3b6dea55d40fd478352a524a18f5048a0ef766a7f89b757346acf971158ed4f5",
    )
  })
})
