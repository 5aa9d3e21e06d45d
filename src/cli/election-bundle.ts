import { readFile } from "node:fs/promises"
import { basename } from "node:path"
import { deflateRawSync } from "node:zlib"
import { writeFileDurably } from "../ledger/durable/write-file.ts"
import { exportBundle } from "../parties/organizer/export-bundle.ts"
import type { BundleParts } from "../parties/organizer/export-bundle.ts"
import { computeTally } from "../parties/organizer/publish-tally.ts"
import type { CircuitProvenance } from "../protocol/election/audit-bundle.ts"
import { parseReceipt } from "../protocol/log/receipt.ts"
import type { Policy } from "../protocol/log/policy.ts"
import { utf8ToBytes } from "../protocol/primitives/bytes.ts"
import { canonicalBytes, parseStrictJson } from "../protocol/wire/canonical-json.ts"
import { parseCensusPromise } from "../protocol/wire/census.ts"
import { locateCircuit, readArtifactManifest } from "./circuit-artifacts.ts"
import type { ElectionReading } from "./election-log-source.ts"
import { openElection } from "./election-options.ts"
import type { ReadOptions } from "./election-options.ts"
import { openServicePlace } from "./election-place.ts"
import { CliError } from "./exit.ts"
import { readInput } from "./files.ts"
import { findMainEntry } from "./main-log-entries.ts"
import type { ProvenEntry } from "./main-log-entries.ts"
import { print } from "./output.ts"
import type { ServiceClient } from "./service-client.ts"

interface BundleOptions extends ReadOptions {
  readonly out: string
  readonly receipt?: readonly string[]
  readonly promise?: readonly string[]
}

/** Largest committed key: a point for each public signal. */
const VKEY_LIMITS = { maxBytes: 1024 * 1024, maxDepth: 6 }

/** Writes the bundle of a tallied election. */
export async function bundleVerb(options: BundleOptions): Promise<void> {
  const { client, policy, reader } = await openElection(options)
  const reading = await reader.read()
  const receipts = await brought(options.receipt, (bytes) => utf8ToBytes(parseReceipt(bytes).tlogProof))
  const promises = await brought(options.promise, (bytes) => {
    parseCensusPromise(bytes)
    return bytes
  })
  const zip = await collectBundle(client, policy, reading, { receipts, promises })
  await writeFileDurably(options.out, zip)
  const { electionId } = reading.log
  print({ electionId, entries: reading.bytes.length, bytes: zip.length, out: options.out })
}

/** What voters brought along, by name. */
type Brought = Pick<BundleParts, "receipts" | "promises">

/**
 * The bundle of a tallied election, collected from the service that served it.
 * @throws CliError `refused` before the tally
 */
export async function collectBundle(
  client: ServiceClient,
  policy: Policy,
  reading: ElectionReading,
  { receipts, promises }: Brought = { receipts: new Map(), promises: new Map() },
): Promise<Uint8Array> {
  const { log, census } = reading
  if (log.phase !== "tallied" || census === null)
    throw new CliError("refused", `an election in phase ${log.phase} has no bundle: publish the tally first`)
  const place = await openServicePlace(client, log.ceremonyId)
  const isGated = census.plan.body.gate !== undefined
  const parts: BundleParts = {
    entries: reading.bytes,
    checkpoint: reading.head.bytes,
    atClose: await place.logFile("at-close"),
    definition: log.definition,
    result: computeTally(log),
    census,
    circuit: await circuitOf(log.definition.circuit.id),
    presentationVkey: isGated ? (await circuitOf("presentation")).vkey : null,
    main: await mainEntries(client, policy, reading),
    receipts,
    promises,
  }
  return exportBundle(parts, (bytes) => new Uint8Array(deflateRawSync(bytes)))
}

async function mainEntries(
  client: ServiceClient,
  policy: Policy,
  { log, census }: ElectionReading,
): Promise<ReadonlyMap<string, ProvenEntry>> {
  const { circuit } = log.definition
  const gate = census?.plan.body.gate
  const anchorOf = (phase: "open" | "tally") =>
    findMainEntry(
      client,
      policy,
      "election-anchor",
      (one) => one.phase === phase && one.electionId === log.electionId,
    )
  const keyOf = (id: string, vkeySha256: string) =>
    findMainEntry(
      client,
      policy,
      "circuit-key",
      (one) => one.circuitId === id && one.vkeySha256 === vkeySha256,
    )
  const entries = new Map([
    ["circuit-key", await keyOf(circuit.id, circuit.vkeySha256)],
    ["election-anchor-open", await anchorOf("open")],
    ["election-anchor-tally", await anchorOf("tally")],
  ])
  if (gate === undefined) return entries
  const { id, vkey } = gate.circuit
  entries.set("circuit-key-presentation", await keyOf(id, vkey.replace("sha256:", "")))
  for (const [registry, { epoch }] of Object.entries(gate.registryEpochs)) {
    const found = await findMainEntry(
      client,
      policy,
      "registry-epoch",
      ({ body }) => body.registry === registry && body.number === epoch,
    )
    entries.set(`registry-epoch-${registry}`, found)
  }
  return entries
}

/** The committed key of a circuit in canonical JSON, and where it comes from. */
async function circuitOf(id: string): Promise<BundleParts["circuit"]> {
  const places = { cache: process.env["SOTTO_CACHE"] }
  const { entry, paths } = await locateCircuit(id, places)
  const { circom2, circomlib } = await readArtifactManifest(places)
  const { ceremony, constraints, vkeySha256 } = entry
  const digests = { r1csSha256: entry.r1cs.sha256, vkeySha256, zkeySha256: entry.zkey.sha256 }
  const provenance: CircuitProvenance = { ceremony, circom2, circomlib, constraints, id, ...digests }
  const vkey = canonicalBytes(parseStrictJson(new Uint8Array(await readFile(paths.vkey)), VKEY_LIMITS))
  return { vkey, provenance }
}

/** What voters brought, by the names of their files. */
async function brought(
  files: readonly string[] = [],
  read: (bytes: Uint8Array) => Uint8Array,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  for (const [i, file] of files.entries()) {
    const name = basename(file)
      .toLowerCase()
      .replace(/\.[^.]*$/, "")
      .replace(/[^a-z0-9-]+/g, "-")
      .slice(0, 48)
    found.set(`${name === "" ? "file" : name}-${i + 1}`, read(await readInput(file)))
  }
  return found
}
