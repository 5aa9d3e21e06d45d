// The audit of an election: 14 steps over one bundle, offline, ending at the first that fails.
import type { InflateRaw } from "../../protocol/election/bundle-zip.ts"
import type { ClosedElection } from "../../protocol/election/tally.ts"
import type { Policy } from "../../protocol/log/policy.ts"
import { accept } from "../../protocol/primitives/verdict.ts"
import { encodeReport } from "./audit-report.ts"
import type { AuditFigures, AuditVerdict, AuditWarning } from "./audit-report.ts"
import type { Finding, Outcome, StepProgress } from "./audit-steps/outcome.ts"
import type { ProofJudge } from "./audit-steps/proof-judge.ts"
import { checkContainer } from "./audit-steps/v01-container.ts"
import type { Bundle } from "./audit-steps/v01-container.ts"
import { checkLog } from "./audit-steps/v02-log.ts"
import type { AuditedLog } from "./audit-steps/v02-log.ts"
import { checkElectionDefinition } from "./audit-steps/v03-definition.ts"
import type { AuditedDefinition } from "./audit-steps/v03-definition.ts"
import { checkCensus } from "./audit-steps/v04-census.ts"
import type { AuditedCensus } from "./audit-steps/v04-census.ts"
import { checkKeyCeremony } from "./audit-steps/v05-key-ceremony.ts"
import type { CeremonyKeys } from "./verify-key-ceremony.ts"
import { checkKeysOfElection } from "./audit-steps/v06-keys.ts"
import { checkElectionCircuit } from "./audit-steps/v07-circuit.ts"
import { checkBallotProofs } from "./audit-steps/v08-ballot-proofs.ts"
import { checkBallotOrder } from "./audit-steps/v09-ballot-order.ts"
import { checkElectionClose } from "./audit-steps/v10-close.ts"
import type { AuditedClose } from "./audit-steps/v10-close.ts"
import { checkShares } from "./audit-steps/v11-shares.ts"
import type { AuditedShares } from "./audit-steps/v11-shares.ts"
import { checkOpenedCounts } from "./audit-steps/v12-combination.ts"
import { checkTotals } from "./audit-steps/v13-totals.ts"
import { checkResult } from "./audit-steps/v14-result.ts"
import type { ElectionDefinition } from "../../protocol/wire/election-definition.ts"
import type { BallotVerifier } from "./verify-ballot.ts"

/** What an audit is made with; all of it the auditor's own, nothing from the bundle. */
export interface AuditTools {
  /** Which logs to believe, and whose cosignatures count. */
  readonly policy: Policy
  /** Ballots under a development key prove nothing: rehearsals only. */
  readonly allowDevelopmentKeys: boolean
  readonly maxBytes: number
  readonly inflateRaw: InflateRaw
  readonly judge: ProofJudge
  /** Told what runs: step 1 to 14, and how much of it is done. */
  readonly onProgress?: (step: number, done: number, total: number) => void
}

/** Where an audit ended, with the report that anyone can repeat. */
export type AuditOutcome = { readonly report: Uint8Array } & (
  | (Extract<AuditVerdict, { isValid: true }> & { readonly definition: ElectionDefinition })
  /** `finding` says in words which file or entry; the report does not. */
  | { readonly isValid: false; readonly finding: Finding }
)

/**
 * Audits an election from its bundle alone. A "no" is an outcome; anything thrown is a broken machine.
 * @param zip - attacker-controlled
 * @throws AuditError `verifiers-disagree`
 */
export async function audit(zip: Uint8Array, tools: AuditTools): Promise<AuditOutcome> {
  const bundle = checkContainer(zip, tools, begin(tools, 1))
  const end = bundle.ok ? await auditBundle(bundle.value, tools) : bundle
  const electionId = bundle.ok ? bundle.value.electionId : null
  if (end.ok) {
    const verdict = { isValid: true, ...end.value } as const
    return { ...verdict, report: encodeReport(zip, electionId, verdict) }
  }
  const { finding } = end
  const report = encodeReport(zip, electionId, { isValid: false, code: finding.code })
  return { isValid: false, finding, report }
}

/** What V2 to V7 establish: who votes on what, under which keys. */
interface Established {
  readonly log: AuditedLog
  readonly definition: AuditedDefinition
  readonly census: AuditedCensus
  readonly keys: CeremonyKeys
  readonly ballots: BallotVerifier
}

