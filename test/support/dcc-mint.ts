// EU certificates for tests, signed by the runtime's own ECDSA and RSA, so that nothing checks itself.
import { constants, sign } from "node:crypto"
import { deflateSync } from "node:zlib"
import { recordPlatform } from "../../src/cli/record-platform.ts"
import { readDcc } from "../../src/health/eu-dcc/read-dcc.ts"
import { prepareTrustList } from "../../src/health/eu-dcc/trust-list.ts"
import { codeOf } from "./code-of.ts"
import { Tag, writeCbor } from "./dcc-cbor.ts"
import { mintSigner } from "./dcc-signer.ts"
import type { Signer } from "./dcc-signer.ts"

/** 2021-11-20T00:00:00Z */
export const NOW = 1_637_366_400
/** A signer that may sign everything. */
export const SIGNER = mintSigner()

export const VACCINATION = {
  ...{ tg: "840539006", vp: "1119349007", mp: "EU/1/20/1528", ma: "ORG-100030215", dn: 2, sd: 2 },
  ...{ dt: "2021-06-01", co: "AT", is: "Ministry", ci: "URN:UVCI:01:AT:A#B" },
}
export const TEST = {
  ...{ tg: "840539006", tt: "LP6464-4", nm: "a test", sc: "2021-11-19T08:30:00+01:00", tr: "260415000" },
  ...{ tc: "a centre", co: "AT", is: "Ministry", ci: "URN:UVCI:01:AT:C#D" },
}
export const RECOVERY = {
  ...{ tg: "840539006", fr: "2021-06-01", df: "2021-06-12", du: "2021-12-01" },
  ...{ co: "AT", is: "Ministry", ci: "URN:UVCI:01:AT:E#F" },
}

/** A certificate of version 1.3.0 with one vaccination; `change` overrides its members. */
export const certificate = (change: Readonly<Record<string, unknown>> = {}) => ({
  ver: "1.3.0",
  nam: { fn: "Musterfrau", fnt: "MUSTERFRAU", gn: "Gabriele", gnt: "GABRIELE" },
  dob: "1998-02-26",
  ...("t" in change || "r" in change ? {} : { v: [VACCINATION] }),
  ...change,
})

export interface Mint {
  readonly signer?: Signer
  readonly algorithm?: "ES256" | "PS256"
  /** What stands under claim -260/1. */
  readonly certificate?: unknown
  readonly iat?: unknown
  readonly exp?: unknown
  /** The whole payload, before it is written; by default iss, exp, iat and the certificate. */
  readonly payload?: unknown
  /** Headers as written; by default alg and kid in the protected one. */
  readonly protectedHeader?: unknown
  readonly unprotectedHeader?: unknown
  /** Changes the 64 or 256 bytes of the signature. */
  readonly signature?: (signature: Buffer) => Uint8Array
  /** Puts the four parts of COSE_Sign1 into their tags. */
  readonly envelope?: (parts: readonly unknown[]) => unknown
}

export const ALG = { ES256: -7, PS256: -37 }

/** A header or claims: labels and values. */
export const headerOf = (...members: readonly (readonly [unknown, unknown])[]) =>
  new Map<unknown, unknown>(members)

/** The signed, not yet compressed bytes. */
export function mintCose(mint: Mint = {}): Buffer {
  const { signer = SIGNER, algorithm = "ES256" } = mint
  const claims = new Map<unknown, unknown>([
    [1, "AT"],
    [4, mint.exp ?? NOW + 86_400],
    [6, mint.iat ?? NOW - 86_400],
    [-260, new Map([[1, mint.certificate ?? certificate()]])],
  ])
  const header = mint.protectedHeader ?? headerOf([1, ALG[algorithm]], [4, signer.kid])
  const protectedBytes = header instanceof Uint8Array ? header : writeCbor(header)
  const payload = writeCbor(mint.payload ?? claims)
  const signed = writeCbor(["Signature1", protectedBytes, Buffer.alloc(0), payload])
  const signature =
    algorithm === "ES256"
      ? sign("sha256", signed, { key: signer.privateKey, dsaEncoding: "ieee-p1363" })
      : sign("sha256", signed, {
          key: signer.privateKey,
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: 32,
        })
  const unprotectedHeader = mint.unprotectedHeader ?? headerOf()
  const parts = [protectedBytes, unprotectedHeader, payload, mint.signature?.(signature) ?? signature]
  return writeCbor((mint.envelope ?? ((four) => new Tag(18, four)))(parts))
}

/** The text of a QR code. */
export const mintDcc = (mint: Mint = {}): string => textOf(deflateSync(mintCose(mint)))

export const textOf = (compressed: Uint8Array): string => `HC1:${encodeBase45(compressed)}`

/** RFC 9285, written again. */
export function encodeBase45(bytes: Uint8Array): string {
  const digit = (n: number): string => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".charAt(n % 45)
  const groups: string[] = []
  for (let i = 0; i < bytes.length; i += 2) {
    const isPair = i + 1 < bytes.length
    const n = isPair ? bytes[i]! * 256 + bytes[i + 1]! : bytes[i]!
    groups.push(digit(n) + digit(Math.floor(n / 45)) + (isPair ? digit(Math.floor(n / 2025)) : ""))
  }
  return groups.join("")
}

export interface Reading {
  readonly now?: number
  readonly trust?: readonly Signer[]
}

const listOf = (signers: readonly Signer[]) =>
  prepareTrustList(
    signers.map(({ der }) => der),
    recordPlatform,
  )
const OWN_LIST = listOf([SIGNER])

/** What intake makes of a text. */
export const read = (text: string, { now = NOW, trust }: Reading = {}) =>
  readDcc(text, { now, trust: trust === undefined ? OWN_LIST : listOf(trust), platform: recordPlatform })

/** The refusal's code, or "no error". */
export const refusal = (text: string, reading: Reading = {}): string => codeOf(() => read(text, reading))
