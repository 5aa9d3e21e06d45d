import { describe, expect, it } from "vitest"
import { compileRequest } from "../../../src/protocol/credential/compile-request.ts"
import {
  assertConsistent,
  challengeScalar,
  computePolicy,
  computeRequestHash,
  computeScope,
  encodeChallenge,
  epochsAt,
  isRequestSigned,
  signRequest,
} from "../../../src/protocol/credential/presentation-request.ts"
import { encodeFr } from "../../../src/protocol/primitives/field.ts"
import { makeSigningKey } from "../../../src/protocol/primitives/note-key.ts"
import type { Json } from "../../../src/protocol/wire/canonical-json.ts"
import { parsePresentationRequest } from "../../../src/protocol/wire/presentation-request.ts"
import type { PresentationRequest } from "../../../src/protocol/wire/presentation-request.ts"
import { codeOf } from "../../support/code-of.ts"
import { oneCredential, VERIFIER_KEY } from "../../support/one-credential.ts"

const { request, catalogue } = oneCredential()
const HASHED_APART = ["challenge", "verifier", "purpose", "expiresAt", "circuit", "boundData"]

/** Every copy of a document in which exactly one leaf differs, with the path of the leaf. */
function* mutants(value: Json, path: string): Generator<readonly [string, Json]> {
  if (typeof value === "string") yield [path, `${value}x`]
  else if (typeof value === "number") yield [path, value + 1]
  else if (typeof value === "boolean") yield [path, !value]
  else if (Array.isArray(value)) {
    yield [`${path}[]`, [...(value as Json[]), "more"]]
    for (const [i, item] of (value as Json[]).entries()) {
      for (const [at, changed] of mutants(item, `${path}[${i}]`))
        yield [at, (value as Json[]).with(i, changed)]
    }
  } else {
    const members = value as Readonly<Record<string, Json | undefined>>
    yield [`${path}{}`, { ...members, added: 1 }]
    for (const [name, member] of Object.entries(members)) {
      if (member === undefined) continue
      for (const [at, changed] of mutants(member, `${path}.${name}`))
        yield [at, { ...members, [name]: changed }]
    }
  }
}

describe("requestHash", () => {
  it("differs for any two requests that differ in one leaf or in an added member", () => {
    const { signature, ...unsigned } = request
    expect(signature).not.toBe("")
    const hashes = new Map([[computeRequestHash(request), "the request itself"]])
    for (const [path, changed] of mutants(unsigned, "")) {
      const mutant = changed as PresentationRequest
      // The challenge and boundData are scalars and have no free text to append to.
      if (path === ".challenge") mutant.challenge = encodeChallenge(1234567891n)
      if (path === ".boundData") mutant.boundData = encodeFr(1n)
      const hash = computeRequestHash(mutant)
      expect(hashes.get(hash), `${path} and`).toBeUndefined()
      hashes.set(hash, path)
    }
    expect(hashes.size).toBeGreaterThan(50)
  })

  it("does not depend on the signature or on the order of members", () => {
    const shuffled = Object.fromEntries(Object.entries(request).reverse()) as PresentationRequest
    expect(computeRequestHash(Object.assign({}, shuffled, { signature: "" }))).toBe(
      computeRequestHash(request),
    )
  })

  it("holds each member once: the policy leaves out what is hashed apart and nothing else", () => {
    const policy = computePolicy(request)
    for (const member of HASHED_APART) expect(computePolicy({ ...request, [member]: "other" })).toBe(policy)
    for (const member of Object.keys(request).filter(
      (name) => ![...HASHED_APART, "signature"].includes(name),
    )) {
      expect(computePolicy({ ...request, [member]: "other" }), member).not.toBe(policy)
    }
    expect(computePolicy({ ...request, later: 1 } as PresentationRequest)).not.toBe(policy)
  })

  it("takes the challenge big-endian", () => {
    expect(challengeScalar({ challenge: encodeChallenge(258n) })).toBe(258n)
  })
})

describe("scope", () => {
  const withItem = (
    nullifier: PresentationRequest["items"][number]["nullifier"],
    other: Partial<PresentationRequest> = {},
  ) => computeScope({ ...request, ...other, items: request.items.map((item) => ({ ...item, nullifier })) }, 0)
  const once = { mode: "person", use: "once", epoch: "2022" } as const

  it("is the same for two requests of one verifier, purpose, use and epoch, whatever else they ask", () => {
    expect(withItem(once, { challenge: encodeChallenge(1n), expiresAt: 5 })).toBe(withItem(once))
  })

  it("differs by epoch, use, purpose, verifier and origin", () => {
    const { verifier, purpose } = request
    const scopes = [
      withItem(once),
      withItem({ ...once, epoch: "2023" }),
      withItem({ ...once, use: "pseudonym" }),
      withItem({ mode: "person", use: "request" }),
      withItem(once, { purpose: { ...purpose, code: "other" } }),
      withItem(once, { verifier: { ...verifier, id: "other" } }),
      withItem(once, { verifier: { ...verifier, origin: "https://other.example" } }),
    ]
    expect(new Set(scopes).size).toBe(scopes.length)
  })

  it("of use `request` is another for every challenge", () => {
    const use = { mode: "person", use: "request" } as const
    expect(withItem(use)).not.toBe(withItem(use, { challenge: encodeChallenge(1n) }))
  })

  it("of an item that does not exist is a programmer's error", () => {
    expect(() => computeScope(request, 1)).toThrow(RangeError)
  })
})

