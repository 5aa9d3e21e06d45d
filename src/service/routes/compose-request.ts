// From a verifier's draft to a complete request: the service adds what the verifier may not choose, and signs.
import { CATALOGUE } from "../../protocol/catalogue/released.ts"
import { compileRequest } from "../../protocol/credential/compile-request.ts"
import { StatementError } from "../../protocol/credential/credential-error.ts"
import { encodeChallenge, poolOf, signRequest } from "../../protocol/credential/presentation-request.ts"
import type { UnsignedRequest } from "../../protocol/credential/presentation-request.ts"
import type { PreparedValueSet } from "../../protocol/credential/value-set.ts"
import { bytesToBigint, encodeBase64Url } from "../../protocol/primitives/bytes.ts"
import { encodeFr, parseFr } from "../../protocol/primitives/field.ts"
import type {
  PresentationRequest,
  PresentationRequestDraft,
  VerifierRecord,
} from "../../protocol/wire/presentation-request.ts"
import type { RequestId } from "../../protocol/wire/scalars.ts"
import { Problem } from "../http/problem.ts"
import { publishedEpochs } from "./published-epochs.ts"
import type { RouteDeps } from "./route-deps.ts"
import { isCatalogueCurrent } from "./snapshot.ts"

/**
 * Completes, compiles once and signs.
 * @param verifier - the record anchored in the ledger
 * @throws Problem `statement-refused` with the compiler's codes in `errors`, `statement-withdrawn`, `pool-not-allowed`
 */
export async function composeRequest(
  deps: RouteDeps,
  draft: PresentationRequestDraft,
  verifier: VerifierRecord,
): Promise<PresentationRequest> {
  requirePools(draft, verifier)
  const now = deps.now()
  const unsigned: UnsignedRequest = {
    type: "sotto/presentation-request/1",
    id: `pr_${encodeBase64Url(deps.randomBytes(16))}` as RequestId,
    createdAt: now,
    asOf: now,
    expiresAt: now + Math.min(draft.lifetimeSeconds, deps.requestLifetimeMaxSeconds),
    zone: draft.zone,
    challenge: freshChallenge(deps.randomBytes),
    boundData: parseFr("0"),
    verifier,
    purpose: draft.purpose,
    circuit: { id: deps.circuit.id, vkey: deps.circuit.vkey },
    registries: await registriesOf(deps, draft),
    valueSets: Object.fromEntries(CATALOGUE.valueSets.map(({ id }) => [id, valueSetOf(id)])),
    links: draft.links,
    items: draft.items.map((item, i) => ({
      alternatives: item.alternatives.map((alternative, j) => completeAlternative(alternative, i, j)),
      nullifier: item.nullifier,
    })),
  }
  const request = { ...unsigned, valueSets: usedValueSets(unsigned) }
  if (!(await isCatalogueCurrent(deps, request))) throw new Problem("statement-withdrawn")
  return signRequest(request, deps.requestKey)
}

// Who may count with others is the operator's to say: a stranger in a pool could spend what its members would pay for.
function requirePools({ items }: PresentationRequestDraft, verifier: VerifierRecord): void {
  for (const [i, { nullifier }] of items.entries()) {
    if (nullifier.use !== "once" || nullifier.pool === undefined || poolOf(nullifier, verifier) !== null)
      continue
    const path = `items.${i}.nullifier.pool`
    throw new Problem("pool-not-allowed", { errors: [{ path, code: "pool-not-allowed" }] })
  }
}

/** 31 bytes of a CSPRNG, never zero. */
function freshChallenge(randomBytes: RouteDeps["randomBytes"]): string {
  const challenge = bytesToBigint(randomBytes(31))
  return challenge === 0n ? freshChallenge(randomBytes) : encodeChallenge(challenge)
}

async function registriesOf(
  deps: RouteDeps,
  draft: PresentationRequestDraft,
): Promise<UnsignedRequest["registries"]> {
  for (const [i, { alternatives }] of draft.items.entries()) {
    const foreign = alternatives.findIndex(({ registry }) => !deps.registries.has(registry))
    if (foreign >= 0) throw refused(i, foreign, "registry", "registry-unknown")
  }
  const named = draft.items.flatMap(({ alternatives }) => alternatives.map(({ registry }) => registry))
  const epochs: UnsignedRequest["registries"] = {}
  for (const id of [...new Set(named)].sort()) {
    const [newest] = await publishedEpochs(deps, id)
    if (newest === undefined) throw new Problem("registry-stale") // no epoch yet: nothing could be proved
    epochs[id] = { epoch: newest.number, root: parseFr(newest.root) }
  }
  return epochs
}

type DraftAlternative = PresentationRequestDraft["items"][number]["alternatives"][number]

function completeAlternative(
  { registry, statement: id, parameters }: DraftAlternative,
  item: number,
  at: number,
) {
  const statement = CATALOGUE.findStatement(id)
  const schema = statement === null ? null : CATALOGUE.findSchema(statement.schema, statement.subject)
  if (statement === null || schema === null) throw refused(item, at, "statement", "statement-unknown")
  return { registry, schemaId: CATALOGUE.schemaIdOf(schema), statement, parameters }
}

/** Compiles the request against every value set there is, and answers those it used. */
function usedValueSets(request: UnsignedRequest): UnsignedRequest["valueSets"] {
  const used = new Set<string>()
  const findValueSet = (id: string): PreparedValueSet | null => {
    used.add(id)
    return CATALOGUE.findValueSet(id)
  }
  try {
    compileRequest(request, { findSchemaById: CATALOGUE.findSchemaById, findValueSet })
  } catch (error) {
    if (!(error instanceof StatementError)) throw error
    throw new Problem(
      "statement-refused",
      { errors: [{ path: "items", code: error.code }] },
      { cause: error },
    )
  }
  return Object.fromEntries([...used].map((id) => [id, valueSetOf(id)]))
}

function valueSetOf(id: string): UnsignedRequest["valueSets"][string] {
  const set = CATALOGUE.findValueSet(id)
  if (set === null) throw new RangeError("a value set of the catalogue")
  return { digest: set.digest, root: encodeFr(set.root), size: set.members.length }
}

function refused(item: number, alternative: number, member: string, code: string): Problem {
  const path = `items.${item}.alternatives.${alternative}.${member}`
  return new Problem("statement-refused", { errors: [{ path, code }] })
}
