// D12: every zip that could be read in two ways is refused; the one layout is reproducible.
import { deflateRawSync } from "node:zlib"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { recordPlatform } from "../../../src/cli/record-platform.ts"
import { encodeZip, isBundlePath, readZip, unpackEntry } from "../../../src/protocol/election/bundle-zip.ts"
import { crc32 } from "../../../src/protocol/election/crc32.ts"
import { utf8ToBytes } from "../../../src/protocol/primitives/bytes.ts"

const { inflateRaw } = recordPlatform
const deflateRaw = (bytes: Uint8Array): Uint8Array => new Uint8Array(deflateRawSync(bytes))
const FILES = [
  { path: "b/two.json", bytes: utf8ToBytes("2".repeat(500)) },
  { path: "a.txt", bytes: utf8ToBytes("one") },
  { path: "empty", bytes: new Uint8Array(0) },
]
const zip = encodeZip(FILES, deflateRaw)

/** The zip with some bytes changed. */
function edited(change: (copy: DataView, bytes: Uint8Array) => void, from = zip): Uint8Array {
  const copy = from.slice()
  change(new DataView(copy.buffer), copy)
  return copy
}
const directoryOf = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 6, true)

describe("the container of a bundle", () => {
  it("has the checksum of RFC 1952", () => {
    expect(crc32(utf8ToBytes("123456789"))).toBe(0xcbf43926)
    expect(crc32(new Uint8Array(0))).toBe(0)
  })

  it("gives back what went in, sorted by path", () => {
    const read = readZip(zip) ?? []
    expect(read.map(({ path }) => path)).toEqual(["a.txt", "b/two.json", "empty"])
    expect(read.map(({ isDeflated }) => isDeflated)).toEqual([false, true, false])
    for (const entry of read) {
      expect(unpackEntry(entry, inflateRaw)).toEqual(FILES.find(({ path }) => path === entry.path)?.bytes)
    }
  })

  it("is the same for the same files in any order", () => {
    expect(encodeZip([...FILES].reverse(), deflateRaw)).toEqual(zip)
  })

  it("may be compressed otherwise without meaning anything else", () => {
    const stored = readZip(encodeZip(FILES)) ?? []
    expect(stored.map((entry) => unpackEntry(entry, inflateRaw))).toEqual(
      (readZip(zip) ?? []).map((entry) => unpackEntry(entry, inflateRaw)),
    )
  })

  it("refuses to write a path twice, or one that leaves the folder", () => {
    expect(() => encodeZip([...FILES, FILES[0]!])).toThrow(RangeError)
    for (const path of ["../up", "/root", "a//b", "a/./b", "a\\b", "", "a/", "ä", "c:d"]) {
      expect(isBundlePath(path), path).toBe(false)
      expect(() => encodeZip([{ path, bytes: new Uint8Array(0) }]), path).toThrow(RangeError)
    }
  })

  it.each([
    ["bytes before the first record", Uint8Array.of(0, ...zip)],
    ["bytes behind the end record", Uint8Array.of(...zip, 0)],
    ["a truncated file", zip.slice(0, -1)],
    ["a comment", edited((view) => view.setUint16(zip.length - 2, 1, true))],
    ["a second disk", edited((view) => view.setUint16(zip.length - 18, 1, true))],
    [
      "a count too small",
      edited((view) => {
        view.setUint16(zip.length - 14, 2, true)
        view.setUint16(zip.length - 12, 2, true)
      }),
    ],
    [
      "an encrypted file",
      edited((view) => {
        view.setUint16(6, 1, true)
        view.setUint16(directoryOf(zip) + 8, 1, true)
      }),
    ],
    [
      "a data descriptor",
      edited((view) => {
        view.setUint16(6, 8, true)
        view.setUint16(directoryOf(zip) + 8, 8, true)
      }),
    ],
    [
      "zip64",
      edited((view) => {
        view.setUint16(4, 45, true)
        view.setUint16(directoryOf(zip) + 6, 45, true)
      }),
    ],
    [
      "another date",
      edited((view) => {
        view.setUint16(12, 0x22, true)
        view.setUint16(directoryOf(zip) + 14, 0x22, true)
      }),
    ],
    ["records that disagree", edited((view) => view.setUint16(4, 10, true))],
    ["a link", edited((view) => view.setUint32(directoryOf(zip) + 38, 0xa1ff0000, true))],
    ["a folder", edited((view) => view.setUint32(directoryOf(zip) + 38, 0x10, true))],
    [
      "another method",
      edited((view) => {
        view.setUint16(8, 9, true)
        view.setUint16(directoryOf(zip) + 10, 9, true)
      }),
    ],
    [
      "names out of order",
      edited((_, bytes) => {
        bytes.set(utf8ToBytes("z"), 30)
        bytes.set(utf8ToBytes("z"), directoryOf(zip) + 46)
      }),
    ],
    ["a local record elsewhere", edited((view) => view.setUint32(directoryOf(zip) + 42, 1, true))],
  ])("refuses %s", (_, bytes) => {
    expect(readZip(bytes)).toBeNull()
  })

  it("refuses every other value of every byte outside the files' contents", () => {
    const one = encodeZip([{ path: "a.txt", bytes: utf8ToBytes("one") }])
    const content = 30 + "a.txt".length
    for (let at = 0; at < one.length; at++) {
      if (at >= content && at < content + 3) continue
      const entries = readZip(edited((_, bytes) => (bytes[at]! ^= 0xff), one))
      // The version needed may be lower, a checksum is compared with the content later.
      const isHarmless = entries?.every((entry) => unpackEntry(entry, inflateRaw) === null) ?? true
      expect(isHarmless, `byte ${at}`).toBe(true)
    }
  })

  it("refuses damaged contents, a bomb, and bytes behind a stream", () => {
    const bomb = encodeZip([{ path: "bomb", bytes: new Uint8Array(1 << 20) }], deflateRaw)
    const [entry] = readZip(bomb) ?? []
    expect(unpackEntry({ ...entry!, size: 1000 }, inflateRaw)).toBeNull()
    expect(unpackEntry({ ...entry!, packed: Uint8Array.of(...entry!.packed, 0) }, inflateRaw)).toBeNull()
    expect(unpackEntry({ ...entry!, crc: 1 }, inflateRaw)).toBeNull()
    expect(unpackEntry({ ...entry!, packed: entry!.packed.slice(0, -1) }, inflateRaw)).toBeNull()
  })

  it("is total on any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(zip.length), (noise, at) => {
        readZip(noise)
        readZip(edited((_, bytes) => bytes.set(noise.subarray(0, bytes.length - at), at)))
      }),
    )
  })
})
