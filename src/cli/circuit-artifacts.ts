import { readFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { openArtifacts, parseArtifactManifest } from "../proofs/groth16/artifacts.ts"
import type { ArtifactEntry, ArtifactManifest, Artifacts } from "../proofs/groth16/artifacts.ts"
import { Groth16Error } from "../proofs/groth16/errors.ts"
import { parseVerificationKey } from "../proofs/groth16/verification-key.ts"
import type { VerificationKey } from "../proofs/groth16/verification-key.ts"

/** Where the files of circuits are looked for. */
export interface ArtifactPlaces {
  /** Folder of all builds, the value of SOTTO_CACHE; `circuits/build` of the package by default. */
  readonly cache?: string | undefined
  /** Holds `circuits/artifacts.json` and `circuits/keys/`; this package by default. */
  readonly packageRoot?: string | undefined
}

/** One circuit: what the manifest pins, and the paths of its files, which need not exist. */
export interface LocatedCircuit {
  readonly entry: ArtifactEntry
  readonly paths: Readonly<Record<"r1cs" | "wasm" | "zkey" | "vkey" | "sample", string>>
}

// src/cli/ and dist/cli/ are equally deep.
const PACKAGE_ROOT = fileURLToPath(new URL("../..", import.meta.url))

/**
 * The manifest shipped with the program: the trust root of every digest check.
 * @throws Groth16Error `artifact-refused` when it is missing or no manifest
 */
export async function readArtifactManifest({
  packageRoot = PACKAGE_ROOT,
}: ArtifactPlaces = {}): Promise<ArtifactManifest> {
  const text = await readFileOrRefuse(
    join(packageRoot, "circuits", "artifacts.json"),
    "circuits/artifacts.json",
  )
  try {
    return parseArtifactManifest(JSON.parse(text.toString()))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new Groth16Error("artifact-refused", "circuits/artifacts.json is not JSON", { cause: error })
  }
}

/**
 * Finds the files of a circuit. The verification key is the committed one; the others are in the cache, under the
 * digest of the sources they were built from.
 * @throws Groth16Error `artifact-refused` when the manifest has no such circuit
 */
export async function locateCircuit(id: string, places: ArtifactPlaces = {}): Promise<LocatedCircuit> {
  const packageRoot = places.packageRoot ?? PACKAGE_ROOT
  const entry = (await readArtifactManifest(places)).circuits[id]
  if (entry === undefined) throw new Groth16Error("artifact-refused", `artifacts.json has no circuit ${id}`)
  const built = join(resolve(places.cache ?? join(packageRoot, "circuits", "build")), entry.sourcesSha256)
  return {
    entry,
    paths: {
      r1cs: join(built, `${id}.r1cs`),
      wasm: join(built, `${id}.wasm`),
      zkey: join(built, `${id}.zkey`),
      vkey: join(packageRoot, "circuits", "keys", `${id}.vkey.json`),
      sample: join(packageRoot, "circuits", "keys", `${id}.sample.json`),
    },
  }
}

/**
 * Loads all that proving with a circuit needs, every digest checked.
 * @throws Groth16Error `artifact-refused` naming circuit and file when one is missing or not the pinned one,
 *   `verification-key-refused`
 */
export async function loadCircuit(id: string, places: ArtifactPlaces = {}): Promise<Artifacts> {
  const { entry, paths } = await locateCircuit(id, places)
  return openArtifacts(entry, (file) => readFileOrRefuse(paths[file], `the ${file} of ${id}`))
}

/**
 * Loads what verifying needs: the committed key alone. A service that only verifies has no build and no cache.
 * @throws Groth16Error as loadCircuit
 */
export async function loadVerificationKey(
  id: string,
  places: ArtifactPlaces = {},
): Promise<{ readonly entry: ArtifactEntry; readonly key: VerificationKey }> {
  const { entry, paths } = await locateCircuit(id, places)
  return {
    entry,
    key: await parseVerificationKey(await readFileOrRefuse(paths.vkey, `the vkey of ${id}`), entry),
  }
}

async function readFileOrRefuse(path: string, name: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
    throw new Groth16Error("artifact-refused", `${name} is missing: run npm run build`, { cause: error })
  }
}
