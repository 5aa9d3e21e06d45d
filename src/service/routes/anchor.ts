// What a service says about itself in its own log before it serves: the circuit's key and the catalogue it compiles with.
import type { Ledger } from "../../ledger/log/ledger.ts"
import { CATALOGUE } from "../../protocol/catalogue/released.ts"
import type { Entry } from "../../protocol/log/entry.ts"
import { Problem } from "../http/problem.ts"
import type { CircuitFacts, RouteDeps } from "./route-deps.ts"

/**
 * Anchors the keys of all circuits and every catalogue item; what stands in the log already stays as it is.
 * @throws LedgerError, Problem with the ledger's reason
 */
export async function anchorAtStart(
  ledger: Ledger,
  ledgerOrigin: string,
  { id, vkey, r1csSha256, ceremony }: CircuitFacts,
  ballotCircuits: RouteDeps["ballotCircuits"],
): Promise<void> {
  const vkeySha256 = vkey.slice("sha256:".length)
  const keys = { [id]: { vkeySha256, r1csSha256, ceremony }, ...ballotCircuits }
  const entries: Entry[] = [
    ...Object.entries(keys).map(([circuitId, key]): Entry => ({
      kind: "circuit-key",
      v: 1,
      circuitId,
      vkeySha256: key.vkeySha256,
      r1csSha256: key.r1csSha256,
      ceremony: key.ceremony,
    })),
    ...CATALOGUE.items.map((item): Entry => ({ kind: "catalogue-item", v: 1, ...item })),
  ]
  const admissions = await Promise.all(entries.map((entry) => ledger.admit(ledgerOrigin, { entry })))
  for (const admission of admissions) if (!admission.ok) throw new Problem(admission.reason)
}
