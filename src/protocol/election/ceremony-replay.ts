// The messages of one key ceremony, each held against those before it.
import { parsePointOnCurve } from "../primitives/babyjubjub.ts"
import type { Fr } from "../primitives/field.ts"
import { sha256 } from "../primitives/hash.ts"
import { accept } from "../primitives/verdict.ts"
import type { ElectionBodies } from "../wire/election-entries.ts"
import { checkDeal, checkDealCommitment } from "./deal.ts"
import { checkKeys, computeKeysHash, deriveKeys } from "./derive-keys.ts"
import type { DerivedKeys } from "./derive-keys.ts"
import { checkDrillRound, checkDrillShare } from "./drill-share.ts"
import type { DrillSum } from "./drill-share.ts"
import { deriveDrill } from "./drill.ts"
import { judgeComplaint } from "./judge-complaint.ts"
import type { ComplaintVerdict } from "./judge-complaint.ts"
import { checkTrusteeKey } from "./key-ceremony.ts"
import type { CeremonyFacts } from "./key-ceremony.ts"
import type { ControlRefusal, ElectionVerdict } from "./refusal.ts"
import { refuseAt } from "./refusal.ts"
import type { EntryOf } from "./signers.ts"

/** Entries of trustees before the opening, and the abort that can end them. */
export type CeremonyEntry = EntryOf<(typeof CEREMONY_KINDS)[number]>
type CeremonyVerdict = ElectionVerdict<true, ControlRefusal>

/** The kinds that a `CeremonyReplay` checks. */
const CEREMONY_KINDS = [
  "trustee-key",
  "dkg-commit",
  "dkg-deal",
  "dkg-confirm",
  "dkg-complaint",
  "ceremony-aborted",
  "definition-signature",
  "drill-share",
] as const
const KINDS: ReadonlySet<string> = new Set(CEREMONY_KINDS)

/** True for the kinds that a `CeremonyReplay` checks. */
export const isCeremonyEntry = (entry: { readonly kind: string }): entry is CeremonyEntry =>
  KINDS.has(entry.kind)

/** Keys and their digest, as soon as all deals are in. */
export interface CeremonyKeys extends DerivedKeys {
  /** 64 hexadecimal digits. */
  readonly keysHash: string
}

/** A replay of the messages; the order in which they may come is the `PhaseTable`'s, the signatures `checkSigners`'s. */
export class CeremonyReplay {
  readonly #facts: CeremonyFacts
  readonly #trusteeKeys = new Map<number, ElectionBodies["trustee-key"]>()
  readonly #commitments = new Map<number, string>()
  readonly #deals = new Map<number, EntryOf<"dkg-deal">["body"]>()
  readonly #dealDigests = new Map<number, Uint8Array>()
  readonly #verdicts: ComplaintVerdict[] = []
  readonly #drillShares: ElectionBodies["drill-share"][] = []
  readonly #drills = new Map<1 | 2, DrillSum>()
  #keys: CeremonyKeys | null = null
  #areKeysSafe: CeremonyVerdict | null = null // the same question for all n confirms

  constructor(facts: CeremonyFacts) {
    this.#facts = facts
  }

  /** What the complaints so far show; a faulty dealer can be named by several. */
  get verdicts(): readonly ComplaintVerdict[] {
    return this.#verdicts
  }

