// One issuer, one holder, one record, one request: everything between an issuer's key and a proof's input.
import { CATALOGUE } from "../../src/protocol/catalogue/released.ts"
import type { Catalogue } from "../../src/protocol/catalogue/catalogue.ts"
import { credentialScalars, issuerKeyOf, signCredential } from "../../src/protocol/credential/credential.ts"
import { deriveBlind, deriveSecret } from "../../src/protocol/credential/holder.ts"
import { buildRegistry } from "../../src/protocol/credential/issuer-registry.ts"
import { buildPresentationInput } from "../../src/protocol/credential/presentation-input.ts"
import type { PresentationInput } from "../../src/protocol/credential/presentation-input.ts"
import { encodeChallenge, signRequest } from "../../src/protocol/credential/presentation-request.ts"
import type { UnsignedRequest } from "../../src/protocol/credential/presentation-request.ts"
import { publicInputsOf } from "../../src/protocol/credential/presentation-signals.ts"
import { buildStatusTree, signStatusList } from "../../src/protocol/credential/status-list.ts"
import type { StatusWords } from "../../src/protocol/credential/status-list.ts"
import { encodeFr } from "../../src/protocol/primitives/field.ts"
import type { Fr } from "../../src/protocol/primitives/field.ts"
import type { Digest } from "../../src/protocol/primitives/hash.ts"
import { encodeVerifierKey, makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { computeHolder } from "../../src/protocol/primitives/nullifier.ts"
import type { Attributes, Credential, RegistryBundle } from "../../src/protocol/wire/credential.ts"
import type { PresentationRequest } from "../../src/protocol/wire/presentation-request.ts"
import type { RequestId } from "../../src/protocol/wire/scalars.ts"
import type { Parameters, Schema, Statement } from "../../src/protocol/wire/statement.ts"

/** 2022-10-15T12:00:00Z */
export const AS_OF = 1_665_835_200
/** Fixed seeds: 32 equal bytes. Forgeable by anyone who reads this file. */
const WALLET_SEED = new Uint8Array(32).fill(7)
export const ISSUER_SEED = new Uint8Array(32).fill(3)
export const OPERATIONS_KEY = makeSigningKey("clinic.example/operations", new Uint8Array(32).fill(4))
export const VERIFIER_KEY = makeSigningKey("verify.acme.example", new Uint8Array(32).fill(5))

/** A record that satisfies both released statements at AS_OF. */
export const VACCINATED: Attributes = {
  disease: "http://snomed.info/sct|840539006",
  vaccine: "http://hl7.org/fhir/sid/cvx|229",
  doseNumber: 3,
  seriesDoses: 3,
  dosesInRecord: 3,
  occurredOn: "2022-09-05",
  boundOn: "2022-09-06",
}

export interface Choices {
  readonly catalogue: Catalogue
  readonly schema: Schema
  readonly attributes: Attributes
  readonly statement: Statement
  readonly parameters: Parameters
  readonly statusWords: StatusWords
  readonly statusIndex: number
  readonly seed: Uint8Array
  readonly request: Partial<UnsignedRequest>
}

/** Everything one presentation needs. */
export interface Scene {
  readonly credential: Credential
  readonly schema: Schema
  readonly bundle: RegistryBundle
  readonly request: PresentationRequest
  readonly secret: bigint
  readonly blind: bigint
  readonly catalogue: Catalogue
  /** The input of item 0, alternative 0. */
  input: (partIndex?: number) => PresentationInput
}

/** Builds a scene in which everything holds; choices replace single things. */
export function oneCredential(choices: Partial<Choices> = {}): Scene {
  const { catalogue = CATALOGUE, seed = WALLET_SEED, statusWords = [0n, 1n << 9n] } = choices
  const statement = choices.statement ?? released(catalogue, "vaccination-status/1")
  const schema = choices.schema ?? releasedSchema(catalogue, statement)
  const schemaId = catalogue.schemaIdOf(schema)
  const issuerKey = issuerKeyOf(ISSUER_SEED)
  const secret = deriveSecret(seed)
  const blind = deriveBlind(seed, issuerKey[0], 0)
  const credential = issue(choices, schema, schemaId, encodeFr(computeHolder(secret, blind)))
  const bundle = publish(schemaId, issuerKey, statusWords)
  const registry = buildRegistry(bundle)
  const request = ask(choices, { schemaId, statement, root: encodeFr(registry.root), catalogue })
  const input = (partIndex = 0): PresentationInput => {
    const inputs = publicInputsOf(request, 0, 0, partIndex, catalogue)
    const { valueSetId } = inputs.part
    return buildPresentationInput(inputs, {
      secret,
      blind,
      credential: credentialScalars(credential, schema),
      issuerKey,
      status: buildStatusTree(statusWords),
      issuerIndex: 9,
      issuerPath: registry.path(9),
      valueSet: valueSetId === null ? null : catalogue.findValueSet(valueSetId),
    })
  }
  return { credential, schema, bundle, request, secret, blind, catalogue, input }
}

function issue(choices: Partial<Choices>, schema: Schema, schemaId: Fr, holder: Fr): Credential {
  const { attributes = VACCINATED, statusIndex = 256 + 17 } = choices
  const unsigned = {
    type: "sotto/credential/1" as const,
    registry: "demo",
    issuer: "clinic",
    schema: `${schema.name}/${schema.version}`,
    subject: schema.subject,
    schemaId,
    attributes,
    holder,
    credId: encodeFr(987_654_321_987_654_321n),
    statusIndex,
    validFrom: 1_662_422_400, // 2022-09-06T00:00:00Z
    validUntil: 1_725_580_799, // 2024-09-05T23:59:59Z
  }
  return signCredential(unsigned, schema, ISSUER_SEED)
}

function publish(schemaId: Fr, key: readonly [Fr, Fr], words: StatusWords): RegistryBundle {
  const fields = {
    registry: "demo",
    issuer: "clinic",
    schemaId,
    number: 1,
    signedAt: AS_OF - 600,
    suspension: false,
  }
  return {
    type: "sotto/registry-bundle/1",
    registry: "demo",
    number: 4,
    issuers: [
      {
        id: "clinic",
        operator: "clinic-group",
        name: "Clinic",
        key: [key[0], key[1]],
        operationsKey: encodeVerifierKey(OPERATIONS_KEY),
      },
    ],
    leaves: [{ index: 9, list: signStatusList({ ...fields, words }, OPERATIONS_KEY) }],
  }
}

function ask(
  { parameters = {}, request = {} }: Partial<Choices>,
  asked: { schemaId: Fr; statement: Statement; root: Fr; catalogue: Catalogue },
): PresentationRequest {
  const { schemaId, statement, root, catalogue } = asked
  const sets = catalogue.valueSets.flatMap(({ id }) => catalogue.findValueSet(id) ?? [])
  const unsigned: UnsignedRequest = {
    type: "sotto/presentation-request/1",
    id: "pr_AAAAAAAAAAAAAAAAAAAAAA" as RequestId,
    createdAt: AS_OF,
    asOf: AS_OF,
    expiresAt: AS_OF + 300,
    zone: "Z",
    challenge: encodeChallenge(1234567890n),
    boundData: encodeFr(0n),
    verifier: {
      id: "acme-insurance",
      name: "Acme Insurance",
      origin: "https://verify.acme.example",
      key: encodeVerifierKey(VERIFIER_KEY),
    },
    purpose: { code: "pre-visit-eligibility", text: { en: "Check cover before a visit" }, retainDays: 30 },
    circuit: { id: "presentation", vkey: `sha256:${"ab".repeat(32)}` as Digest },
    registries: { demo: { epoch: 4, root } },
    valueSets: Object.fromEntries(
      sets.map(({ id, digest, root: setRoot, codes }) => [
        id,
        { digest, root: encodeFr(setRoot), size: codes.length },
      ]),
    ),
    links: [],
    items: [
      {
        alternatives: [{ registry: "demo", schemaId, statement, parameters }],
        nullifier: { mode: "person", use: "once", epoch: "2022" },
      },
    ],
    ...request,
  }
  return signRequest(unsigned, VERIFIER_KEY)
}

function released(catalogue: Catalogue, id: string): Statement {
  const statement = catalogue.findStatement(id)
  if (statement === null) throw new Error(`no statement ${id}`)
  return statement
}

function releasedSchema(catalogue: Catalogue, { schema, subject }: Statement): Schema {
  const found = catalogue.findSchema(schema, subject)
  if (found === null) throw new Error(`no schema ${schema}`)
  return found
}
