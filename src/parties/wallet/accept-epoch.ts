// E1 to E7 for one registry epoch, in order. The trust file names registries and logs; a request only says which epoch.
import { bytesToHex } from "../../protocol/primitives/bytes.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import { sha256 } from "../../protocol/primitives/hash.ts"
import { parseVerifierKey } from "../../protocol/primitives/note-key.ts"
import { accept, refuse } from "../../protocol/primitives/verdict.ts"
import type { Verdict } from "../../protocol/primitives/verdict.ts"
import { verifyBundle } from "../../protocol/credential/issuer-registry.ts"
import type { Registry } from "../../protocol/credential/issuer-registry.ts"
import { parseEntry } from "../../protocol/log/entry.ts"
import type { RegistryEpochBody, SignedEntry } from "../../protocol/log/entry.ts"
import { readReceipt } from "../../protocol/log/receipt.ts"
import { isEntrySignedBy } from "../../protocol/log/signed-entry.ts"
import { parseRegistryBundle } from "../../protocol/wire/credential.ts"
import type { RegistryBundle, Trust } from "../../protocol/wire/credential.ts"
import { acceptAnchored, readOrNull } from "./accept-anchored.ts"
import type { WalletReader } from "./accept-anchored.ts"
import type { SeenEpoch, Wallet } from "./wallet.ts"

/** Why an epoch is not accepted, by the check that failed. */
export type EpochRefusal =
  | "registry-unknown" // E1
  | "signature-refused" // E1
  | "registry-not-anchored" // E2
  | "log-inconsistent" // E3
  | "epoch-rollback" // E4
  | "registry-stale" // E5
  | "bundle-mismatch" // E6
  | "registry-inconsistent" // E7

/** An epoch that may be used. */
export interface AcceptedEpoch {
  readonly body: RegistryEpochBody
  readonly bundle: RegistryBundle
  readonly registry: Registry
}

/** Which epoch is meant. */
export interface WantedEpoch {
  readonly registry: string
  /** What a request names; left out, the newest epoch is meant. */
  readonly named?: { readonly epoch: number; readonly root: Fr }
  /** Unix seconds at which it must be current: a request's asOf, or the wallet's clock. */
  readonly asOf: number
  /** Fixed in the past by something that everybody is held against: newer epochs do not end it. */
  readonly isFixed?: boolean
}

/** Longest life of an epoch: a registry publishes at least every 24 h. */
const EPOCH_LIFE_SECONDS = 25 * 3600
/** How far the wallet's own clock may be behind, where no request gives the time. */
const MAX_SKEW_SECONDS = 300
/** How long a predecessor still counts; an urgent successor ends it at once. */
const GRACE_SECONDS = 120
/** Epochs remembered per registry: enough to chain roots, not a diary. */
const REMEMBERED_EPOCHS = 48

/**
 * Reads and checks one epoch and its whole bundle. The same calls are made whatever the wallet holds.
 * E8 is `own-status.ts`, since it needs a credential: which list is the own one must not show in what is read.
 */
export async function acceptEpoch(
  wanted: WantedEpoch,
  reader: WalletReader,
): Promise<Verdict<AcceptedEpoch, EpochRefusal>> {
  const receiptBytes = await reader.source.getEpochReceipt(wanted.registry, wanted.named?.epoch ?? "latest")
  const signed = verifyOwner(receiptBytes, wanted.registry, reader.store.current().trust) // E1
  if (!signed.ok) return signed
  const body = signed.value
  const anchored = await acceptAnchored(receiptBytes, reader)
  if (!anchored.ok)
    return refuse(anchored.reason === "not-anchored" ? "registry-not-anchored" : anchored.reason) // E2, E3
  if (!isNamed(body, wanted) || !isForward(body, reader.store.current(), wanted))
    return refuse("epoch-rollback") // E4
  await reader.store.replace(rememberEpoch(reader.store.current(), body))
  if (!isCurrent(body, wanted)) return refuse("registry-stale") // E5
  const bytes = await reader.source.getBundle(body.registry, body.number)
  if (bytes === null || bytesToHex(sha256(bytes)) !== body.bundleDigest) return refuse("bundle-mismatch") // E6
  const bundle = readBundle(bytes)
  if (bundle === null) return refuse("registry-inconsistent")
  const verified = verifyBundle(bundle, body) // E6, E7
  return verified.ok ? accept({ body, bundle, registry: verified.value }) : verified
}

