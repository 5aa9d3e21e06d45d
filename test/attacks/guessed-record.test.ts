// Whoever sees a nullifier and knows every number that could be printed on a card tries to find whose it is. SOTTO_FULL
// tries a million member numbers, an ordinary run ten thousand.
import { buildPoseidon } from "circomlibjs"
import { beforeAll, expect, it } from "vitest"
import { deriveSecret } from "../../src/protocol/credential/holder.ts"
import { computeRequestHash, computeScope } from "../../src/protocol/credential/presentation-request.ts"
import { utf8ToBytes } from "../../src/protocol/primitives/bytes.ts"
import { hashToField } from "../../src/protocol/primitives/hash.ts"
import { computeLinkTag, computeNullifier } from "../../src/protocol/primitives/nullifier.ts"
import { oneCredential } from "../support/one-credential.ts"

const NUMBERS = process.env["SOTTO_FULL"] === undefined ? 10_000 : 1_000_000
/** The holder's own number: in the middle of the range that is tried. */
const OWN = Math.floor(NUMBERS / 2)

const { request } = oneCredential()
const scope = computeScope(request, 0)
const requestHash = computeRequestHash(request)

/** The field value of a member number, as a schema encodes it. */
const guess = (n: number): bigint =>
  hashToField("sotto/string/1", utf8ToBytes(`W${String(n).padStart(9, "0")}`))

/** circomlibjs' Poseidon: the attacker takes the faster one. */
let poseidon: (inputs: readonly bigint[]) => bigint
beforeAll(async () => {
  const fast = await buildPoseidon()
  poseidon = (inputs) => fast.F.toObject(fast(inputs.map((input) => fast.F.e(input))))
})

/** Where each of the values was found, by the member number that gives it; what was not found is missing. */
function search(seen: ReadonlyMap<bigint, string>): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (let n = 0; n < NUMBERS; n++) {
    const g = guess(n)
    // As the secret of a person, as secret and entitlement at once, as the secret behind a link tag.
    const tries = [
      poseidon([1004n, 0n, g, 0n, scope]),
      poseidon([1004n, 1n, g, g, scope]),
      poseidon([1005n, g, requestHash]),
    ]
    for (const value of tries) {
      const name = seen.get(value)
      if (name !== undefined) found.set(name, n)
    }
  }
  return found
}

it(`finds nobody among ${NUMBERS} member numbers, and finds the wallet whose secret were one`, () => {
  const secret = deriveSecret(new Uint8Array(32).fill(0x77))
  const own = guess(OWN)
  const seen = new Map([
    [computeNullifier("person", secret, own, scope), "a person"],
    // Even an issuer that makes the credId of the member number gives nothing to search for.
    [computeNullifier("credential", secret, own, scope), "an entitlement"],
    [computeLinkTag(secret, requestHash), "a link tag"],
    [computeNullifier("person", own, own, scope), "a weak person"],
    [computeNullifier("credential", own, own, scope), "a weak entitlement"],
    [computeLinkTag(own, requestHash), "a weak link tag"],
  ])
  expect([...search(seen)]).toEqual([
    ["a weak person", OWN],
    ["a weak entitlement", OWN],
    ["a weak link tag", OWN],
  ])
}, 3_600_000)
