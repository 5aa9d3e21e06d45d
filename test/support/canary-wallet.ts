// A holder in a process of its own: a record full of canaries, a real wallet, a real proof, and calls to a service through
// whatever stands at the given address. Reads what it needs as one JSON object from standard input; writes every spelling
// of its secrets into a file, which nobody reads before the service has been searched.
import { randomBytes } from "node:crypto"
import { writeFile } from "node:fs/promises"
import { text } from "node:stream/consumers"
import { loadCircuit } from "../../src/cli/circuit-artifacts.ts"
import { openServiceClient } from "../../src/cli/service-client.ts"
import { openWalletSource } from "../../src/cli/wallet-source.ts"
import { acceptEpoch } from "../../src/parties/wallet/accept-epoch.ts"
import { makeHolder } from "../../src/parties/wallet/make-holder.ts"
import { receiveCredential } from "../../src/parties/wallet/receive-credential.ts"
import { acceptReceipt } from "../../src/parties/wallet/receipts.ts"
import { rehearse } from "../../src/parties/wallet/rehearse.ts"
import { respond } from "../../src/parties/wallet/respond.ts"
import { createWallet, encodeWallet } from "../../src/parties/wallet/wallet.ts"
import { openProver } from "../../src/proofs/prover/pool.ts"
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import { encodeAttributes } from "../../src/protocol/credential/attribute.ts"
import { credentialScalars, signCredential } from "../../src/protocol/credential/credential.ts"
import { deriveBlind, deriveSecret } from "../../src/protocol/credential/holder.ts"
import { encodeFr, parseFr } from "../../src/protocol/primitives/field.ts"
import type { Digest } from "../../src/protocol/primitives/hash.ts"
import { canonicalText } from "../../src/protocol/wire/canonical-json.ts"
import type { Json } from "../../src/protocol/wire/canonical-json.ts"
import type { Attributes, Trust } from "../../src/protocol/wire/credential.ts"
import type { Schema } from "../../src/protocol/wire/statement.ts"
import { openMemoryStore } from "./wallet-memory.ts"

/** What the parent hands over. */
export interface CanaryOrder {
  readonly proxy: string
  readonly origin: string
  readonly trust: Trust
  readonly registry: string
  readonly issuer: string
  readonly issuerSeedByte: number
  readonly vkey: string
  readonly now: number
  /** Answered, rehearsed, refused by a guard, declined. */
  readonly requests: Readonly<Record<"answered" | "narrow" | "unsatisfied" | "declined", string>>
  readonly canaryFile: string
}

const DAY = 86_400
const order = JSON.parse(await text(process.stdin)) as CanaryOrder
const tail = randomBytes(6).toString("hex")
const digits = String(100_000 + (randomBytes(3).readUIntBE(0, 3) % 800_000))

/** Every attribute of coverage/1, each unlike anything that a request or a registry says. */
const RECORD: Attributes = {
  payer: `https://payer.example/id|CANARY-PAYER-${tail}`,
  plan: `https://payer.example/plan|CANARY-PLAN-${tail}`,
  group: `https://payer.example/group|CANARY-GROUP-${tail}`,
  network: `https://payer.example/network|CANARY-NETWORK-${tail}`,
  kind: `https://payer.example/kind|CANARY-KIND-${tail}`,
  relationship: `https://payer.example/relationship|CANARY-RELATION-${tail}`,
  periodStart: "1987-03-19",
  periodEnd: "2061-11-07",
  deductibleIndividualIn: `${digits}.11`,
  deductibleIndividualOut: `${digits}.23`,
  deductibleFamilyIn: `${digits}.37`,
  deductibleFamilyOut: `${digits}.41`,
  birthDate: "1953-10-28",
  memberNumber: `CANARY-MEMBER-${tail}`,
  boundOn: "1988-02-29",
}

const schema = CATALOGUE.findSchema("coverage/1")
if (schema === null) throw new Error("no schema coverage/1")
const store = openMemoryStore(createWallet(order.trust, (length) => new Uint8Array(randomBytes(length))))
const source = { ...openWalletSource(order.proxy), origin: order.origin }
const credential = await receiveRecord(schema)
await writeFile(order.canaryFile, JSON.stringify(spellings(schema)))

