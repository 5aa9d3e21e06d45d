// The insurance story of the demo, each step a process of its own: what the verbs printed is judged here.
import { expect, it } from "vitest"
import { demo } from "../support/demo-run.ts"

interface Answer {
  readonly linkTags: readonly string[]
  readonly items: readonly { readonly linkTag: string; readonly nullifier: string }[]
}

it("answers two questions in one go under one link tag, and pays for a treatment once", async () => {
  const { status, facts, prose } = await demo("--story", "insurance")
  expect(status).toBe(0)
  const [first, second] = facts["answers"] as readonly [Answer, Answer]
  for (const answer of [first, second]) {
    expect(answer).toMatchObject({
      state: "satisfied",
      links: [{ kind: "samePerson", items: [0, 1] }],
      answered: { verdict: "accepted", sent: true },
      items: [
        { statement: "vaccination-status/1", registry: "immunizations", satisfied: true, proofs: 1 },
        { statement: "insurance-eligibility/1", registry: "coverage", satisfied: true, proofs: 1 },
      ],
      offline: {
        proofsVerified: true,
        statements: [["vaccination-status/1"], ["insurance-eligibility/1"]],
      },
    })
    expect(answer.linkTags).toHaveLength(1)
  }
  const told = JSON.stringify(second)
  for (const { linkTag, nullifier } of first.items) {
    expect(told).not.toContain(linkTag)
    expect(told).not.toContain(nullifier)
  }
  expect(facts["claims"]).toMatchObject({
    first: { verdict: "accepted" },
    second: { verdict: "refused", reason: "nullifier-spent" },
    seenByZenith: "open",
  })
  expect(facts["outsider"]).toBe("pool-not-allowed")
  expect(JSON.stringify(facts) + prose).not.toContain("CANARY")
})
