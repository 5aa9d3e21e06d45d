// V2: the log is one signed and cosigned tree of well-formed entries by the right authors, and holds every receipt.
import { AT_CLOSE_PATH, isReceiptPath } from "../../../protocol/election/audit-bundle.ts"
import { checkCeremony, electionOrigin } from "../../../protocol/election/key-ceremony.ts"
import type { CeremonyBody, CeremonyFacts } from "../../../protocol/election/key-ceremony.ts"
import { checkSigners } from "../../../protocol/election/signers.ts"
import { isMainEntry, parseEntry } from "../../../protocol/log/entry.ts"
import type { ElectionEntry } from "../../../protocol/log/entry.ts"
import { hostOf } from "../../../protocol/log/log-keys.ts"
import type { Policy } from "../../../protocol/log/policy.ts"
import { verifyInclusion } from "../../../protocol/log/tree.ts"
import { equalBytes } from "../../../protocol/primitives/bytes.ts"
import { accept } from "../../../protocol/primitives/verdict.ts"
import { readLogTree } from "./log-tree.ts"
import type { LogTree } from "./log-tree.ts"
import { readMainEntries } from "./main-entries.ts"
import type { MainEntries } from "./main-entries.ts"
import { keysUnder, orNull, readProof, readSeenCheckpoint } from "./notes.ts"
import type { SeenCheckpoint } from "./notes.ts"
import { stop } from "./outcome.ts"
import type { Outcome, StepProgress } from "./outcome.ts"
import type { Bundle } from "./v01-container.ts"

/** The election's log as every later step reads it. */
export interface AuditedLog {
  readonly origin: string
  readonly tree: LogTree
  /** By index. */
  readonly entries: readonly ElectionEntry[]
  readonly ceremony: CeremonyBody
  readonly facts: CeremonyFacts
  readonly checkpoint: SeenCheckpoint
  readonly atClose: SeenCheckpoint | null
  /** Every checkpoint of this log that the bundle holds, those of receipts included. */
  readonly checkpoints: readonly SeenCheckpoint[]
  readonly main: MainEntries
}

/** V2. */
export function checkLog(bundle: Bundle, policy: Policy, progress: StepProgress): Outcome<AuditedLog> {
  const keysOf = (origin: string) => keysUnder(policy, origin)
  const checkpoint = readSeenCheckpoint(bundle.read("log/checkpoint"), policy, keysOf)
  if (checkpoint === null) return stop("log-invalid", "log/checkpoint: not signed by a log of the policy")
  if (!checkpoint.hasQuorum) return stop("log-invalid", "log/checkpoint: cosigners are missing")
  const log = readEntries(bundle, checkpoint, progress)
  if (!log.ok) return log
  const { tree } = log.value
  const atClose = readAtClose(bundle, policy, checkpoint, tree)
  if (!atClose.ok) return atClose
  const main = readMainEntries(bundle, policy)
  if (!main.ok) return main
  const receipts = checkReceipts(bundle, policy, checkpoint.origin, tree)
  if (!receipts.ok) return receipts
  const checkpoints = [checkpoint, ...(atClose.value === null ? [] : [atClose.value]), ...receipts.value]
  return accept({
    ...log.value,
    origin: checkpoint.origin,
    checkpoint,
    atClose: atClose.value,
    checkpoints,
    main: main.value,
  })
}

type Opening = Pick<AuditedLog, "ceremony" | "facts">

function readEntries(
  bundle: Bundle,
  { origin, size, root }: SeenCheckpoint,
  progress: StepProgress,
): Outcome<Opening & Pick<AuditedLog, "tree" | "entries">> {
  const entries: ElectionEntry[] = []
  const openings: Opening[] = []
  const tree = readLogTree(bundle, size, (bytes, index) => {
    const entry = orNull(() => parseEntry(bytes))
    if (entry === null || isMainEntry(entry)) return "no canonical entry of an election"
    const opening = openings[0] ?? readOpening(entry, origin)
    if (opening === null) return "no ceremony that gives the log its origin"
    openings[0] = opening
    entries.push(entry)
    progress(index + 1, size)
    const signed = checkSigners(entry, opening.ceremony)
    return signed.ok ? null : `${entry.kind}: not signed by whom it must be`
  })
  if (!tree.ok) return tree
  if (!equalBytes(tree.value.rootAt(size), root)) {
    return stop("log-invalid", "log/checkpoint: the tiles do not lead to its root")
  }
  const [opening] = openings
  if (opening === undefined) return stop("log-invalid", "log/checkpoint: of a log without entries")
  return accept({ tree: tree.value, entries, ...opening })
}

function readOpening(entry: ElectionEntry, origin: string): Opening | null {
  if (entry.kind !== "ceremony") return null
  const facts = checkCeremony(entry.body)
  if (!facts.ok || electionOrigin(hostOf(origin), facts.value.ceremonyId) !== origin) return null
  return { ceremony: entry.body, facts: facts.value }
}

function readAtClose(
  bundle: Bundle,
  policy: Policy,
  { origin }: SeenCheckpoint,
  tree: LogTree,
): Outcome<SeenCheckpoint | null> {
  if (!bundle.has(AT_CLOSE_PATH)) return accept(null)
  const seen = readSeenCheckpoint(bundle.read(AT_CLOSE_PATH), policy, (name) =>
    name === origin ? keysUnder(policy, origin) : [],
  )
  if (seen?.hasQuorum !== true)
    return stop("log-invalid", `${AT_CLOSE_PATH}: not signed, or cosigners are missing`)
  return isPrefix(seen, tree) ? accept(seen) : stop("log-invalid", `${AT_CLOSE_PATH}: of another history`)
}

/** True when the checkpoint is of an earlier state of this log. */
const isPrefix = ({ size, root }: SeenCheckpoint, tree: LogTree): boolean =>
  size <= tree.size && equalBytes(tree.rootAt(size), root)

// A receipt is given with the log's signature alone and proves what the log promised, cosigned or not.
function checkReceipts(
  bundle: Bundle,
  policy: Policy,
  origin: string,
  tree: LogTree,
): Outcome<readonly SeenCheckpoint[]> {
  const checkpoints: SeenCheckpoint[] = []
  for (const path of bundle.paths.filter(isReceiptPath)) {
    const proof = readProof(bundle.read(path))
    const keysOf = (name: string) => (name === origin ? keysUnder(policy, origin) : [])
    const seen = proof === null ? null : readSeenCheckpoint(proof.checkpoint, policy, keysOf)
    if (proof === null || seen === null || proof.index >= seen.size) {
      return stop("log-invalid", `${path}: no receipt of this log`)
    }
    const { index, hashes } = proof
    const isThere =
      index < tree.size && verifyInclusion(index, seen.size, tree.leaf(index), hashes, seen.root)
    if (!isThere) return stop("receipt-missing", `${path}: the log promised entry ${index} and holds another`)
    checkpoints.push(seen)
  }
  return accept(checkpoints)
}
