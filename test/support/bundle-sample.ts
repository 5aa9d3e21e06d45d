// A complete, valid bundle of a small election with forged ballots: every other byte is honestly made. Proofs are forged
// with the development key's published trapdoor, which costs a millisecond and verifies like any other.
import { deflateRawSync } from "node:zlib"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import {
  AT_CLOSE_PATH,
  encodeBundleZip,
  PRESENTATION_VKEY_PATH,
} from "../../src/protocol/election/audit-bundle.ts"
import { freezeCensus } from "../../src/protocol/election/census-freeze.ts"
import type { CensusFreeze } from "../../src/protocol/election/census-freeze.ts"
import { computeCensusId, encodeCommitments, frozenCensus } from "../../src/protocol/election/census.ts"
import { openEnrolmentSignals } from "../../src/protocol/election/enrolment.ts"
import { makePromise } from "../../src/protocol/election/promise.ts"
import { encodeEntry } from "../../src/protocol/log/entry.ts"
import type { MainEntry } from "../../src/protocol/log/entry.ts"
import { signBody } from "../../src/protocol/log/signed-entry.ts"
import { bytesToHex, bytesToUtf8 } from "../../src/protocol/primitives/bytes.ts"
import { encodeFr } from "../../src/protocol/primitives/field.ts"
import type { Fr, Nullifier } from "../../src/protocol/primitives/field.ts"
import { sha256 } from "../../src/protocol/primitives/hash.ts"
import type { Digest } from "../../src/protocol/primitives/hash.ts"
import { makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import type { SigningKey } from "../../src/protocol/primitives/note-key.ts"
import { canonicalBytes } from "../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../src/protocol/wire/canonical-json.ts"
import type { CensusDocument, EnrolmentEvidence } from "../../src/protocol/wire/census.ts"
import type { RequestId } from "../../src/protocol/wire/scalars.ts"
import { MAIN_ORIGIN, policyText, proofFile, signedNote, testLog, tileFiles } from "./bundle-keys.ts"
import type { Times } from "./bundle-keys.ts"
import { circuitForge } from "./circuit-forge.ts"
import type { CircuitForge } from "./circuit-forge.ts"
import { alternativeOf, sampleGate } from "./sample-census.ts"
import { BOUND_VACCINATION } from "./gate-catalogue.ts"
import { VOTES } from "./unusual-votes.ts"
import { CLOSES_AT, OPENS_AT, SmallElection } from "./small-election.ts"
import type { ElectionOptions } from "./small-election.ts"

export interface BundleOptions {
  readonly census?: "named" | "gated"
  /** Cosigners that the auditor's policy asks for: two of three, or nobody. */
  readonly quorum?: "cosigned" | "none"
  /** Receipts, promises, the anchor of the tally. */
  readonly extras?: boolean
  readonly election?: Omit<ElectionOptions, "prove" | "mainOrigin">
  /** A member of one line of gated evidence that everybody agreed to falsify. */
  readonly falseEvidence?: Exclude<keyof EnrolmentEvidence, "proof">
  /** Ballots without proofs, for bundles that no reader follows so far. */
  readonly unproved?: true
  /** Votes otherwise than by one ballot a voter. */
  readonly votes?: keyof typeof VOTES
}

type Anchor = Extract<MainEntry, { kind: "election-anchor" }>

/** What is sealed into a bundle; a mutant changes some of it. */
export interface BundleParts {
  electionId: Fr
  /** The election's log. */
  entries: Uint8Array[]
  checkpointTimes: Times
  /** Null leaves the file out. */
  atClose: { size: number; times: Times } | null
  /** Entries of the main log by name, anchors apart. */
  main: Map<string, Uint8Array>
  /** By phase; size and root are those of the sealed log unless changed. */
  anchors: Map<"open" | "tally", Partial<Anchor> & { readonly digest: string }>
  /** Every other file; receipts and promises among them, which nobody can make again. */
  files: Map<string, Uint8Array>
}

export interface SampleBundle {
  readonly election: SmallElection
  readonly options: BundleOptions
  readonly parts: BundleParts
  /** The service's main log; its election logs sign with the same seed. */
  readonly mainKey: SigningKey
  readonly policy: string
  /** Voting ends, extensions included. */
  readonly closesAt: number
}

const NOBODY: Times = [null, null, null]
const made = new Map<string, Promise<SampleBundle>>()

/** A valid bundle, made once a process for equal options: change copies of its parts only. */
export function sampleBundle(options: BundleOptions = {}): Promise<SampleBundle> {
  const key = JSON.stringify(options)
  const known = made.get(key) ?? make(options)
  made.set(key, known)
  return known
}

/** A copy of parts that may be changed. */
export function copyParts(parts: BundleParts): BundleParts {
  return {
    ...parts,
    entries: [...parts.entries],
    main: new Map(parts.main),
    anchors: new Map(parts.anchors),
    files: new Map(parts.files),
  }
}

/** The files of a bundle, with every log signed and cosigned as its parts say. */
export function sealFiles(
  { election: { logKey }, mainKey }: SampleBundle,
  parts: BundleParts,
): Map<string, Uint8Array> {
  const log = testLog(parts.entries)
  const note = (size: number, times: Times) => signedNote(logKey, size, log.rootAt(size), times)
  const files = new Map([...parts.files, ...tileFiles(parts.entries)])
  files.set("log/checkpoint", note(log.size, parts.checkpointTimes))
  if (parts.atClose !== null) files.set(AT_CLOSE_PATH, note(parts.atClose.size, parts.atClose.times))
  const main = new Map(parts.main)
  for (const [phase, change] of parts.anchors) {
    const size = phase === "tally" ? log.size : indexOfKind(parts.entries, "election-open") + 1
    const place = {
      electionId: parts.electionId,
      origin: logKey.name,
      size,
      root: bytesToHex(log.rootAt(size)),
    }
    main.set(
      `election-anchor-${phase}`,
      canonicalBytes({ kind: "election-anchor", v: 1, phase, ...place, ...change }),
    )
  }
  const mainLog = testLog([...main.values()])
  const mainNote = signedNote(mainKey, main.size, mainLog.rootAt(main.size), parts.checkpointTimes)
  for (const [i, [name, bytes]] of [...main].entries()) {
    files.set(`main/${name}.entry`, bytes)
    files.set(`main/${name}.tlog-proof`, proofFile(mainLog, i, main.size, mainNote))
  }
  return files
}

/** Index of the first entry of a kind, -1 without one. */
export function indexOfKind(entries: readonly Uint8Array[], kind: string): number {
  return entries.findIndex((bytes) => bytesToUtf8(bytes)?.includes(`"kind":"${kind}"`))
}

/** The zip of some files, its manifest made anew. */
export function zipFiles(electionId: Fr, files: ReadonlyMap<string, Uint8Array>, deflate = true): Uint8Array {
  const list = [...files].map(([path, bytes]) => ({ path, bytes }))
  return encodeBundleZip(
    electionId,
    list,
    deflate ? (bytes) => new Uint8Array(deflateRawSync(bytes)) : undefined,
  )
}

/** The bundle itself. */
export function zipOf(sample: SampleBundle, parts = sample.parts): Uint8Array {
  return zipFiles(parts.electionId, sealFiles(sample, parts))
}

async function make(options: BundleOptions): Promise<SampleBundle> {
  const { census = "named", quorum = "cosigned", extras = true } = options
  const ballots = await circuitForge("ballot8")
  const { r1cs, zkey, vkeySha256, ceremony } = ballots.entry
  const life: ElectionOptions = {
    ...{ n: 3, t: 2, voters: 12, revotes: 2, challenges: 1, extensions: [CLOSES_AT + 3600] },
    ...options.election,
    digests: {
      ...{ r1csSha256: r1cs.sha256, zkeySha256: zkey.sha256, vkeySha256, ceremony },
      ...options.election?.digests,
    },
    mainOrigin: MAIN_ORIGIN,
    ...(options.unproved === true ? {} : { prove: ({ expected }) => ballots.forge([expected])[0]! }),
    ...(options.votes === undefined ? {} : { upTo: "open" }),
  }
  const gated = census === "gated" ? await gatedCensus(life, options.falseEvidence) : null
  const definition = { ...life.definition, ...(gated === null ? {} : { census: gated.frozen }) }
  const election = new SmallElection({ ...life, definition })
  if (options.votes !== undefined) VOTES[options.votes](election, ballots)
  const mainKey = makeSigningKey(MAIN_ORIGIN, election.logKey.seed)
  const closesAt = life.extensions?.at(-1) ?? election.definition.closesAtUnixSeconds
  const parts = partsOf(election, ballots, gated, closesAt)
  if (extras)
    addExtras(election, parts, gated, quorum === "none" ? NOBODY : [OPENS_AT + 60, OPENS_AT + 61, null])
  if (quorum === "none") {
    Object.assign(parts, { checkpointTimes: NOBODY, atClose: null })
  }
  return { election, options, parts, mainKey, policy: policyText(mainKey, quorum), closesAt }
}

function partsOf(
  election: SmallElection,
  ballots: CircuitForge,
  gated: GatedCensus | null,
  closesAt: number,
): BundleParts {
  const { entries, definition, electionId, census, result } = election
  const indexOf = (kind: string): number => entries.findIndex(({ entry }) => entry.kind === kind)
  const { entry, vkey } = ballots
  const { id, vkeySha256, ceremony, constraints, r1cs, zkey } = entry
  const circuitKey = {
    kind: "circuit-key",
    v: 1,
    circuitId: id,
    vkeySha256,
    r1csSha256: r1cs.sha256,
    ceremony,
  }
  const provenance = { ...{ id, constraints, ceremony, vkeySha256 }, circom2: "0.2.23", circomlib: "2.0.5" }
  const digests = { r1csSha256: r1cs.sha256, zkeySha256: zkey.sha256 }
  const documents = gated ?? { plan: census.plan, document: census.document, freeze: census.freeze }
  const definitionBytes = canonicalBytes(definition)
  return {
    electionId,
    entries: [...election.bytes],
    checkpointTimes: [closesAt + 2000, closesAt + 2001, null],
    atClose: { size: indexOf("election-close") + 1, times: [closesAt + 70, closesAt + 75, null] },
    main: new Map([["circuit-key", canonicalBytes(circuitKey)], ...(gated?.main ?? [])]),
    anchors: new Map([["open", { digest: bytesToHex(sha256(definitionBytes)) }]]),
    files: new Map([
      ["definition.json", definitionBytes],
      ["result.json", result!.bytes],
      ["census/plan.json", canonicalBytes(documents.plan as unknown as Json)],
      ["census/census.json", canonicalBytes(documents.document as unknown as Json)],
      ["census/leaves.bin", documents.freeze.built.tree.levels[0]!],
      ["census/commitments.bin", encodeCommitments(documents.freeze.built.records)],
      ["census/evidence.jsonl", documents.freeze.evidence],
      ["circuit/vkey.json", vkey],
      ["circuit/provenance.json", canonicalBytes({ ...provenance, ...digests })],
      ...(gated === null ? [] : [[PRESENTATION_VKEY_PATH, gated.vkey] as const]),
    ]),
  }
}

/** Receipts of the first ballot and of the tally, promises kept and replaced, the anchor of the tally. */
function addExtras(
  election: SmallElection,
  parts: BundleParts,
  gated: GatedCensus | null,
  times: Times,
): void {
  const { entries, census, result, logKey } = election
  const first = entries.findIndex(({ entry }) => entry.kind === "ballot")
  const log = testLog(parts.entries)
  const receipt = (index: number, size: number, seen: Times): Uint8Array =>
    proofFile(log, index, size, signedNote(logKey, size, log.rootAt(size), seen))
  parts.files.set("receipts/voter-1.tlog-proof", receipt(first, first + 1, NOBODY))
  parts.files.set("receipts/voter-2.tlog-proof", receipt(first + 1, first + 4, times))
  parts.anchors.set("tally", { digest: result!.resultSha256 })
  const { records } = (gated ?? census).freeze.built
  const censusId = computeCensusId((gated ?? census).plan.body)
  const promise = (i: number, leaf: Fr): Uint8Array =>
    canonicalBytes(makePromise({ censusId, slot: records[i]!.slot, leaf }, census.verifier))
  parts.files.set("promises/kept.json", promise(0, records[0]!.leaf))
  parts.files.set("promises/replaced.json", promise(1, encodeFr(123456789n)))
}

interface GatedCensus {
  readonly plan: CensusDocument<"census-plan">
  readonly document: CensusDocument<"census">
  readonly freeze: CensusFreeze
  readonly vkey: Uint8Array
  readonly main: readonly [string, Uint8Array][]
  /** As the definition names it. */
  readonly frozen: { id: string; root: Fr; size: number; totalWeight: number; sha256: string }
}

export const REGISTRY_KEY = makeSigningKey("registry.example", new Uint8Array(32).fill(70))

// The same people as in the named census of the same options, hence the same leaves: they came in by proofs instead.
async function gatedCensus(
  life: ElectionOptions,
  falsified: BundleOptions["falseEvidence"],
): Promise<GatedCensus> {
  const { census, organizer } = new SmallElection({ ...life, upTo: "ceremony" })
  const { entry, vkey, forge } = await circuitForge("presentation")
  const asOf = census.plan.body.enrolmentOpensAt - 60
  const epoch = {
    registry: "demo",
    number: 4,
    root: encodeFr(77n),
    leafCount: 9,
    previousRoot: encodeFr(76n),
  }
  const body = { ...epoch, bundleDigest: "e".repeat(64), notBefore: asOf - 3600, urgent: false }
  const gate = sampleGate({
    alternatives: [alternativeOf(BOUND_VACCINATION)],
    asOf,
    registryEpochs: { demo: { epoch: 4, root: epoch.root } },
    circuit: { id: "presentation", vkey: `sha256:${entry.vkeySha256}` as Digest },
  })
  const plan = signBody("census-plan", { ...census.plan.body, mode: "gated", gate }, organizer)
  const signals = openEnrolmentSignals(plan.body, CATALOGUE)
  const evidence = census.voters.map(({ commitment }, i): EnrolmentEvidence => {
    const draw = {
      commitment,
      id: `pr_${String(i).padStart(22, "A")}` as RequestId,
      challenge: `${"A".repeat(41)}${"AQgw"[i % 4] ?? "A"}`,
      alternative: 0,
      nullifier: encodeFr(1_000_000n + BigInt(i)) as Nullifier,
      linkTag: encodeFr(2_000_000n + BigInt(i)),
      credentialTag: encodeFr(3_000_000n + BigInt(i)),
    }
    const rebuilt = signals.of({ ...draw, proof: { a: ["1", "2"], b: [["1", "2"], ["1", "2"]], c: ["1", "2"] } }) // prettier-ignore
    if (!rebuilt.ok) throw new Error(rebuilt.reason)
    const proof = forge([rebuilt.value])[0]!
    return { ...draw, ...(i === 3 && falsified !== undefined ? falseMember(falsified) : {}), proof }
  })
  const frozen = freezeCensus(plan.body, evidence)
  if (!frozen.ok) throw new Error(frozen.reason)
  const document = signBody("census", frozen.value.body, ...census.registrars)
  const { root, size, totalWeight } = frozen.value.body
  const { id, vkeySha256, r1cs, ceremony } = entry
  return {
    plan,
    document,
    freeze: frozen.value,
    vkey,
    main: [
      [
        "circuit-key-presentation",
        encodeEntry({
          kind: "circuit-key",
          v: 1,
          circuitId: id,
          vkeySha256,
          r1csSha256: r1cs.sha256,
          ceremony,
        }),
      ],
      ["registry-epoch-demo", encodeEntry(signBody("registry-epoch", body, REGISTRY_KEY))],
    ],
    frozen: {
      id: computeCensusId(plan.body),
      root,
      size,
      totalWeight,
      sha256: frozenCensus(plan.body, document).sha256,
    },
  }
}

/** Another value of a member, as well formed as the first. */
function falseMember(member: NonNullable<BundleOptions["falseEvidence"]>): Partial<EnrolmentEvidence> {
  const values = {
    commitment: encodeFr(4711n),
    id: `pr_${"B".repeat(22)}` as RequestId,
    challenge: `${"B".repeat(41)}A`,
    alternative: 1,
    nullifier: encodeFr(4712n) as Nullifier,
    linkTag: encodeFr(4713n),
    credentialTag: encodeFr(4714n),
  }
  return { [member]: values[member] }
}
