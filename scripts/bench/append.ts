// Durable appends: our whole pipeline in batches of 256 (claims decided, leaves hashed, tiles, head signed, guard, receipts)
// against one bare INSERT per commit and against bare INSERTs in commits of 256, on both engines, in turns, on one disk.
import { tmpdir } from "node:os"
import { locateCircuit } from "../../src/cli/circuit-artifacts.ts"
import type { Json } from "../../src/protocol/wire/canonical-json.ts"
import { canonicalBytes } from "../../src/protocol/wire/canonical-json.ts"
import type { Draft } from "../../src/ledger/log/ledger.ts"
import { ORIGIN, makeHome, openHome, presentationDraft } from "../../test/support/ledger-bench.ts"
import type { LedgerHome } from "../../test/support/ledger-bench.ts"
import { findPostgres, startPostgres } from "../../test/support/postgres-server.ts"
import { openBarePostgres, openBareSqlite } from "./bare-tables.ts"
import type { BareTable } from "./bare-tables.ts"
import { interleave } from "./interleave.ts"
import type { Peer, PeerResult } from "./interleave.ts"
import type { BenchResult } from "./report.ts"
import { ratioOfMedians } from "./statistics.ts"

const BATCH = 256 // the product's own
const SINGLES = 16 // commits of one row in a sample: one alone is within the noise of an fsync

/** Measures appends. @param rounds - samples per peer */
export async function benchAppend(rounds: number): Promise<BenchResult> {
  const { entry } = await locateCircuit("presentation", { cache: process.env["SOTTO_CACHE"] })
  const bin = findPostgres()
  if (bin === null) throw new Error("no PostgreSQL server is installed: this bench compares both engines")
  const home = await makeHome()
  const server = await startPostgres(bin, {}, tmpdir()) // on the disk of the other engine's file
  const database = server.address("postgres")
  const second = { ...home, database, stateDirectory: `${home.folder}/guard-of-second` }
  const opened: Awaited<ReturnType<typeof openPeers>>[] = []
  try {
    opened.push(await openPeers("sqlite", home, openBareSqlite(`${home.folder}/bare.db`), rounds))
    opened.push(await openPeers("postgres", second, await openBarePostgres(database), rounds))
    const peers = opened.flatMap((one) => one.peers)
    const results = await interleave(peers, rounds, (isRight) =>
      isRight ? Promise.resolve() : Promise.reject(new Error("an entry was not committed")),
    )
    const ours = [0, 3] // of three peers an engine
    const pairs = ours.flatMap((i) => [[i + 1, i] as const, [i + 2, i] as const])
    return { entry, results, pairs, named: namedRatios(results) }
  } finally {
    for (const one of opened) await one.close()
    await server.remove()
    await home.remove()
  }
}

/** How many times as many entries a second we append; of both engines the lower one, which is what may be claimed. */
function namedRatios(results: readonly PeerResult[]): Readonly<Record<string, number>> {
  const ratio = (ours: number, other: number): number =>
    ratioOfMedians(results[other]?.samples ?? [], results[ours]?.samples ?? []).ratio
  return {
    appendToSingle: Math.min(ratio(0, 1), ratio(3, 4)),
    appendToBareBatch: Math.min(ratio(0, 2), ratio(3, 5)),
  }
}

/** Ours, bare single rows, bare batches: the same entries, made beforehand. */
async function openPeers(engine: string, home: LedgerHome, bare: BareTable, rounds: number) {
  const { ledger, close } = await openHome(home, { limits: { batchMilliseconds: 1000, batchEntries: BATCH } })
  const batches = Array.from({ length: rounds + 1 }, (_, round) =>
    // With its two claims, as every presentation has; the row that its verifier keeps is not part of the log.
    Array.from({ length: BATCH }, (_, i): Draft => ({
      ...presentationDraft(round * BATCH + i),
      sideRows: [],
    })),
  )
  const bodies = batches.map((drafts) => drafts.map(({ entry }) => canonicalBytes(entry as unknown as Json)))
  const [ours, singles, many] = [batches.values(), bodies.values(), bodies.values()]
  let row = 0
  const peers: readonly Peer<boolean>[] = [
    {
      name: `${engine}: ours, ${BATCH} at once, to the receipts`,
      pieces: BATCH,
      run: async () => {
        const answers = await Promise.all(
          (ours.next().value ?? []).map((draft) => ledger.admit(ORIGIN, draft)),
        )
        return answers.every((answer) => answer.ok && answer.outcome === "committed")
      },
    },
    {
      name: `${engine}: bare INSERT, a commit each`,
      pieces: SINGLES,
      run: async () => {
        for (const body of (singles.next().value ?? []).slice(0, SINGLES)) await bare.insert(row++, [body])
        return true
      },
    },
    {
      name: `${engine}: bare INSERT, commits of ${BATCH}`,
      pieces: BATCH,
      run: async () => {
        await bare.insert(row, many.next().value ?? [])
        row += BATCH
        return true
      },
    },
  ]
  return {
    peers,
    close: async () => {
      await close()
      await bare.close()
    },
  }
}
