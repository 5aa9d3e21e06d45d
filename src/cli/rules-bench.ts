// A made issuer, a made holder and a made verifier, so that a rule's case becomes what it would be between real ones:
// a signed record, a signed request, and the input of each proof.
import { randomBytes } from "node:crypto"
import { EVENT_SCHEMA } from "../health/eu-dcc/codes.ts"
import type { EventKind } from "../health/eu-dcc/codes.ts"
import type { Claim } from "../health/rules/check-case.ts"
import { eventSchema } from "../health/rules/event-field.ts"
import { holdsCertificate } from "../health/rules/translate.ts"
import { SECONDS_PER_DAY } from "../protocol/credential/calendar.ts"
import { credentialScalars, issuerKeyOf, signCredential } from "../protocol/credential/credential.ts"
import type { CredentialScalars } from "../protocol/credential/credential.ts"
import { deriveBlind, deriveSecret } from "../protocol/credential/holder.ts"
import { buildRegistry } from "../protocol/credential/issuer-registry.ts"
import type { Registry } from "../protocol/credential/issuer-registry.ts"
import { buildPresentationInput } from "../protocol/credential/presentation-input.ts"
import type { PresentationInput, PresentationSecrets } from "../protocol/credential/presentation-input.ts"
import { encodeChallenge, signRequest } from "../protocol/credential/presentation-request.ts"
import type { UnsignedRequest } from "../protocol/credential/presentation-request.ts"
import { encodeSignals, publicInputsOf, publicSignals } from "../protocol/credential/presentation-signals.ts"
import type { PublicInputs } from "../protocol/credential/presentation-signals.ts"
import { computeSchemaId } from "../protocol/credential/schema.ts"
import { compileStatement } from "../protocol/credential/slots.ts"
import type { StatementSources } from "../protocol/credential/sources.ts"
import { chooseMember } from "../protocol/credential/statement.ts"
import { buildStatusTree, signStatusList } from "../protocol/credential/status-list.ts"
import { NO_SET } from "../protocol/credential/value-set.ts"
import type { PreparedValueSet } from "../protocol/credential/value-set.ts"
import type { EncodedPoint } from "../protocol/primitives/babyjubjub.ts"
import { bytesToBigint, encodeBase64Url } from "../protocol/primitives/bytes.ts"
import { encodeFr } from "../protocol/primitives/field.ts"
import type { Fr } from "../protocol/primitives/field.ts"
import type { Digest } from "../protocol/primitives/hash.ts"
import { encodeVerifierKey, makeSigningKey } from "../protocol/primitives/note-key.ts"
import type { SigningKey } from "../protocol/primitives/note-key.ts"
import { computeHolder } from "../protocol/primitives/nullifier.ts"
import type { PresentationRequest } from "../protocol/wire/presentation-request.ts"
import type { RequestId } from "../protocol/wire/scalars.ts"
import type { ValueSet } from "../protocol/wire/statement.ts"

/** A case as a question that was sent and a record that was issued. */
export interface Posed {
  readonly request: PresentationRequest
  readonly sources: StatementSources
  /** How many proofs an answer takes. */
  readonly parts: number
  /** What the wallet proves a part with, or null where it knows that there is no proof. */
  inputOf: (part: number) => PresentationInput | null
  /** The same input, made also where the wallet would not: what a dishonest holder could try at best. */
  forcedInputOf: (part: number) => PresentationInput
}

/** What every case is posed with: keys, a holder, a registry for each kind. */
export interface Bench {
  pose: (claim: Claim) => Posed
  /** As the verifier's own ledger would hold the epoch that a claim is asked under. */
  epochOf: (claim: Claim) => { readonly name: string; readonly number: number; readonly root: Fr }
}

interface Made {
  readonly issuerSeed: Uint8Array
  readonly issuerKey: EncodedPoint
  readonly operations: SigningKey
  readonly verifier: SigningKey
  readonly secret: bigint
  readonly blind: bigint
  readonly holder: Fr
  readonly vkey: Digest
  readonly registries: Readonly<Record<EventKind, Registry>>
  readonly prepare: (valueSet: ValueSet) => PreparedValueSet
}

const REGISTRY = "made-for-rules"
const EPOCH = 1
const LEAF = 9
const STATUS_INDEX = 256 + 17
const NOTHING_REVOKED = buildStatusTree([])

/**
 * Opens a bench with keys drawn for it: what it signs and proves is worth nothing elsewhere.
 * @param vkey - digest of the verification key that proofs are checked under
 */
export function openBench(vkey: Digest, prepare: (valueSet: ValueSet) => PreparedValueSet): Bench {
  const issuerSeed = draw(32)
  const issuerKey = issuerKeyOf(issuerSeed)
  const operations = makeSigningKey("made.example/operations", draw(32))
  const walletSeed = draw(32)
  const [secret, blind] = [deriveSecret(walletSeed), deriveBlind(walletSeed, issuerKey[0], 0)]
  const publish = (event: EventKind): Registry => publishRegistry(event, issuerKey, operations)
  const made: Made = {
    ...{ issuerSeed, issuerKey, operations, secret, blind, vkey, prepare },
    verifier: makeSigningKey("made.example", draw(32)),
    holder: encodeFr(computeHolder(secret, blind)),
    registries: { v: publish("v"), t: publish("t"), r: publish("r") },
  }
  return {
    pose: (claim) => pose(made, claim),
    epochOf: ({ event }) => ({ name: REGISTRY, number: EPOCH, root: encodeFr(made.registries[event].root) }),
  }
}

const draw = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes))

