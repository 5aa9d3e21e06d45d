// W9 and W11: what the holder reads before anything is proved. Told from the compiled form, so that a friendly title over
// an unfriendly statement does not help anybody. Bounds are the verifier's; no value of a record is in it.
import { LABELS } from "../../protocol/catalogue/labels.ts"
import { findAlternative, statementInput } from "../../protocol/credential/compile-request.ts"
import type { StatementSources } from "../../protocol/credential/sources.ts"
import { describeStatement } from "../../protocol/credential/words.ts"
import type { StatementWords } from "../../protocol/credential/words.ts"
import type { NullifierUse, PresentationRequest } from "../../protocol/wire/presentation-request.ts"
import type { CheckedRequest } from "./check-request.ts"
import type { ChosenRecord } from "./choose-records.ts"
import { findShared, operatorsOf } from "./guard.ts"
import { LOSSES } from "./refusal.ts"
import type { Wallet } from "./wallet.ts"

/** What one item proves, and with which record. */
interface ConsentItem extends StatementWords {
  readonly statement: string
  /** The verifier's title of the statement; the sentences are what counts. */
  readonly title: string
  /** `ward`: the record is about somebody the holder acts for. */
  readonly subject: "self" | "ward"
  readonly registry: string
  /** Operators the record could have come from: the verifier learns no more about the issuer. */
  readonly possibleOperators: number
  /** The record in the holder's own terms: its position in the wallet from 1, and the holder's name for it if any. */
  readonly record: {
    readonly number: number
    readonly schema: string
    readonly issuerName: string
    readonly name?: string
  }
}

/** One screen: who, why, how long, what, and what becomes linkable. */
export interface ConsentDescription {
  readonly verifier: { readonly id: string; readonly name: string; readonly origin: string }
  /** In the verifier's words; code and retention are inside the hash that the proof binds. */
  readonly purpose: PresentationRequest["purpose"]
  readonly items: readonly ConsentItem[]
  readonly linkable: readonly string[]
  readonly warnings: readonly string[]
  readonly expiresAtUnixSeconds: number
}

/** More items than a person takes in at once. */
const MANY_ITEMS = 4

/**
 * Describes the answer that would be given.
 * @param shipped - the catalogue this wallet came with
 */
export function describeConsent(
  checked: CheckedRequest,
  chosen: readonly ChosenRecord[],
  shipped: Pick<StatementSources, "findSchemaById">,
  wallet: Pick<Wallet, "credentials">,
): ConsentDescription {
  const { request } = checked
  const { id, name, origin } = request.verifier
  return {
    verifier: { id, name, origin },
    purpose: request.purpose,
    items: chosen.map((record, item) => describeItem(checked, record, item, wallet)),
    linkable: describeLinks(request),
    warnings: describeWarnings(checked, chosen, shipped),
    expiresAtUnixSeconds: request.expiresAt,
  }
}

function describeItem(
  { request, catalogue, epochs }: CheckedRequest,
  chosen: ChosenRecord,
  item: number,
  wallet: Pick<Wallet, "credentials">,
): ConsentItem {
  const alternative = findAlternative(request, item, chosen.alternative)
  const { statement, registry, schemaId } = alternative
  const { held } = chosen
  const words = describeStatement(statementInput(request, alternative, catalogue), LABELS)
  const operators = operatorsOf(epochs.get(registry), schemaId).length
  const record = {
    number: wallet.credentials.indexOf(held) + 1,
    schema: held.credential.schema,
    issuerName: held.issuer.name,
  }
  return {
    ...words,
    willNotLearn: [...words.willNotLearn, ...describeUnseen(operators)],
    statement: statement.id,
    title: statement.title.en,
    subject: statement.subject,
    registry,
    possibleOperators: operators,
    record: held.name === undefined ? record : { ...record, name: held.name },
  }
}

function describeUnseen(operators: number): readonly string[] {
  return [
    ...(operators > 1 ? [`which of ${operators} organisations signed the record`] : []),
    "the record itself, its number, when it was issued or until when it is valid",
    "who answered, unless it knows whom it asked",
  ]
}

