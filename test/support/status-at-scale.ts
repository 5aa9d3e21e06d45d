// One million credentials over the real service: the issuers' lists, four holders at neighbouring places, what they prove.
import { createCipheriv, createHash } from "node:crypto"
import { openWalletSource } from "../../src/cli/wallet-source.ts"
import { createIssuer, issuerEntryOf } from "../../src/parties/issuer/create-issuer.ts"
import { issue } from "../../src/parties/issuer/issue.ts"
import { publishStatus } from "../../src/parties/issuer/publish-status.ts"
import { applyEvent, drawStatusIndex } from "../../src/parties/issuer/status.ts"
import type { IssuerState } from "../../src/parties/issuer/status.ts"
import { acceptEpoch } from "../../src/parties/wallet/accept-epoch.ts"
import type { AcceptedEpoch } from "../../src/parties/wallet/accept-epoch.ts"
import { makeHolder } from "../../src/parties/wallet/make-holder.ts"
import { receiveCredential } from "../../src/parties/wallet/receive-credential.ts"
import { respond } from "../../src/parties/wallet/respond.ts"
import type { WalletSource } from "../../src/parties/wallet/source.ts"
import { createWallet } from "../../src/parties/wallet/wallet.ts"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { credentialScalars } from "../../src/protocol/credential/credential.ts"
import { deriveBlind, deriveSecret } from "../../src/protocol/credential/holder.ts"
import type { RandomBytes } from "../../src/protocol/credential/holder.ts"
import { buildPresentationInput } from "../../src/protocol/credential/presentation-input.ts"
import type { PresentationInput } from "../../src/protocol/credential/presentation-input.ts"
import { publicInputsOf } from "../../src/protocol/credential/presentation-signals.ts"
import type { StatusTree } from "../../src/protocol/credential/status-list.ts"
import { encodeVerifierKey } from "../../src/protocol/primitives/note-key.ts"
import type { Prove } from "../../src/protocol/primitives/prove.ts"
import type { Credential, StatusList, Trust } from "../../src/protocol/wire/credential.ts"
import type { IssuerEvent } from "../../src/protocol/wire/issuer-state.ts"
import { parsePresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import type { PresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import { VACCINATED } from "./one-credential.ts"
import { addClient, KEYS, REGISTRY, START } from "./running-service.ts"
import type { Reply, TestService } from "./running-service.ts"
import { openMemoryStore } from "./wallet-memory.ts"
import type { MemoryStore } from "./wallet-memory.ts"

/** The schema of every record in here. */
const SCHEMA = CATALOGUE.schemas.find(({ name }) => name === "immunization")!
export const SCALE_SCHEMA_ID = CATALOGUE.schemaIdOf(SCHEMA)
/** Records that one list takes before issuing stops: 80 % of 1,015,808 places. */
export const PER_LIST = Math.ceil(0.8 * 4096 * 248)

/** An issuer entry: what it keeps, and its key for the service. */
export interface ScaleIssuer {
  readonly state: IssuerState
  readonly apiKey: string
}

/** A holder with one record. */
export interface ScaleHolder {
  readonly store: MemoryStore
  readonly credential: Credential
}

/** Chance that repeats itself: an AES-CTR key stream, fast enough for millions of draws. */
export function keyStream(seed: string): RandomBytes {
  const key = createHash("sha256").update(seed).digest()
  const cipher = createCipheriv("aes-256-ctr", key, Buffer.alloc(16))
  let [pool, at] = [Buffer.alloc(0), 0]
  return (length) => {
    if (at + length > pool.length) [pool, at] = [cipher.update(Buffer.alloc(65_536)), 0]
    at += length
    return new Uint8Array(pool.subarray(at - length, at))
  }
}

/** Registers an issuer entry and gives it a key for the service. */
export async function openScaleIssuer(
  service: TestService,
  id: string,
  operator: string,
): Promise<ScaleIssuer> {
  const keys = createIssuer({ id, operator, name: id, registry: REGISTRY }, keyStream(id))
  const body = { issuer: issuerEntryOf(keys), schemas: [SCALE_SCHEMA_ID] }
  const path = `/v1/registries/${REGISTRY}/issuers`
  okay(await service.call("POST", path, { key: service.apiKeys.registry, body }))
  const apiKey = await addClient(service.parts, "issuer", id, ["status:write"])
  return { state: { keys, lists: new Map() }, apiKey }
}

/** Takes events as an issuer's folder does, without its files. */
function keep({ state }: ScaleIssuer, events: readonly IssuerEvent[]): void {
  for (const event of events) applyEvent(state, event)
}

/**
 * Gives `count` more indexes, drawn as issuing draws them; these records are noted and not signed, for a signature takes
 * milliseconds and nobody here proves them.
 */
export function allocate(issuer: ScaleIssuer, count: number, random: RandomBytes): void {
  const credId = VICTIM_ID
  for (let n = 0; n < count; n++) {
    const statusIndex = drawStatusIndex(issuer.state, SCALE_SCHEMA_ID, random)
    const record = { schemaId: SCALE_SCHEMA_ID, credId, holder: credId, boundDay: TODAY }
    applyEvent(issuer.state, { kind: "issued", statusIndex, ...record })
  }
}

/** Revokes `count` records at random that are neither revoked nor among `spared`. */
export function revokeSome(
  issuer: ScaleIssuer,
  count: number,
  spared: readonly number[],
  random: RandomBytes,
): void {
  const list = issuer.state.lists.get(SCALE_SCHEMA_ID)!
  const chosen = new Set<number>()
  while (chosen.size < count) {
    const [a = 0, b = 0, c = 0] = random(3)
    const index = ((a << 16) | (b << 8) | c) % 2 ** 20
    const isGiven = index % 256 < 248 && ((list.used[index >> 3]! >> (index & 7)) & 1) === 1
    if (isGiven && !spared.includes(index)) chosen.add(index)
  }
  for (const index of chosen) revokeIndex(issuer, index)
}

/** Sets one bit. */
export function revokeIndex(issuer: ScaleIssuer, statusIndex: number): void {
  applyEvent(issuer.state, { kind: "revoked", schemaId: SCALE_SCHEMA_ID, statusIndex })
}

/** Signs the next list. @param known - the last one's tree */
export function nextList(issuer: ScaleIssuer, now: number, known?: StatusTree): StatusList {
  const { events, list } = publishStatus(issuer.state, SCALE_SCHEMA_ID, now, known)
  keep(issuer, events)
  return list
}

/** Sends a list to the service. */
export async function sendList(
  service: TestService,
  { apiKey }: ScaleIssuer,
  list: StatusList,
): Promise<Reply> {
  const path = `/v1/registries/${list.registry}/issuers/${list.issuer}/schemas/${list.schemaId}/status`
  return okay(await service.call("PUT", path, { key: apiKey, body: list }))
}

/** Orders an epoch. */
export async function orderEpoch(service: TestService): Promise<number> {
  const path = `/v1/registries/${REGISTRY}/epochs`
  const reply = okay(
    await service.call("POST", path, { key: service.apiKeys.registry, body: { urgent: false } }),
  )
  return (reply.json as { epoch: number }).epoch
}

/** A wallet that trusts the service's log and registry. */
export function openScaleWallet(name: string): MemoryStore {
  const trust: Trust = {
    type: "sotto/trust/1",
    policy: `log ${encodeVerifierKey(KEYS.log)}\nquorum none\n`,
    registries: [{ id: REGISTRY, key: encodeVerifierKey(KEYS.registry) }],
    k: 5,
  }
  return openMemoryStore(createWallet(trust, keyStream(name)))
}

/** The wallet's own client of the service, under the origin that its links name. */
export const sourceOf = ({ url }: TestService): WalletSource => ({
  ...openWalletSource(url),
  origin: "http://verify.example",
})

/** Has a record issued at one index to a new wallet. */
export async function openScaleHolder(issuer: ScaleIssuer, statusIndex: number): Promise<ScaleHolder> {
  const store = openScaleWallet(`holder ${statusIndex}`)
  const { wallet, commitment } = makeHolder(store.current(), REGISTRY, issuerEntryOf(issuer.state.keys))
  await store.replace(wallet)
  const order = {
    schema: SCHEMA,
    schemaId: SCALE_SCHEMA_ID,
    attributes: VACCINATED,
    holder: commitment,
    validFromDay: TODAY,
    validUntilDay: TODAY + 364,
  }
  const random = keyStream(`record ${statusIndex}`)
  const steered: RandomBytes = (length) =>
    length === 3
      ? Uint8Array.of(statusIndex >> 16, (statusIndex >> 8) & 255, statusIndex & 255)
      : random(length)
  const { events, credential } = issue(issuer.state, order, [], steered)
  keep(issuer, events)
  return { store, credential }
}

/** The newest epoch, as this wallet accepts it. @throws Error with the reason */
export async function acceptNewest(service: TestService, store: MemoryStore): Promise<AcceptedEpoch> {
  const wanted = { registry: REGISTRY, asOf: service.clock.now }
  const epoch = await acceptEpoch(wanted, { source: sourceOf(service), store })
  if (!epoch.ok) throw new Error(epoch.reason)
  return epoch.value
}

/** Stores the holder's record. @throws Error with the reason */
export async function receive(service: TestService, { store, credential }: ScaleHolder): Promise<void> {
  const received = receiveCredential(store.current(), credential, SCHEMA, await acceptNewest(service, store))
  if (!received.ok) throw new Error(received.reason)
  await store.replace(received.value)
}

/** A request under the newest epoch. */
export async function askScale(service: TestService): Promise<PresentationRequest> {
  const body = {
    purpose: { code: "pre-visit-eligibility", text: { en: "Check cover before a visit" }, retainDays: 30 },
    zone: "Z",
    links: [],
    items: [
      {
        alternatives: [{ registry: REGISTRY, statement: "vaccination-count/1", parameters: {} }],
        nullifier: { mode: "person", use: "request" },
      },
    ],
    lifetimeSeconds: 900,
  }
  const key = service.apiKeys.verifier
  return parsePresentationRequest(
    okay(await service.call("POST", "/v1/presentation-requests", { key, body })).text,
  )
}

/** What became of a holder's answer: `accepted`, the wallet's reason, or the service's code. */
export async function answerScale(
  service: TestService,
  { store }: ScaleHolder,
  prove: Prove,
  request?: PresentationRequest,
): Promise<string> {
  const { id, circuit } = request ?? (await askScale(service))
  const answer = await respond(id, {
    source: sourceOf(service),
    store,
    now: () => service.clock.now,
    pinnedVerificationKey: circuit.vkey,
    prove,
    consent: () => Promise.resolve(true),
    shipped: CATALOGUE,
  })
  if (!answer.ok) return answer.reason
  const reply = await service.call("POST", "/v1/presentations", { body: answer.presentation })
  return reply.status === 201 ? "accepted" : (reply.code ?? String(reply.status))
}

/** What a wallet that does not refuse by itself may show of its record. */
interface Dishonest {
  readonly epoch: AcceptedEpoch
  /** Words and tree of the list it opens; an honest wallet takes both from the epoch. */
  readonly status: StatusTree
}

/** The proof input of a wallet that skips its own checks, for a request under whichever epoch. */
export function forceInput(
  request: PresentationRequest,
  { store, credential }: ScaleHolder,
  { epoch, status }: Dishonest,
): PresentationInput {
  const { seed } = store.current()
  const leaf = epoch.registry.find(credential.issuer, credential.schemaId)!
  const inputs = publicInputsOf(request, 0, 0, 0, CATALOGUE)
  return buildPresentationInput(
    { ...inputs, registryRoot: epoch.body.root },
    {
      secret: deriveSecret(seed),
      blind: deriveBlind(seed, leaf.issuer.key[0], 0),
      credential: credentialScalars(credential, SCHEMA),
      issuerKey: leaf.issuer.key,
      status,
      issuerIndex: leaf.index,
      issuerPath: epoch.registry.path(leaf.index),
      valueSet: null,
    },
  )
}

/** The list of a holder's issuer in an epoch. @throws Error with the reason */
export function ownList({ credential }: ScaleHolder, { registry }: AcceptedEpoch): StatusTree {
  const opened = registry.openList(registry.find(credential.issuer, credential.schemaId)!)
  if (!opened.ok) throw new Error(opened.reason)
  return opened.value
}

/** Days since 1970-01-01 at the service's start. */
const TODAY = Math.floor(START / 86_400)
/** The credId and holder of records that are only noted: below r, of the usual length. */
const VICTIM_ID = CATALOGUE.schemaIdOf(SCHEMA)

function okay(reply: Reply): Reply {
  if (reply.status >= 300) throw new Error(`${reply.status} ${reply.code ?? ""}`)
  return reply
}
