// The gate of a census: its registries, its circuit and every proof by which somebody came in.
import { parseVerificationKey, prepareVerificationKey } from "../../../proofs/groth16/verification-key.ts"
import type { PreparedVerificationKey } from "../../../proofs/groth16/verification-key.ts"
import { Groth16Error } from "../../../proofs/groth16/errors.ts"
import type { ProofClaim } from "../../../proofs/groth16/verify-many.ts"
import { CATALOGUE } from "../../../protocol/catalogue/released.ts"
import { SIGNAL_NAMES } from "../../../protocol/credential/presentation-signals.ts"
import { PRESENTATION_VKEY_PATH } from "../../../protocol/election/audit-bundle.ts"
import { gateOf, isGateEpoch, openEnrolmentSignals } from "../../../protocol/election/enrolment.ts"
import { bytesToHex } from "../../../protocol/primitives/bytes.ts"
import { sha256 } from "../../../protocol/primitives/hash.ts"
import { accept } from "../../../protocol/primitives/verdict.ts"
import type { CensusGate, CensusPlan, EnrolmentEvidence } from "../../../protocol/wire/census.ts"
import type { MainEntries } from "./main-entries.ts"
import { stop } from "./outcome.ts"
import type { Outcome, StepProgress } from "./outcome.ts"
import type { Bundle } from "./v01-container.ts"
import type { CensusRules } from "./v04-census.ts"

/**
 * Checks that every line of evidence is a proof under the plan's gate, at the registries' anchored epochs.
 * @param plan - gated, accepted by `checkPlan`
 * @returns whether the proofs rest on a development key
 */
export async function checkEnrolments(
  bundle: Bundle,
  main: MainEntries,
  plan: CensusPlan,
  evidence: readonly EnrolmentEvidence[],
  { judge, allowDevelopmentKeys }: CensusRules,
  progress: StepProgress,
): Promise<Outcome<boolean>> {
  const gate = gateOf(plan)
  const epochs = checkEpochs(main, gate)
  if (!epochs.ok) return epochs
  const anchored = main.get("circuit-key-presentation")
  if (anchored?.kind !== "circuit-key" || anchored.circuitId !== gate.circuit.id) {
    return refused("main/circuit-key-presentation.entry: missing or of another circuit")
  }
  if (`sha256:${anchored.vkeySha256}` !== gate.circuit.vkey) {
    return refused("main/circuit-key-presentation.entry: not the key of the plan")
  }
  const isDevelopment = anchored.ceremony === "dev"
  if (isDevelopment && !allowDevelopmentKeys) {
    return refused("main/circuit-key-presentation.entry: a development key, under which anyone can forge")
  }
  const key = await readPresentationKey(bundle, anchored.vkeySha256)
  if (key === null) return refused(`${PRESENTATION_VKEY_PATH}: not the key of the plan`)
  const signals = openEnrolmentSignals(plan, CATALOGUE)
  const claims: ProofClaim[] = []
  for (const [i, one] of evidence.entries()) {
    const rebuilt = signals.of(one)
    if (!rebuilt.ok) return refused(`census/evidence.jsonl line ${i + 1}: ${rebuilt.reason}`)
    claims.push({ signals: rebuilt.value, proof: one.proof })
  }
  const wrong = await judge.firstRefused(key, claims, progress)
  return wrong === null
    ? accept(isDevelopment)
    : refused(`census/evidence.jsonl line ${wrong + 1}: its proof does not hold`)
}

function checkEpochs(main: MainEntries, gate: CensusGate): Outcome<null> {
  const epochs = [...main.values()].flatMap((entry) => (entry.kind === "registry-epoch" ? [entry.body] : []))
  const wanted = Object.keys(gate.registryEpochs)
  const missing = wanted.find((id) => !epochs.some(({ registry }) => registry === id))
  if (missing !== undefined) return refused(`main/registry-epoch-${missing}.entry: missing`)
  const wrong = epochs.find((epoch) => !isGateEpoch(epoch, gate))
  return wrong === undefined
    ? accept(null)
    : refused(`main/registry-epoch-${wrong.registry}.entry: not the epoch of the plan`)
}

async function readPresentationKey(
  bundle: Bundle,
  vkeySha256: string,
): Promise<PreparedVerificationKey | null> {
  if (!bundle.has(PRESENTATION_VKEY_PATH)) return null
  const bytes = bundle.read(PRESENTATION_VKEY_PATH)
  if (bytesToHex(sha256(bytes)) !== vkeySha256) return null
  return readKey(bytes, { id: "presentation", publicSignals: SIGNAL_NAMES.length, vkeySha256 })
}

/** A key that may be verified with, prepared; null when it is none. @param bytes - attacker-controlled */
export async function readKey(
  bytes: Uint8Array,
  circuit: Parameters<typeof parseVerificationKey>[1],
): Promise<PreparedVerificationKey | null> {
  try {
    return await prepareVerificationKey(await parseVerificationKey(bytes, circuit))
  } catch (error) {
    if (error instanceof Groth16Error && error.code === "verification-key-refused") return null
    throw error
  }
}

const refused = (place: string): Outcome<never> => stop("census-invalid", place)
