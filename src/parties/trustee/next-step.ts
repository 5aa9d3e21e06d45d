// What a trustee does next: a function of the log that it read itself and of its own file. No message is signed twice.
import type { ElectionLog } from "../../protocol/election/election-log.ts"
import type { ComplaintVerdict } from "../../protocol/election/judge-complaint.ts"
import type { ElectionEntry } from "../../protocol/log/entry.ts"
import { encodeVerifierKey } from "../../protocol/primitives/note-key.ts"
import type { RandomBytes } from "../../protocol/primitives/scalar.ts"
import { makeDeal } from "./make-deal.ts"
import { openDeals } from "./open-deals.ts"
import { signOnce } from "./sign-once.ts"
import { findWork, withWork } from "./trustee-state.ts"
import type { CeremonyWork, TrusteeState } from "./trustee-state.ts"
import { makeTrusteeKey } from "./make-trustee-key.ts"

/** An election's log as the trustee's program read and replayed it. */
export interface TrusteeView {
  /** Every entry was accepted by its `check`. */
  readonly log: ElectionLog
  /** The same entries, in order. */
  readonly entries: readonly ElectionEntry[]
  /** The root of the tree of the first `size` entries, or null beyond them. */
  readonly rootAt: (size: number) => Uint8Array | null
}

/** The messages of a ceremony of which there is one a trustee. */
type Round = "trustee-key" | "dkg-commit" | "dkg-deal" | "dkg-confirm" | "definition-signature"

/** Why a ceremony is over for this trustee; `key-lost`: its file no longer holds what it spoke with. */
type StopReason = "not-a-trustee" | "complaint" | "aborted" | "void" | "key-lost"

/** What comes next. `state` must be durable before anything is sent, and before the next call. */
export type TrusteeStep =
  /** Send these bytes; they may have been sent before. */
  | { readonly do: "publish"; readonly bytes: Uint8Array; readonly state: TrusteeState }
  /** The secrets are there: write a second copy, read it back, and confirm with `backedUp`. */
  | { readonly do: "back-up"; readonly state: TrusteeState }
  /** Others are due: `missing` are their indices; empty when it is the organizer. */
  | {
      readonly do: "wait"
      readonly for: string
      readonly missing: readonly number[]
      readonly state: TrusteeState
    }
  | { readonly do: "endorse" | "decrypt" | "done"; readonly state: TrusteeState }
  | { readonly do: "rehearse"; readonly round: 1 | 2; readonly state: TrusteeState }
  /** The ceremony has ended without an election. */
  | {
      readonly do: "stop"
      readonly reason: StopReason
      readonly verdicts: readonly ComplaintVerdict[]
      readonly state: TrusteeState
    }

/**
 * The next step of this trustee in this election.
 * @param known - the state as it was last made durable
 */
export function nextStep(view: TrusteeView, known: TrusteeState, randomBytes: RandomBytes): TrusteeStep {
  const { log } = view
  const index = indexOf(view, known)
  if (index === null) return { do: "stop", reason: "not-a-trustee", verdicts: [], state: known }
  const state = settle(view, known)
  const verdicts = log.complaintVerdicts
  if (verdicts.length > 0) return { do: "stop", reason: "complaint", verdicts, state }
  switch (log.phase) {
    case "ceremony":
      return ceremonyStep(view, workOn(state, log.ceremonyId, index), state, randomBytes)
    case "aborted":
    case "void":
      return { do: "stop", reason: log.phase, verdicts, state }
    case "defined":
      return definedStep(view, index, state)
    case "open":
      return waiting("election-close", [], state)
    case "closed":
      return log.shares.some(({ trustee }) => trustee === index)
        ? waiting("tally", [], state)
        : { do: "decrypt", state }
    case "tallied":
      return { do: "done", state }
  }
}

/**
 * What a second copy of the file holds: this ceremony's secrets, and not the key that opened the boxes, which is to be
 * deleted everywhere.
 */
export function backupOf(state: TrusteeState, ceremonyId: string): TrusteeState {
  const work = findWork(state, ceremonyId)
  if (work?.secrets == null) throw new RangeError("there is nothing to back up yet")
  return withWork(state, { ...work, encryption: null })
}

/** The state of a trustee whose second copy was written and read back. */
export function backedUp(state: TrusteeState, ceremonyId: string): TrusteeState {
  const work = findWork(state, ceremonyId)
  if (work?.secrets == null) throw new RangeError("there is nothing to back up yet")
  return withWork(state, { ...work, isBackedUp: true })
}

