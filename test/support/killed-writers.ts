// Processes that append until they are killed or lose their database, and the list of what they acknowledged: the oracle.
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { bytesToHex } from "../../src/protocol/primitives/bytes.ts"
import { leafHash } from "../../src/protocol/log/tree.ts"
import { openStores } from "../../src/ledger/storage/open-stores.ts"
import { ORIGIN } from "./ledger-bench.ts"
import type { LedgerHome } from "./ledger-bench.ts"

const CHILD = new URL("fault-child.ts", import.meta.url).pathname

/** Leaf hashes by index. */
export type Acknowledged = Map<number, string>

/** A process that appends. */
export interface Writer {
  readonly kill: () => void
  /** Called with the number of acknowledgements so far after each. */
  onAcknowledged: (count: number) => void
  /** All that it acknowledged, once it has ended. */
  readonly ended: Promise<Acknowledged>
}

/** Starts a writer. @param first - number of its first draft @param bug - of `fault-child.ts` */
export function startWriter(home: LedgerHome, first: number, bug = "none"): Writer {
  const args = [CHILD, home.stateDirectory, String(first), bug, "Infinity", home.database]
  const child = spawn(process.execPath, ["--import", "tsx", ...args], { stdio: ["ignore", "pipe", "ignore"] })
  const read = async (): Promise<Acknowledged> => {
    const acknowledged: Acknowledged = new Map()
    for await (const line of createInterface({ input: child.stdout })) {
      const [index, hash = ""] = line.split(" ")
      acknowledged.set(Number(index), hash)
      writer.onAcknowledged(acknowledged.size)
    }
    return acknowledged
  }
  const writer: Writer = {
    kill: () => child.kill("SIGKILL"),
    onAcknowledged: () => undefined,
    ended: Promise.resolve().then(read),
  }
  return writer
}

/** Indices of acknowledged entries that the database does not hold with the same bytes. */
export async function lostOf(address: string, acknowledged: Acknowledged): Promise<readonly number[]> {
  const stores = await openStores(address)
  try {
    const log = await stores.ledger.findLog(ORIGIN)
    const rows = await stores.ledger.readEntries(log?.id ?? 0, 0, log?.size ?? 0)
    const stored = new Map(rows.map((row) => [row.index, bytesToHex(leafHash(row.body))]))
    return [...acknowledged].filter(([index, hash]) => stored.get(index) !== hash).map(([index]) => index)
  } finally {
    await stores.close()
  }
}
