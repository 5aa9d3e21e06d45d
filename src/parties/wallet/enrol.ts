// Enrolment at the wallet: a secret of its own for every census, and the promise that its leaf will be there.
import { computeCensusId } from "../../protocol/election/census.ts"
import { isPromiseOf } from "../../protocol/election/promise.ts"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import {
  deriveCensusLeaf,
  deriveVoterCommitment,
  deriveVoterSecret,
} from "../../protocol/primitives/voter.ts"
import type { CensusPlan, CensusPromise } from "../../protocol/wire/census.ts"
import type { Enrolment } from "./voting.ts"
import type { Wallet } from "./wallet.ts"

/** Why a promise is not kept. */
export type PromiseRefusal =
  | "enrolment-unknown" // this wallet is not enrolled in that census
  | "promise-refused" // not made by the plan's verifier
  | "promise-of-another" // of a leaf that is not this wallet's

/** This wallet's enrolments in a census, the newest first: a leaf may have been replaced. */
export const enrolmentsOf = ({ voting }: Pick<Wallet, "voting">, censusId: string): readonly Enrolment[] =>
  voting.enrolments.filter((one) => one.censusId === censusId).sort((a, b) => b.n - a.n)

/** The newest enrolment in a census, or null. */
const enrolmentOf = (wallet: Pick<Wallet, "voting">, censusId: string): Enrolment | null =>
  enrolmentsOf(wallet, censusId)[0] ?? null

/** What the enrolment's leaf and nullifiers are made of. Secret. */
export const voterSecretOf = ({ seed }: Pick<Wallet, "seed">, { censusId, n }: Enrolment): bigint =>
  deriveVoterSecret(seed, censusId, n)

/**
 * Enrols: the commitment is made once and is the same whenever it is asked for again.
 * @param replace - a new leaf in place of the one there was, for a secret that others may know
 */
export function enrol(
  wallet: Wallet,
  censusId: string,
  replace = false,
): { readonly wallet: Wallet; readonly enrolment: Enrolment } {
  const known = enrolmentOf(wallet, censusId)
  if (known !== null && !replace) return { wallet, enrolment: known }
  const n = known === null ? 0 : known.n + 1
  const enrolment = {
    censusId,
    n,
    commitment: deriveVoterCommitment(deriveVoterSecret(wallet.seed, censusId, n)),
  }
  return { wallet: withEnrolment(wallet, enrolment), enrolment }
}

/**
 * Keeps a promise that the own leaf will be in the frozen census: what a voter shows when it is not.
 * @param promise - attacker-controlled, as from `parseCensusPromise`
 * @param plan - accepted by `checkPlan`
 * @param weight - of the leaf; 1 unless the census is weighted
 */
export function keepPromise(
  wallet: Wallet,
  plan: CensusPlan,
  promise: CensusPromise,
  weight: number,
): Verdict<Wallet, PromiseRefusal> {
  const enrolment = enrolmentOf(wallet, computeCensusId(plan))
  if (enrolment === null) return refuse("enrolment-unknown")
  if (!isPromiseOf(promise, plan)) return refuse("promise-refused")
  if (promise.leaf !== deriveCensusLeaf(enrolment.commitment, weight)) return refuse("promise-of-another")
  return accept(withEnrolment(wallet, { ...enrolment, promise }))
}

function withEnrolment(wallet: Wallet, enrolment: Enrolment): Wallet {
  const { censusId, n } = enrolment
  const others = wallet.voting.enrolments.filter((one) => one.censusId !== censusId || one.n !== n)
  return { ...wallet, voting: { ...wallet.voting, enrolments: [...others, enrolment] } }
}
