// One honest world around a wallet: a log, a registry of five operators, a catalogue and a verifier, all with real keys,
// real signatures and real proofs of inclusion. Every part can be replaced by a dishonest one.
import { createHash } from "node:crypto"
import { issuerKeyOf, signCredential } from "../../src/protocol/credential/credential.ts"
import { buildRegistry } from "../../src/protocol/credential/issuer-registry.ts"
import { computeSchemaId, schemaName } from "../../src/protocol/credential/schema.ts"
import { setStatus, signStatusList } from "../../src/protocol/credential/status-list.ts"
import type { StatusWords } from "../../src/protocol/credential/status-list.ts"
import type { RegistryEpochBody } from "../../src/protocol/log/entry.ts"
import { signBody } from "../../src/protocol/log/signed-entry.ts"
import { encodeFr } from "../../src/protocol/primitives/field.ts"
import type { Fr } from "../../src/protocol/primitives/field.ts"
import { digestOf } from "../../src/protocol/primitives/hash.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { canonicalBytes, canonicalText } from "../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../src/protocol/wire/canonical-json.ts"
import type {
  Attributes,
  Credential,
  IssuerEntry,
  RegistryBundle,
  Trust,
} from "../../src/protocol/wire/credential.ts"
import type { PresentationRequest, VerifierRecord } from "../../src/protocol/wire/presentation-request.ts"
import { signDocument } from "../../src/protocol/wire/signed-document.ts"
import type { Schema, Statement, ValueSet } from "../../src/protocol/wire/statement.ts"
import { makeHolder } from "../../src/parties/wallet/make-holder.ts"
import type { AnchoredItem, CatalogueItemType, WalletSource } from "../../src/parties/wallet/source.ts"
import type { Wallet } from "../../src/parties/wallet/wallet.ts"
import { makeTestLog } from "./wallet-log.ts"
import type { TestLog } from "./wallet-log.ts"

export const REGISTRY = "immunization-test"
export const SERVICE_ORIGIN = "https://verify.acme.example"
/** 2026-11-20T00:00:00Z, a midnight so that validity days are easy to name. */
export const NOW = 1_795_132_800
const DAY = 86_400

export const SCHEMA: Schema = {
  type: "sotto/schema/1",
  name: "test-immunization",
  version: 1,
  subject: "self",
  bearer: true, // so that one world has both kinds
  attributes: [
    { name: "disease", type: "code", open: true },
    { name: "vaccine", type: "code" },
    { name: "doseNumber", type: "int", min: 1, max: 20, minWidth: 2, optional: true },
    { name: "seriesDoses", type: "int", min: 1, max: 20, minWidth: 2, optional: true },
    { name: "occurredOn", type: "date", minWidth: 7 },
    {
      name: "titre",
      type: "decimal",
      scale: 2,
      unit: "urn:test|IU",
      min: "0",
      max: "1000",
      minWidth: "5",
      optional: true,
    },
    { name: "birthDate", type: "partialDate", minWidth: 365, optional: true },
    { name: "lot", type: "string", optional: true },
    { name: "checkedOn", type: "date", minWidth: 7, optional: true },
  ],
}

export const STATEMENT: Statement = {
  type: "sotto/statement/1",
  id: "test-vaccinated/1",
  title: { en: "Fully vaccinated" },
  schema: "test-immunization/1",
  subject: "self",
  where: {
    all: [
      { field: "disease", eq: "http://snomed.info/sct|840539006" },
      { field: "vaccine", in: ["urn:cvx|207", "urn:cvx|208", "urn:cvx|210"] },
      { field: "doseNumber", atLeast: { field: "seriesDoses" } },
      { field: "occurredOn", between: ["today-P270D", "today-P14D"] },
    ],
  },
}

/** A record that satisfies the statement at NOW; the lot and the birth date are canaries. */
export const VACCINATED: Attributes = {
  disease: "http://snomed.info/sct|840539006",
  vaccine: "urn:cvx|208",
  doseNumber: 2,
  seriesDoses: 2,
  occurredOn: "2026-08-17",
  birthDate: "1971-03-29",
  lot: "CANARYLOT77",
  titre: "431.07",
}

/** An issuer of the world with its secrets. */
interface TestIssuer {
  readonly entry: IssuerEntry
  readonly seed: Uint8Array
  words: StatusWords
  listNumber: number
}

const registryKey = makeSigningKey(`registry.example/${REGISTRY}`, new Uint8Array(32).fill(0x51))
const verifierKey = makeSigningKey("acme-insurance", new Uint8Array(32).fill(0x52))
const serviceKey = makeSigningKey("verify.acme.example/ledger", new Uint8Array(32).fill(0x42))

/** A verifier's directory record. */
export const VERIFIER: VerifierRecord = {
  id: "acme-insurance",
  name: "Acme Insurance",
  origin: SERVICE_ORIGIN,
  key: encodeVerifierKey(verifierKey),
}
export const CIRCUIT = { id: "presentation", vkey: digestOf(new Uint8Array([1])) } as const

