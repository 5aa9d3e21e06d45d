// The proving pool as commands use it: back end as the environment sets it, and a word when the fast one failed.
import type { Artifacts } from "../proofs/groth16/artifacts.ts"
import type { BackendSetting } from "../proofs/prover/backend-choice.ts"
import { openProver } from "../proofs/prover/pool.ts"
import type { Prover, ProverOptions } from "../proofs/prover/pool.ts"
import type { CircuitId } from "../protocol/primitives/prove.ts"
import { CliError } from "./exit.ts"
import { tell } from "./output.ts"

const SETTINGS: readonly BackendSetting[] = ["auto", "snarkjs", "accelerated"]

/** Opens the pool. @throws CliError when `SOTTO_PROVE_BACKEND` is none of `auto`, `snarkjs`, `accelerated` */
export function openCommandProver(
  circuits: ReadonlyMap<CircuitId, Artifacts>,
  options: Omit<ProverOptions, "backend" | "onBackendFailure">,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Prover> {
  const value = environment["SOTTO_PROVE_BACKEND"] ?? "auto"
  const backend = SETTINGS.find((setting) => setting === value)
  if (backend === undefined) {
    throw new CliError("option-invalid", "SOTTO_PROVE_BACKEND is auto, snarkjs or accelerated")
  }
  return openProver(circuits, {
    ...options,
    backend,
    onBackendFailure: ({ circuit, code, kernel }) => {
      tell(`The accelerated prover failed (${circuit}, ${code}, kernel ${kernel}); snarkjs proves instead.`)
    },
  })
}
