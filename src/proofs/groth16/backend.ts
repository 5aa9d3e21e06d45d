import type { Fr } from "../../protocol/primitives/field.ts"
import type { WireProof } from "../../protocol/primitives/prove.ts"
import type { ArtifactEntry } from "./artifacts.ts"
import type { Blinding } from "./blinding.ts"

/** The steps of one proof, in order. */
export type Stage = "witness" | "assignment" | "transform" | "commit-a" | "commit-b" | "commit-c" | "check"

/** What a back end computes from. Everything but entry and key is secret. */
export interface ProofTask {
  readonly entry: ArtifactEntry
  readonly zkey: Uint8Array
  /** 32-byte little-endian elements, wire 0 first. */
  readonly witness: Uint8Array
  readonly blinding: Blinding
  readonly onStage: (stage: Stage) => void
}

/** Computes a proof. Its answer is not trusted: `prove` verifies it before anyone else sees it. */
export type ProofBackend = (
  task: ProofTask,
) => Promise<{ readonly proof: WireProof; readonly signals: readonly Fr[] }>
