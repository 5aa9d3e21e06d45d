// Document signers for tests: real keys of the runtime in certificates written here, RFC 5280 section 4.1.
import { createHash, generateKeyPairSync, sign } from "node:crypto"
import type { KeyObject } from "node:crypto"

/** A signer and what a trust list would hold of it. */
export interface Signer {
  readonly privateKey: KeyObject
  readonly der: Uint8Array
  /** First 8 bytes of the SHA-256 of `der`. */
  readonly kid: Uint8Array
}

export interface SignerOptions {
  readonly key?: "P-256" | "P-384" | "RSA" | "RSA-1024"
  /** Extended key usages; without, the certificate has no such extension. */
  readonly usages?: readonly string[]
  /** `YYMMDDhhmmssZ` */
  readonly notBefore?: string
  readonly notAfter?: string
}

export const TEST_USAGE = "1.3.6.1.4.1.1847.2021.1.1"
export const VACCINATION_USAGE = "1.3.6.1.4.1.1847.2021.1.2"
export const RECOVERY_USAGE = "1.3.6.1.4.1.1847.2021.1.3"

/** A new signer, valid from 2020 to 2030 unless told otherwise. */
export function mintSigner(options: SignerOptions = {}): Signer {
  const { privateKey, publicKey } = newKeys(options.key ?? "P-256")
  const algorithm = options.key?.startsWith("RSA") === true ? SHA256_WITH_RSA : ECDSA_WITH_SHA256
  const name = sequence(set(sequence(oid("2.5.4.3"), item(0x0c, Buffer.from("test signer")))))
  const time = (text: string) => item(0x17, Buffer.from(text))
  const validity = sequence(
    time(options.notBefore ?? "200101000000Z"),
    time(options.notAfter ?? "300101000000Z"),
  )
  const spki = publicKey.export({ format: "der", type: "spki" })
  const version = item(0xa0, item(0x02, Buffer.of(2)))
  const tbs = sequence(
    ...[version, item(0x02, Buffer.of(1)), algorithm, name, validity, name, spki],
    ...(options.usages === undefined ? [] : [extensions(options.usages)]),
  )
  const signature = sign("sha256", tbs, privateKey)
  const der = new Uint8Array(sequence(tbs, algorithm, item(0x03, Buffer.of(0), signature)))
  return {
    privateKey,
    der,
    kid: new Uint8Array(createHash("sha256").update(der).digest().subarray(0, 8)),
  }
}

function newKeys(key: NonNullable<SignerOptions["key"]>) {
  if (key === "RSA") return generateKeyPairSync("rsa", { modulusLength: 2048 })
  if (key === "RSA-1024") return generateKeyPairSync("rsa", { modulusLength: 1024 })
  return generateKeyPairSync("ec", { namedCurve: key })
}

const item = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(contents)
  const { length } = content
  const long = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...(length < 128 ? [length] : long)), content])
}
const sequence = (...items: readonly Uint8Array[]): Buffer => item(0x30, ...items)
const set = (...items: readonly Uint8Array[]): Buffer => item(0x31, ...items)
const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number)
  return item(0x06, Buffer.from([40 * first + second, ...rest].flatMap(base128)))
}
const base128 = (n: number): number[] => {
  const digits = [n & 0x7f]
  for (let left = n >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80)
  return digits
}
const extensions = (usages: readonly string[]): Buffer =>
  item(0xa3, sequence(sequence(oid("2.5.29.37"), item(0x04, sequence(...usages.map(oid))))))

const ECDSA_WITH_SHA256 = sequence(oid("1.2.840.10045.4.3.2"))
const SHA256_WITH_RSA = sequence(oid("1.2.840.113549.1.1.11"), item(0x05))
