// W10: which record answers which item. Only what the reference interpreter says is provable is ever proved; why a record
// does not fit is told to the holder by the names of fields, and to nobody else.
import { findAlternative, statementInput } from "../../protocol/credential/compile-request.ts"
import { credentialScalars } from "../../protocol/credential/credential.ts"
import type { CredentialScalars } from "../../protocol/credential/credential.ts"
import { packParts } from "../../protocol/credential/parts.ts"
import { attributeIndex } from "../../protocol/credential/schema.ts"
import type { Clause } from "../../protocol/credential/slot.ts"
import { compileClauses } from "../../protocol/credential/slots.ts"
import { chooseMember, evaluatePart, evaluateStatement } from "../../protocol/credential/statement.ts"
import type { StatementInput } from "../../protocol/credential/statement-conditions.ts"
import type { PresentationRequest } from "../../protocol/wire/presentation-request.ts"
import type { CheckedRequest } from "./check-request.ts"
import { areNamedApart, areOneWard, describeMixed, linkedItems } from "./one-ward.ts"
import { checkOwnStatus } from "./own-status.ts"
import type { OwnStatus } from "./own-status.ts"
import { findAmbiguous, recordsFor } from "./pick-records.ts"
import { refused } from "./refusal.ts"
import type { Refused } from "./refusal.ts"
import type { HeldCredential } from "./wallet.ts"

/** The record that answers an item, by one of its alternatives. */
export interface ChosenRecord {
  readonly alternative: number
  readonly held: HeldCredential
  readonly scalars: CredentialScalars
  readonly status: OwnStatus
}

/** Most assignments tried; a wallet with dozens of records and eight linked items stays below. */
const MAX_TRIES = 20_000

/**
 * One record per item such that every statement and every link holds, or why there is none. Linked items about wards are
 * never answered with records of different names.
 * @param picked - records that the holder named, by their positions from 1: `recordsFor`
 */
export function chooseRecords(
  checked: CheckedRequest,
  credentials: readonly HeldCredential[],
  picked: readonly number[] = [],
): { readonly ok: true; readonly value: readonly ChosenRecord[] } | Refused {
  const ambiguous = findAmbiguous(checked.request, credentials, picked)
  if (ambiguous.length > 0) return refused("record-ambiguous", ambiguous)
  const judged = checked.request.items.map((_, item) =>
    judgeItem(checked, item, recordsFor(checked.request, item, credentials, picked)),
  )
  const lacking = judged.filter(({ candidates }) => candidates.length === 0)
  if (lacking.length > 0) {
    // Revoked is the whole reason only if for every item that has no record a revoked one would have answered.
    const reason = lacking.every(({ isRevoked }) => isRevoked) ? "already-revoked" : "not-satisfied"
    return refused(
      reason,
      lacking.flatMap(({ details }) => details),
    )
  }
  return joinRecords(
    checked.request,
    judged.map(({ candidates }) => candidates),
    credentials,
  )
}

// Records of one name are preferred; a missing name is told to the holder on the screen; different names are refused.
function joinRecords(
  request: PresentationRequest,
  candidates: readonly (readonly ChosenRecord[])[],
  credentials: readonly HeldCredential[],
): { readonly ok: true; readonly value: readonly ChosenRecord[] } | Refused {
  const groups = linkedItems(request.links)
  const everyGroup =
    (fits: (records: readonly HeldCredential[]) => boolean) =>
    (chosen: readonly ChosenRecord[]): boolean =>
      groups.every((items) => fits(items.flatMap((item) => chosen[item]?.held ?? [])))
  const value =
    assign(request, candidates, everyGroup(areOneWard)) ??
    assign(
      request,
      candidates,
      everyGroup((records) => !areNamedApart(records)),
    )
  if (value !== null) return { ok: true, value }
  const mixed = assign(request, candidates, () => true)
  if (mixed === null) return refused("not-satisfied", ["no records satisfy the links between the items"])
  const held = mixed.map((chosen) => chosen.held)
  return refused("record-ambiguous", describeMixed(request.links, held, credentials))
}

interface Judged {
  readonly candidates: readonly ChosenRecord[]
  readonly details: readonly string[]
  readonly isRevoked: boolean
}