describe("signature", () => {
  it("covers everything else in the document and survives the wire", () => {
    expect(isRequestSigned(parsePresentationRequest(JSON.stringify(request)))).toBe(true)
    expect(isRequestSigned({ ...request, expiresAt: request.expiresAt + 1 })).toBe(false)
    expect(isRequestSigned({ ...request, items: [] })).toBe(false)
  })

  it("is refused under another key than the one named", () => {
    const { signature: _, ...unsigned } = request
    const stranger = makeSigningKey(VERIFIER_KEY.name, new Uint8Array(32).fill(99))
    expect(isRequestSigned(signRequest(unsigned, stranger))).toBe(false)
  })
})

describe("consistency", () => {
  const { asOf, items } = request
  const withUse = (nullifier: PresentationRequest["items"][number]["nullifier"]) =>
    items.map((item) => ({ ...item, nullifier }))

  it("knows the epochs of an instant", () => {
    expect(epochsAt(asOf)).toEqual(["2022-10-15", "2022-10", "2022-Q4", "2022", "always"])
    expect(epochsAt(1_648_771_199)).toContain("2022-Q1") // 2022-03-31T23:59:59Z
    expect(epochsAt(1_648_771_200)).toContain("2022-Q2")
  })

  it.each(["2022-10-15", "2022-10", "2022-Q4", "2022", "always"])("takes the epoch %s", (epoch) => {
    const use = { mode: "person", use: "once", epoch } as const
    expect(codeOf(() => assertConsistent({ ...request, items: withUse(use) }))).toBe("no error")
  })

  it.each(["2022-10-14", "2022-09", "2022-Q3", "2021"])(
    "refuses the epoch %s, which does not contain asOf",
    (epoch) => {
      const use = { mode: "person", use: "pseudonym", epoch } as const
      expect(codeOf(() => assertConsistent({ ...request, items: withUse(use) }))).toBe("scope-epoch-mismatch")
    },
  )

  it.each([
    ["createdAt before asOf", { createdAt: asOf - 1 }],
    ["a life of 901 s", { expiresAt: asOf + 901 }],
    ["no life", { expiresAt: asOf }],
    ["a registry that is not named", { registries: {} }],
    ["a link to an item that does not exist", { links: [{ kind: "samePerson" as const, items: [0, 1] }] }],
    ["a link of an item with itself", { links: [{ kind: "samePerson" as const, items: [0, 0] }] }],
    [
      "different credentials with person-bound nullifiers",
      { items: [...items, ...items], links: [{ kind: "differentCredentials" as const, items: [0, 1] }] },
    ],
  ])("refuses %s", (_, change) => {
    expect(codeOf(() => assertConsistent({ ...request, ...change }))).toBe("request-inconsistent")
  })

  it("takes different credentials of one use and epoch, and refuses two epochs", () => {
    const [item] = items
    const entitlement = (epoch: string) => ({
      ...item,
      alternatives: item?.alternatives ?? [],
      nullifier: { mode: "credential" as const, use: "once" as const, epoch },
    })
    const links = [{ kind: "differentCredentials" as const, items: [0, 1] }]
    const ask = (first: string, second: string) =>
      codeOf(() => assertConsistent({ ...request, links, items: [entitlement(first), entitlement(second)] }))
    expect(ask("2022", "2022")).toBe("no error")
    expect(ask("2022", "2022-10")).toBe("request-inconsistent")
  })
})

describe("compiling a request", () => {
  const changed = (change: (copy: PresentationRequest) => void) => {
    const copy = structuredClone(request)
    change(copy)
    return codeOf(() => compileRequest(copy, catalogue))
  }

  it("gives the parts of every alternative with the roots of their sets", () => {
    const [[parts = []] = []] = compileRequest(request, catalogue)
    expect(parts.map(({ setRoot }) => setRoot)).toEqual([catalogue.findValueSet("covid-19-vaccines/1")?.root])
  })

  it("refuses a schemaId outside the catalogue", () => {
    expect(changed((copy) => Object.assign(copy.items[0]?.alternatives[0] ?? {}, { schemaId: "5" }))).toBe(
      "request-inconsistent",
    )
  })

  it("refuses a template that names another schema than its schemaId", () => {
    expect(
      changed((copy) =>
        Object.assign(copy.items[0]?.alternatives[0]?.statement ?? {}, { schema: "coverage/1" }),
      ),
    ).toBe("schema-mismatch")
    expect(
      changed((copy) => Object.assign(copy.items[0]?.alternatives[0]?.statement ?? {}, { subject: "ward" })),
    ).toBe("schema-mismatch")
  })

  it.each([
    ["root", "5"],
    ["size", 31],
    ["digest", `sha256:${"00".repeat(32)}`],
  ])("refuses a value set with another %s", (member, value) => {
    expect(
      changed((copy) => Object.assign(copy.valueSets["covid-19-vaccines/1"] ?? {}, { [member]: value })),
    ).toBe("request-inconsistent")
  })

  it("refuses a value set that the request does not name", () => {
    expect(changed((copy) => Object.assign(copy, { valueSets: {} }))).toBe("request-inconsistent")
  })

  it("refuses more than eight parts in all", () => {
    const fat = { any: Array.from({ length: 6 }, (_, i) => ({ field: "dosesInRecord", eq: i + 1 })) }
    const alternative = (copy: PresentationRequest) => copy.items[0]?.alternatives[0]
    const clauses = Array.from({ length: 5 }, (_, i) => ({
      any: [...fat.any.slice(0, 5), { field: "dosesInRecord", eq: 10 + i }],
    }))
    const refusal = changed((copy) => {
      Object.assign(alternative(copy)?.statement ?? {}, { where: { all: clauses } })
      copy.items.push(...structuredClone(copy.items))
    })
    expect(refusal).toBe("statement-too-wide")
  })
})
