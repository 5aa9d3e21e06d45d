// The encrypted form of a secret file: scrypt (RFC 7914), then XChaCha20-Poly1305 with everything before it authenticated.
//
//   "sotto/<kind>-file/1\n" || log2N || r || p || salt[16] || nonce[24] || ciphertext || tag[16] || SHA-256 of all that
//
// The last 32 bytes tell an accident from a wrong passphrase and keep no secret: whoever alters the file on purpose can
// write them too, and then fails at the tag.
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js"
import { scryptAsync } from "@noble/hashes/scrypt.js"
import { concatBytes, equalBytes, utf8ToBytes } from "../protocol/primitives/bytes.ts"
import { sha256 } from "../protocol/primitives/hash.ts"
import { AgentError } from "./agent-error.ts"
import type { FileOwner } from "./agent-error.ts"

/** Cost of one derivation: N = 2^log2N rounds over blocks of 128 * r bytes, p times. */
interface Cost {
  readonly log2N: number
  readonly r: number
  readonly p: number
}

/** A key that fits one file: cost and salt stand in that file. Secret: `key` is 32 bytes. */
export interface SealKey {
  readonly owner: FileOwner
  readonly cost: Cost
  readonly salt: Uint8Array
  readonly key: Uint8Array
}

/** 128 MiB and about a second: what a guess costs whoever finds the file. */
const COST: Cost = { log2N: 17, r: 8, p: 1 }
/** 256 MiB: a file that asks for more was not written by us and would end the process. */
const MAX_LOG2_N = 18
/** What a file begins with; it is authenticated, so that no file of one kind opens as another. */
const MAGICS: Readonly<Record<FileOwner, Uint8Array>> = {
  wallet: utf8ToBytes("sotto/wallet-file/1\n"),
  trustee: utf8ToBytes("sotto/trustee-file/1\n"),
}
const SALT_BYTES = 16
const NONCE_BYTES = 24
const TAG_BYTES = 16
const CHECKSUM_BYTES = 32
const COST_BYTES = 3

/** Where the parts of a file stand. */
function placesOf(owner: FileOwner) {
  const costAt = MAGICS[owner].length
  const saltAt = costAt + COST_BYTES
  const nonceAt = saltAt + SALT_BYTES
  return { costAt, saltAt, nonceAt, bodyAt: nonceAt + NONCE_BYTES }
}

/**
 * A key for a new file.
 * @param passphrase - secret, any text; NFKC-normalised, so that two keyboards agree
 * @param randomBytes - a CSPRNG
 */
export function makeSealKey(
  passphrase: string,
  randomBytes: (length: number) => Uint8Array,
  owner: FileOwner = "wallet",
): Promise<SealKey> {
  return deriveKey(owner, passphrase, COST, randomBytes(SALT_BYTES))
}

/**
 * The key of an existing file; takes about a second.
 * @param file - attacker-controlled
 * @throws AgentError `…-file-damaged`, before any memory is spent
 */
export async function deriveSealKey(
  passphrase: string,
  file: Uint8Array,
  owner: FileOwner = "wallet",
): Promise<SealKey> {
  const { saltAt, nonceAt } = placesOf(owner)
  return await deriveKey(
    owner,
    passphrase,
    readCost(checkedBody(file, owner), owner),
    file.slice(saltAt, nonceAt),
  )
}

/** The file's bytes; every call draws a fresh nonce, 192 bits, so one key may seal as often as it likes. */
export function seal(
  plaintext: Uint8Array,
  key: SealKey,
  randomBytes: (length: number) => Uint8Array,
): Uint8Array {
  const { log2N, r, p } = key.cost
  const nonce = randomBytes(NONCE_BYTES)
  const header = concatBytes(MAGICS[key.owner], Uint8Array.of(log2N, r, p), key.salt, nonce)
  const body = concatBytes(header, xchacha20poly1305(key.key, nonce, header).encrypt(plaintext))
  return concatBytes(body, sha256(body))
}

/**
 * The plaintext of a file.
 * @param file - attacker-controlled
 * @throws AgentError `…-file-damaged`, `passphrase-wrong`
 */
export function unseal(file: Uint8Array, key: SealKey): Uint8Array {
  const { nonceAt, bodyAt } = placesOf(key.owner)
  const body = checkedBody(file, key.owner)
  const header = body.subarray(0, bodyAt)
  try {
    return xchacha20poly1305(key.key, body.subarray(nonceAt, bodyAt), header).decrypt(body.subarray(bodyAt))
  } catch (cause) {
    throw new AgentError("passphrase-wrong", `the passphrase does not open this ${key.owner} file`, { cause })
  }
}

function checkedBody(file: Uint8Array, owner: FileOwner): Uint8Array {
  const magic = MAGICS[owner]
  const end = file.length - CHECKSUM_BYTES
  const isWhole =
    end >= placesOf(owner).bodyAt + TAG_BYTES &&
    equalBytes(file.subarray(0, magic.length), magic) &&
    equalBytes(sha256(file.subarray(0, end)), file.subarray(end))
  if (!isWhole) throw new AgentError(`${owner}-file-damaged`, `not a whole ${owner} file of this version`)
  return file.subarray(0, end)
}

function readCost(body: Uint8Array, owner: FileOwner): Cost {
  const { costAt, saltAt } = placesOf(owner)
  const [log2N = 0, r = 0, p = 0] = body.subarray(costAt, saltAt)
  if (log2N < COST.log2N || log2N > MAX_LOG2_N || r !== COST.r || p !== COST.p) {
    throw new AgentError(`${owner}-file-damaged`, "key derivation parameters out of bounds")
  }
  return { log2N, r, p }
}

async function deriveKey(
  owner: FileOwner,
  passphrase: string,
  cost: Cost,
  salt: Uint8Array,
): Promise<SealKey> {
  const { log2N, r, p } = cost
  const key = await scryptAsync(utf8ToBytes(passphrase.normalize("NFKC")), salt, {
    N: 2 ** log2N,
    r,
    p,
    dkLen: 32,
  })
  return { owner, cost, salt, key }
}