/** An epoch as published: its place in the log and its bytes. */
interface PublishedEpoch {
  readonly body: RegistryEpochBody
  readonly index: number
  readonly bytes: Uint8Array
  readonly bundle: RegistryBundle
}

/** What the source was asked, in order. */
export type Call = readonly [method: string, ...args: (string | number)[]]

export interface World {
  readonly log: TestLog
  readonly issuers: readonly TestIssuer[]
  readonly trust: Trust
  readonly epochs: PublishedEpoch[]
  readonly calls: Call[]
  readonly source: WalletSource
  readonly requests: Map<string, Uint8Array>
  readonly items: Map<string, AnchoredItem & { readonly index: number }>
  verifierIndex: number
  anchor: (type: CatalogueItemType, id: string, document: Json) => void
  recordVerifier: (record: VerifierRecord, state?: "active" | "ended") => void
  publish: (
    change?: Partial<RegistryEpochBody>,
    edit?: (bundle: RegistryBundle) => RegistryBundle,
  ) => PublishedEpoch
  revoke: (issuer: number, statusIndex: number) => void
  issue: (wallet: Wallet, options?: IssueOptions) => Credential
  request: (change?: RequestChange) => string
}

export interface IssueOptions {
  readonly schema?: Schema
  readonly issuer?: number
  readonly attributes?: Attributes
  readonly statusIndex?: number
  readonly credId?: Fr
  readonly validFrom?: number
  readonly validUntil?: number
  readonly n?: number
}

export type RequestChange = (
  request: Omit<PresentationRequest, "signature">,
) => Omit<PresentationRequest, "signature">

function makeIssuer(i: number): TestIssuer {
  const seed = new Uint8Array(32).fill(0x10 + i)
  const operationsKey = makeSigningKey(`issuer-${i}`, new Uint8Array(32).fill(0x30 + i))
  const id = `issuer-${i}`
  const entry = {
    id,
    operator: `operator-${i}`,
    name: `Issuer ${i}`,
    key: [...issuerKeyOf(seed)] as [Fr, Fr],
    operationsKey: encodeVerifierKey(operationsKey),
  }
  return { entry, seed, words: [], listNumber: 1 }
}

export const operationsKeyOf = (i: number) => makeSigningKey(`issuer-${i}`, new Uint8Array(32).fill(0x30 + i))

/** The bundle of the present lists. */
function bundleOf(
  issuers: readonly TestIssuer[],
  number: number,
  schemas: readonly Schema[],
): RegistryBundle {
  return {
    type: "sotto/registry-bundle/1",
    registry: REGISTRY,
    number,
    issuers: issuers.map(({ entry }) => entry),
    leaves: schemas.flatMap((schema, s) =>
      issuers.map(({ entry, words, listNumber }, i) => ({
        index: 1000 * s + 3 * i + 1,
        list: signStatusList(
          {
            registry: REGISTRY,
            issuer: entry.id,
            schemaId: computeSchemaId(schema),
            number: listNumber,
            signedAt: NOW - DAY,
            suspension: false,
            words,
          },
          operationsKeyOf(i),
        ),
      })),
    ),
  }
}

