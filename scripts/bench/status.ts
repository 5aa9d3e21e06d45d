// One million credentials: what an epoch costs its issuers, the registry and a wallet, over the real service, with real
// proofs before and after one of them is revoked.
import { appendFile, mkdtemp, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { brotliCompressSync, gzipSync } from "node:zlib"
import { buildPoseidon } from "circomlibjs"
import { loadCircuit } from "../../src/cli/circuit-artifacts.ts"
import { createIssuerFolder, openIssuer } from "../../src/cli/issuer-state.ts"
import { openProver } from "../../src/proofs/prover/pool.ts"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { buildRegistry, verifyLists } from "../../src/protocol/credential/issuer-registry.ts"
import { buildStatusTree, encodeWords } from "../../src/protocol/credential/status-list.ts"
import type { StatusTree } from "../../src/protocol/credential/status-list.ts"
import { parseRegistryBundle } from "../../src/protocol/wire/credential.ts"
import { encodeIssuerEvents } from "../../src/protocol/wire/issuer-state.ts"
import type { IssuedRecord } from "../../src/protocol/wire/issuer-state.ts"
import { VACCINATED } from "../../test/support/one-credential.ts"
import { startTestService } from "../../test/support/running-service.ts"
import type { TestService } from "../../test/support/running-service.ts"
import * as scale from "../../test/support/status-at-scale.ts"
import type { ScaleHolder, ScaleIssuer } from "../../test/support/status-at-scale.ts"
import type { BenchResult } from "./report.ts"
import { openStages } from "./stages.ts"
import type { Stages } from "./stages.ts"

/** Word 1,234, bit 100; beside it the next bit, another bit of the word, and the same bit of the next word. */
const VICTIM = 256 * 1234 + 100
const PLACES = [VICTIM, VICTIM + 1, VICTIM - 100, VICTIM + 256]
const NAMES = ["the revoked one", "next bit", "same word", "next word"]
const REVOKED_SHARE = 0.01
/** Publications with a few more revoked records each; medians are over these. */
const EPOCHS = 5
/** Records that are revoked per list and epoch in those. */
const CHURN = 20

/** What is compared: the slower way, the one that was built or rejected. */
const COMPARED = [
  ["auditor: open every list, E8", "wallet: open the own list, E8"],
  ["hash a full list", "hash one changed bit"],
  ["hash a full list", "hash a full list, circomlibjs"],
] as const

type Time = Stages["time"]

/**
 * The walk of a whole population.
 * @param credentials - in all; two entries of one operator hold them, four other operators hold full lists besides
 */
export async function benchStatus(credentials: number): Promise<BenchResult> {
  const stages = openStages()
  const facts: Record<string, string | number> = { credentials }
  await issuerFolder(credentials, stages.time, facts)
  facts["peak memory of an issuer with that journal, MB"] = peakMb()
  const artifacts = await loadCircuit("presentation")
  const prover = await openProver(new Map([["presentation", artifacts]]), { threads: 1 })
  const service = await startTestService({ environment: { SOTTO_REGISTRY_EPOCH_SECONDS: "86400" } })
  try {
    const { issuers, holders } = await populate(service, credentials, stages.time)
    await publishAll(service, issuers, stages.time)
    await refresh(service, stages.time, facts)
    for (const holder of holders) await scale.receive(service, holder)
    await compareHashers(issuers[0], stages.time)
    await answerAll("before", holders, service, prover.prove, stages.time, facts)
    revokeVictim(issuers[0])
    await publishAll(service, issuers, stages.time)
    await answerAll("after", holders, service, prover.prove, stages.time, facts)
  } finally {
    await prover.close()
    await service.remove()
  }
  facts["peak memory with service, wallets and prover in one process, MB"] = peakMb()
  const results = stages.results()
  const at = (name: string): number => results.findIndex((result) => result.name === name)
  const pairs = COMPARED.map(([other, ours]) => [at(other), at(ours)] as const)
  return { entry: artifacts.entry, results, pairs, facts }
}

const peakMb = (): number => Math.round(process.resourceUsage().maxRSS / 1024)

async function populate(service: TestService, credentials: number, time: Time) {
  const random = scale.keyStream("population")
  const open = (id: string, operator: string): Promise<ScaleIssuer> =>
    scale.openScaleIssuer(service, id, operator)
  const first = await open("lakeside-1", "lakeside")
  const second = await open("lakeside-2", "lakeside")
  const holders: ScaleHolder[] = []
  for (const place of PLACES) {
    holders.push(await time("sign one record", () => scale.openScaleHolder(first, place)))
  }
  const inFirst = Math.min(scale.PER_LIST, credentials)
  await time(`issuer: draw ${credentials} indexes`, () => {
    scale.allocate(first, inFirst - PLACES.length, random)
    scale.allocate(second, credentials - inFirst, random)
  })
  const others: ScaleIssuer[] = []
  for (const name of ["a", "b", "c", "d"]) {
    const other = await open(`clinic-${name}`, `group-${name}`)
    scale.allocate(other, scale.PER_LIST, random)
    others.push(other)
  }
  for (const [issuer, held] of [
    [first, inFirst],
    [second, credentials - inFirst],
    ...others.map((other) => [other, scale.PER_LIST] as const),
  ] as const) {
    scale.revokeSome(issuer, Math.floor(held * REVOKED_SHARE), PLACES, random)
  }
  return { issuers: [first, second, ...others] as const, holders }
}

type Issuers = Awaited<ReturnType<typeof populate>>["issuers"]

const trees = new WeakMap<ScaleIssuer, StatusTree>()

/** Publishes every list, whole the first time, and an epoch; then `EPOCHS` more with a few revoked records each. */
async function publishAll(service: TestService, issuers: Issuers, time: Time): Promise<void> {
  const random = scale.keyStream(`churn ${service.clock.now}`)
  for (let epoch = 0; epoch <= EPOCHS; epoch++) {
    service.clock.now += 3600
    for (const issuer of issuers) {
      const known = trees.get(issuer)
      const kind = known === undefined ? "a whole list" : `a list with ${CHURN} new bits`
      if (known !== undefined) scale.revokeSome(issuer, CHURN, PLACES, random)
      const list = await time(`issuer: sign ${kind}`, () => scale.nextList(issuer, service.clock.now, known))
      await time(`service: take ${kind}`, () => scale.sendList(service, issuer, list))
      trees.set(issuer, buildStatusTree(wordsOf(issuer), known))
    }
    await time("service: build, check and anchor an epoch", () => scale.orderEpoch(service))
  }
}

const wordsOf = ({ state }: ScaleIssuer) => state.lists.get(scale.SCALE_SCHEMA_ID)?.words ?? []

function revokeVictim(issuer: ScaleIssuer): void {
  scale.revokeIndex(issuer, VICTIM)
}

/** A wallet with one record reads the newest epoch, and what it would cost to open every list in it. */
async function refresh(
  service: TestService,
  time: Time,
  facts: Record<string, string | number>,
): Promise<void> {
  const store = scale.openScaleWallet("refresh")
  const source = scale.sourceOf(service)
  const { number } = (await scale.acceptNewest(service, store)).body
  const bytes = (await source.getBundle("demo", number)) ?? new Uint8Array(0)
  const bundle = parseRegistryBundle(bytes)
  Object.assign(facts, {
    "lists in the bundle": bundle.leaves.length,
    "bundle, bytes": bytes.length,
    "bundle, gzip bytes": gzipSync(bytes).length,
    "bundle, brotli bytes": brotliCompressSync(bytes).length,
  })
  for (let round = 0; round < EPOCHS; round++) {
    await time("wallet: download the bundle", () => source.getBundle("demo", number))
    await time("wallet: download and accept the epoch, E1 to E7", () => scale.acceptNewest(service, store))
    const registry = buildRegistry(bundle)
    const [own] = registry.leaves
    if (own === undefined) throw new Error("the bundle has no leaves")
    await time("wallet: open the own list, E8", () => registry.openList(own))
  }
  for (let round = 0; round < 3; round++) {
    const registry = buildRegistry(bundle)
    await time("auditor: open every list, E8", () => {
      if (!verifyLists(registry).ok) throw new Error("a published list was refused")
    })
  }
}

/** The tree of a full list: whole, from the list before it, and whole with WebAssembly's Poseidon. */
async function compareHashers(issuer: ScaleIssuer, time: Time): Promise<void> {
  const words = wordsOf(issuer)
  const known = buildStatusTree(words)
  const poseidon = await buildPoseidon()
  const { F } = poseidon
  const changed = words.map((word, position) => (position === 77 ? word ^ 1n : word))
  for (let round = 0; round < EPOCHS; round++) {
    await time("encode a full list", () => encodeWords(words))
    await time("hash a full list", () => buildStatusTree(words))
    await time("hash one changed bit", () => buildStatusTree(changed, known))
    const root = await time("hash a full list, circomlibjs", () => {
      let level = Array.from({ length: 4096 }, (_, j) => poseidon([F.e(1006n), F.e(words[j] ?? 0n)]))
      while (level.length > 1) {
        level = Array.from({ length: level.length / 4 }, (_, i) => poseidon(level.slice(4 * i, 4 * i + 4)))
      }
      return F.toObject(level[0] ?? new Uint8Array(32))
    })
    if (root !== known.tree.root) throw new Error("the two hashers disagree")
  }
}

async function answerAll(
  when: "before" | "after",
  holders: readonly ScaleHolder[],
  service: TestService,
  prove: Parameters<typeof scale.answerScale>[2],
  time: Time,
  facts: Record<string, string | number>,
): Promise<void> {
  for (const [i, holder] of holders.entries()) {
    const outcome = await time("wallet: answer a request, proof included", () =>
      scale.answerScale(service, holder, prove),
    )
    facts[`${when}: ${NAMES[i] ?? ""}`] = outcome
    const isExpected = outcome === (when === "after" && i === 0 ? "already-revoked" : "accepted")
    if (!isExpected) throw new Error(`${when}: ${NAMES[i] ?? ""} was ${outcome}`)
  }
}

/** The files of an issuer of one full list: opening, issuing durably, and finding an old record. */
async function issuerFolder(
  credentials: number,
  time: Time,
  facts: Record<string, string | number>,
): Promise<void> {
  const parent = await mkdtemp(join(tmpdir(), "sotto-bench-"))
  try {
    const dir = join(parent, "issuer")
    await createIssuerFolder(dir, { id: "lakeside-1", operator: "lakeside", name: "L", registry: "demo" })
    const count = Math.min(scale.PER_LIST - 10, credentials)
    const path = join(dir, "issued.jsonl")
    await writeJournal(path, count)
    Object.assign(facts, { "records in one journal": count, "journal, bytes": (await stat(path)).size })
    const opened = await time("issuer: open its folder, journal read whole", () => openIssuer(dir))
    const order = orderOf()
    const first = await opened.issue(order)
    for (let round = 0; round < EPOCHS; round++) {
      const issuer = await time("issuer: open its folder", () => openIssuer(dir))
      await time("issuer: issue one record, durably", () => issuer.issue(order))
      if (round < 2) {
        await time("issuer: re-issue, versions looked up", () =>
          issuer.issue({ ...order, replaces: first.credId }),
        )
      }
    }
  } finally {
    await rm(parent, { recursive: true })
  }
}

/** A journal as `count` calls of issue would leave it. */
async function writeJournal(path: string, count: number): Promise<void> {
  const random = scale.keyStream("journal")
  const places = Int32Array.from({ length: 4096 * 248 }, (_, i) => 256 * Math.floor(i / 248) + (i % 248))
  let lines = ""
  for (let n = 0; n < count; n++) {
    const [a = 0, b = 0, c = 0] = random(3)
    const at = n + (((a << 16) | (b << 8) | c) % (places.length - n)) // Fisher and Yates
    const statusIndex = places[at] ?? 0
    places[at] = places[n] ?? 0
    const id = BigInt(`0x${Buffer.from(random(31)).toString("hex")}`).toString() as IssuedRecord["credId"]
    const record = { kind: "issued", schemaId: scale.SCALE_SCHEMA_ID, credId: id, holder: id } as const
    lines += encodeIssuerEvents([{ ...record, statusIndex, boundDay: 20_000 }])
    if (n % 10_000 === 0 || n === count - 1) {
      await appendFile(path, lines)
      lines = ""
    }
  }
}

function orderOf() {
  const schema = CATALOGUE.findSchemaById(scale.SCALE_SCHEMA_ID)
  if (schema === null) throw new Error("the schema is released")
  return {
    schema,
    schemaId: scale.SCALE_SCHEMA_ID,
    attributes: VACCINATED,
    holder: { type: "sotto/holder/1", registry: "demo", issuer: "lakeside-1", holder: scale.SCALE_SCHEMA_ID },
    validFromDay: 20_000,
    validUntilDay: 20_100,
  } as const
}
