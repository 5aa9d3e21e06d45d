// Real proofs for a sample of cases: made by the proving pool, verified by the verifier's whole checklist.
import { verifyPresentation } from "../parties/verifier/verify-presentation.ts"
import type { Artifacts } from "../proofs/groth16/artifacts.ts"
import { prepareVerificationKey } from "../proofs/groth16/verification-key.ts"
import type { PreparedVerificationKey } from "../proofs/groth16/verification-key.ts"
import type { Prover } from "../proofs/prover/pool.ts"
import { ProverError } from "../proofs/prover/prover-error.ts"
import type { PresentationPart } from "../protocol/wire/presentation.ts"
import type { Claim } from "../health/rules/check-case.ts"
import type { Bench, Posed } from "./rules-bench.ts"
import type { CaseRow } from "./rules-check.ts"
import { openCommandProver } from "./prover.ts"

/** What became of one proved case. */
export interface ProofRow {
  readonly file: string
  readonly rule: string
  readonly case: number
  readonly expected: boolean
  /** `no-witness`: no assignment of the circuit exists, even one made past the wallet's own checks. */
  readonly outcome: "accepted" | "no-witness" | "rejected"
  readonly isAgreed: boolean
  readonly proofs: number
}

/** How to prove a sample. */
export interface ProofOptions {
  readonly bench: Bench
  readonly artifacts: Artifacts
  readonly threads: number
}

type AskedCase = CaseRow & { readonly claim: Claim }

/**
 * A sample that is spread over the rules: one case each before a second of any, satisfied and unsatisfied ones in turn.
 * Which cases it takes depends on the folder alone.
 */
export function sampleCases(cases: readonly CaseRow[], count: number): readonly AskedCase[] {
  const asked = cases.filter((row): row is AskedCase => row.claim !== null)
  const byRule = new Map<string, AskedCase[]>()
  for (const row of asked)
    byRule.set(`${row.file} ${row.rule}`, [...(byRule.get(`${row.file} ${row.rule}`) ?? []), row])
  const rules = spread([...byRule.values()])
  const longest = Math.max(0, ...rules.map((rows) => rows.length))
  const rounds = Array.from({ length: longest }, (_, round) =>
    rules.flatMap((rows, i) => alternate(rows, i % 3 !== 0)[round] ?? []),
  )
  return rounds.flat().slice(0, count)
}

/** Proves every case of a sample. @throws ProverError, Groth16Error when a proof fails for another reason than its case */
export async function proveCases(
  sample: readonly AskedCase[],
  { bench, artifacts, threads }: ProofOptions,
): Promise<readonly ProofRow[]> {
  const key = await prepareVerificationKey(artifacts.vkey)
  const prover = await openCommandProver(new Map([["presentation", artifacts]]), { threads })
  try {
    const rows: ProofRow[] = []
    // As many at a time as there are threads: the pool's queue is short.
    for (let at = 0; at < sample.length; at += threads) {
      const batch = sample.slice(at, at + threads).map((row) => proveCase(row, { bench, prover, key }))
      rows.push(...(await Promise.all(batch)))
    }
    return rows
  } finally {
    await prover.close()
  }
}

interface Proving {
  readonly bench: Bench
  readonly prover: Prover
  readonly key: PreparedVerificationKey
}

async function proveCase(row: AskedCase, { bench, prover, key }: Proving): Promise<ProofRow> {
  const posed = bench.pose(row.claim)
  const { file, rule, case: number, expected } = row
  const parts = await proveParts(posed, prover)
  const outcome = parts === null ? "no-witness" : await verify(row.claim, posed, parts, { bench, key })
  const isAgreed = outcome === (expected ? "accepted" : "no-witness")
  return { file, rule, case: number, expected, outcome, isAgreed, proofs: parts?.length ?? 0 }
}

async function proveParts(posed: Posed, prover: Prover): Promise<readonly PresentationPart[] | null> {
  const parts: PresentationPart[] = []
  for (let part = 0; part < posed.parts; part++) {
    const { input, outputs, expected } = posed.forcedInputOf(part)
    try {
      parts.push({ ...outputs, proof: await prover.prove("presentation", input, expected) })
    } catch (error) {
      if (!(error instanceof ProverError) || error.code !== "witness-refused") throw error
      return null
    }
  }
  return parts
}

async function verify(
  claim: Claim,
  { request, sources }: Posed,
  parts: readonly PresentationPart[],
  { bench, key }: Pick<Proving, "bench" | "key">,
): Promise<"accepted" | "rejected"> {
  const { name, number, root } = bench.epochOf(claim)
  const epoch = { number, root, notBeforeUnixSeconds: request.asOf, urgent: false }
  const snapshot = {
    ...{ state: "open" as const, circuitVkey: request.circuit.vkey, isCatalogueCurrent: true, spent: [] },
    registries: { [name]: [epoch] },
  }
  const presentation = {
    type: "sotto/presentation/1" as const,
    request: request.id,
    items: [{ alternative: 0, parts }],
  }
  const verdict = await verifyPresentation(presentation, request, { key, sources, snapshot }, request.asOf)
  return verdict.ok ? "accepted" : "rejected"
}

// Neighbours in a folder are alike: steps of the golden ratio visit all of it early.
function spread<T>(items: readonly T[]): readonly T[] {
  const place = (i: number): number => (i * 0.618_033_988_749_895) % 1
  return items
    .map((item, i) => ({ item, at: place(i) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

function alternate(rows: readonly AskedCase[], first: boolean): readonly AskedCase[] {
  const [leading, following] = [
    rows.filter((row) => row.expected === first),
    rows.filter((row) => row.expected !== first),
  ]
  const turns = Math.max(leading.length, following.length)
  return Array.from({ length: turns }, (_, i) => [leading[i], following[i]])
    .flat()
    .filter((row) => row !== undefined)
}
