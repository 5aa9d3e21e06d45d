// `npm run bench -- prove|verify [--n N] [--json]`: ours against plain snarkjs, in turns, on the shipped circuit.
// `npm run bench -- batch [--n N]`: many ballots judged at once against plain snarkjs, per ballot.
// `npm run bench -- append [--n N]`: durable appends of the ledger against bare INSERTs, on both engines.
// `npm run bench -- status [--n N]`: a registry epoch over N credentials, with one revoked.
import { parseArgs } from "node:util"
import { locateCircuit } from "../../src/cli/circuit-artifacts.ts"
import { benchAppend } from "./append.ts"
import { benchBatch } from "./batch.ts"
import { benchHeader } from "./machine.ts"
import { benchProve } from "./prove.ts"
import { printRecord, recordOf, writeRecord } from "./report.ts"
import type { BenchResult } from "./report.ts"
import { benchStatus } from "./status.ts"
import { benchVerify } from "./verify.ts"

interface Bench {
  readonly run: (n: number) => Promise<BenchResult>
  readonly n: number
  readonly circuit: string
}

const BENCHES: Readonly<Record<string, Bench>> = {
  prove: { run: benchProve, n: 9, circuit: "presentation" },
  verify: { run: benchVerify, n: 31, circuit: "presentation" },
  batch: { run: benchBatch, n: 15, circuit: "ballot8" },
  append: { run: benchAppend, n: 31, circuit: "presentation" },
  status: { run: benchStatus, n: 1_000_000, circuit: "presentation" },
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { n: { type: "string" }, json: { type: "boolean", default: false } },
})
const [name = ""] = positionals
const bench = BENCHES[name]
const n = Number(values.n ?? bench?.n)
if (bench === undefined || positionals.length !== 1 || !Number.isSafeInteger(n) || n < 1) {
  console.error(`usage: npm run bench -- prove|verify|batch|append|status [--n N] [--json]
  prove, verify, batch   N samples per peer, 9, 31 and 15 by default
  append                 N samples per peer, 31 by default; wants an installed PostgreSQL server
  status                 N credentials, 10,000 to 1,600,000; a million by default`)
  process.exit(2)
}

const { entry } = await locateCircuit(bench.circuit)
const header = benchHeader(entry)
const record = recordOf(name, header, await bench.run(n))
const file = await writeRecord(record)
if (values.json) console.log(JSON.stringify(record))
else {
  printRecord(record)
  console.log(`\n${file}`)
}
process.exit(0) // snarkjs's default threads keep a process alive
