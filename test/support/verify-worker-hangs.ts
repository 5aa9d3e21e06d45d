// A verification thread that passes its self-test and never ends a verification.
import type { VerifyJob } from "../../src/service/verification/verify-job.ts"

export default (job: VerifyJob): Promise<unknown> =>
  job.kind === "self-test"
    ? Promise.resolve({ ok: true, value: null })
    : new Promise(() => setInterval(() => 0, 1000))
