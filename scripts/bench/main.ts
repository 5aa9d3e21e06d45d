// `npm run bench -- prove|verify [--n N] [--json]`: ours against plain snarkjs, in turns, on the shipped circuit.
import { parseArgs } from "node:util"
import { locateCircuit } from "../../src/cli/circuit-artifacts.ts"
import { benchHeader } from "./machine.ts"
import { benchProve } from "./prove.ts"
import { printRecord, recordOf, writeRecord } from "./report.ts"
import type { BenchResult } from "./report.ts"
import { benchVerify } from "./verify.ts"

const BENCHES: Readonly<Record<string, { run: (rounds: number) => Promise<BenchResult>; rounds: number }>> = {
  prove: { run: benchProve, rounds: 9 },
  verify: { run: benchVerify, rounds: 31 },
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { n: { type: "string" }, json: { type: "boolean", default: false } },
})
const [name = ""] = positionals
const bench = BENCHES[name]
const rounds = Number(values.n ?? bench?.rounds)
if (bench === undefined || positionals.length !== 1 || !Number.isSafeInteger(rounds) || rounds < 1) {
  console.error(
    "usage: npm run bench -- prove|verify [--n N] [--json]   N samples per peer, 9 and 31 by default",
  )
  process.exit(2)
}

const { entry } = await locateCircuit("presentation")
const header = benchHeader(entry)
const record = recordOf(name, header, await bench.run(rounds))
const file = await writeRecord(record)
if (values.json) console.log(JSON.stringify(record))
else {
  printRecord(record)
  console.log(`\n${file}`)
}
process.exit(0) // snarkjs's default threads keep a process alive
