// V1: the zip is laid out in the one way, and holds exactly the files that its manifest lists, byte for byte.
import {
  AT_CLOSE_PATH,
  isAllowedPath,
  mainEntryName,
  MANIFEST_PATH,
  readManifest,
  REQUIRED_PATHS,
} from "../../../protocol/election/audit-bundle.ts"
import type { BundleManifest } from "../../../protocol/election/audit-bundle.ts"
import { readZip, unpackEntry } from "../../../protocol/election/bundle-zip.ts"
import type { InflateRaw, ZipEntry } from "../../../protocol/election/bundle-zip.ts"
import type { Policy } from "../../../protocol/log/policy.ts"
import { bytesToHex } from "../../../protocol/primitives/bytes.ts"
import type { Fr } from "../../../protocol/primitives/field.ts"
import { sha256 } from "../../../protocol/primitives/hash.ts"
import { accept } from "../../../protocol/primitives/verdict.ts"
import { found, stop } from "./outcome.ts"
import type { Finding, Outcome, StepProgress } from "./outcome.ts"

/** What the container is judged with. */
export interface ContainerRules {
  readonly policy: Policy
  /** Most bytes of all files together, inflated, whatever the manifest says. */
  readonly maxBytes: number
  readonly inflateRaw: InflateRaw
}

/** A bundle whose files are what its manifest says. Files are inflated again at each reading, never all at once. */
export interface Bundle {
  readonly electionId: Fr
  /** Ascending. */
  readonly paths: readonly string[]
  readonly has: (path: string) => boolean
  /** @throws RangeError for a path that the bundle has not */
  readonly read: (path: string) => Uint8Array
}

/** V1. @param zip - attacker-controlled */
export function checkContainer(
  zip: Uint8Array,
  rules: ContainerRules,
  progress: StepProgress,
): Outcome<Bundle> {
  const entries = readZip(zip)
  if (entries === null) return stop("container-invalid", "the zip is not laid out as a bundle's")
  const totalBytes = entries.reduce((sum, { size }) => sum + size, 0)
  if (totalBytes > rules.maxBytes) return stop("container-invalid", `more than ${rules.maxBytes} bytes`)
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  const finding = checkPaths(byPath, rules.policy)
  if (finding !== null) return { ok: false, finding }
  const manifest = readManifestOf(byPath, rules.inflateRaw)
  if (manifest === null)
    return stop("container-invalid", `${MANIFEST_PATH}: missing, malformed or not canonical`)
  const unlisted = checkFiles(byPath, manifest, rules.inflateRaw, (done) => progress(done, totalBytes))
  if (unlisted !== null) return { ok: false, finding: unlisted }
  return accept({
    electionId: manifest.electionId,
    paths: [...byPath.keys()],
    has: (path) => byPath.has(path),
    read: (path) => readChecked(byPath.get(path), rules.inflateRaw),
  })
}

function checkPaths(byPath: ReadonlyMap<string, ZipEntry>, { quorum }: Policy): Finding | null {
  for (const path of byPath.keys()) {
    if (!isAllowedPath(path)) return found("container-invalid", `${path}: no file of a bundle`)
    const name = mainEntryName(path)
    const isPair =
      name === null || [`main/${name}.entry`, `main/${name}.tlog-proof`].every((one) => byPath.has(one))
    if (!isPair) return found("container-invalid", `${path}: an entry and its proof come together`)
  }
  const required = quorum === "none" ? REQUIRED_PATHS : [...REQUIRED_PATHS, AT_CLOSE_PATH]
  const missing = required.find((path) => !byPath.has(path))
  return missing === undefined ? null : found("container-invalid", `${missing}: missing`)
}

function readManifestOf(
  byPath: ReadonlyMap<string, ZipEntry>,
  inflateRaw: InflateRaw,
): BundleManifest | null {
  const entry = byPath.get(MANIFEST_PATH)
  const bytes = entry === undefined ? null : unpackEntry(entry, inflateRaw)
  return bytes === null ? null : readManifest(bytes)
}

function checkFiles(
  byPath: ReadonlyMap<string, ZipEntry>,
  { files }: BundleManifest,
  inflateRaw: InflateRaw,
  progress: (doneBytes: number) => void,
): Finding | null {
  if (files.length !== byPath.size - 1)
    return found("container-invalid", `${MANIFEST_PATH}: a file is not listed`)
  let doneBytes = 0
  for (const { path, bytes, sha256: digest } of files) {
    const entry = path === MANIFEST_PATH ? undefined : byPath.get(path)
    if (entry?.size !== bytes) return found("container-invalid", `${path}: not of the listed size`)
    const content = unpackEntry(entry, inflateRaw)
    if (content === null) return found("container-invalid", `${path}: damaged`)
    if (bytesToHex(sha256(content)) !== digest) return found("container-invalid", `${path}: another digest`)
    doneBytes += bytes
    progress(doneBytes)
  }
  return null
}

function readChecked(entry: ZipEntry | undefined, inflateRaw: InflateRaw): Uint8Array {
  const bytes = entry === undefined ? null : unpackEntry(entry, inflateRaw)
  if (bytes === null) throw new RangeError("no such file in the bundle")
  return bytes
}
