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

export const reportOf = (
  bytes: Uint8Array,
): { step: number; code: string; verdict: string; warnings: string[]; figures: Record<string, unknown> } =>
  JSON.parse(new TextDecoder().decode(bytes))
