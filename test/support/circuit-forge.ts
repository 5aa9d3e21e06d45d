// Forged proofs under the development keys of the real circuits, one set-up a process.
import { readFileSync } from "node:fs"
import { locateCircuit } from "../../src/cli/circuit-artifacts.ts"
import { openForge } from "../../src/proofs/ceremony/forge-proof.ts"
import type { ForgeProofs } from "../../src/proofs/ceremony/forge-proof.ts"
import type { ArtifactEntry } from "../../src/proofs/groth16/artifacts.ts"
import { seededBytes } from "./seeded-bytes.ts"

export interface CircuitForge {
  readonly entry: ArtifactEntry
  /** Canonical JSON of the verification key: its SHA-256 is the pinned digest. */
  readonly vkey: Uint8Array
  readonly forge: ForgeProofs
}

const opened = new Map<string, Promise<CircuitForge>>()

/** The forge of a circuit; its proofs are the same in every run. */
export function circuitForge(id: "ballot8" | "ballot16" | "presentation"): Promise<CircuitForge> {
  const known = opened.get(id) ?? open(id)
  opened.set(id, known)
  return known
}

async function open(id: string): Promise<CircuitForge> {
  const { entry, paths } = await locateCircuit(id, { cache: process.env["SOTTO_CACHE"] })
  const vkey = new Uint8Array(readFileSync(paths.vkey))
  const end = vkey.at(-1) === 0x0a ? vkey.length - 1 : vkey.length
  const json = JSON.parse(new TextDecoder().decode(vkey))
  const forge = await openForge(id, readFileSync(paths.r1cs), json, seededBytes(`forge ${id}`))
  return { entry, vkey: vkey.slice(0, end), forge }
}
