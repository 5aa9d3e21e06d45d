// Running from sources: a thread does not inherit the TypeScript loader of its parent on Node 20.
import { createRequire } from "node:module"
import { pathToFileURL } from "node:url"

/**
 * Options for a thread with this entry file: a `.ts` entry gets a preload that registers tsx in the thread. Built
 * programs have `.js` entries, inherit the arguments of the process and never look for tsx.
 */
export function threadOptions(worker: URL): { readonly execArgv?: string[] } {
  if (!worker.pathname.endsWith(".ts")) return {}
  const commonJs = createRequire(import.meta.url).resolve("tsx/esm/api") // its ES module lies beside it
  const tsx = new URL("./index.mjs", pathToFileURL(commonJs)).href
  const preload = `import { register } from ${JSON.stringify(tsx)}; register()`
  return { execArgv: ["--import", `data:text/javascript,${encodeURIComponent(preload)}`] }
}
