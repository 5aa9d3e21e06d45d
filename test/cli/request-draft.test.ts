import { describe, expect, it } from "vitest"
import { draftOf } from "../../src/cli/request-draft.ts"
import type { DraftOptions, TypedItem } from "../../src/cli/request-draft.ts"
import { readMemberList } from "../../src/cli/member-list.ts"
import { parsePresentationRequestDraft } from "../../src/protocol/wire/presentation-request.ts"
import { codeOf } from "../support/code-of.ts"

const USUAL: DraftOptions = {
  parameters: "{}",
  mode: "person",
  use: "request",
  purpose: "eligibility-check",
  purposeText: "Check eligibility",
  retainDays: "30",
  zone: "Z",
  lifetime: "300",
}
const item = (text: string): TypedItem => ({ option: "--item", text })
const alternative = (text: string): TypedItem => ({ option: "--alternative", text })
const read = (options: Partial<DraftOptions>) =>
  parsePresentationRequestDraft(draftOf({ ...USUAL, ...options }))
const refusal = (options: Partial<DraftOptions>) => codeOf(() => draftOf({ ...USUAL, ...options }))

describe("a draft from the command line", () => {
  it("of one statement has no links", () => {
    const draft = read({ statement: "vaccination-status/1", registry: "immunizations" })
    expect(draft.links).toEqual([])
    expect(draft.items).toEqual([
      {
        alternatives: [{ registry: "immunizations", statement: "vaccination-status/1", parameters: {} }],
        nullifier: { mode: "person", use: "request" },
      },
    ])
  })

  it("of several items asks about one person", () => {
    const draft = read({
      item: [
        item("statement=vaccination-count/1,registry=immunizations"),
        item('statement=insurance-active/1,registry=coverage,parameters={"on":"today"}'),
        item("statement=age-over/1,registry=coverage"),
      ],
    })
    expect(draft.links).toEqual([{ kind: "samePerson", items: [0, 1, 2] }])
    expect(draft.items[1]?.alternatives[0]?.parameters).toEqual({ on: "today" })
  })

  it("wants an entitlement each for items of one pool", () => {
    const claim = "registry=health,mode=credential,use=once,pool=treatments,epoch=always"
    const draft = read({
      item: [
        item(`statement=treatment-claim/1,${claim}`),
        item("statement=age-over/1,registry=coverage"),
        item(`statement=treatment-claim/1,${claim}`),
      ],
    })
    expect(draft.links).toEqual([
      { kind: "samePerson", items: [0, 1, 2] },
      { kind: "differentCredentials", items: [0, 2] },
    ])
  })

  it("takes links as typed instead", () => {
    const two = [item("statement=a/1,registry=r"), item("statement=b/1,registry=r")]
    const link = ["sameCredential:0,1", "samePerson:1,0"]
    expect(read({ item: two, link }).links).toEqual([
      { kind: "sameCredential", items: [0, 1] },
      { kind: "samePerson", items: [1, 0] },
    ])
  })

  it("adds an alternative to the item before it", () => {
    const draft = read({
      registry: "labs",
      item: [
        item("statement=mmol/1"),
        alternative('statement=mgdl/1,parameters={"low":"70","high":"140"}'),
        item("statement=other/1"),
      ],
    })
    expect(draft.items.map(({ alternatives }) => alternatives.length)).toEqual([2, 1])
    expect(draft.items[0]?.alternatives[1]?.parameters).toEqual({ low: "70", high: "140" })
  })

  it("counts each item as it says, and as the request says where it says nothing", () => {
    const draft = read({
      use: "pseudonym",
      epoch: "2026",
      registry: "r",
      item: [
        item("statement=a/1,mode=credential,use=once,epoch=always,pool=treatments"),
        item("statement=b/1"),
      ],
    })
    expect(draft.items.map(({ nullifier }) => nullifier)).toEqual([
      { mode: "credential", use: "once", epoch: "always", pool: "treatments" },
      { mode: "person", use: "pseudonym", epoch: "2026" },
    ])
  })

  it.each([
    ["nothing asked for", {}],
    [
      "a statement and an item",
      { statement: "a/1", registry: "r", item: [item("statement=b/1,registry=r")] },
    ],
    ["no registry", { statement: "a/1" }],
    ["an alternative to nothing", { item: [alternative("statement=a/1,registry=r")] }],
    [
      "an alternative that counts",
      { item: [item("statement=a/1,registry=r"), alternative("statement=b/1,use=once")] },
    ],
    ["an unknown member", { item: [item("statement=a/1,registry=r,modus=person")] }],
    ["a member twice", { item: [item("statement=a/1,registry=r,registry=s")] }],
    ["an empty member", { item: [item("statement=,registry=r")] }],
    ["parameters that are no JSON", { item: [item("statement=a/1,registry=r,parameters={")] }],
    ["a link without items", { item: [item("statement=a/1,registry=r")], link: ["samePerson"] }],
    ["a link of one item", { item: [item("statement=a/1,registry=r")], link: ["samePerson:0"] }],
    ["a pool without once", { statement: "a/1", registry: "r", pool: "treatments" }],
  ] as const)("refuses %s", (_name, options) => {
    expect(refusal(options)).toBe("option-invalid")
  })
})

describe("a list of members", () => {
  const names = { option: "--item", names: ["a", "b"], last: "json" }
  it("gives its last member everything to the end", () => {
    expect(readMemberList('a=1,json={"x":1,"y":"a=2"}', names)).toEqual({ a: "1", json: '{"x":1,"y":"a=2"}' })
  })
  it("splits at the first equals sign only", () => {
    expect(readMemberList("a=x=y,b=z", names)).toEqual({ a: "x=y", b: "z" })
  })
})
