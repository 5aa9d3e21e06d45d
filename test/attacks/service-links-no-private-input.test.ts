// The process that listens on the network never links code that sees a private input: kept by the import graph.
import { describe, expect, it } from "vitest"
import { reachableFrom } from "../support/import-graph.ts"

const FORBIDDEN = [
  "src/parties/wallet/",
  "src/parties/issuer/",
  "src/parties/trustee/",
  "src/proofs/prover/",
  "src/agent/",
  "src/web/",
  "src/health/",
  "src/proofs/groth16/prove.ts",
  "src/proofs/groth16/witness.ts",
]

describe.each(["src/cli/serve.ts", "src/service/verification/worker.ts"])("%s", (entry) => {
  const graph = reachableFrom(entry)

  it("reaches the service's rooms, so the walk is not empty", () => {
    expect(graph.size).toBeGreaterThan(30)
    expect([...graph.keys()]).toContain("src/parties/verifier/verify-presentation.ts")
  })

  it.each(FORBIDDEN)("does not reach %s", (place) => {
    const trail = [...graph.keys()].filter((path) => path.startsWith(place)).map((path) => wayTo(path, graph))
    expect(trail).toEqual([])
  })
})

it("the service's own rooms do not reach the storage they are given", () => {
  const graph = reachableFrom("src/service/start-service.ts")
  expect([...graph.keys()].filter((path) => path.startsWith("src/ledger/storage/"))).toEqual([])
})

function wayTo(path: string, graph: ReadonlyMap<string, string | null>): string {
  const from = graph.get(path) ?? null
  return from === null ? path : `${wayTo(from, graph)} -> ${path}`
}
