// The container of an audit bundle: APPNOTE.TXT 6.3.10 without everything in it that could mean two things. One zip of
// given files has one layout, and a reader that knows this layout needs no tolerance.
import { bytesToUtf8, concatBytes, equalBytes, utf8ToBytes } from "../primitives/bytes.ts"
import { crc32 } from "./crc32.ts"

/** A file of a bundle. */
export interface BundleFile {
  /** Relative, segments of `[A-Za-z0-9._-]`. */
  readonly path: string
  readonly bytes: Uint8Array
}

/** Where a file lies in a zip; nothing inflated, nothing hashed. */
export interface ZipEntry {
  readonly path: string
  readonly isDeflated: boolean
  readonly packed: Uint8Array
  /** Bytes after inflating, as both records of the file say. */
  readonly size: number
  readonly crc: number
}

/** One whole RFC 1951 stream of at most `maxBytes` inflated bytes, or null: damaged, too long, bytes after its end. */
export type InflateRaw = (bytes: Uint8Array, maxBytes: number) => Uint8Array | null
/** An RFC 1951 stream of the bytes. */
export type DeflateRaw = (bytes: Uint8Array) => Uint8Array

const LOCAL_SIGNATURE = 0x04034b50
const CENTRAL_SIGNATURE = 0x02014b50
const END_SIGNATURE = 0x06054b50
const LOCAL_BYTES = 30
const CENTRAL_BYTES = 46
const END_BYTES = 22
/** Version 2.0 knows deflate and folders; 4.5 would be zip64. */
const VERSION = 20
const STORED = 0
const DEFLATED = 8
/** 1980-01-01, the earliest date a zip can name; every file has it, so equal files give equal zips. */
const FIXED_DATE = 0x21
const MAX_U32 = 0xffffffff
const MAX_FILES = 0xffff
const MAX_PATH_LENGTH = 255

/**
 * The zip of some files, the same bytes whatever their order.
 * @param deflateRaw - without it files are stored; a file that it does not shorten is stored as well
 * @throws RangeError for a path given twice or malformed, or a zip that would need more than 32-bit sizes
 */
export function encodeZip(files: readonly BundleFile[], deflateRaw?: DeflateRaw): Uint8Array {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1)) // ASCII: code units are bytes
  if (sorted.length > MAX_FILES) throw new RangeError("too many files for one zip")
  const parts: Uint8Array[] = []
  const central: Uint8Array[] = []
  let offset = 0
  for (const [i, { path, bytes }] of sorted.entries()) {
    if (!isBundlePath(path) || path === sorted[i - 1]?.path)
      throw new RangeError(`not a path of a bundle: ${path}`)
    const deflated = deflateRaw?.(bytes)
    const isDeflated = deflated !== undefined && deflated.length < bytes.length
    const packed = isDeflated ? deflated : bytes
    const entry = { path, isDeflated, packed, size: bytes.length, crc: crc32(bytes) }
    const local = localRecord(entry, VERSION)
    parts.push(local, packed)
    central.push(centralRecord(entry, VERSION, offset))
    offset += local.length + packed.length
  }
  const directory = joinBytes(central)
  if (offset + directory.length > MAX_U32) throw new RangeError("the files do not fit a zip of 32-bit sizes")
  return joinBytes([...parts, directory, endRecord(sorted.length, directory.length, offset)])
}

/**
 * The files of a zip in the one layout that `encodeZip` writes (the versions needed may be lower), or null: an unsorted
 * or repeated path, a byte between records, an extra field, a comment, a link, another date, records that disagree.
 * @param zip - attacker-controlled
 */
export function readZip(zip: Uint8Array): readonly ZipEntry[] | null {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength)
  const end = zip.length - END_BYTES
  if (end < 0) return null
  const [count, directoryBytes, directory] = [
    view.getUint16(end + 10, true),
    view.getUint32(end + 12, true),
    view.getUint32(end + 16, true),
  ]
  const isEnd = equalBytes(zip.subarray(end), endRecord(count, directoryBytes, directory))
  if (!isEnd || directory + directoryBytes !== end) return null
  const entries: ZipEntry[] = []
  let [at, offset] = [directory, 0]
  while (entries.length < count) {
    const read = readEntry(zip, view, { at, end, offset, directory })
    if (read === null || read.path <= (entries.at(-1)?.path ?? "")) return null
    entries.push(read)
    at += CENTRAL_BYTES + read.path.length
    offset += LOCAL_BYTES + read.path.length + read.packed.length
  }
  return at === end && offset === directory ? entries : null
}

