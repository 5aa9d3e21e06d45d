// An auditor with everything it brings along: policy, limits, the operating system's randomness.
import { randomBytes } from "node:crypto"
import { recordPlatform } from "../../src/cli/record-platform.ts"
import type { AuditTools } from "../../src/parties/verifier/audit.ts"
import { openProofJudge } from "../../src/parties/verifier/audit-steps/proof-judge.ts"
import type { ProofJudgeOptions } from "../../src/parties/verifier/audit-steps/proof-judge.ts"
import { DEFAULT_MAX_BUNDLE_BYTES } from "../../src/protocol/election/audit-bundle.ts"
import { parsePolicy } from "../../src/protocol/log/policy.ts"

export function auditTools(
  policy: string,
  judge: Partial<ProofJudgeOptions> = {},
  change: Partial<AuditTools> = {},
): AuditTools {
  return {
    policy: parsePolicy(policy),
    allowDevelopmentKeys: true,
    maxBytes: DEFAULT_MAX_BUNDLE_BYTES,
    inflateRaw: recordPlatform.inflateRaw,
    judge: openProofJudge({ randomBytes: (length) => new Uint8Array(randomBytes(length)), ...judge }),
    ...change,
  }
}

/** A report as tests look at it. */
export interface ReadReport {
  readonly bundleSha256: string
  readonly electionId: string
  readonly step: number
  readonly code: string
  readonly verdict: string
  readonly warnings: readonly string[]
  readonly figures: Readonly<Record<string, unknown>>
}

export const reportOf = (bytes: Uint8Array): ReadReport => JSON.parse(new TextDecoder().decode(bytes))
