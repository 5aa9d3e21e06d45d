// One of two processes on one database: casts ballots of one pseudonym as fast as it can and prints what it was told.
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { decidingWithoutLock } from "./fault-store.ts"
import { DraftElection, ballotEntry, pseudonym } from "./election-drafts.ts"
import { openHome } from "./ledger-bench.ts"

const [database = "", stateDirectory = "", name = "", sequences = "0", each = "0", bug = "none"] =
  process.argv.slice(2)
const home = { folder: stateDirectory, stateDirectory, database, remove: () => Promise.resolve() }
const { origin } = new DraftElection()

const planted = bug === "none" ? {} : { store: decidingWithoutLock((await openStores(home.database)).ledger) }
const { ledger } = await openHome(home, planted)
// Voting is over by this clock, so ballots go at once: batches of two processes come between each other.
await ledger.setBallotWindow(origin, { batchWindowSeconds: 10, closesAtUnixSeconds: 0 })
console.log("ready")
await new Promise((resolve) => process.stdin.once("data", resolve))
for (let sequence = 1; sequence <= Number(sequences); sequence++) {
  const ballots = Array.from({ length: Number(each) }, (_, n) =>
    ballotEntry(1, sequence, { randomness: `${name}/${sequence}/${n}` }),
  )
  for (let from = 0; from < ballots.length; from += 5) {
    const answers = await Promise.all(
      ballots.slice(from, from + 5).map((entry) => ledger.admit(origin, { entry })),
    )
    for (const answer of answers) {
      console.log(
        `${sequence} ${answer.ok ? `${answer.outcome} ${"index" in answer ? answer.index : ""}` : answer.reason}`,
      )
    }
  }
  if ((await ledger.findClaim(origin, ["seq", pseudonym(1), String(sequence)])) === null)
    throw new Error("nobody won")
}
await ledger.close()
process.exit(0)
