// The life of an election as an order of entries. The phase follows from the log; it is never stored beside it.
import type { Fr } from "../primitives/field.ts"
import { accept } from "../primitives/verdict.ts"
import type { ElectionEntry } from "../log/entry.ts"
import { ceremonyFacts } from "./key-ceremony.ts"
import type { CeremonyFacts } from "./key-ceremony.ts"
import { refuseAt } from "./refusal.ts"
import type { ElectionVerdict } from "./refusal.ts"

/** Where an election stands. */
export type Phase = "ceremony" | "aborted" | "defined" | "open" | "closed" | "tallied" | "void"

type PhaseRefusal = "phase-refused" | "election-not-open" | "election-closed" | "election-void"
type PhaseVerdict = ElectionVerdict<true, PhaseRefusal>

/** What a kind leads to; every other kind leaves the phase as it is. */
const LEADS_TO: Partial<Record<ElectionEntry["kind"], Phase>> = {
  "ceremony-aborted": "aborted",
  definition: "defined",
  "election-open": "open",
  "election-close": "closed",
  tally: "tallied",
  void: "void",
}

/**
 * Which entry may follow which: order, ids, indices, numbers of messages. What the messages say is checked elsewhere, so
 * that a reader can tell a wrong order from a wrong proof.
 */
export class PhaseTable {
  #ceremony: CeremonyFacts | null = null
  #electionId: Fr | null = null
  #phase: Phase = "ceremony"
  /** Places that are taken: a kind with the indices that make it unique. */
  readonly #taken = new Set<string>()
  /** How many entries of a kind; those of the two drill rounds apart. */
  readonly #counts = new Map<string, number>()

  /** The phase after the entries so far. */
  get phase(): Phase {
    return this.#phase
  }

  /**
   * True in the verdict when the entry may come next.
   * @param entry - attacker-controlled, as from `parseEntry`
   */
  check(entry: ElectionEntry): PhaseVerdict {
    if (entry.kind === "ballot" || entry.kind === "challenged-ballot") return checkVoting(this.#phase)
    if (entry.kind === "ceremony") {
      return this.#ceremony === null ? accept(true) : refuseAt("phase-refused", "kind")
    }
    if (this.#ceremony === null) return refuseAt("phase-refused", "kind")
    const wrong = this.#foreignMember(entry, this.#ceremony)
    if (wrong !== null) return refuseAt("phase-refused", wrong)
    const isDue = !this.#taken.has(placeOf(entry)) && this.#isDue(entry, this.#ceremony)
    return isDue ? accept(true) : refuseAt("phase-refused", "kind")
  }

  /** Takes note of an entry that comes next. @param entry - one that `check` accepts now */
  add(entry: ElectionEntry): void {
    if (entry.kind === "ballot" || entry.kind === "challenged-ballot") return
    if (entry.kind === "ceremony") this.#ceremony = ceremonyFacts(entry.body)
    if (entry.kind === "definition") this.#electionId = entry.body.electionId
    this.#taken.add(placeOf(entry))
    const group = groupOf(entry)
    this.#counts.set(group, this.#count(group) + 1)
    this.#phase = LEADS_TO[entry.kind] ?? this.#phase
  }

  /** The member that names another ceremony, another election or a trustee who does not exist; null when none does. */
  #foreignMember(entry: ControlEntry, { ceremonyId, n }: CeremonyFacts): string | null {
    if (entry.kind === "election-close") return entry.electionId === this.#electionId ? null : "electionId"
    const { body } = entry
    if ("ceremonyId" in body && body.ceremonyId !== ceremonyId) return "ceremonyId"
    // The definition brings the id; every other entry that names one comes after it.
    if ("electionId" in body && entry.kind !== "definition" && body.electionId !== this.#electionId)
      return "electionId"
    if ("trustee" in body && body.trustee > n) return "trustee"
    return "dealer" in body && body.dealer > n ? "dealer" : null
  }

  #isDue(entry: ControlEntry, { n, t }: CeremonyFacts): boolean {
    const all = (group: string): boolean => this.#count(group) === n
    const phase = this.#phase
    switch (entry.kind) {
      case "trustee-key":
      case "ceremony-aborted":
        return phase === "ceremony"
      case "dkg-commit":
        return phase === "ceremony" && all("trustee-key")
      case "dkg-deal":
        return phase === "ceremony" && all("dkg-commit")
      case "dkg-confirm":
      case "dkg-complaint":
        return phase === "ceremony" && all("dkg-deal")
      case "definition":
        return phase === "ceremony" && all("dkg-confirm") && this.#count("dkg-complaint") === 0
      case "definition-signature":
        return phase === "defined"
      case "drill-share":
        return phase === "defined" && all(entry.body.round === 1 ? "definition-signature" : "drill-share 1")
      case "election-open":
        return phase === "defined" && all("drill-share 1") && all("drill-share 2")
      case "extension":
      case "election-close":
        return phase === "open"
      case "void":
        return phase === "defined" || phase === "open"
      case "decryption-share":
        return phase === "closed"
      case "tally":
        return phase === "closed" && this.#count("decryption-share") >= t
    }
  }

  #count(group: string): number {
    return this.#counts.get(group) ?? 0
  }
}

type ControlEntry = Exclude<ElectionEntry, { kind: "ceremony" | "ballot" | "challenged-ballot" }>

function checkVoting(phase: Phase): PhaseVerdict {
  if (phase === "open") return accept(true)
  if (phase === "void") return refuseAt("election-void", "kind")
  const isOver = phase === "closed" || phase === "tallied"
  return refuseAt(isOver ? "election-closed" : "election-not-open", "kind")
}

/** What can be in a log once: a kind, and the indices of the one who speaks. */
function placeOf(entry: Exclude<ElectionEntry, { kind: "ballot" | "challenged-ballot" }>): string {
  if (entry.kind === "dkg-complaint") return `${entry.kind} ${entry.body.trustee} ${entry.body.dealer}`
  if (entry.kind === "extension") return `${entry.kind} ${entry.body.number}`
  const isByTrustee = entry.kind !== "election-close" && entry.kind !== "ceremony-aborted"
  if (isByTrustee && "trustee" in entry.body) return `${groupOf(entry)} ${entry.body.trustee}`
  return entry.kind
}

function groupOf(entry: ElectionEntry): string {
  return entry.kind === "drill-share" ? `${entry.kind} ${entry.body.round}` : entry.kind
}
