// sotto/wallet/1: everything a holder keeps, as one plain value and one canonical document.
import { encodeBase64Url, utf8ToBytes } from "../../protocol/primitives/bytes.ts"
import type { EncodedPoint } from "../../protocol/primitives/babyjubjub.ts"
import { ProtocolError } from "../../protocol/primitives/errors.ts"
import { parseFr } from "../../protocol/primitives/field.ts"
import type { Fr } from "../../protocol/primitives/field.ts"
import type { RandomBytes } from "../../protocol/credential/holder.ts"
import { canonicalText, parseStrictJson } from "../../protocol/wire/canonical-json.ts"
import type { Json } from "../../protocol/wire/canonical-json.ts"
import { parseCredential, parseIssuerEntry, parseTrust } from "../../protocol/wire/credential.ts"
import type { Credential, IssuerEntry, Trust } from "../../protocol/wire/credential.ts"
import { parseConsentReceipt } from "./consent-receipt.ts"
import type { ConsentReceipt } from "./consent-receipt.ts"
import { readMembers } from "./members.ts"
import { NO_VOTING, readVoting } from "./voting.ts"
import type { Voting } from "./voting.ts"
import { WalletError } from "./wallet-error.ts"

/** A commitment made for one issuer key; `n` picks the blind. */
interface HolderSlot {
  readonly registry: string
  readonly issuer: string
  readonly key: EncodedPoint
  readonly n: number
}

/** A record that was checked when it came in, with the issuer entry of that moment and the n that opens its holder. */
export interface HeldCredential {
  readonly credential: Credential
  readonly issuer: IssuerEntry
  readonly n: number
  /** The holder's own name for whom the record is about, such as a child's; it never leaves the wallet. */
  readonly name?: string
}

/** The newest checkpoint accepted from a log, as the signed note. */
interface SeenCheckpoint {
  readonly origin: string
  readonly note: string
}

/** Two checkpoints of one log that could not be shown to agree: evidence against its operator. */
interface CheckpointConflict {
  readonly origin: string
  readonly held: string
  readonly offered: string
}

/** An anchored epoch of a registry. */
export interface SeenEpoch {
  readonly registry: string
  readonly number: number
  readonly root: Fr
  readonly previousRoot: Fr
  readonly notBefore: number
  readonly urgent: boolean
}

/** The key a verifier signed with last time. */
interface SeenVerifier {
  readonly origin: string
  readonly id: string
  readonly key: string
}

/** A holder's whole state. Secret: `seed` is 32 bytes and restores the person. */
export interface Wallet {
  readonly seed: Uint8Array
  readonly trust: Trust
  readonly holders: readonly HolderSlot[]
  readonly credentials: readonly HeldCredential[]
  readonly checkpoints: readonly SeenCheckpoint[]
  readonly conflicts: readonly CheckpointConflict[]
  readonly epochs: readonly SeenEpoch[]
  readonly verifiers: readonly SeenVerifier[]
  /** Challenges this wallet set out to answer; none is answered twice. */
  readonly challenges: readonly string[]
  readonly receipts: readonly ConsentReceipt[]
  readonly voting: Voting
}

const SEED_BYTES = 32
const LIMITS = { maxBytes: 48 * 1024 * 1024, maxDepth: 24, maxString: 128 * 1024 }

/**
 * A new, empty wallet.
 * @param trust - the holder's own trust file, never one that a verifier or registry hands over
 * @param randomBytes - a CSPRNG
 */
export function createWallet(trust: Trust, randomBytes: RandomBytes): Wallet {
  return {
    seed: randomBytes(SEED_BYTES),
    trust,
    holders: [],
    credentials: [],
    checkpoints: [],
    conflicts: [],
    epochs: [],
    verifiers: [],
    challenges: [],
    receipts: [],
    voting: NO_VOTING,
  }
}

/** The canonical bytes of a wallet. Secret: they hold the seed and every record. */
export function encodeWallet(wallet: Wallet): Uint8Array {
  const document = { type: "sotto/wallet/1", ...wallet, seed: encodeBase64Url(wallet.seed) }
  return utf8ToBytes(canonicalText(document as unknown as Json))
}

/**
 * Reads a wallet strictly, every document inside through its own reader.
 * @param input - the holder's own bytes, yet checked whole: a half-read wallet would forget what it answered
 * @throws WalletError `malformed-wallet`, naming a member and never a value
 */
export function parseWallet(input: Uint8Array): Wallet {
  try {
    return readWallet(parseStrictJson(input, LIMITS))
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new WalletError("malformed-wallet", `a document inside is ${cause.code}`, { cause })
  }
}

function readWallet(document: Json): Wallet {
  const wallet = readMembers(document, [
    ...["type", "seed", "trust", "holders", "credentials", "checkpoints"],
    ...["conflicts", "epochs", "verifiers", "challenges", "receipts", "voting"],
  ])
  if (wallet.text("type") !== "sotto/wallet/1")
    throw new WalletError("malformed-wallet", "another type or version")
  return {
    seed: wallet.bytes("seed", SEED_BYTES),
    trust: parseTrust(wallet.message("trust")),
    holders: wallet.list("holders", readHolderSlot),
    credentials: wallet.list("credentials", readHeldCredential),
    checkpoints: wallet.list("checkpoints", (entry) => readTexts(entry, ["origin", "note"])),
    conflicts: wallet.list("conflicts", (entry) => readTexts(entry, ["origin", "held", "offered"])),
    epochs: wallet.list("epochs", readSeenEpoch),
    verifiers: wallet.list("verifiers", (entry) => readTexts(entry, ["origin", "id", "key"])),
    challenges: wallet.texts("challenges"),
    receipts: wallet.list("receipts", parseConsentReceipt),
    voting: readVoting(wallet.json("voting")),
  }
}

function readHolderSlot(entry: Json): HolderSlot {
  const slot = readMembers(entry, ["registry", "issuer", "key", "n"])
  const [x, y, more] = slot.list("key", parseFr)
  if (x === undefined || y === undefined || more !== undefined) {
    throw new WalletError("malformed-wallet", "key has the wrong length")
  }
  return { registry: slot.text("registry"), issuer: slot.text("issuer"), key: [x, y], n: slot.count("n") }
}

function readHeldCredential(entry: Json): HeldCredential {
  const members = readMembers(entry, ["credential", "issuer", "n"], ["name"])
  const held = {
    credential: parseCredential(members.message("credential")),
    issuer: parseIssuerEntry(members.json("issuer")),
    n: members.count("n"),
  }
  return members.has("name") ? { ...held, name: members.text("name") } : held
}

function readSeenEpoch(entry: Json): SeenEpoch {
  const epoch = readMembers(entry, ["registry", "number", "root", "previousRoot", "notBefore", "urgent"])
  return {
    registry: epoch.text("registry"),
    number: epoch.count("number"),
    root: parseFr(epoch.text("root")),
    previousRoot: parseFr(epoch.text("previousRoot")),
    notBefore: epoch.count("notBefore"),
    urgent: epoch.flag("urgent"),
  }
}

function readTexts<K extends string>(entry: Json, names: readonly K[]): Readonly<Record<K, string>> {
  const members = readMembers(entry, names)
  return Object.fromEntries(names.map((name) => [name, members.text(name)])) as Record<K, string>
}
