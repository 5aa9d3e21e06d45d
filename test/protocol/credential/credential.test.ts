import { createHash } from "node:crypto"
import { beforeAll, describe, expect, it } from "vitest"
import { parseCurvePoint } from "../../../src/protocol/primitives/babyjubjub.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import {
  computeAttributesRoot,
  credentialScalars,
  issuerKeyOf,
  isWholeDays,
  verifyCredentialSignature,
} from "../../../src/protocol/credential/credential.ts"
import { buildRegistry } from "../../../src/protocol/credential/issuer-registry.ts"
import { computeRequestHash } from "../../../src/protocol/credential/presentation-request.ts"
import { parseCredential } from "../../../src/protocol/wire/credential.ts"
import type { Credential } from "../../../src/protocol/wire/credential.ts"
import { openOracle } from "../../support/circuit-oracle.ts"
import type { Oracle } from "../../support/circuit-oracle.ts"
import { codeOf } from "../../support/code-of.ts"
import { ISSUER_SEED, oneCredential } from "../../support/one-credential.ts"

const { credential, schema, bundle, request } = oneCredential()
const key = parseCurvePoint(issuerKeyOf(ISSUER_SEED))
const isSigned = (changed: Credential) => verifyCredentialSignature(credentialScalars(changed, schema), key)

/** ASCII documents of strings, integers and objects only: for these JSON.stringify over sorted names is RFC 8785. */
function sortedJson(value: object): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}

describe("a credential", () => {
  let oracle: Oracle
  beforeAll(async () => {
    oracle = await openOracle()
  })

  it("is hashed and signed as the formulas say, by an independent implementation", () => {
    const scalars = credentialScalars(credential, schema)
    const root = oracle.hash(...scalars.attrs)
    const { schemaId, holder, statusIndex, validFrom, validUntil, credId } = scalars
    const hash = oracle.hash(1002n, schemaId, holder, statusIndex, validFrom, validUntil, root, credId)
    expect(scalars.attrsRoot).toBe(root)
    expect(scalars.credentialHash).toBe(hash)
    const { R8, S } = oracle.sign(ISSUER_SEED, hash)
    expect(scalars.signature).toEqual({ r8: R8, s: S })
  })

  it("stands behind a registry leaf and answers a request as an independent implementation computes them", () => {
    const [x, y] = issuerKeyOf(ISSUER_SEED)
    const statusRoot = BigInt(bundle.leaves[0]?.list.statusRoot ?? 0)
    const leaf = oracle.hash(1003n, BigInt(x), BigInt(y), BigInt(credential.schemaId), statusRoot)
    expect(buildRegistry(bundle).path(9)[0]?.[1]).toBe(leaf)
    expect(buildRegistry(bundle).root).toBe(oracle.tree(new Map([[9, leaf]]), 6).root)

    const h31 = (label: string, value: object): bigint => {
      const digest = createHash("sha256")
        .update(`${label}\0${sortedJson(value)}`)
        .digest("hex")
      return BigInt(`0x${digest.slice(0, 62)}`)
    }
    const { challenge, verifier, purpose, expiresAt, circuit, boundData, signature: _, ...policy } = request
    const inputs = [
      BigInt(`0x${Buffer.from(challenge, "base64url").toString("hex")}`),
      h31("sotto/audience/1", verifier),
      h31("sotto/purpose/1", purpose),
      h31("sotto/policy/1", policy),
      BigInt(expiresAt),
      h31("sotto/circuit/1", circuit),
      BigInt(boundData),
    ]
    expect(computeRequestHash(request)).toBe(oracle.hash(1008n, ...inputs))
  })

  it("survives the wire", () => {
    expect(isSigned(parseCredential(JSON.stringify(credential)))).toBe(true)
  })

  it.each([
    ["an attribute", { attributes: { ...credential.attributes, doseNumber: 2 } }],
    [
      "an absent attribute made present",
      { attributes: { ...credential.attributes, country: "urn:iso:std:iso:3166|AT" } },
    ],
    ["the schema", { schemaId: encodeFr(1n) }],
    ["the holder", { holder: encodeFr(1n) }],
    ["the entitlement", { credId: encodeFr(1n) }],
    ["the status index", { statusIndex: 18 }],
    ["the start", { validFrom: credential.validFrom - 86_400 }],
    ["the end", { validUntil: credential.validUntil + 86_400 }],
  ])("is not signed with %s changed", (_, change) => {
    expect(isSigned(credential)).toBe(true)
    expect(isSigned({ ...credential, ...change })).toBe(false)
  })

  it("is valid on whole days only: a second of its own would mark the holder", () => {
    const { validFrom, validUntil } = credential
    expect(isWholeDays({ validFrom, validUntil })).toBe(true)
    expect(isWholeDays({ validFrom: validFrom + 1, validUntil })).toBe(false)
    expect(isWholeDays({ validFrom, validUntil: validUntil - 1 })).toBe(false)
    expect(isWholeDays({ validFrom, validUntil: validUntil + 1 })).toBe(false)
    expect(isWholeDays({ validFrom, validUntil: validFrom - 1 })).toBe(false)
  })

  it("has sixteen attributes under its root", () => {
    expect(() => computeAttributesRoot([1n])).toThrow(RangeError)
  })

  it.each([
    ["an unknown member", { ...credential, photo: "x" }, "malformed-credential"],
    ["a missing member", { ...credential, holder: undefined }, "malformed-credential"],
    ["a status bit that does not exist", { ...credential, statusIndex: 248 }, "malformed-credential"],
    ["a status index over 20 bits", { ...credential, statusIndex: 2 ** 20 }, "malformed-credential"],
    ["milliseconds", { ...credential, validFrom: 1_662_422_400_000 }, "malformed-credential"],
    ["a hexadecimal holder", { ...credential, holder: "0x0a" }, "field-element-not-canonical"],
    ["a number for a field element", { ...credential, credId: 5 }, "field-element-not-canonical"],
  ])("is refused from the wire with %s", (_, value, code) => {
    expect(codeOf(() => parseCredential(JSON.stringify(value)))).toBe(code)
  })
})
