// Entries of the service's main log that an election rests on, each proven to be in a log of the auditor's own policy.
import { mainEntryName } from "../../../protocol/election/audit-bundle.ts"
import { isMainEntry, parseEntry } from "../../../protocol/log/entry.ts"
import type { MainEntry } from "../../../protocol/log/entry.ts"
import type { Policy } from "../../../protocol/log/policy.ts"
import { areSignaturesValid } from "../../../protocol/log/signed-entry.ts"
import { leafHash, verifyInclusion } from "../../../protocol/log/tree.ts"
import { accept } from "../../../protocol/primitives/verdict.ts"
import { orNull, readProof, readSeenCheckpoint } from "./notes.ts"
import { stop } from "./outcome.ts"
import type { Outcome } from "./outcome.ts"
import type { Bundle } from "./v01-container.ts"

/** Entries by the name that the bundle gives them, without folder and ending. */
export type MainEntries = ReadonlyMap<string, MainEntry>

const EPOCH_PREFIX = "registry-epoch-"

/** Reads `main/`: each entry of the kind its name promises, under a checkpoint that the policy believes. */
export function readMainEntries(bundle: Bundle, policy: Policy): Outcome<MainEntries> {
  const entries = new Map<string, MainEntry>()
  for (const name of new Set(bundle.paths.map(mainEntryName).filter((name) => name !== null))) {
    const bytes = bundle.read(`main/${name}.entry`)
    const entry = orNull(() => parseEntry(bytes))
    if (entry === null || !isMainEntry(entry) || !isNamed(entry, name)) {
      return stop("log-invalid", `main/${name}.entry: no such entry of a main log`)
    }
    if ("signatures" in entry && !areSignaturesValid(entry)) {
      return stop("log-invalid", `main/${name}.entry: its signature does not verify`)
    }
    if (!isIncluded(bundle.read(`main/${name}.tlog-proof`), bytes, policy)) {
      return stop("log-invalid", `main/${name}.tlog-proof: shows no inclusion in a log of the policy`)
    }
    entries.set(name, entry)
  }
  return accept(entries)
}

function isNamed(entry: MainEntry, name: string): boolean {
  if (name.startsWith(EPOCH_PREFIX)) {
    return entry.kind === "registry-epoch" && EPOCH_PREFIX + entry.body.registry === name
  }
  if (entry.kind === "election-anchor") return name === `election-anchor-${entry.phase}`
  return entry.kind === "circuit-key" && name.startsWith("circuit-key")
}

function isIncluded(proofBytes: Uint8Array, entry: Uint8Array, policy: Policy): boolean {
  const proof = readProof(proofBytes)
  if (proof === null) return false
  const seen = readSeenCheckpoint(proof.checkpoint, policy, (origin) =>
    policy.logs.filter(({ name }) => name === origin),
  )
  if (!seen?.hasQuorum) return false
  return verifyInclusion(proof.index, seen.size, leafHash(entry), proof.hashes, seen.root)
}
