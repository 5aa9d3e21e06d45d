import { randomBytes } from "node:crypto"
import fc from "fast-check"
import { beforeAll, describe, expect, test } from "vitest"
import { decodeProof } from "../../../src/proofs/groth16/canonical.ts"
import { prepareVerificationKey } from "../../../src/proofs/groth16/verification-key.ts"
import type { PreparedVerificationKey } from "../../../src/proofs/groth16/verification-key.ts"
import { verifyMany } from "../../../src/proofs/groth16/verify-many.ts"
import type { ProofClaim } from "../../../src/proofs/groth16/verify-many.ts"
import { verifyProof } from "../../../src/proofs/groth16/verify.ts"
import { forgeClaims, SPOILS } from "../../support/forged-claims.ts"
import { openProofFixture } from "../../support/proof-fixture.ts"
import type { ProofFixture } from "../../support/proof-fixture.ts"

let fixture: ProofFixture
let claims: ProofClaim[]
const spoils = Object.values(SPOILS)

beforeAll(async () => {
  fixture = await openProofFixture()
  claims = await forgeClaims(fixture, 1100)
})

/** A key with a clean record of refusals. */
const freshKey = (): Promise<PreparedVerificationKey> => prepareVerificationKey(fixture.artifacts.vkey)

/** The system's generator, which remembers how much was asked of it. */
function countedRandomness(): { randomBytes: (length: number) => Uint8Array; asked: number[] } {
  const asked: number[] = []
  return {
    asked,
    randomBytes: (length) => {
      asked.push(length)
      return new Uint8Array(randomBytes(length))
    },
  }
}

const spoiled = (list: readonly ProofClaim[], at: number, kind: number): ProofClaim[] =>
  list.map((claim, i) => (i === at ? (spoils[kind % spoils.length]?.(claim) ?? claim) : claim))

describe("one wrong claim in", () => {
  test.each([1, 2, 31, 32, 33])("%i is the one that is refused, at every position", async (count) => {
    for (let at = 0; at < count; at++) {
      const key = await freshKey()
      const verdicts = await verifyMany(key, spoiled(claims.slice(0, count), at, at), randomBytes)
      expect(verdicts).toEqual(Array.from({ length: count }, (_, i) => i !== at))
    }
  })
})

test.each(Object.keys(SPOILS))("refuses %s within a batch as it does alone", async (name) => {
  const wrong = spoiled(claims.slice(0, 9), 5, Object.keys(SPOILS).indexOf(name))
  const key = await freshKey()
  expect(await verifyMany(key, wrong, randomBytes)).toEqual(wrong.map((_, i) => i !== 5))
  expect(await verifyMany(key, wrong.slice(5, 6), randomBytes)).toEqual([false])
})

test("says of every claim what the single check says", async () => {
  const key = await freshKey()
  const single = async ({ signals, proof }: ProofClaim): Promise<boolean> => {
    const decoded = await decodeProof(proof)
    return decoded.ok && (await verifyProof(key, signals, decoded.value))
  }
  const kind = fc.option(fc.nat(spoils.length - 1), { nil: null })
  await fc.assert(
    fc.asyncProperty(fc.array(kind, { maxLength: 24 }), async (kinds) => {
      const list = kinds.map((wrong, i) => {
        const claim = claims[i]!
        return wrong === null ? claim : spoils[wrong]!(claim)
      })
      const expected = await Promise.all(list.map(single))
      expect(expected).toEqual(kinds.map((wrong) => wrong === null))
      expect(await verifyMany(await freshKey(), list, randomBytes)).toEqual(expected)
    }),
    { numRuns: 8 },
  )
})

test("asks for one coefficient a claim, once for claims that all hold, and at most 1,024 at a time", async () => {
  const key = await freshKey()
  for (const [count, expected] of [
    [0, []],
    [1, []],
    [2, [32]],
    [33, [33 * 16]],
    [1100, [1024 * 16, 76 * 16]],
  ] as const) {
    const { randomBytes, asked } = countedRandomness()
    expect(await verifyMany(key, claims.slice(0, count), randomBytes)).toEqual(
      claims.slice(0, count).map(() => true),
    )
    expect(asked).toEqual(expected)
  }
})

test.each([
  [0, [32, 16, 8, 8, 16]], // of 32, 16 and 8 the first half is judged first; four are judged singly
  [31, [32, 16, 8]], // where the first half is right, the other is known to be wrong
])("draws anew for every half of a batch that failed: one wrong at %i", async (at, expected) => {
  const { randomBytes, asked } = countedRandomness()
  const wrong = spoiled(claims.slice(0, 32), at, 0)
  expect(await verifyMany(await freshKey(), wrong, randomBytes)).toEqual(wrong.map((_, i) => i !== at))
  expect(asked.map((length) => length / 16)).toEqual(expected)
})

test("decodes every claim before it asks for randomness", async () => {
  const events: string[] = []
  const watched = claims.slice(0, 6).map(({ signals, proof }): ProofClaim => {
    const c = proof.c
    return {
      signals,
      proof: {
        ...proof,
        get c() {
          events.push("decoded")
          return c
        },
      },
    }
  })
  await verifyMany(await freshKey(), watched, (length) => {
    events.push("drawn")
    return new Uint8Array(randomBytes(length))
  })
  expect(events).toEqual([...watched.map(() => "decoded"), "drawn"])
})

test("after a flood of wrong proofs it judges singly, under that key alone", async () => {
  const key = await freshKey()
  const flood = claims.slice(0, 40).map((claim) => SPOILS["A off the curve"]!(claim))
  expect(await verifyMany(key, flood, randomBytes)).toEqual(flood.map(() => false))
  const during = countedRandomness()
  const mixed = spoiled(claims.slice(0, 20), 7, 0)
  expect(await verifyMany(key, mixed, during.randomBytes)).toEqual(mixed.map((_, i) => i !== 7))
  expect(during.asked).toEqual([])
  const elsewhere = countedRandomness()
  await verifyMany(await freshKey(), claims.slice(0, 20), elsewhere.randomBytes)
  expect(elsewhere.asked).toEqual([20 * 16])
})

test("two lists at once in one thread do not disturb each other", async () => {
  const key = await freshKey()
  const wrong = spoiled(claims.slice(0, 12), 3, 1)
  const [first, second] = await Promise.all([
    verifyMany(key, wrong, randomBytes),
    verifyMany(key, claims.slice(0, 12), randomBytes),
  ])
  expect(first).toEqual(wrong.map((_, i) => i !== 3))
  expect(second).toEqual(wrong.map(() => true))
})

test("takes claims with exactly the key's signals", async () => {
  const key = await freshKey()
  const short = claims
    .slice(0, 8)
    .map((claim, i) => (i === 4 ? { ...claim, signals: claim.signals.slice(1) } : claim))
  await expect(verifyMany(key, short, randomBytes)).rejects.toMatchObject({ code: "signals-count" })
})

test("a claim crosses a thread border as it is", () => {
  expect(structuredClone(claims[0])).toEqual(claims[0])
})
