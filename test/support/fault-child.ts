// A process to be killed: two writers append to the ledger of a home and print each acknowledgement at once.
import { writeSync } from "node:fs"
import { bytesToHex } from "../../src/protocol/primitives/bytes.ts"
import { headAt } from "../../src/ledger/log/proofs.ts"
import { leafHash } from "../../src/protocol/log/tree.ts"
import { openDatabase } from "../../src/ledger/storage/database.ts"
import { createLedgerStore } from "../../src/ledger/storage/ledger-store.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { answeringBeforeCommit, forgetfulGuard } from "./fault-store.ts"
import { LOG_KEY, ORIGIN, openHome, presentationDraft } from "./ledger-bench.ts"

const [stateDirectory = "", first = "0", bug = "none", appends = "Infinity", database = ""] =
  process.argv.slice(2)
const home = {
  folder: stateDirectory,
  database,
  stateDirectory,
  remove: () => Promise.resolve(),
}

const planted = async () => {
  if (bug === "normal-sync") {
    const opened = openDatabase(home.database)
    await opened.engine.readSetting("synchronous = NORMAL")
    return { store: createLedgerStore(opened) }
  }
  if (bug !== "answer-before-commit") return {}
  const { ledger } = await openStores(home.database)
  const log = await ledger.findLog(ORIGIN)
  const head =
    log === null ? null : await headAt(ledger, { logId: log.id, origin: ORIGIN, key: LOG_KEY }, log.size)
  if (head === null) throw new Error("the bug needs a log")
  const guard = forgetfulGuard(head.note)
  return { store: answeringBeforeCommit(ledger), openGuard: () => Promise.resolve(guard) }
}

const { ledger } = await openHome(home, await planted())
const writer = async (start: number): Promise<void> => {
  for (let n = start; n < Number(appends); n += 8) {
    const answers = await Promise.all(
      [0, 2, 4, 6].map((k) => ledger.admit(ORIGIN, presentationDraft(Number(first) + n + k))),
    )
    for (const answer of answers) {
      if (!answer.ok || answer.outcome !== "committed") throw new Error("not committed")
      writeSync(1, `${answer.index} ${bytesToHex(leafHash(answer.entryBytes))}\n`)
    }
  }
}
await Promise.all([writer(0), writer(1)])
process.exit(0)
