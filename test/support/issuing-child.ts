// A process that issues from one folder as fast as it can, until it is killed: what it prints has left it.
import { openIssuer } from "../../src/cli/issuer-state.ts"
import { orderFor } from "./issued-records.ts"

const [dir = ""] = process.argv.slice(2)
const issuer = await openIssuer(dir)
const end = performance.now() + 20_000 // nobody may be left to kill it
for (let holder = 1; performance.now() < end; holder++) {
  try {
    const { credId, statusIndex } = await issuer.issue(orderFor(holder))
    process.stdout.write(`${statusIndex} ${credId}\n`)
  } catch (error) {
    if ((error as { code?: string }).code !== "issuer-busy") throw error
  }
}