function judgeItem(checked: CheckedRequest, item: number, credentials: readonly HeldCredential[]): Judged {
  const alternatives = checked.request.items[item]?.alternatives ?? []
  const results = alternatives.flatMap((alternative, index) => {
    const fitting = credentials.filter(
      ({ credential }) =>
        credential.registry === alternative.registry && credential.schemaId === alternative.schemaId,
    )
    const none = `no record of ${alternative.statement.schema} in ${alternative.registry}`
    return fitting.length === 0 ? [none] : fitting.map((held) => judgeRecord(checked, item, index, held))
  })
  const reasons = results.filter((result) => typeof result === "string")
  return {
    candidates: results.filter((result) => typeof result !== "string"),
    details: reasons.map((reason) => `item ${item + 1}: ${reason}`),
    isRevoked: reasons.includes(REVOKED),
  }
}

const REVOKED = "a record that would answer was revoked"

function judgeRecord(
  { request, catalogue, epochs }: CheckedRequest,
  item: number,
  alternativeIndex: number,
  held: HeldCredential,
): ChosenRecord | string {
  const alternative = findAlternative(request, item, alternativeIndex)
  const input = statementInput(request, alternative, catalogue)
  const { credential } = held
  const epoch = epochs.get(alternative.registry)
  if (epoch === undefined) return "its registry is not part of the request"
  if (request.asOf < credential.validFrom || request.asOf > credential.validUntil)
    return "a record is not valid now"
  const scalars = credentialScalars(credential, input.schema)
  if (!evaluateStatement(input, credential.attributes)) {
    return `a record does not satisfy the conditions on ${failingFields(input, scalars.attrs).join(", ")}`
  }
  const status = checkOwnStatus(epoch.registry, held)
  if (status.ok) return { alternative: alternativeIndex, held, scalars, status: status.value }
  if (status.reason === "already-revoked") return REVOKED
  return status.reason === "issuer-not-listed"
    ? "the issuer of a record is no longer listed"
    : "the status list of a record's issuer is not what its issuer signed"
}

function failingFields(input: StatementInput, attrs: readonly bigint[]): readonly string[] {
  const names = new Map(
    [...attributeIndex(input.schema)].map(([, { definition, position }]) => [position, definition.name]),
  )
  const failing = compileClauses(input).filter((clause) => !holds(clause, input, attrs))
  return [...new Set(failing.flat().map(({ field }) => names.get(field) ?? "?"))].sort()
}

function holds(clause: Clause, input: StatementInput, attrs: readonly bigint[]): boolean {
  return packParts([clause]).every((part) => {
    const members = part.valueSetId === null ? [0n] : (input.valueSets(part.valueSetId)?.members ?? [])
    return evaluatePart(part, attrs, chooseMember(part, attrs, members).member)
  })
}

/** The first assignment, in the order of alternatives and records, that satisfies the links and fits, as do its beginnings. */
function assign(
  request: PresentationRequest,
  candidates: readonly (readonly ChosenRecord[])[],
  fits: (chosen: readonly ChosenRecord[]) => boolean,
): readonly ChosenRecord[] | null {
  let tries = 0
  const extend = (chosen: readonly ChosenRecord[]): readonly ChosenRecord[] | null => {
    const options = candidates[chosen.length]
    if (options === undefined) return chosen
    for (const option of options) {
      if (++tries > MAX_TRIES) return null
      const next = [...chosen, option]
      const found = areLinksPossible(request, next) && fits(next) ? extend(next) : null
      if (found !== null) return found
    }
    return null
  }
  return extend([])
}

// One wallet is one person; a bearer record is a person of its own, so its links hold with itself alone.
function areLinksPossible({ links }: PresentationRequest, chosen: readonly ChosenRecord[]): boolean {
  return links.every(({ kind, items }) => {
    const linked = items.flatMap((item) => chosen[item] ?? [])
    const people = new Set(linked.map(({ held }) => held.credential.bearer?.secret ?? null))
    if (people.size > 1) return false
    if (kind === "samePerson") return true
    const keys = linked.map(({ scalars }) =>
      kind === "sameCredential" ? scalars.credentialHash : scalars.credId,
    )
    return new Set(keys).size === (kind === "sameCredential" ? Math.min(1, keys.length) : keys.length)
  })
}