  /** The keys that follow from all n deals. @throws RangeError before the last of them */
  get keys(): CeremonyKeys {
    if (this.#keys !== null) return this.#keys
    const { ceremonyId, n } = this.#facts
    const deals = valuesByIndex(this.#deals, n)
    const derived = deriveKeys(deals)
    const keysHash = computeKeysHash(ceremonyId, valuesByIndex(this.#dealDigests, n), derived)
    this.#keys = { ...derived, keysHash }
    return this.#keys
  }

  /** Checks a message that the `PhaseTable` lets come next. @param entry - attacker-controlled, as from `parseEntry` */
  check(entry: CeremonyEntry): CeremonyVerdict {
    switch (entry.kind) {
      case "trustee-key":
        return checkTrusteeKey(this.#facts, entry.body)
      case "dkg-commit":
        return accept(true)
      case "dkg-deal": {
        const isFixed = checkDealCommitment(entry.body, this.#commitments.get(entry.body.trustee) ?? "")
        return isFixed.ok ? checkDeal(this.#facts, entry.body) : isFixed
      }
      case "dkg-confirm": {
        const areSafe = (this.#areKeysSafe ??= checkKeys(this.keys))
        return areSafe.ok ? this.#checkKeysHash(entry.body.keysHash) : areSafe
      }
      case "definition-signature":
        return this.#checkKeysHash(entry.body.keysHash)
      case "dkg-complaint": {
        const verdict = this.#judge(entry.body)
        return verdict.ok ? accept(true) : verdict
      }
      case "ceremony-aborted":
        return this.#checkAbort(entry.body)
      case "drill-share": {
        const { electionId, round } = entry.body
        const verdict = checkDrillShare(this.#drill(electionId, round === 1 ? 1 : 2), entry.body)
        return verdict.ok ? accept(true) : verdict
      }
    }
  }

  /** Takes note of a message. @param entry - one that `check` accepts now @param bytes - its canonical bytes */
  add(entry: CeremonyEntry, bytes: Uint8Array): void {
    if (entry.kind === "trustee-key") this.#trusteeKeys.set(entry.body.trustee, entry.body)
    if (entry.kind === "dkg-commit") this.#commitments.set(entry.body.trustee, entry.body.commitment)
    if (entry.kind === "dkg-deal") {
      this.#deals.set(entry.body.trustee, entry.body)
      this.#dealDigests.set(entry.body.trustee, sha256(bytes))
    }
    if (entry.kind === "dkg-complaint") {
      const verdict = this.#judge(entry.body)
      if (verdict.ok) this.#verdicts.push(verdict.value)
    }
    if (entry.kind === "drill-share") this.#drillShares.push(entry.body)
  }

  /** Checks that both rounds of the drill open to their counts with either end of the trustees. */
  checkDrills(electionId: Fr): ElectionVerdict<true, "share-invalid"> {
    for (const round of [1, 2] as const) {
      const bodies = this.#drillShares.filter((body) => body.round === round)
      const shares = bodies.map(({ trustee, shares: wire }) => ({
        trustee,
        deltas: wire.map(({ delta }) => parsePointOnCurve(delta)),
      }))
      const verdict = checkDrillRound(this.#drill(electionId, round), shares, this.#facts)
      if (!verdict.ok) return verdict
    }
    return accept(true)
  }

  #checkKeysHash(keysHash: string): ElectionVerdict<true, "commit-mismatch"> {
    return keysHash === this.keys.keysHash ? accept(true) : refuseAt("commit-mismatch", "keysHash")
  }

  /** `silent` is an accusation that no log can prove; the other reasons must be what a complaint has shown. */
  #checkAbort({ reason, trustee }: ElectionBodies["ceremony-aborted"]): CeremonyVerdict {
    const isShown = this.#verdicts.some((shown) => shown.reason === reason && shown.trustee === trustee)
    return reason === "silent" || isShown ? accept(true) : refuseAt("phase-refused", "reason")
  }

  #judge(body: ElectionBodies["dkg-complaint"]) {
    const deal = this.#deals.get(body.dealer)
    const key = this.#trusteeKeys.get(body.trustee)
    if (deal === undefined || key === undefined) throw new RangeError("a complaint before its deal")
    return judgeComplaint(this.#facts, deal, key, body)
  }

  #drill(electionId: Fr, round: 1 | 2): DrillSum {
    const known = this.#drills.get(round)
    if (known?.electionId === electionId) return known
    const { keys, trusteeKeys } = this.keys
    const sum = { electionId, round, drill: deriveDrill(electionId, round, keys), trusteeKeys } as const
    this.#drills.set(round, sum)
    return sum
  }
}

/** The values of indices 1..n in order. @throws RangeError when one is missing */
function valuesByIndex<T>(values: ReadonlyMap<number, T>, n: number): readonly T[] {
  return Array.from({ length: n }, (_, i) => {
    const value = values.get(i + 1)
    if (value === undefined) throw new RangeError(`nothing of trustee ${i + 1} yet`)
    return value
  })
}
