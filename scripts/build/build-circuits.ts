import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { readVerificationKey } from "../../src/proofs/ceremony/zkey-verification-key.ts"
import type { ArtifactEntry } from "../../src/proofs/groth16/artifacts.ts"
import type { VerificationKeyJson } from "../../src/proofs/groth16/verification-key.ts"
import { canonicalText, type Json } from "../../src/protocol/wire/canonical-json.ts"
import { buildCircuit } from "./build-circuit.ts"
import { BuildError } from "./build-error.ts"
import { digestSources, readCircuitInstances, type CircuitInstance } from "./circuit-sources.ts"
import { assertCommittedKey, manifestHeader, readManifest, writeManifest } from "./manifest.ts"
import type { Progress } from "./progress.ts"
import type { Toolchain } from "./toolchain.ts"

/** A project whose circuits are built. */
export interface CircuitsBuild {
  /** Project folder, with `circuits/`. */
  readonly root: string
  readonly cache: string
  readonly tools: Toolchain
  readonly progress: Progress
}

/**
 * Compiles every circuit and makes its development key, or finds both in the cache. Each digest is compared with
 * circuits/artifacts.json and each committed verification key with its digest; a difference stops the build.
 * @throws BuildError `circuit-changed`, `artifact-refused`, `verification-key-changed`, `compile-failed`,
 *   `sources-malformed`
 */
export async function buildCircuits(build: CircuitsBuild): Promise<void> {
  const manifest = await readManifest(build.root)
  assertSame("the tools", { ...manifest, circuits: {} }, { ...manifestHeader(build.tools), circuits: {} })
  const instances = await readCircuitInstances(build.root)
  assertSame(
    "the list of circuits",
    Object.keys(manifest.circuits).sort(),
    instances.map(({ id }) => id).sort(),
  )
  for (const [instance, pinned] of instances.map((row) => [row, manifest.circuits[row.id]] as const)) {
    const sourcesSha256 = await digestSources(build.root, instance, build.tools)
    assertSame(`${instance.id}: sourcesSha256`, pinned?.sourcesSha256 ?? "", sourcesSha256)
    if (pinned === undefined) continue
    await assertCommittedKey(build.root, pinned)
    // One after another: a compile takes up to 0.7 GB.
    await buildCircuit({ ...build, instance, sourcesSha256, pinned })
  }
}

/**
 * Builds every circuit from its sources, reusing nothing, and records the result in circuits/artifacts.json and
 * circuits/keys/. For a deliberate change of a circuit, to be reviewed like code; never in continuous integration.
 * @throws BuildError `compile-failed`, `sources-malformed`
 */
export async function updateCircuits(build: CircuitsBuild): Promise<void> {
  const circuits: Record<string, ArtifactEntry> = {}
  const keys = new Map<string, VerificationKeyJson>()
  for (const instance of await readCircuitInstances(build.root)) {
    const sourcesSha256 = await digestSources(build.root, instance, build.tools)
    circuits[instance.id] = await buildCircuit({ ...build, instance, sourcesSha256 })
    keys.set(instance.id, await readKey(build.cache, sourcesSha256, instance))
  }
  await writeManifest(build.root, { ...manifestHeader(build.tools), circuits }, keys)
}

async function readKey(cache: string, digest: string, { id }: CircuitInstance): Promise<VerificationKeyJson> {
  return readVerificationKey(await readFile(join(cache, digest, `${id}.zkey`)))
}

function assertSame(what: string, pinned: Json, found: Json): void {
  if (canonicalText(pinned) === canonicalText(found)) return
  throw new BuildError(
    "circuit-changed",
    `${what} differs from circuits/artifacts.json; a deliberate change is recorded with: npm run build -- --update`,
  )
}
