// A proving thread's entry: prepares the thread for snarkjs, then loads the body. Nothing else belongs here.
import { workerData } from "node:worker_threads"
import { asMainThread } from "../pool/as-main-thread.ts"
import type { ThreadData } from "./prove-job.ts"

const { openProveJob } = await asMainThread(() => import("./prove-job.ts"))

export default await openProveJob(workerData as ThreadData)
