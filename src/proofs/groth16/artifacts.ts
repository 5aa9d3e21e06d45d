// circuits/artifacts.json is the trust root: whatever delivers the files of a circuit is not trusted.
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import { Groth16Error } from "./errors.ts"
import { parseVerificationKey } from "./verification-key.ts"
import type { VerificationKey } from "./verification-key.ts"

/** Length in bytes and SHA-256 (64 lower-case hexadecimal digits) of one file. */
export interface FileDigest {
  readonly bytes: number
  readonly sha256: string
}

/** What the manifest pins about one circuit. Digests are 64 lower-case hexadecimal digits. */
export interface ArtifactEntry {
  readonly id: string
  readonly sourcesSha256: string
  readonly constraints: number
  readonly wires: number
  /** Outputs and public inputs together, without the constant 1. */
  readonly publicSignals: number
  readonly domainLog2: number
  /** Every input of the main template in declared order, with its flattened length. */
  readonly inputs: readonly (readonly [name: string, size: number])[]
  /** Over the public signal names in order. */
  readonly signalsSha256: string
  readonly r1cs: FileDigest
  readonly wasm: FileDigest
  readonly zkey: FileDigest
  /** Over the JCS bytes of the verification key without `vk_alphabeta_12`. */
  readonly vkeySha256: string
  /** `dev`: a key that anyone can forge under; else the name of the ceremony. */
  readonly ceremony: string
}

/** circuits/artifacts.json. */
export interface ArtifactManifest {
  readonly v: 1
  readonly circom2: string
  readonly circomlib: string
  readonly flags: readonly string[]
  readonly circuits: Readonly<Record<string, ArtifactEntry>>
}

/** Delivers the bytes of one file of a circuit: from a folder, a cache, a download. Untrusted. */
export type ArtifactSource = (file: "wasm" | "zkey" | "vkey") => Promise<Uint8Array>

/** The files of one circuit whose digests were checked against the manifest; nothing else can be proved with. */
export interface Artifacts {
  readonly entry: ArtifactEntry
  readonly wasm: Uint8Array
  readonly zkey: Uint8Array
  readonly vkey: VerificationKey
}

/**
 * Fetches and checks the files of a circuit: length, then SHA-256, before one byte of them is parsed.
 * @throws Groth16Error `artifact-refused` naming circuit and file, `verification-key-refused`
 */
export async function openArtifacts(entry: ArtifactEntry, source: ArtifactSource): Promise<Artifacts> {
  const [wasm, zkey, vkey] = [await source("wasm"), await source("zkey"), await source("vkey")]
  await requireDigest(entry.id, "wasm", wasm, entry.wasm)
  await requireDigest(entry.id, "zkey", zkey, entry.zkey)
  return { entry, wasm, zkey, vkey: await parseVerificationKey(vkey, entry) }
}

async function requireDigest(
  circuit: string,
  file: string,
  bytes: Uint8Array,
  pinned: FileDigest,
): Promise<void> {
  // WebCrypto: 16 MB take 20 ms there and half a second in JavaScript.
  const matches =
    bytes.byteLength === pinned.bytes &&
    bytesToHex(new Uint8Array(await crypto.subtle.digest("SHA-256", unshared(bytes)))) === pinned.sha256
  if (!matches) throw new Groth16Error("artifact-refused", `the ${file} of ${circuit} is not the pinned one`)
}

/** WebCrypto refuses shared memory; bytes that live there are copied first. */
function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes)
}

/**
 * Reads the manifest. It is shipped with the program, so a defect is a broken build and never an attack; it is still
 * read strictly, since every digest check rests on it.
 * @throws Groth16Error `artifact-refused`
 */
export function parseArtifactManifest(value: unknown): ArtifactManifest {
  const { v, circom2, circomlib, flags, circuits } = members(value, "manifest")
  if (v !== 1 || !Array.isArray(flags)) throw refused("manifest")
  const entries = Object.entries(members(circuits, "circuits")).map(
    ([id, entry]) => [id, parseEntry(id, entry)] as const,
  )
  return {
    v,
    circom2: text(circom2, "circom2"),
    circomlib: text(circomlib, "circomlib"),
    flags: flags.map((flag) => text(flag, "flags")),
    circuits: Object.fromEntries(entries),
  }
}

function parseEntry(id: string, value: unknown): ArtifactEntry {
  const entry = members(value, id)
  if (entry["id"] !== id || !Array.isArray(entry["inputs"])) throw refused(id)
  return {
    id,
    sourcesSha256: hex(entry["sourcesSha256"], id),
    constraints: count(entry["constraints"], id),
    wires: count(entry["wires"], id),
    publicSignals: count(entry["publicSignals"], id),
    domainLog2: count(entry["domainLog2"], id),
    inputs: entry["inputs"].map((input: unknown) => parseInput(input, id)),
    signalsSha256: hex(entry["signalsSha256"], id),
    r1cs: parseFileDigest(entry["r1cs"], id),
    wasm: parseFileDigest(entry["wasm"], id),
    zkey: parseFileDigest(entry["zkey"], id),
    vkeySha256: hex(entry["vkeySha256"], id),
    ceremony: text(entry["ceremony"], id),
  }
}

function parseInput(value: unknown, id: string): readonly [string, number] {
  if (!Array.isArray(value) || value.length !== 2) throw refused(id)
  return [text(value[0], id), count(value[1], id)]
}

function parseFileDigest(value: unknown, id: string): FileDigest {
  const { bytes, sha256 } = members(value, id)
  return { bytes: count(bytes, id), sha256: hex(sha256, id) }
}

function members(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refused(where)
  return value as Record<string, unknown>
}

function text(value: unknown, where: string): string {
  if (typeof value !== "string" || value === "") throw refused(where)
  return value
}

function hex(value: unknown, where: string): string {
  if (typeof value !== "string" || !/^[0-9a-f]{64}$/.test(value)) throw refused(where)
  return value
}

function count(value: unknown, where: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw refused(where)
  return value
}

function refused(where: string): Groth16Error {
  return new Groth16Error("artifact-refused", `artifacts.json is not a manifest (${where})`)
}
