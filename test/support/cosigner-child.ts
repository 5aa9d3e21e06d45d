// A cosigner in a process of its own that dies between its durable state and its answer, once, when it is told to.
import { openCosignerStore } from "../../src/ledger/storage/cosigner-store.ts"
import { cosignerListener } from "../../src/parties/cosigner/routes.ts"
import { cosignerKey, listenOn } from "./cosigner.ts"
import { LOG_KEY } from "./ledger-bench.ts"

const [database = "", port = "0", now = "0", dies = ""] = process.argv.slice(2)
const store = await openCosignerStore(database)
const dying = {
  ...store,
  advance: async (...args: Parameters<typeof store.advance>) => {
    const moved = await store.advance(...args)
    if (dies === "dies" && moved) process.kill(process.pid, "SIGKILL")
    return moved
  },
}
const parts = { store: dying, key: cosignerKey(1), logs: [LOG_KEY], now: () => Number(now) }
const { url } = await listenOn(cosignerListener(parts), Number(port))
console.log(url)
