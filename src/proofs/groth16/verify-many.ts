// Many proofs against one prepared key: a batch says yes to all at once, only a single check says no.
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import type { WireProof } from "../../protocol/primitives/prove.ts"
import { drawCoefficients } from "./batch-coefficients.ts"
import { holdsTogether } from "./batch-equation.ts"
import type { Claim } from "./batch-equation.ts"
import { decodeProof, readPoints } from "./canonical.ts"
import { openCurve } from "./curve.ts"
import { openRefusalRate } from "./refusal-rate.ts"
import type { RefusalRate } from "./refusal-rate.ts"
import type { PreparedVerificationKey } from "./verification-key.ts"
import { verifyProof } from "./verify.ts"

/** A proof with the signals it is claimed for. Plain data: it may cross a thread border. */
export interface ProofClaim {
  /** Every public signal in the key's order. */
  readonly signals: readonly Fr[]
  /** Out of `parseProof`; its points are attacker-controlled. */
  readonly proof: WireProof
}

/** At most so many are judged by one equation: it bounds the time a thread is busy without a pause, about 2 s. */
const MAX_BATCH = 1024
/** So few are faster checked singly than halved again. */
const SINGLY = 4

/**
 * One verdict per claim, in order: whether its points are sound, as `decodeProof` says, and the proof holds, as
 * `verifyProof` says. A yes may come from a batch, whose chance of being wrong is 2^-128; a batch that fails is halved
 * until its members are judged singly. Works in the calling thread, starts no other. Anything thrown is a fault of the
 * machine or the caller, never a "no".
 * @param prepared - made in this thread by `prepareVerificationKey`
 * @param randomBytes - fresh bytes of the operating system, asked for after the claims were decoded
 * @throws ProtocolError `signals-count`, Groth16Error `randomness-broken`
 */
export async function verifyMany(
  prepared: PreparedVerificationKey,
  claims: readonly ProofClaim[],
  randomBytes: (length: number) => Uint8Array,
): Promise<boolean[]> {
  const expected = prepared.key.json.nPublic
  const wrong = claims.find(({ signals }) => signals.length !== expected)
  if (wrong !== undefined) {
    throw new ProtocolError("signals-count", `expected ${expected} signals, got ${wrong.signals.length}`)
  }
  const curve = await openCurve()
  const verdicts = claims.map(() => false)
  const job: Job = { prepared, claims, verdicts, randomBytes, rate: rateOf(prepared) }
  for (let first = 0; first < claims.length; first += MAX_BATCH) {
    const decoded: Decoded[] = []
    claims.slice(first, first + MAX_BATCH).forEach(({ signals, proof }, i) => {
      const points = readPoints(curve, proof)
      if (points === null) job.rate.note(false, 1)
      else decoded.push({ index: first + i, signals: signals.map(BigInt), points })
    })
    await judge(job, decoded, "none")
  }
  return verdicts
}

type Decoded = Claim & { readonly index: number }

interface Job {
  readonly prepared: PreparedVerificationKey
  readonly claims: readonly ProofClaim[]
  readonly verdicts: boolean[]
  readonly randomBytes: (length: number) => Uint8Array
  readonly rate: RefusalRate
}

/** What is known of some claims: nothing, that a batch with them failed, or that one of them is wrong. */
type Suspicion = "none" | "some" | "sure"

/** Fills in the verdicts of `decoded`; answers whether all are positive. */
async function judge(job: Job, decoded: readonly Decoded[], suspicion: Suspicion): Promise<boolean> {
  const isFew = decoded.length <= SINGLY
  if (decoded.length < 2 || (isFew && suspicion !== "none") || job.rate.isHigh())
    return judgeSingly(job, decoded)
  if (suspicion !== "sure") {
    const coefficients = drawCoefficients(job.randomBytes, decoded.length)
    if (await holdsTogether(job.prepared, decoded, coefficients)) {
      for (const { index } of decoded) job.verdicts[index] = true
      job.rate.note(true, decoded.length)
      return true
    }
  }
  if (isFew) return judgeSingly(job, decoded)
  const half = decoded.length >> 1
  const isFirstRight = await judge(job, decoded.slice(0, half), "some")
  const isSecondRight = await judge(job, decoded.slice(half), isFirstRight ? "sure" : "some")
  return isFirstRight && isSecondRight
}

async function judgeSingly(
  { prepared, claims, verdicts, rate }: Job,
  decoded: readonly Decoded[],
): Promise<boolean> {
  let isAllRight = true
  for (const { index } of decoded) {
    const claim = claims[index]
    if (claim === undefined) throw new RangeError("no such claim")
    const proof = await decodeProof(claim.proof)
    const verdict = proof.ok && (await verifyProof(prepared, claim.signals, proof.value))
    verdicts[index] = verdict
    rate.note(verdict, 1)
    isAllRight &&= verdict
  }
  return isAllRight
}

const rates = new WeakMap<PreparedVerificationKey, RefusalRate>()

/** The record of this thread under a key. */
function rateOf(prepared: PreparedVerificationKey): RefusalRate {
  const rate = rates.get(prepared) ?? openRefusalRate()
  rates.set(prepared, rate)
  return rate
}