const artifacts = await loadCircuit("presentation", { cache: process.env["SOTTO_CACHE"] })
const prover = await openProver(new Map([["presentation", artifacts]]), { threads: 1 })
const context = {
  source,
  store,
  now: () => order.now + 5,
  pinnedVerificationKey: order.vkey as Digest,
  shipped: CATALOGUE,
}
const agreeing = { ...context, prove: prover.prove.bind(prover), consent: () => Promise.resolve(true) }
const outcomes: Record<string, unknown> = {}

const { requests } = order
outcomes["rehearsed"] = (await rehearse(requests.answered, context)).ok
outcomes["narrow"] = codeOf(await respond(requests.narrow, agreeing))
outcomes["unsatisfied"] = codeOf(await respond(requests.unsatisfied, agreeing))
outcomes["declined"] = codeOf(
  await respond(requests.declined, { ...agreeing, consent: () => Promise.resolve(false) }),
)
const answer = await respond(requests.answered, agreeing)
await prover.close()
if (!answer.ok) throw new Error(answer.reason)

const client = openServiceClient(order.proxy)
const body = canonicalText(answer.presentation as unknown as Json)
const post = (sent: string) => client.send("POST", "/v1/presentations", sent)
// Refusals on the way: cut off, another request's, a proof that does not hold; then the answer, and the answer again.
outcomes["cut"] = (await post(body.slice(0, -9))).code
outcomes["elsewhere"] = (await post(body.replaceAll(requests.answered, requests.declined))).code
const accepted = await post(body)
outcomes["accepted"] = accepted.status
outcomes["again"] = (await post(body)).code
outcomes["receipt"] = (await acceptReceipt(requests.answered, accepted.bytes, store)).ok
process.stdout.write(JSON.stringify(outcomes))

function codeOf(result: { readonly ok: true } | { readonly ok: false; readonly reason: string }): string {
  return result.ok ? "answered" : result.reason
}

async function receiveRecord(of: Schema) {
  const epoch = await acceptEpoch({ registry: order.registry, asOf: order.now }, { source, store })
  if (!epoch.ok) throw new Error(epoch.reason)
  const entry = epoch.value.bundle.issuers.find(({ id }) => id === order.issuer)
  if (entry === undefined) throw new Error("the issuer is not listed")
  const { wallet, commitment } = makeHolder(store.current(), order.registry, entry)
  await store.replace(wallet)
  const signed = signCredential(
    {
      type: "sotto/credential/1",
      registry: order.registry,
      issuer: order.issuer,
      schema: "coverage/1",
      subject: "self",
      schemaId: CATALOGUE.schemaIdOf(of),
      attributes: RECORD,
      holder: commitment.holder,
      credId: parseFr(BigInt(`0x${randomBytes(31).toString("hex")}`).toString()),
      statusIndex: 77_777,
      validFrom: order.now - (order.now % DAY) - 400 * DAY,
      validUntil: order.now - (order.now % DAY) + 400 * DAY - 1,
    },
    of,
    new Uint8Array(32).fill(order.issuerSeedByte),
  )
  const received = receiveCredential(store.current(), signed, of, epoch.value)
  if (!received.ok) throw new Error(received.reason)
  await store.replace(received.value)
  return signed
}

/** Every secret as others could have written it down: text, base64, hexadecimal, decimal, bytes of both orders. */
function spellings(of: Schema): readonly string[] {
  const { seed } = store.current()
  const texts = Object.values(RECORD).map(String)
  const scalars = credentialScalars(credential, of)
  const [issuer] = store.current().holders
  if (issuer === undefined) throw new Error("no holder slot")
  const numbers = [
    ...encodeAttributes(of, RECORD).filter((value) => value !== 0n),
    deriveSecret(seed),
    deriveBlind(seed, issuer.key[0], 0),
    ...[credential.holder, credential.credId, credential.signature.s, ...credential.signature.r8].map(BigInt),
    scalars.credentialHash,
    BigInt(credential.validUntil),
  ]
  const bytes = [Buffer.from(seed), ...texts.map((value) => Buffer.from(value))]
  return [
    ...texts,
    ...bytes.flatMap((value) => [value.toString("base64").slice(0, -4), value.toString("hex")]),
    ...numbers.flatMap((value) => [encodeFr(value), value.toString(16)]),
    Buffer.from(encodeWallet(store.current())).toString("latin1").slice(0, 200),
  ].filter((value) => value.length >= 8)
}
