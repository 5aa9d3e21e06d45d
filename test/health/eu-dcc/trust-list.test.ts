import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { recordPlatform } from "../../../src/cli/record-platform.ts"
import { parseTrustList } from "../../../src/health/eu-dcc/parse-trust-list.ts"
import { prepareTrustList } from "../../../src/health/eu-dcc/trust-list.ts"
import { codeOf } from "../../support/code-of.ts"
import { mintSigner } from "../../support/dcc-signer.ts"

const [one, two] = [mintSigner(), mintSigner()]
const base64 = ({ der }: { readonly der: Uint8Array }): string => Buffer.from(der).toString("base64")
const pem = (signer: { readonly der: Uint8Array }): string =>
  `-----BEGIN CERTIFICATE-----\n${base64(signer)
    .match(/.{1,64}/g)!
    .join("\n")}\n-----END CERTIFICATE-----\n`
const parse = (file: unknown) =>
  parseTrustList(Buffer.from(typeof file === "string" ? file : JSON.stringify(file)))
const gateway = (signer: { readonly der: Uint8Array }, certificateType?: string) => ({
  ...{ kid: "ignored", country: "AT", timestamp: "2021-06-01T00:00:00Z", rawData: base64(signer) },
  ...(certificateType === undefined ? {} : { certificateType }),
})

describe("a trust list file", () => {
  it.each<[string, unknown]>([
    ["our own form", { type: "sotto/dcc-trust/1", certificates: [base64(one), base64(two)] }],
    ["a bare list", [base64(one), base64(two)]],
    ["base64 in lines", [base64(one).replace(/.{64}/g, "$&\r\n"), base64(two)]],
    ["a PEM bundle", pem(one) + pem(two)],
    ["a PEM bundle with text around the blocks", `\n${pem(one)}subject=CN\n${pem(two)}`],
    ["the gateway's list", [gateway(one), gateway(two, "DSC")]],
  ])("is read as %s", (_, file) => {
    expect(parse(file)).toEqual([one.der, two.der])
  })

  it("leaves out the gateway's keys that sign no certificates", () => {
    const list = ["AUTHENTICATION", "UPLOAD", "CSCA"].map((type) => gateway(one, type))
    expect(parse([...list, gateway(two, "DSC")])).toEqual([two.der])
    expect(codeOf(() => parse(list))).toBe("malformed-trust-list")
  })

  it.each<[string, unknown]>([
    ["nothing", ""],
    ["an empty list", []],
    ["an empty list of ours", { type: "sotto/dcc-trust/1", certificates: [] }],
    ["another type", { type: "sotto/dcc-trust/2", certificates: ["AA=="] }],
    ["a list of ours that is none", { type: "sotto/dcc-trust/1", certificates: "AA==" }],
    ["an entry that is no base64", ["*"]],
    ["an entry without data", [{ kid: "x" }]],
    ["a number", [7]],
    ["a PEM block of another kind", pem(one).replaceAll("CERTIFICATE", "PRIVATE KEY")],
    ["a PEM block cut off", pem(one).slice(0, 200)],
    ["a member given twice", '{"type": "sotto/dcc-trust/1", "certificates": [], "certificates": []}'],
  ])("is refused when it is %s", (_, file) => {
    expect(codeOf(() => parse(file))).toBe("malformed-trust-list")
  })

  it("is a list or a typed refusal for any bytes", () => {
    const file = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => new Uint8Array(Buffer.from(text))),
    )
    fc.assert(fc.property(file, (bytes) => void codeOf(() => parseTrustList(bytes))))
  })
})

describe("a prepared trust list", () => {
  it("indexes under the first 8 bytes of the SHA-256 of the DER, and leaves out what is no certificate", () => {
    const list = prepareTrustList([one.der, Buffer.from("junk"), two.der, one.der], recordPlatform)
    expect([...list.keys()]).toEqual([one, two].map(({ kid }) => Buffer.from(kid).toString("hex")))
  })
})