function verifyOwner(
  receiptBytes: Uint8Array | null,
  registry: string,
  trust: Trust,
): Verdict<RegistryEpochBody, EpochRefusal> {
  const trusted = trust.registries.find(({ id }) => id === registry)
  if (trusted === undefined) return refuse("registry-unknown")
  const entry = readEpochEntry(receiptBytes)
  if (entry === null) return refuse("registry-not-anchored")
  if (entry.body.registry !== registry || !isEntrySignedBy(entry, parseVerifierKey(trusted.key))) {
    return refuse("signature-refused")
  }
  return accept(entry.body)
}

function readEpochEntry(
  receiptBytes: Uint8Array | null,
): (SignedEntry & { readonly kind: "registry-epoch" }) | null {
  const receipt = readOrNull(receiptBytes)
  if (receipt === null) return null
  try {
    const entry = parseEntry(readReceipt(receipt).entryBytes)
    return entry.kind === "registry-epoch" ? entry : null
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}

function readBundle(bytes: Uint8Array): RegistryBundle | null {
  try {
    return parseRegistryBundle(bytes)
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}

function isNamed(body: RegistryEpochBody, { named }: WantedEpoch): boolean {
  return named === undefined || (named.epoch === body.number && named.root === body.root)
}

// A request's asOf is the clock of the service that published the epoch; the wallet's own may be behind it.
function isCurrent({ notBefore }: RegistryEpochBody, { asOf, named }: WantedEpoch): boolean {
  const earliest = named === undefined ? notBefore - MAX_SKEW_SECONDS : notBefore
  return earliest <= asOf && asOf < notBefore + EPOCH_LIFE_SECONDS
}

// One root per number for ever, every root chained to its predecessor, and no way back but one step within the grace.
function isForward(body: RegistryEpochBody, wallet: Wallet, { asOf, isFixed }: WantedEpoch): boolean {
  const seen = wallet.epochs.filter(({ registry }) => registry === body.registry)
  const at = (number: number): SeenEpoch | undefined => seen.find((epoch) => epoch.number === number)
  const same = at(body.number)
  if (same !== undefined && (same.root !== body.root || same.previousRoot !== body.previousRoot)) return false
  const before = at(body.number - 1)
  if (before !== undefined && before.root !== body.previousRoot) return false
  const after = at(body.number + 1)
  if (after !== undefined && after.previousRoot !== body.root) return false
  const newest = seen.reduce<SeenEpoch | null>(
    (best, epoch) => (epoch.number > (best?.number ?? 0) ? epoch : best),
    null,
  )
  if (newest === null || body.number >= newest.number || isFixed === true) return true
  const grace = newest.urgent ? 0 : GRACE_SECONDS
  return body.number === newest.number - 1 && asOf - newest.notBefore <= grace
}

function rememberEpoch(wallet: Wallet, body: RegistryEpochBody): Wallet {
  const { registry, number, root, previousRoot, notBefore, urgent } = body
  const others = wallet.epochs.filter((epoch) => epoch.registry !== registry)
  const mine = wallet.epochs.filter((epoch) => epoch.registry === registry && epoch.number !== number)
  const kept = [...mine, { registry, number, root, previousRoot, notBefore, urgent }]
    .sort((a, b) => a.number - b.number)
    .slice(-REMEMBERED_EPOCHS)
  return { ...wallet, epochs: [...others, ...kept] }
}
