// The EU rule corpus down to the circuit: every case by the compiled circuit's own witness, a sample by real proofs.
import { beforeAll, describe, expect, it } from "vitest"
import { loadCircuit } from "../../src/cli/circuit-artifacts.ts"
import { openBench } from "../../src/cli/rules-bench.ts"
import type { Bench } from "../../src/cli/rules-bench.ts"
import { checkFolder, rememberSets } from "../../src/cli/rules-check.ts"
import type { CaseRow } from "../../src/cli/rules-check.ts"
import { readRuleFolder } from "../../src/cli/rules-folder.ts"
import { proveCases, sampleCases } from "../../src/cli/rules-proofs.ts"
import type { Artifacts } from "../../src/proofs/groth16/artifacts.ts"
import { Groth16Error } from "../../src/proofs/groth16/errors.ts"
import { encodeInput } from "../../src/proofs/groth16/input.ts"
import { calculateWitness, compileWitnessCode } from "../../src/proofs/groth16/witness.ts"
import type { Digest } from "../../src/protocol/primitives/hash.ts"
import { findRuleFolder } from "../support/eu-rules.ts"

const FULL = process.env["SOTTO_FULL"] === "1"
const folder = findRuleFolder()

let artifacts: Artifacts
let bench: Bench
let cases: readonly CaseRow[]

beforeAll(async () => {
  if (folder === null) return
  artifacts = await loadCircuit("presentation", { cache: process.env["SOTTO_CACHE"] })
  const prepare = rememberSets()
  bench = openBench(`sha256:${artifacts.entry.vkeySha256}` as Digest, prepare)
  cases = checkFolder(await readRuleFolder(folder), bench, prepare).cases
})

describe.skipIf(folder === null)("the EU rule corpus", () => {
  it(
    "has a witness for every part exactly where the publisher expects a certificate to pass",
    async () => {
      const code = await compileWitnessCode(artifacts.wasm)
      // All of them take half a minute of one core; the short run asks each rule at least once.
      const asked = FULL ? cases.filter(({ claim }) => claim !== null) : sampleCases(cases, 140)
      expect(asked.length).toBeGreaterThanOrEqual(FULL ? 550 : 140)
      expect(new Set(asked.map(({ rule }) => rule)).size).toBeGreaterThan(125)
      const wrong: string[] = []
      for (const row of asked) {
        const found = await hasWitness(row, code)
        if (found !== row.expected) wrong.push(`${row.rule} case ${row.case}`)
      }
      expect(wrong).toEqual([])
    },
    FULL ? 600_000 : 120_000,
  )

  it(
    "gives proofs that the verifier accepts, and no witness where there must be none",
    async () => {
      const sample = sampleCases(cases, FULL ? 96 : 6)
      // The rules that take more than one proof are worth asking every time.
      const wide = cases.filter((row) => row.claim !== null && row.rule === "VR-FI-0004" && row.expected)
      const rows = await proveCases([...sample, ...(FULL ? sampleCases(wide, 2) : [])], {
        bench,
        artifacts,
        threads: 2,
      })
      expect(rows.filter(({ isAgreed }) => !isAgreed)).toEqual([])
      expect(rows.some(({ outcome }) => outcome === "no-witness")).toBe(true)
      const proofs = rows.reduce((sum, row) => sum + row.proofs, 0)
      expect(proofs).toBeGreaterThanOrEqual(FULL ? 60 : 4)
      expect(new Set(rows.map(({ rule }) => rule)).size).toBeGreaterThanOrEqual(FULL ? 40 : 6)
    },
    FULL ? 1_200_000 : 120_000,
  )
})

async function hasWitness({ claim }: CaseRow, code: Awaited<ReturnType<typeof compileWitnessCode>>) {
  if (claim === null) return false
  const posed = bench.pose(claim)
  for (let part = 0; part < posed.parts; part++) {
    const input = encodeInput(artifacts.entry, posed.forcedInputOf(part).input)
    try {
      await calculateWitness(code, artifacts.entry, input)
    } catch (error) {
      if (!(error instanceof Groth16Error) || error.code !== "witness-refused") throw error
      return false
    }
  }
  return true
}