function publishRegistry(event: EventKind, key: EncodedPoint, operations: SigningKey): Registry {
  const schemaId = computeSchemaId(eventSchema(event))
  const fields = { registry: REGISTRY, issuer: "made", schemaId, number: 1, signedAt: 0, suspension: false }
  return buildRegistry({
    type: "sotto/registry-bundle/1",
    ...{ registry: REGISTRY, number: EPOCH },
    issuers: [
      {
        ...{ id: "made", operator: "made", name: "Made" },
        ...{ key: [key[0], key[1]], operationsKey: encodeVerifierKey(operations) },
      },
    ],
    leaves: [{ index: LEAF, list: signStatusList({ ...fields, words: [] }, operations) }],
  })
}

function pose(made: Made, claim: Claim): Posed {
  const { event, asOf, statement } = claim
  const schema = eventSchema(event)
  const schemaId = computeSchemaId(schema)
  const sets = new Map(claim.valueSets.map((set) => [set.id, made.prepare(set)]))
  const sources: StatementSources = {
    findSchemaById: (id) => (id === schemaId ? schema : null),
    findValueSet: (id) => sets.get(id) ?? null,
  }
  const credential = issue(made, claim)
  const request = signRequest(ask(made, claim, [...sets.values()]), made.verifier)
  const inputsOf = (part: number): PublicInputs => publicInputsOf(request, 0, 0, part, sources)
  const secretsOf = ({ part }: PublicInputs): PresentationSecrets => ({
    ...{ secret: made.secret, blind: made.blind, credential, issuerKey: made.issuerKey },
    ...{ status: NOTHING_REVOKED, issuerIndex: LEAF, issuerPath: made.registries[event].path(LEAF) },
    valueSet: part.valueSetId === null ? null : (sets.get(part.valueSetId) ?? null),
  })
  const compiled = compileStatement({
    ...{ statement, parameters: {}, schema, valueSets: sources.findValueSet },
    ...{ asOfUnixSeconds: asOf, zone: request.zone },
  })
  return {
    ...{ request, sources, parts: compiled.length },
    inputOf: (part) => orNull(inputsOf(part), secretsOf(inputsOf(part))),
    forcedInputOf: (part) => force(inputsOf(part), secretsOf(inputsOf(part)), event),
  }
}

function issue({ issuerSeed, holder }: Made, { event, attributes, asOf }: Claim): CredentialScalars {
  const schema = eventSchema(event)
  const day = asOf - (asOf % SECONDS_PER_DAY)
  const unsigned = {
    type: "sotto/credential/1" as const,
    ...{ registry: REGISTRY, issuer: "made", schema: EVENT_SCHEMA[event], subject: "self" as const },
    ...{ schemaId: computeSchemaId(schema), attributes, holder, statusIndex: STATUS_INDEX },
    credId: encodeFr(bytesToBigint(draw(31))),
    ...{ validFrom: day, validUntil: day + 30 * SECONDS_PER_DAY - 1 },
  }
  return credentialScalars(signCredential(unsigned, schema, issuerSeed), schema)
}

function ask(
  made: Made,
  { asOf, event, statement }: Claim,
  sets: readonly PreparedValueSet[],
): UnsignedRequest {
  const schemaId = computeSchemaId(eventSchema(event))
  return {
    type: "sotto/presentation-request/1",
    id: `pr_${encodeBase64Url(draw(16))}` as RequestId,
    ...{ createdAt: asOf, asOf, expiresAt: asOf + 300, zone: "Z", boundData: encodeFr(0n), links: [] },
    challenge: encodeChallenge(bytesToBigint(draw(31))),
    verifier: {
      ...{ id: "made", name: "Made", origin: "https://made.example" },
      key: encodeVerifierKey(made.verifier),
    },
    purpose: { code: "rule-check", text: { en: "Check a rule's case" }, retainDays: 0 },
    circuit: { id: "presentation", vkey: made.vkey },
    registries: { [REGISTRY]: { epoch: EPOCH, root: encodeFr(made.registries[event].root) } },
    valueSets: Object.fromEntries(
      sets.map((set) => [set.id, { digest: set.digest, root: encodeFr(set.root), size: set.members.length }]),
    ),
    items: [
      {
        alternatives: [{ registry: REGISTRY, schemaId, statement, parameters: {} }],
        nullifier: { mode: "person", use: "request" },
      },
    ],
  }
}

function orNull(inputs: PublicInputs, secrets: PresentationSecrets): PresentationInput | null {
  try {
    return buildPresentationInput(inputs, secrets)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return null
  }
}

// The private half of a question that every record answers, under the public half of the one that was asked.
function force(inputs: PublicInputs, secrets: PresentationSecrets, event: EventKind): PresentationInput {
  const [held] = compileStatement({
    ...{ statement: holdsCertificate(event), parameters: {}, schema: eventSchema(event), zone: "Z" },
    ...{ valueSets: () => null, asOfUnixSeconds: inputs.asOf },
  })
  if (held === undefined) throw new RangeError("a statement without a part")
  const { input, outputs } = buildPresentationInput({ ...inputs, part: held }, secrets)
  const set = secrets.valueSet ?? NO_SET
  const { index, member } = chooseMember(
    inputs.part,
    secrets.credential.attrs,
    secrets.valueSet?.members ?? [0n],
  )
  return {
    input: {
      ...input,
      ...publicSignals(inputs),
      ...{ member, memberIndex: BigInt(index), memberChildren: set.path(index) },
    },
    outputs,
    expected: encodeSignals({ ...inputs, outputs }),
  }
}
