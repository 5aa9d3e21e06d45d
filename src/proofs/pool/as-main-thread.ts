// snarkjs brings web-worker 1.2.0, which takes every worker thread for one of its own and throws while it is imported
// (developit/web-worker#57). It asks node:worker_threads once, so the answer is changed while the import runs.
import workerThreads from "node:worker_threads"

/**
 * Runs `load` (a dynamic import that reaches snarkjs) while the thread calls itself the main one.
 * The ESM named import of `isMainThread` is not affected; whoever reads it through the default export in between is.
 */
export async function asMainThread<T>(load: () => Promise<T>): Promise<T> {
  const threads = workerThreads as { isMainThread: boolean }
  const before = threads.isMainThread
  threads.isMainThread = true
  try {
    return await load()
  } finally {
    threads.isMainThread = before
  }
}