/** What becomes linkable by an answer, and until when: of each item, then between items. */
export function describeLinks(request: PresentationRequest): readonly string[] {
  const { verifier, items, links } = request
  const uses = items.map(({ nullifier, alternatives }, i) => {
    const choice =
      alternatives.length > 1 ? `; it also sees which of ${alternatives.length} alternatives you used` : ""
    return `Item ${i + 1}: ${describeUse(nullifier, verifier.name)}${choice}.`
  })
  const joined = links.map(({ kind, items: linked }) => {
    const names = linked.map((item) => item + 1).join(", ")
    if (kind === "samePerson") return `Items ${names} will be shown to be held by one person.`
    if (kind === "sameCredential") return `Items ${names} will be shown to come from one record.`
    return `Items ${names} will be shown to come from different records of one person.`
  })
  const together = items.length > 1 ? ["All items of this answer can be seen to come from one wallet."] : []
  return [...uses, ...joined, ...together]
}

function describeUse(nullifier: NullifierUse, verifier: string): string {
  const who = nullifier.mode === "person" ? "you" : "this record"
  if (nullifier.use === "request") return `${verifier} cannot connect this answer to any other`
  const period = nullifier.epoch === "always" ? "for ever" : `within ${nullifier.epoch}`
  if (nullifier.use === "once" && nullifier.pool !== undefined) {
    const spent = `${who} can be counted once ${period} by all verifiers of the pool ${nullifier.pool} together`
    return `${spent}: answering ${verifier} spends it for every one of them, and none of them learns for whom; that something was answered is public, without names`
  }
  return nullifier.use === "once"
    ? `${who} can answer ${verifier} for this purpose once ${period}; that something was answered is public, without names`
    : `${verifier} will recognise ${who} in every answer for this purpose ${period}`
}

function describeWarnings(
  checked: CheckedRequest,
  chosen: readonly ChosenRecord[],
  shipped: Pick<StatementSources, "findSchemaById">,
): readonly string[] {
  const { request, overridden } = checked
  const schemaIds = request.items.flatMap(({ alternatives }) => alternatives.map(({ schemaId }) => schemaId))
  const uses = request.items.map(({ nullifier }) => nullifier)
  const isAlways = uses.some((nullifier) => nullifier.use !== "request" && nullifier.epoch === "always")
  const alternatives = chosen.map(({ alternative }) => alternative)
  const found: readonly [boolean, string][] = [
    [isAlways, "What becomes linkable here stays linkable for ever."],
    [uses.some(({ use }) => use === "pseudonym"), "This verifier will recognise you when you answer again."],
    [request.items.length > MANY_ITEMS, `This asks for ${request.items.length} things at once.`],
    [
      schemaIds.some((id) => shipped.findSchemaById(id) === null),
      "This wallet was not shipped with a record type named here.",
    ],
    [
      findShared(checked, alternatives).length > 0,
      "You answered another verifier about this kind of record; if they compare notes, both answers narrow it down.",
    ],
    [
      chosen.some(({ held }) => held.credential.bearer !== undefined),
      "A record here belongs to whoever has it; who made it knows its secret and can recognise this answer.",
    ],
    [
      areWardsMixed(chosen),
      "These records may be about different people you act for; this wallet cannot tell whether they are one person's.",
    ],
  ]
  return [
    ...overridden.map((override) => LOSSES[override]),
    ...found.filter(([is]) => is).map(([, words]) => words),
  ]
}

// Several records about wards are one person's for sure only if they are one record or carry the holder's one name.
function areWardsMixed(chosen: readonly ChosenRecord[]): boolean {
  const wards = new Set(
    chosen.map(({ held }) => held).filter(({ credential }) => credential.subject === "ward"),
  )
  const names = new Set([...wards].map(({ name }) => name))
  return wards.size > 1 && (names.size > 1 || names.has(undefined))
}
