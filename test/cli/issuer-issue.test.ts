import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { issueCommand } from "../../src/cli/issuer-issue.ts"
import { createIssuerFolder, openIssuer } from "../../src/cli/issuer-state.ts"
import { computeHolder } from "../../src/protocol/primitives/nullifier.ts"
import { encodeFr } from "../../src/protocol/primitives/field.ts"
import { parseCredential } from "../../src/protocol/wire/credential.ts"
import { mintDcc, NOW, SIGNER } from "../support/dcc-mint.ts"
import { runVerb } from "../support/run-verb.ts"
import { SAMPLES } from "../support/fhir-sample.ts"

const folder = mkdtempSync(join(tmpdir(), "sotto-issue-"))
const dir = join(folder, "clinic")
const identity = { id: "clinic", operator: "clinic", name: "Clinic", registry: "health" }
beforeAll(() => createIssuerFolder(dir, identity))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const file = (content: string): string => {
  const path = join(folder, String(files++))
  writeFileSync(path, content)
  return path
}
const holder = file(
  JSON.stringify({ type: "sotto/holder/1", registry: "health", issuer: "clinic", holder: "7" }),
)

/** Runs the verb; answers the credential that it wrote, or the code it was refused with. */
async function issue(...args: readonly string[]) {
  const out = join(folder, `${files++}.credential`)
  const { error } = await runVerb(issueCommand(), dir, ...args, "--out", out)
  return error ?? parseCredential(readFileSync(out))
}

const treatment = {
  service: "http://www.ama-assn.org/go/cpt|D1110",
  performedOn: "2026-11-02",
  amount: "431.07",
  caseNumber: "C-77",
}
const stated = (attributes: object, ...more: readonly string[]) =>
  issue("--attributes", file(JSON.stringify(attributes)), "--holder", holder, ...more)

interface Bundle {
  readonly entry: readonly { readonly resource: { readonly resourceType: string } }[]
}

describe("what an issuer states itself", () => {
  it("is signed under the schema that it names, with the day of binding", async () => {
    const credential = await stated(treatment, "--schema", "treatment/1")
    expect(credential).toMatchObject({
      schema: "treatment/1",
      subject: "self",
      holder: "7",
      attributes: treatment,
    })
    expect(credential).toHaveProperty("attributes.boundOn")
    expect(credential).not.toHaveProperty("bearer")
  })

  it("is another schema when it is about a ward", async () => {
    const attributes = { birthDate: "2019-03" }
    const [self, ward] = [
      await stated(attributes, "--schema", "person/1"),
      await stated(attributes, "--schema", "person/1", "--subject", "ward"),
    ]
    if (typeof self === "string" || typeof ward === "string") throw new Error("refused")
    expect(ward.subject).toBe("ward")
    expect(ward.schemaId).not.toBe(self.schemaId)
  })

  it.each([
    ["attribute-missing", { service: "a|b" }, ["--schema", "treatment/1"]],
    ["attribute-unknown", { ...treatment, color: "red" }, ["--schema", "treatment/1"]],
    ["precision-exceeded", { ...treatment, amount: "431.071" }, ["--schema", "treatment/1"]],
    ["value-malformed", { ...treatment, amount: "-0" }, ["--schema", "treatment/1"]],
    ["malformed-credential", { ...treatment, amount: 431.07 }, ["--schema", "treatment/1"]],
    ["option-invalid", treatment, ["--schema", "treatment/2"]],
    ["option-invalid", treatment, ["--schema", "treatment/1", "--subject", "ward"]],
    ["option-invalid", treatment, ["--schema", "treatment/1", "--valid-days", "0"]],
    ["option-invalid", treatment, []],
  ])("is refused as %s, and takes no place in the list", async (code, attributes, options) => {
    const before = await placesTaken()
    expect(await stated(attributes, ...options)).toBe(code)
    expect(await placesTaken()).toBe(before)
  })
})

const placesTaken = async (): Promise<number> => {
  await openIssuer(dir)
  return readFileSync(join(dir, "issued.jsonl"), "utf8").split("\n").length
}

describe("a record that belongs to whoever has it", () => {
  it("carries the opening of its own commitment", async () => {
    const pack = {
      product: "urn:gs1:gtin|04012345678901",
      batch: "urn:gs1:batch|1/2",
      expiresOn: "2028-01-31",
      serial: "1",
    }
    const path = file(JSON.stringify(pack))
    const [credential, another] = [
      await issue("--attributes", path, "--schema", "medicine-pack/1", "--bearer"),
      await issue("--attributes", path, "--schema", "medicine-pack/1", "--bearer"),
    ]
    if (typeof credential === "string" || credential.bearer === undefined) throw new Error("no opening")
    const { secret, blind } = credential.bearer
    expect(encodeFr(computeHolder(BigInt(secret), BigInt(blind)))).toBe(credential.holder)
    expect(another).not.toMatchObject({ bearer: { secret } })
    expect(await issue("--attributes", path, "--schema", "medicine-pack/1")).toBe("option-invalid")
    expect(
      await issue("--attributes", file(JSON.stringify(treatment)), "--schema", "treatment/1", "--bearer"),
    ).toBe(
      "option-invalid", // a person's record with a secret that its issuer knows
    )
    const both = ["--attributes", path, "--schema", "medicine-pack/1", "--bearer", "--holder", holder]
    expect(await issue(...both)).toBe("option-invalid")
  })
})

/** A desk that has checked whose record it is. */
const record = (...args: readonly string[]) => issue("--subject-checked", "--record", ...args)

describe("a record from a file", () => {
  it("is signed as `intake` reads it: FHIR, and a certificate whose signature was checked", async () => {
    const bundle = join(SAMPLES, "covid-two-of-two.json")
    expect(await record(bundle, "--holder", holder)).toMatchObject({ schema: "immunization/1" })
    const dcc = file(mintDcc())
    const at = ["--at", new Date(NOW * 1000).toISOString()]
    expect(await record(dcc, "--holder", holder, ...at)).toBe("issuer-unknown")
    const trust = file(JSON.stringify([Buffer.from(SIGNER.der).toString("base64")]))
    expect(await record(dcc, "--holder", holder, ...at, "--dcc-trust", trust)).toMatchObject({
      schema: "immunization/1",
    })
  })

  it("is not signed when it does not hold its patient, unless the desk knows who that is", async () => {
    const bundle = JSON.parse(readFileSync(join(SAMPLES, "covid-two-of-two.json"), "utf8")) as Bundle
    const entry = bundle.entry.filter(({ resource }) => resource.resourceType !== "Patient")
    const text = JSON.stringify({ ...bundle, entry })
    const alone = file(text.replaceAll(/"reference":"[^"]*"/g, '"reference":"Patient/p"'))
    expect(await record(alone, "--holder", holder)).toBe("subject-missing")
    expect(await record(alone, "--holder", holder, "--patient-elsewhere")).toMatchObject({
      schema: "immunization/1",
    })
  })

  it("is refused when it holds nothing that is meant, or comes beside stated attributes", async () => {
    const bundle = join(SAMPLES, "covid-two-of-two.json")
    expect(await record(bundle, "--holder", holder, "--disease", "http://snomed.info/sct|1")).toBe(
      "disease-not-in-record",
    )
    expect(await record(bundle, "--holder", holder, "--schema", "coverage/1")).toBe("record-not-found")
    expect(await record(bundle, "--attributes", bundle, "--holder", holder)).toBe("option-invalid")
    expect(await issue("--holder", holder)).toBe("option-invalid")
    expect(await issue("--record", bundle, "--holder", holder)).toBe("option-invalid") // nobody checked whose it is
  })
})