/** The bytes of a file, or null: damaged, or not of the size and checksum that its records say. */
export function unpackEntry(
  { isDeflated, packed, size, crc }: ZipEntry,
  inflateRaw: InflateRaw,
): Uint8Array | null {
  const bytes = isDeflated ? inflateRaw(packed, Math.max(size, 1)) : packed // zlib takes no bound of 0
  return bytes?.length === size && crc32(bytes) === crc ? bytes : null
}

/** True for a relative path of plain segments, none of them `.` or `..`. */
export function isBundlePath(path: string): boolean {
  return (
    path.length <= MAX_PATH_LENGTH &&
    path.split("/").every((segment) => /^[A-Za-z0-9._-]+$/.test(segment) && !/^\.\.?$/.test(segment))
  )
}

interface Place {
  /** Of the central record. */
  readonly at: number
  readonly end: number
  /** Of the local record. */
  readonly offset: number
  readonly directory: number
}

// Both records are written anew from what the central one says and compared, so that no field is left unread.
function readEntry(zip: Uint8Array, view: DataView, { at, end, offset, directory }: Place): ZipEntry | null {
  if (at + CENTRAL_BYTES > end) return null
  const [version, method] = [view.getUint16(at + 6, true), view.getUint16(at + 10, true)]
  const [crc, packedBytes, size] = [16, 20, 24].map((field) => view.getUint32(at + field, true)) as [
    number,
    number,
    number,
  ]
  const pathEnd = at + CENTRAL_BYTES + view.getUint16(at + 28, true)
  const path = pathEnd > end ? null : bytesToUtf8(zip.subarray(at + CENTRAL_BYTES, pathEnd))
  if (path === null || !isBundlePath(path) || version > VERSION) return null
  if (method !== DEFLATED && !(method === STORED && packedBytes === size)) return null
  const start = offset + LOCAL_BYTES + path.length
  if (start + packedBytes > directory) return null
  const packed = zip.subarray(start, start + packedBytes)
  const entry = { path, isDeflated: method === DEFLATED, packed, size, crc }
  const isExact =
    equalBytes(zip.subarray(at, pathEnd), centralRecord(entry, version, offset)) &&
    equalBytes(zip.subarray(offset, start), localRecord(entry, version))
  return isExact ? entry : null
}

/** As concatBytes, for lists that are too long to be the arguments of one call. */
function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** Fields that both records share, from `version needed` to the lengths of path and extra field. */
function sharedFields({ path, isDeflated, packed, size, crc }: ZipEntry, version: number): Uint8Array {
  const fields = new DataView(new ArrayBuffer(26))
  fields.setUint16(0, version, true)
  fields.setUint16(4, isDeflated ? DEFLATED : STORED, true)
  fields.setUint16(8, FIXED_DATE, true)
  fields.setUint32(10, crc, true)
  fields.setUint32(14, packed.length, true)
  fields.setUint32(18, size, true)
  fields.setUint16(22, path.length, true)
  return new Uint8Array(fields.buffer)
}

function localRecord(entry: ZipEntry, version: number): Uint8Array {
  return concatBytes(littleEndian(LOCAL_SIGNATURE, 4), sharedFields(entry, version), utf8ToBytes(entry.path))
}

// Made by: MS-DOS, version 2.0; no comment, first disk, no attributes, so no entry is a folder or a link.
function centralRecord(entry: ZipEntry, version: number, offset: number): Uint8Array {
  return concatBytes(
    littleEndian(CENTRAL_SIGNATURE, 4),
    littleEndian(VERSION, 2),
    sharedFields(entry, version),
    new Uint8Array(10),
    littleEndian(offset, 4),
    utf8ToBytes(entry.path),
  )
}

function endRecord(files: number, directoryBytes: number, directory: number): Uint8Array {
  return concatBytes(
    littleEndian(END_SIGNATURE, 4),
    new Uint8Array(4),
    littleEndian(files, 2),
    littleEndian(files, 2),
    littleEndian(directoryBytes, 4),
    littleEndian(directory, 4),
    new Uint8Array(2),
  )
}

function littleEndian(value: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Math.floor(value / 256 ** i) % 256)
}
