// The thread's file: it prepares the thread, then loads what reaches snarkjs.
import { workerData } from "node:worker_threads"
import { asMainThread } from "../../proofs/pool/as-main-thread.ts"
import type { VerifyParts } from "./verify-job.ts"

const { openVerifyJob } = await asMainThread(() => import("./verify-job.ts"))

export default await openVerifyJob(workerData as VerifyParts)
