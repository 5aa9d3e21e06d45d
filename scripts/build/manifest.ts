import { readFile, mkdir } from "node:fs/promises"
import { join } from "node:path"
import { writeFileDurably } from "../../src/ledger/durable/write-file.ts"
import {
  parseArtifactManifest,
  type ArtifactEntry,
  type ArtifactManifest,
} from "../../src/proofs/groth16/artifacts.ts"
import type { VerificationKeyJson } from "../../src/proofs/groth16/verification-key.ts"
import { canonicalText, type Json } from "../../src/protocol/wire/canonical-json.ts"
import { BuildError } from "./build-error.ts"
import { digestOfJson } from "./digest.ts"
import { COMPILE_FLAGS, type Toolchain } from "./toolchain.ts"

const manifestPath = (root: string): string => join(root, "circuits", "artifacts.json")
const keyPath = (root: string, id: string): string => join(root, "circuits", "keys", `${id}.vkey.json`)

/** The manifest without its circuits: what the tools at hand make. */
export function manifestHeader(tools: Toolchain): Omit<ArtifactManifest, "circuits"> {
  return { v: 1, circom2: tools.circom2.version, circomlib: tools.circomlib.version, flags: COMPILE_FLAGS }
}

/**
 * Reads circuits/artifacts.json.
 * @throws BuildError `circuit-changed` when there is none, Groth16Error `artifact-refused` when it is no manifest
 */
export async function readManifest(root: string): Promise<ArtifactManifest> {
  const text = await readFile(manifestPath(root), "utf8").catch((error: unknown) => {
    throw new BuildError("circuit-changed", "circuits/artifacts.json cannot be read", { cause: error })
  })
  return parseArtifactManifest(JSON.parse(text))
}

/** Records a deliberate change: manifest and verification keys, in RFC 8785 form. */
export async function writeManifest(
  root: string,
  manifest: ArtifactManifest,
  keys: ReadonlyMap<string, VerificationKeyJson>,
): Promise<void> {
  await mkdir(join(root, "circuits", "keys"), { recursive: true })
  for (const [id, key] of keys)
    await writeFileDurably(keyPath(root, id), canonicalText(key as unknown as Json))
  // Last: as long as it is the old one, a build refuses the new keys.
  await writeFileDurably(manifestPath(root), canonicalText(manifest as unknown as Json))
}

/**
 * Compares the committed verification key with the pinned digest. It is never replaced silently: whoever checks
 * proofs under it has reviewed it.
 * @throws BuildError `verification-key-changed`
 */
export async function assertCommittedKey(root: string, entry: ArtifactEntry): Promise<void> {
  const changed = (why: string, cause?: unknown) =>
    new BuildError("verification-key-changed", `circuits/keys/${entry.id}.vkey.json ${why}`, { cause })
  const text = await readFile(keyPath(root, entry.id), "utf8").catch((error: unknown) => {
    throw changed("cannot be read", error)
  })
  let digest: string
  try {
    digest = digestOfJson(JSON.parse(text) as Json)
  } catch (error) {
    throw changed("is not canonical JSON", error)
  }
  if (digest !== entry.vkeySha256) throw changed("is not the key in artifacts.json")
}