function ceremonyStep(
  view: TrusteeView,
  work: CeremonyWork,
  state: TrusteeState,
  randomBytes: RandomBytes,
): TrusteeStep {
  const { n } = view.log
  const isIn = (round: Round): boolean => indicesOf(view, round).includes(work.index)
  const missing = (round: Round): readonly number[] => missingOf(view, round, n)
  if (hasLost(work, isIn)) return { do: "stop", reason: "key-lost", verdicts: [], state }
  if (!isIn("trustee-key"))
    return publish(state, makeTrusteeKey(view, work, state.signing, randomBytes), "trustee-key")
  if (missing("trustee-key").length > 0) return waiting("trustee-key", missing("trustee-key"), state)
  if (!isIn("dkg-commit"))
    return publish(state, makeDeal(view, work, state.signing, randomBytes), "dkg-commit")
  if (missing("dkg-commit").length > 0) return waiting("dkg-commit", missing("dkg-commit"), state)
  if (!isIn("dkg-deal")) return publish(state, work, "dkg-deal")
  if (missing("dkg-deal").length > 0) return waiting("dkg-deal", missing("dkg-deal"), state)
  if (!isIn("dkg-confirm")) return confirmStep(view, work, state, randomBytes)
  if (missing("dkg-confirm").length > 0) return waiting("dkg-confirm", missing("dkg-confirm"), state)
  return waiting("definition", [], state)
}

/** True when the log has a message of this trustee that its file cannot go on from. */
function hasLost(work: CeremonyWork, isIn: (round: Round) => boolean): boolean {
  if (isIn("dkg-confirm") || work.secrets !== null) return false // what is left needs the secrets, and asks for them
  if (isIn("dkg-commit") && !work.signed.has("dkg-deal")) return true
  return isIn("trustee-key") && work.encryption === null
}

/** All n have confirmed: nobody can complain any more, so the key that opens boxes goes. */
function settle(view: TrusteeView, state: TrusteeState): TrusteeState {
  const work = findWork(state, view.log.ceremonyId)
  const isOver = indicesOf(view, "dkg-confirm").length === view.log.n
  return work?.encryption == null || !isOver ? state : withWork(state, { ...work, encryption: null })
}

function confirmStep(
  view: TrusteeView,
  work: CeremonyWork,
  state: TrusteeState,
  randomBytes: RandomBytes,
): TrusteeStep {
  // Whoever has complained once does not confirm, whatever it is shown later.
  if (work.signed.has("dkg-complaint")) return publish(state, work, "dkg-complaint")
  const opened =
    work.secrets === null ? openDeals(view, work, randomBytes) : { ok: true as const, secrets: work.secrets }
  if (!opened.ok) {
    const complained = signOnce(work, "dkg-complaint", opened.complaint, state.signing)
    return publish(state, complained, "dkg-complaint")
  }
  const { secrets } = opened
  const open = { ...work, secrets }
  if (!work.isBackedUp) return { do: "back-up", state: withWork(state, open) }
  const { ceremonyId, keysHash } = view.log
  const body = { ceremonyId, trustee: work.index, keysHash }
  return publish(state, signOnce(open, "dkg-confirm", body, state.signing), "dkg-confirm")
}

function definedStep(view: TrusteeView, index: number, state: TrusteeState): TrusteeStep {
  const { n } = view.log
  const signatures = indicesOf(view, "definition-signature")
  if (!signatures.includes(index)) return { do: "endorse", state }
  if (signatures.length < n)
    return waiting("definition-signature", missingOf(view, "definition-signature", n), state)
  for (const round of [1, 2] as const) {
    const shown = view.entries.flatMap((entry) =>
      entry.kind === "drill-share" && entry.body.round === round ? [entry.body.trustee] : [],
    )
    if (!shown.includes(index)) return { do: "rehearse", round, state }
    if (shown.length < n) return waiting(`drill-share ${round}`, othersOf(shown, n), state)
  }
  return waiting("election-open", [], state)
}

/** 1..n when the ceremony names this trustee's key, else null. */
function indexOf({ log }: TrusteeView, { signing }: TrusteeState): number | null {
  const key = encodeVerifierKey(signing)
  return log.ceremony.trustees.find((trustee) => trustee.key === key)?.index ?? null
}

const workOn = (state: TrusteeState, ceremonyId: string, index: number): CeremonyWork =>
  findWork(state, ceremonyId) ?? {
    ceremonyId,
    index,
    encryption: null,
    secrets: null,
    isBackedUp: false,
    signed: new Map(),
  }

function indicesOf({ entries }: TrusteeView, round: Round): readonly number[] {
  return entries.flatMap((entry) => (entry.kind === round ? [entry.body.trustee] : []))
}

const missingOf = (view: TrusteeView, round: Round, n: number): readonly number[] =>
  othersOf(indicesOf(view, round), n)

const othersOf = (some: readonly number[], n: number): readonly number[] =>
  Array.from({ length: n }, (_, at) => at + 1).filter((index) => !some.includes(index))

const waiting = (what: string, missing: readonly number[], state: TrusteeState): TrusteeStep => ({
  do: "wait",
  for: what,
  missing,
  state,
})

function publish(state: TrusteeState, work: CeremonyWork, slot: string): TrusteeStep {
  const bytes = work.signed.get(slot)
  if (bytes === undefined) throw new RangeError(`no ${slot} was signed`)
  return { do: "publish", bytes, state: withWork(state, work) }
}