interface Findings extends Pick<Extract<AuditVerdict, { isValid: true }>, "figures" | "warnings"> {
  readonly definition: ElectionDefinition
}

async function auditBundle(bundle: Bundle, tools: AuditTools): Promise<Outcome<Findings>> {
  const established = await establish(bundle, tools)
  return established.ok ? count(bundle, established.value, tools) : established
}

async function establish(bundle: Bundle, tools: AuditTools): Promise<Outcome<Established>> {
  const { policy, allowDevelopmentKeys } = tools
  const log = checkLog(bundle, policy, begin(tools, 2))
  if (!log.ok) return log
  const { entries, facts } = log.value
  begin(tools, 3)
  const definition = checkElectionDefinition(bundle, log.value, policy)
  if (!definition.ok) return definition
  const { terms, electionId } = definition.value
  const census = await checkCensus(bundle, log.value, terms, tools, begin(tools, 4))
  if (!census.ok) return census
  const keys = checkKeyCeremony(entries, facts, electionId, begin(tools, 5))
  if (!keys.ok) return keys
  begin(tools, 6)
  const foreign = checkKeysOfElection(entries, facts, terms, keys.value)
  if (foreign !== null) return { ok: false, finding: foreign }
  begin(tools, 7)
  const ballots = await checkElectionCircuit(bundle, log.value, terms, allowDevelopmentKeys)
  if (!ballots.ok) return ballots
  return accept({
    log: log.value,
    definition: definition.value,
    census: census.value,
    keys: keys.value,
    ballots: ballots.value,
  })
}

async function count(
  bundle: Bundle,
  established: Established,
  tools: AuditTools,
): Promise<Outcome<Findings>> {
  const { log, definition, keys, ballots } = established
  const { electionId, terms, tally } = definition
  const unproved = await checkBallotProofs(log.entries, electionId, ballots, tools.judge, begin(tools, 8))
  if (unproved !== null) return { ok: false, finding: unproved }
  const sum = checkBallotOrder(log.entries, definition, begin(tools, 9))
  if (!sum.ok) return sum
  begin(tools, 10)
  const close = checkElectionClose(log, definition, sum.value, tools.policy)
  if (!close.ok) return close
  const { t, n } = log.facts
  const election = { definition: terms, electionId, closeHash: close.value.closeHash, ...sum.value, t, n }
  begin(tools, 11)
  const shares = checkShares(log.entries, { ...election, ...keys, R: election.aggregate.R }, t)
  if (!shares.ok) return shares
  begin(tools, 12)
  const opened = checkOpenedCounts(election, shares.value.valid, tally.body.counts)
  if (!opened.ok) return opened
  begin(tools, 13)
  const impossible = checkTotals(election, tally.body.counts)
  if (impossible !== null) return { ok: false, finding: impossible }
  begin(tools, 14)
  const other = checkResult(bundle, log, election, opened.value, tally)
  if (other !== null) return { ok: false, finding: other }
  const figures = figuresOf(established, election, shares.value, opened.value)
  const warnings = warningsOf(established, close.value, shares.value, tools.policy)
  return accept({ figures, warnings, definition: terms })
}

function figuresOf(
  { log, census, definition }: Established,
  { counts }: ClosedElection,
  { valid }: AuditedShares,
  trustees: readonly number[],
): AuditFigures {
  return {
    ...counts,
    censusSize: census.size,
    counts: definition.tally.body.counts,
    entries: log.entries.length,
    sharesValid: valid.length,
    totalWeight: census.totalWeight,
    trustees,
  }
}

function warningsOf(
  { log, census, definition }: Established,
  { isDatedLate }: AuditedClose,
  { invalid }: AuditedShares,
  { quorum }: Policy,
): readonly AuditWarning[] {
  const hasDevelopmentKey = census.hasDevelopmentKey || definition.terms.circuit.ceremony === "dev"
  const { t, n } = log.facts
  return [
    ...(quorum === "none" ? (["quorum-none"] as const) : []),
    ...(isDatedLate ? (["at-close-late"] as const) : []),
    ...(hasDevelopmentKey ? (["development-keys"] as const) : []),
    ...(2 * t <= n ? (["trustees-few"] as const) : []),
    ...invalid.map((trustee) => `share-invalid-${trustee}` as const),
  ]
}

/** Announces a step; what it answers is told how far the step is. */
function begin({ onProgress }: AuditTools, step: number): StepProgress {
  onProgress?.(step, 0, 1)
  return (done, total) => onProgress?.(step, done, total)
}
