// Progress of an audit on a terminal, or a line a step where there is none.
import { AUDIT_STEPS } from "../parties/verifier/audit-steps/outcome.ts"
import type { JudgeTimes } from "../parties/verifier/audit-steps/proof-judge.ts"

/** Where progress goes; a terminal rewrites its line. */
export interface ProgressStream {
  readonly isTTY?: boolean
  readonly write: (text: string) => unknown
}

/** Told by the audit, closed when it has ended. */
export interface AuditProgress {
  readonly onProgress: (step: number, done: number, total: number) => void
  /** @param failedStep - the step that said no, or null */
  readonly close: (failedStep: number | null) => void
}

const BAR_WIDTH = 24
/** The step whose seconds are worth comparing: one proof a ballot. */
const PROOF_STEP = AUDIT_STEPS.indexOf("ballot proofs") + 1

/** @param now - milliseconds of a clock that only runs forward */
export function openAuditProgress(
  stream: ProgressStream,
  now: () => number = () => performance.now(),
): AuditProgress {
  let running: { readonly step: number; readonly startedAt: number; total: number } | null = null
  const finish = (mark: string): void => {
    if (running === null) return
    const { step, startedAt, total } = running
    const seconds = (now() - startedAt) / 1000
    const rate =
      step === PROOF_STEP && total > 0 ? `, ${((1000 * seconds) / total).toFixed(2)} s per 1,000 ballots` : ""
    const line = `${labelOf(step)} ${mark}  ${seconds.toFixed(2)} s${rate}`
    stream.write(stream.isTTY === true ? `\r\u001b[K${line}\n` : `${line}\n`)
    running = null
  }
  return {
    onProgress: (step, done, total) => {
      if (running?.step !== step) {
        finish("ok")
        running = { step, startedAt: now(), total }
      }
      running.total = total
      if (stream.isTTY === true) stream.write(`\r\u001b[K${labelOf(step)} ${bar(done / Math.max(total, 1))}`)
    },
    close: (failedStep) => finish(failedStep === running?.step ? "FAILED" : "ok"),
  }
}

/** What batches saved, summed over all proofs of a bundle. */
export interface Comparison {
  readonly add: (times: JudgeTimes) => void
  /** One line, or none when nothing was compared. */
  readonly lines: () => readonly string[]
}

/** Opens an empty comparison. */
export function openComparison(): Comparison {
  let sum: JudgeTimes = { proofs: 0, batchedMs: 0, singlyMs: 0 }
  return {
    add: ({ proofs, batchedMs, singlyMs }) => {
      sum = {
        proofs: sum.proofs + proofs,
        batchedMs: sum.batchedMs + batchedMs,
        singlyMs: sum.singlyMs + singlyMs,
      }
    },
    lines: () => {
      const { proofs, batchedMs, singlyMs } = sum
      if (proofs === 0) return []
      // Milliseconds a proof are seconds a thousand.
      const [batched, singly] = [batchedMs / proofs, singlyMs / proofs]
      const factor = (singlyMs / batchedMs).toFixed(1)
      return [
        `${proofs} proofs: batched ${batched.toFixed(2)} s per 1,000, one by one ${singly.toFixed(2)} s per 1,000: ${factor} times`,
      ]
    },
  }
}

const labelOf = (step: number): string =>
  `${String(step).padStart(2)}/${AUDIT_STEPS.length} ${(AUDIT_STEPS[step - 1] ?? "").padEnd(17)}`

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * BAR_WIDTH)
  return `[${"#".repeat(full)}${" ".repeat(BAR_WIDTH - full)}] ${Math.floor(100 * Math.min(1, share))} %`
}
