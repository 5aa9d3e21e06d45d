import { mkdir, readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { writeFileDurably } from "../../src/ledger/durable/write-file.ts"
import { makeDevelopmentKey } from "../../src/proofs/ceremony/dev-keys.ts"
import type { ArtifactEntry } from "../../src/proofs/groth16/artifacts.ts"
import { SottoError } from "../../src/protocol/primitives/errors.ts"
import { canonicalText, type Json } from "../../src/protocol/wire/canonical-json.ts"
import { BuildError } from "./build-error.ts"
import { withLock } from "./build-lock.ts"
import type { CircuitInstance } from "./circuit-sources.ts"
import { compileCircuit } from "./compile-circuit.ts"
import { describeCompiled, describeKey } from "./describe-circuit.ts"
import { keyShare } from "./key-share.ts"
import { inStage, type Progress } from "./progress.ts"
import type { Toolchain } from "./toolchain.ts"

/** One circuit to build. */
export interface CircuitBuild {
  readonly root: string
  /** Folder of all builds; this one goes to `<cache>/<sourcesSha256>`. */
  readonly cache: string
  readonly instance: CircuitInstance
  readonly sourcesSha256: string
  /** What the artifacts have to be; absent when a deliberate change is being recorded, and then nothing is reused. */
  readonly pinned?: ArtifactEntry
  readonly tools: Toolchain
  readonly progress: Progress
}

/**
 * Makes sure that the cache holds the artifacts of a circuit: files with the pinned digests stay, others are deleted
 * and made again once.
 * @returns the entry that describes the files as they are on the disk
 * @throws BuildError `artifact-refused` naming circuit and member when a file made just now is not the pinned one,
 *   `compile-failed`, `sources-malformed`
 */
export async function buildCircuit(build: CircuitBuild): Promise<ArtifactEntry> {
  const { cache, instance, sourcesSha256, pinned, tools, progress } = build
  const { id } = instance
  const folder = join(cache, sourcesSha256)
  await mkdir(cache, { recursive: true })
  return withLock(`${folder}.lock`, async () => {
    if (pinned === undefined) await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    const compiled = await settle({
      describe: () => describeCompiled(folder, id),
      files: [`${id}.r1cs`, `${id}.wasm`, `${id}.sym`].map((name) => join(folder, name)),
      stage: `compile ${id}`,
      make: () => compileCircuit(build.root, instance, folder, tools),
      pinned,
      progress,
    })
    const key = await settle({
      describe: () => describeKey(folder, id),
      files: [join(folder, `${id}.zkey`)],
      stage: `keys ${id}`,
      make: async () => {
        const r1cs = await readFile(join(folder, `${id}.r1cs`))
        const zkey = await makeDevelopmentKey(id, r1cs, (step) => {
          progress.advance(keyShare(step), 1)
        })
        await writeFileDurably(join(folder, `${id}.zkey`), zkey)
      },
      pinned,
      progress,
    })
    return { id, sourcesSha256, ...compiled, ...key }
  })
}

interface Stage<Entry> {
  readonly describe: () => Promise<Entry>
  readonly files: readonly string[]
  readonly stage: string
  readonly make: () => Promise<void>
  readonly pinned: ArtifactEntry | undefined
  readonly progress: Progress
}

async function settle<Entry extends object>(stage: Stage<Entry>): Promise<Entry> {
  const { describe, files, pinned, progress } = stage
  const found = await describeIfReadable(describe)
  if (found !== null && firstDifference(found, pinned) === null) {
    progress.skip(stage.stage)
    return found
  }
  for (const file of files) await rm(file, { force: true })
  await inStage(progress, stage.stage, stage.make)
  const made = await describe()
  const difference = firstDifference(made, pinned)
  if (difference !== null && pinned !== undefined) {
    throw new BuildError(
      "artifact-refused",
      `${pinned.id}: ${difference} made just now is not the one in artifacts.json`,
    )
  }
  return made
}

/** The name of the first member that is not as pinned. */
function firstDifference(entry: object, pinned: ArtifactEntry | undefined): string | null {
  if (pinned === undefined) return null
  const differs = ([name, value]: [string, Json]) =>
    canonicalText(value) !== canonicalText((pinned as unknown as Record<string, Json>)[name] ?? "")
  return Object.entries(entry as Record<string, Json>).find(differs)?.[0] ?? null
}

/** Null where a cached file is missing or is no file of its format: it is made again. */
async function describeIfReadable<Entry>(describe: () => Promise<Entry>): Promise<Entry | null> {
  try {
    return await describe()
  } catch (error) {
    if (error instanceof SottoError || error instanceof RangeError) return null
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null
    throw error
  }
}