/** @param schemas - what every issuer of the world signs; at most four */
export function makeWorld(issuerCount = 5, schemas: readonly Schema[] = [SCHEMA]): World {
  const log = makeTestLog("verify.acme.example/ledger")
  const issuers = Array.from({ length: issuerCount }, (_, i) => makeIssuer(i))
  const trust: Trust = {
    type: "sotto/trust/1",
    policy: `log ${log.vkey}\nquorum none\n`,
    registries: [{ id: REGISTRY, key: encodeVerifierKey(registryKey) }],
    k: 5,
  }
  const epochs: PublishedEpoch[] = []
  const calls: Call[] = []
  const requests = new Map<string, Uint8Array>()
  const items: World["items"] = new Map()
  const told = <T>(call: Call, value: T | undefined): T | null => {
    calls.push(call)
    return value ?? null
  }
  const encode = (value: unknown): Uint8Array => canonicalBytes(value as Json)
  const world: World = {
    log,
    issuers,
    trust,
    epochs,
    calls,
    requests,
    items,
    verifierIndex: -1,
    anchor: (type, id, document) => {
      const bytes = canonicalBytes(document)
      const sha256 = createHash("sha256").update(bytes).digest("hex")
      const index = log.append({ kind: "catalogue-item", v: 1, type, id, sha256 })
      items.set(`${type} ${id}`, { document: bytes, receipt: new Uint8Array(0), index })
    },
    recordVerifier: (record, state = "active") => {
      const recordSha256 = createHash("sha256").update(canonicalBytes(record)).digest("hex")
      const body = { id: record.id, recordSha256, key: record.key, state }
      world.verifierIndex = log.append(signBody("verifier-record", body, serviceKey))
    },
    publish: (change = {}, edit = (bundle) => bundle) => {
      const previous = epochs.at(-1)?.body
      const number = change.number ?? (previous?.number ?? 0) + 1
      const bundle = edit(bundleOf(issuers, number, schemas))
      const bytes = encode(bundle)
      const body: RegistryEpochBody = {
        registry: REGISTRY,
        number,
        root: encodeFr(buildRegistry(bundle).root),
        leafCount: bundle.leaves.length,
        bundleDigest: createHash("sha256").update(bytes).digest("hex"),
        previousRoot: previous?.root ?? encodeFr(0n),
        notBefore: previous === undefined ? NOW - 3600 : previous.notBefore + 60,
        urgent: false,
        ...change,
      }
      const published = {
        body,
        index: log.append(signBody("registry-epoch", body, registryKey)),
        bytes,
        bundle,
      }
      epochs.push(published)
      return published
    },
    revoke: (i, statusIndex) => {
      const issuer = issuers[i]!
      issuer.words = setStatus(issuer.words, statusIndex, true)
      issuer.listNumber++
    },
    issue: (wallet, options = {}) => {
      const issuer = issuers[options.issuer ?? 0]!
      const schema = options.schema ?? SCHEMA
      const { commitment } = makeHolder(wallet, REGISTRY, issuer.entry, options.n ?? 0)
      return signCredential(
        {
          type: "sotto/credential/1",
          registry: REGISTRY,
          issuer: issuer.entry.id,
          schema: schemaName(schema),
          subject: schema.subject,
          schemaId: computeSchemaId(schema),
          attributes: options.attributes ?? VACCINATED,
          holder: commitment.holder,
          credId: options.credId ?? encodeFr(BigInt(1000 + (options.statusIndex ?? 5))),
          statusIndex: options.statusIndex ?? 5,
          validFrom: options.validFrom ?? NOW - 100 * DAY,
          validUntil: options.validUntil ?? NOW + 100 * DAY - 1,
        },
        schema,
        issuer.seed,
      )
    },
    request: (change = (request) => request) => {
      const number = requests.size + 1
      const current = epochs.at(-1)!.body
      const request = change({
        type: "sotto/presentation-request/1",
        id: `pr_${String(number).padStart(22, "A")}` as PresentationRequest["id"],
        createdAt: NOW,
        asOf: NOW,
        expiresAt: NOW + 300,
        zone: "Z",
        challenge: Buffer.from(new Uint8Array(31).fill(number)).toString("base64url"),
        boundData: encodeFr(0n),
        verifier: VERIFIER,
        purpose: {
          code: "pre-visit-eligibility",
          text: { en: "Check cover before a visit" },
          retainDays: 30,
        },
        circuit: CIRCUIT,
        registries: { [REGISTRY]: { epoch: current.number, root: current.root } },
        valueSets: {},
        links: [],
        items: [
          {
            alternatives: [
              { registry: REGISTRY, schemaId: computeSchemaId(SCHEMA), statement: STATEMENT, parameters: {} },
            ],
            nullifier: { mode: "person", use: "once", epoch: "2026" },
          },
        ],
      })
      requests.set(request.id, encode(signDocument(request as never, verifierKey)))
      return request.id
    },
    source: {
      origin: SERVICE_ORIGIN,
      getRequest: async (id) => told(["request", id], requests.get(id)),
      getVerifierReceipt: async (id) =>
        told(
          ["verifier", id],
          world.verifierIndex < 0 ? undefined : encode(log.receipt(world.verifierIndex)),
        ),
      getCatalogueItem: async (type, id) => {
        const item = told(["item", type, id], items.get(`${type} ${id}`))
        return item === null ? null : { document: item.document, receipt: encode(log.receipt(item.index)) }
      },
      getEpochReceipt: async (registry, number) => {
        const epoch = number === "latest" ? epochs.at(-1) : epochs.find(({ body }) => body.number === number)
        const index = told(["epoch", registry, number], epoch?.index)
        return index === null ? null : encode(log.receipt(index))
      },
      getBundle: async (registry, number) =>
        told(["bundle", registry, number], epochs.find(({ body }) => body.number === number)?.bytes),
      getTile: async (path) => told(["tile", path], log.tile(path)),
    },
  }
  log.append({ kind: "log-genesis", v: 1, format: "sotto-ledger/1", origin: log.origin, vkey: log.vkey })
  for (const schema of schemas) world.anchor("schema", `${schemaName(schema)}/${schema.subject}`, schema)
  world.anchor("statement", STATEMENT.id, STATEMENT)
  world.recordVerifier(VERIFIER)
  world.publish()
  return world
}

/** A value set document of `count` codes, ascending. */
export function makeValueSet(id: string, count: number): ValueSet {
  const codes = Array.from({ length: count }, (_, i) => `urn:set|${String(i).padStart(4, "0")}`)
  return { type: "sotto/value-set/1", id, codes }
}

/** The canonical text of a value, to search it for canaries. */
export const textOf = (value: unknown): string => canonicalText(JSON.parse(JSON.stringify(value)) as Json)
