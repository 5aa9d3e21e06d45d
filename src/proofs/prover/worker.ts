// A proving thread's entry: prepares the thread for snarkjs, then loads the body. Nothing else belongs here.
import { workerData } from "node:worker_threads"
import { asMainThread } from "../pool/as-main-thread.ts"
import type { ThreadCircuit } from "./prove-job.ts"
import type { CircuitId } from "../../protocol/primitives/prove.ts"

const { openProveJob } = await asMainThread(() => import("./prove-job.ts"))

export default await openProveJob(workerData as ReadonlyMap<CircuitId, ThreadCircuit>)
