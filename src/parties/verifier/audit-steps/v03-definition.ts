// V3: the definition is the one that the log names, keeps its own rules, and the election went its way in order.
import {
  checkLog,
  checkOwnRules,
  computeElectionId,
  definitionSha256,
} from "../../../protocol/election/definition.ts"
import { checkExtension } from "../../../protocol/election/extension.ts"
import type { Policy } from "../../../protocol/log/policy.ts"
import { bytesToHex, equalBytes } from "../../../protocol/primitives/bytes.ts"
import type { Fr } from "../../../protocol/primitives/field.ts"
import { encodeVerifierKey } from "../../../protocol/primitives/note-key.ts"
import { accept } from "../../../protocol/primitives/verdict.ts"
import { canonicalBytes } from "../../../protocol/wire/canonical-json.ts"
import { parseDefinition } from "../../../protocol/wire/election-definition.ts"
import type { ElectionDefinition } from "../../../protocol/wire/election-definition.ts"
import { keysUnder, orNull } from "./notes.ts"
import { found, stop } from "./outcome.ts"
import type { Finding, Outcome } from "./outcome.ts"
import { checkPhaseOrder } from "./phase-order.ts"
import type { Milestones } from "./phase-order.ts"
import type { Bundle } from "./v01-container.ts"
import type { AuditedLog } from "./v02-log.ts"
import { ofKind } from "./entries.ts"

/** The definition and the milestones of its election. */
export interface AuditedDefinition extends Milestones {
  readonly electionId: Fr
  readonly terms: ElectionDefinition
  /** Unix seconds, extensions included. */
  readonly closesAt: number
}

/** V3. */
export function checkElectionDefinition(
  bundle: Bundle,
  log: AuditedLog,
  policy: Policy,
): Outcome<AuditedDefinition> {
  const order = checkPhaseOrder(log.entries)
  if (!order.ok) return order
  const { body } = order.value.definition
  const bytes = bundle.read("definition.json")
  const terms = orNull(() => parseDefinition(bytes))
  if (terms === null || !equalBytes(canonicalBytes(terms), bytes))
    return refused("definition.json: malformed or not canonical")
  const electionId = computeElectionId(terms)
  if (electionId !== body.electionId || definitionSha256(terms) !== body.definitionSha256) {
    return refused("definition.json: not the definition that the log names")
  }
  if (electionId !== bundle.electionId) return refused("manifest.json: names another election")
  const own = checkOwnRules(terms, log.ceremony)
  if (!own.ok) return refused(`definition.json: ${own.at ?? own.reason}`)
  const vkey = keysUnder(policy, log.origin)
    .map(encodeVerifierKey)
    .find((key) => key === terms.log.vkey)
  const named = checkLog(terms, { origin: log.origin, vkey: vkey ?? "" })
  if (!named.ok) return refused(`definition.json: ${named.at ?? named.reason}`)
  const extended = checkExtensions(log, terms)
  if (!extended.ok) return extended
  const anchor = checkAnchor(log, {
    electionId,
    sha256: body.definitionSha256,
    openIndex: order.value.open.index,
  })
  if (anchor !== null) return { ok: false, finding: anchor }
  return accept({ ...order.value, electionId, terms, closesAt: extended.value })
}

function checkExtensions({ entries, ceremony }: AuditedLog, terms: ElectionDefinition): Outcome<number> {
  const closings: number[] = []
  for (const entry of ofKind(entries, "extension")) {
    const verdict = checkExtension(entry, ceremony, terms, closings)
    if (!verdict.ok) return refused(`extension ${entry.body.number}: ${verdict.at ?? verdict.reason}`)
    closings.push(entry.body.closesAt)
  }
  return accept(closings.at(-1) ?? terms.closesAtUnixSeconds)
}

interface Opened {
  readonly electionId: Fr
  readonly sha256: string
  readonly openIndex: number
}

function checkAnchor(log: AuditedLog, { electionId, sha256, openIndex }: Opened): Finding | null {
  const anchor = log.main.get("election-anchor-open")
  const place = "main/election-anchor-open.entry"
  if (anchor?.kind !== "election-anchor") return found("definition-invalid", `${place}: missing`)
  const isOfElection =
    anchor.electionId === electionId && anchor.origin === log.origin && anchor.digest === sha256
  if (!isOfElection) return found("definition-invalid", `${place}: of another election`)
  const isPrefix =
    anchor.size > openIndex &&
    anchor.size <= log.tree.size &&
    bytesToHex(log.tree.rootAt(anchor.size)) === anchor.root
  return isPrefix ? null : found("definition-invalid", `${place}: of another history`)
}

const refused = (place: string): Outcome<never> => stop("definition-invalid", place)
