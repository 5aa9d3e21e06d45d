// Policy file, C2SP tlog-policy: which logs to believe, and whose cosignatures make a checkpoint count.
import { ProtocolError } from "../primitives/errors.ts"
import { parseVerifierKey } from "../primitives/note-key.ts"
import type { NoteKeyType, VerifierKey } from "../primitives/note-key.ts"
import { equalBytes } from "../primitives/bytes.ts"

const MAX_LINES_OF_A_KIND = 32 // the specification asks readers to support at least as many
const MAX_POLICY_LENGTH = 64 * 1024

/** A witness of the specification: someone who signs only what extends what it signed before. */
interface PolicyCosigner {
  readonly name: string
  readonly key: VerifierKey
  readonly url?: string
}

/** A named set of which at least `threshold` members must have cosigned. */
interface PolicyGroup {
  readonly name: string
  readonly threshold: number
  readonly members: readonly string[]
}

/** A parsed policy. */
export interface Policy {
  readonly logs: readonly VerifierKey[]
  readonly cosigners: readonly PolicyCosigner[]
  readonly groups: readonly PolicyGroup[]
  /** Name of a cosigner or group that must be satisfied, or "none". */
  readonly quorum: string
}

interface Draft {
  logs: VerifierKey[]
  cosigners: PolicyCosigner[]
  groups: PolicyGroup[]
  members: Set<string>
  quorum: string | null
}

/**
 * Reads a policy file. A name must be defined on an earlier line, is a member of at most one group, and a public key
 * stands in at most one line of its kind, so no cosigner can count twice.
 * @param text - the reader's own file, yet checked whole
 * @throws ProtocolError `malformed-log`, naming the line
 */
export function parsePolicy(text: string): Policy {
  if (text.length > MAX_POLICY_LENGTH) throw malformed(0, "the file is too long")
  const draft: Draft = { logs: [], cosigners: [], groups: [], members: new Set(), quorum: null }
  for (const [i, row] of text.split("\n").entries()) {
    if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(row)) throw malformed(i + 1, "a control character")
    const words = row.split(/[ \t]+/).filter((word) => word !== "")
    if (words.length > 0 && words[0]?.startsWith("#") === false) readLine(draft, i + 1, words)
  }
  if (draft.quorum === null) throw malformed(0, "expected a quorum line")
  return { logs: draft.logs, cosigners: draft.cosigners, groups: draft.groups, quorum: draft.quorum }
}

/** True when the cosigners whose keys are given satisfy the policy's quorum. */
export function meetsQuorum(policy: Policy, signers: readonly VerifierKey[]): boolean {
  const satisfied = (name: string): boolean => {
    const group = policy.groups.find((candidate) => candidate.name === name)
    if (group !== undefined) return group.members.filter(satisfied).length >= group.threshold
    const cosigner = policy.cosigners.find((candidate) => candidate.name === name)
    return cosigner !== undefined && signers.includes(cosigner.key)
  }
  return policy.quorum === "none" || satisfied(policy.quorum)
}

function readLine(draft: Draft, line: number, words: readonly string[]): void {
  const [keyword, first = "", second = "", ...rest] = words
  if (keyword === "log" && words.length <= 3) readLog(draft, line, first)
  else if (keyword === "witness" && words.length <= 4) readCosigner(draft, line, first, second, rest[0])
  else if (keyword === "group") readGroup(draft, line, first, second, rest)
  else if (keyword === "quorum" && words.length === 2 && draft.quorum === null) {
    if (first !== "none" && !isDefined(draft, first)) throw malformed(line, "an undefined name")
    draft.quorum = first
  } else throw malformed(line, "expected log, witness, group or one quorum")
}

function readLog(draft: Draft, line: number, vkey: string): void {
  draft.logs.push(readKey(vkey, 0x01, draft.logs, line))
}

function readCosigner(draft: Draft, line: number, name: string, vkey: string, url: string | undefined): void {
  const others = draft.cosigners.map((cosigner) => cosigner.key)
  const key = readKey(vkey, 0x04, others, line)
  defineName(draft, line, name)
  draft.cosigners.push(url === undefined ? { name, key } : { name, key, url })
}

function readGroup(draft: Draft, line: number, name: string, k: string, members: readonly string[]): void {
  const threshold = k === "any" ? 1 : k === "all" ? members.length : /^[1-9][0-9]?$/.test(k) ? Number(k) : 0
  if (threshold < 1 || threshold > members.length) throw malformed(line, "a threshold outside its members")
  if (draft.groups.length >= MAX_LINES_OF_A_KIND) throw malformed(line, "too many groups")
  for (const member of members) {
    if (!isDefined(draft, member)) throw malformed(line, "an undefined name")
    if (draft.members.has(member)) throw malformed(line, "a name in two groups")
    draft.members.add(member)
  }
  defineName(draft, line, name)
  draft.groups.push({ name, threshold, members })
}

function readKey(text: string, type: NoteKeyType, others: readonly VerifierKey[], line: number): VerifierKey {
  let key
  try {
    key = parseVerifierKey(text)
  } catch (cause) {
    throw malformed(line, "a malformed key", cause)
  }
  if (key.type !== type) throw malformed(line, "a key of the wrong type")
  if (others.length >= MAX_LINES_OF_A_KIND) throw malformed(line, "too many keys")
  if (others.some((other) => equalBytes(other.publicKey, key.publicKey)))
    throw malformed(line, "a key given twice")
  return key
}

function defineName(draft: Draft, line: number, name: string): void {
  if (name === "" || name === "none" || isDefined(draft, name)) throw malformed(line, "a name given twice")
}

function isDefined(draft: Draft, name: string): boolean {
  return [...draft.cosigners, ...draft.groups].some((item) => item.name === name)
}

function malformed(line: number, what: string, cause?: unknown): ProtocolError {
  return new ProtocolError("malformed-log", `policy line ${line}: ${what}`, { cause })
}
