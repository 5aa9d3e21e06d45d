// `sotto audit`: an election's bundle verified from the first byte to the result, offline, with the reader's own policy.
import { randomBytes } from "node:crypto"
import { Command } from "commander"
import { audit } from "../parties/verifier/audit.ts"
import type { AuditOutcome, AuditTools } from "../parties/verifier/audit.ts"
import { AUDIT_STEPS, STEP_OF } from "../parties/verifier/audit-steps/outcome.ts"
import { openProofJudge } from "../parties/verifier/audit-steps/proof-judge.ts"
import { DEFAULT_MAX_BUNDLE_BYTES } from "../protocol/election/audit-bundle.ts"
import { parsePolicy } from "../protocol/log/policy.ts"
import type { Policy } from "../protocol/log/policy.ts"
import { ProtocolError } from "../protocol/primitives/errors.ts"
import { auditWords } from "./audit-words.ts"
import { openAuditProgress, openComparison } from "./audit-progress.ts"
import type { Comparison } from "./audit-progress.ts"
import { CliError, EXIT, isRefusal } from "./exit.ts"
import { readInput } from "./files.ts"
import { tell } from "./output.ts"
import { readPolicyText } from "./policy-file.ts"
import { recordPlatform } from "./record-platform.ts"

interface Options {
  readonly policy: string
  readonly allowDevKeys?: true
  readonly secondVerifier?: true
  readonly compare?: true
  readonly json?: true
  readonly maxBytes: string
}

/** The `audit` verb. */
export function auditCommand(): Command {
  return new Command("audit")
    .description("verify an election from its bundle; exit 0 valid, 1 invalid, 2 could not run")
    .argument("<bundle>", "the zip that the organizer publishes")
    .requiredOption(
      "--policy <file>",
      "your own policy or trust file: which log and which cosigners you believe",
    )
    .option("--allow-dev-keys", "audit a rehearsal: under development keys anyone can forge ballots")
    .option("--second-verifier", "ask other code about every proof as well; a disagreement is a fault")
    .option("--compare", "verify each proof by itself as well, and say what batches save")
    .option("--json", "print the report, the same bytes from every verifier, instead of words")
    .option("--max-bytes <n>", "most bytes of all files together, inflated", String(DEFAULT_MAX_BUNDLE_BYTES))
    .action(auditBundle)
}

async function auditBundle(path: string, options: Options): Promise<void> {
  const progress = openAuditProgress(process.stderr)
  const times = openComparison()
  try {
    const tools = await toolsOf(options, progress.onProgress, times)
    const outcome = await audit(await readInput(path), tools)
    progress.close(outcome.isValid ? null : STEP_OF[outcome.finding.code])
    for (const line of times.lines()) tell(line)
    answer(outcome, options)
  } catch (error) {
    progress.close(null)
    // An audit that could not run says nothing about the election, so it may not end like one that found something.
    if (!(error instanceof Error)) throw error
    tell(`sotto: ${isRefusal(error) ? `${error.code}: ` : ""}${error.message}`)
    process.exitCode = EXIT.usage
  }
}

async function toolsOf(
  options: Options,
  onProgress: NonNullable<AuditTools["onProgress"]>,
  times: Comparison,
): Promise<AuditTools> {
  const maxBytes = Number(options.maxBytes)
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 1) {
    throw new CliError("option-invalid", "--max-bytes is a number of bytes")
  }
  return {
    policy: await readPolicy(options.policy),
    allowDevelopmentKeys: options.allowDevKeys === true,
    maxBytes,
    inflateRaw: recordPlatform.inflateRaw,
    judge: openProofJudge({
      randomBytes: (length) => new Uint8Array(randomBytes(length)),
      ...(options.compare === true ? { compare: { now: () => performance.now(), onTimes: times.add } } : {}),
      secondOpinion: options.secondVerifier === true,
    }),
    onProgress,
  }
}

async function readPolicy(path: string): Promise<Policy> {
  const text = await readPolicyText(path)
  try {
    return parsePolicy(text)
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new CliError("option-invalid", `${path} is no policy: ${cause.message}`, { cause })
  }
}

function answer(outcome: AuditOutcome, { json }: Options): void {
  // Not a byte more: whoever compares two verifiers compares these.
  if (json === true) process.stdout.write(outcome.report)
  else for (const line of auditWords(outcome)) process.stdout.write(`${line}\n`)
  if (outcome.isValid) return
  const { code, place } = outcome.finding
  const step = STEP_OF[code]
  if (json === true) tell(`step ${step} (${AUDIT_STEPS[step - 1] ?? ""}): ${code}: ${place}`)
  process.exitCode = EXIT.refused
}
