import { describe, expect, it } from "vitest"
import { encodeEntry } from "../../../src/protocol/log/entry.ts"
import {
  BASE8,
  encodePoint,
  IDENTITY,
  parseCurvePoint as pointOf,
  pointBytes,
  SUBGROUP_ORDER,
} from "../../../src/protocol/primitives/babyjubjub.ts"
import { u8 } from "../../../src/protocol/primitives/big-endian.ts"
import { bytesToHex, encodeBase64, hexToBytes } from "../../../src/protocol/primitives/bytes.ts"
import { proveShare } from "../../../src/protocol/primitives/chaum-pedersen.ts"
import { R } from "../../../src/protocol/primitives/field.ts"
import type { Fr } from "../../../src/protocol/primitives/field.ts"
import { sha256 } from "../../../src/protocol/primitives/hash.ts"
import { encodeVerifierKey, makeSigningKey } from "../../../src/protocol/primitives/note-key.ts"
import type { Scalar } from "../../../src/protocol/primitives/scalar.ts"
import { taggedHash } from "../../../src/protocol/primitives/tagged-hash.ts"
import { jcsPart } from "../../../src/protocol/wire/canonical-json.ts"
import type { ElectionBodies } from "../../../src/protocol/wire/election-entries.ts"
import { isAdmissibleKey } from "../../../src/protocol/election/admissible-key.ts"
import {
  checkDeal,
  checkDealCommitment,
  computeDealCommitment,
  openBox,
} from "../../../src/protocol/election/deal.ts"
import type { DealBody } from "../../../src/protocol/election/deal.ts"
import { checkKeys, computeKeysHash, deriveKeys } from "../../../src/protocol/election/derive-keys.ts"
import { judgeComplaint } from "../../../src/protocol/election/judge-complaint.ts"
import {
  checkCeremony,
  checkTrusteeKey,
  computeCeremonyId,
  electionOrigin,
} from "../../../src/protocol/election/key-ceremony.ts"
import type { CeremonyBody } from "../../../src/protocol/election/key-ceremony.ts"
import type { EntryOf } from "../../../src/protocol/election/signers.ts"
import { codeOf } from "../../support/code-of.ts"
import { dealBody, makeTrustees, secretsOf, trusteeKeyBody } from "../../support/election-trustees.ts"
import { seededBytes } from "../../support/seeded-bytes.ts"
import { makeElection, SmallElection } from "../../support/small-election.ts"

const election = makeElection({ upTo: "confirms" })
const { facts, trustees, log } = election
const ceremony = log.ceremony
const trusteeKeys = election.of("trustee-key").map(({ entry }) => (entry as EntryOf<"trustee-key">).body)
const deals = election.of("dkg-deal").map(({ entry }) => (entry as EntryOf<"dkg-deal">).body)
const randomBytes = seededBytes("key-ceremony")
const NEUTRAL: [Fr, Fr] = ["0" as Fr, "1" as Fr]
const ORDER_TWO: [Fr, Fr] = ["0" as Fr, (R - 1n).toString() as Fr]

/** A deal with something else in one place, committed to as it is. */
const changed = (change: (deal: DealBody) => void): DealBody => {
  const deal = structuredClone(deals[0]!)
  change(deal)
  return deal
}

describe("a ceremony", () => {
  const refusedAt = (change: Partial<CeremonyBody>) => {
    const verdict = checkCeremony({ ...ceremony, ...change })
    return verdict.ok ? "accepted" : `${verdict.reason} ${verdict.at ?? ""}`
  }
  const key = (seed: number) =>
    encodeVerifierKey(makeSigningKey("someone.example", new Uint8Array(32).fill(seed)))
  const withTrustee = (at: number, change: Partial<CeremonyBody["trustees"][number]>) =>
    ceremony.trustees.map((trustee, i) => (i === at ? { ...trustee, ...change } : trustee))

  it("has the id of its body and the origin that begins with it", () => {
    const id = bytesToHex(taggedHash("sotto/ceremony/1", jcsPart(ceremony)))
    expect(computeCeremonyId(ceremony)).toBe(id)
    expect(electionOrigin("vote.example/ledger", id)).toBe(`vote.example/elections/${id.slice(0, 32)}`)
    expect(checkCeremony(ceremony)).toEqual({ ok: true, value: { ceremonyId: id, t: 3, n: 5, pairs: 4 } })
  })

  it("names trustees 1 to n in order, with distinct names and keys", () => {
    expect(refusedAt({ threshold: { t: 6, n: 5 } })).toBe("phase-refused threshold")
    expect(refusedAt({ threshold: { t: 3, n: 4 } })).toBe("phase-refused trustees")
    expect(refusedAt({ trustees: ceremony.trustees.toReversed() })).toBe("phase-refused trustees")
    expect(refusedAt({ trustees: withTrustee(1, { name: "Trustee 1" }) })).toBe("phase-refused trustees.name")
    expect(refusedAt({ trustees: withTrustee(1, { key: ceremony.trustees[0]!.key }) })).toBe(
      "phase-refused trustees.key",
    )
    expect(refusedAt({ trustees: withTrustee(1, { key: key(7) }) })).toBe("accepted")
  })

  it("refuses one public key under two names", () => {
    const first = trustees[0]!.signing
    const alias = encodeVerifierKey(makeSigningKey("alias.example", first.seed))
    expect(refusedAt({ trustees: withTrustee(1, { key: alias }) })).toBe("phase-refused trustees.key")
  })

  it("has a policy that its cosigners can satisfy and that names no log", () => {
    const cosigner = encodeVerifierKey(makeSigningKey("c.example", new Uint8Array(32).fill(9), 0x04))
    expect(refusedAt({ policy: `witness c ${cosigner}\nquorum c\n` })).toBe("accepted")
    expect(refusedAt({ policy: "quorum c\n" })).toBe("phase-refused policy")
    expect(refusedAt({ policy: `log ${key(8)}\nquorum none\n` })).toBe("phase-refused policy")
  })

  it("refuses keys that two verifiers may disagree about", () => {
    const small = keyText("small.example", 0x01, new Uint8Array(32).fill(1, 0, 1)) // y = 1: the identity
    const ySmall = keyText("y.example", 0x01, hexToBytes(`ecff${"ff".repeat(29)}7f`)) // y = -1: order 2
    const large = keyText("large.example", 0x01, hexToBytes(`eeff${"ff".repeat(29)}7f`)) // y = p + 1
    const cosigner = encodeVerifierKey(makeSigningKey("c.example", new Uint8Array(32).fill(9), 0x04))
    for (const text of [small, ySmall, large, cosigner, "no key"]) {
      expect(isAdmissibleKey(text)).toBe(false)
      expect(refusedAt({ organizer: { name: "O", key: text } })).toBe("phase-refused organizer.key")
      expect(refusedAt({ trustees: withTrustee(2, { key: text }) })).toBe("phase-refused trustees.2.key")
    }
  })
})

describe("keys of a ceremony", () => {
  it("are the same whatever the order of the deals (A9)", () => {
    const { keys } = deriveKeys(deals)
    const reversed = deriveKeys(deals.toReversed())
    expect(reversed.keys.map(encodePoint)).toEqual(keys.map(encodePoint))
    expect(reversed.trusteeKeys.flat().map(encodePoint)).toEqual(log.trusteeKeys.flat().map(encodePoint))
  })

  it("are those of the secrets that trustees add up from their boxes", () => {
    for (const { index, encryption } of trustees) {
      const opened = deals.map((deal) => openBox(facts, deal, index, unpad(deal, index, encryption))!)
      const secrets = secretsOf(trustees, index)
      for (const [j, secret] of secrets.entries()) {
        expect(opened.reduce((sum, shares) => (sum + shares[j]!) % SUBGROUP_ORDER, 0n)).toBe(secret)
        expect(BASE8.multiply(secret).equals(log.trusteeKeys[index - 1]![j]!)).toBe(true)
      }
    }
  })

  it("have the digest over ceremony, deals and all points in order", () => {
    const digests = election.of("dkg-deal").map(({ bytes }) => sha256(bytes))
    const points = [...log.keys, ...log.trusteeKeys.flat()].map(pointBytes)
    const expected = taggedHash("sotto/keys/1", hexToBytes(facts.ceremonyId), ...digests, ...points)
    expect(log.keysHash).toBe(bytesToHex(expected))
    expect(computeKeysHash(facts.ceremonyId, digests.toReversed(), log)).not.toBe(log.keysHash)
  })
})

describe("A1: the identity as a key", () => {
  it("is refused as an encryption key", () => {
    for (const key of [NEUTRAL, ORDER_TWO]) {
      expect(checkTrusteeKey(facts, { ...trusteeKeys[0]!, key })).toEqual(refused("point-refused", "key"))
    }
  })

  it("is refused in a deal and as an election key", () => {
    for (const point of [NEUTRAL, ORDER_TWO]) {
      expect(
        checkDeal(
          facts,
          changed(({ A }) => (A[1]![2] = point)),
        ),
      ).toEqual(refused("point-refused", "A.1.2"))
      expect(checkDeal(facts, changed(({ boxes }) => (boxes[2]!.U = point)))).toEqual(refused("point-refused", "boxes.2")) // prettier-ignore
    }
    const keys = [...log.keys.slice(0, 3), IDENTITY]
    expect(checkKeys({ keys, trusteeKeys: log.trusteeKeys })).toEqual(refused("point-refused", "keys.3"))
    const rows = [log.keys, [...log.keys.slice(0, 3), IDENTITY]]
    expect(checkKeys({ keys: log.keys, trusteeKeys: rows })).toEqual(
      refused("point-refused", "trusteeKeys.1"),
    )
  })
})

describe("A2: a coordinate with one bit flipped", () => {
  const flipped = ([x, y]: readonly [Fr, Fr]): [Fr, Fr] => [(BigInt(x) ^ 1n).toString() as Fr, y]

  it("is refused in every point of trustee keys and deals", () => {
    const [key] = trusteeKeys
    expect(checkTrusteeKey(facts, { ...key!, key: flipped(key!.key) })).toEqual(
      refused("point-refused", "key"),
    )
    const proof = { ...key!.proof, T: flipped(key!.proof.T) }
    expect(checkTrusteeKey(facts, { ...key!, proof })).toEqual(refused("point-refused", "proof"))
    const places: [string, (deal: DealBody) => void][] = [
      ["A.3.1", ({ A }) => (A[3]![1] = flipped(A[3]![1]!))],
      ["proofs.2", ({ proofs }) => (proofs[2]!.T = flipped(proofs[2]!.T))],
      ["boxes.4", ({ boxes }) => (boxes[4]!.U = flipped(boxes[4]!.U))],
      ["boxes.0", ({ boxes }) => (boxes[0]!.proof.T = flipped(boxes[0]!.proof.T))],
    ]
    for (const [at, change] of places)
      expect(checkDeal(facts, changed(change))).toEqual(refused("point-refused", at))
  })
})

describe("A7: related keys", () => {
  it("refuses a polynomial copied to another key with the first one's proof", () => {
    const copied = changed(({ A, proofs }) => {
      A[1] = A[0]!
      proofs[1] = proofs[0]!
    })
    expect(checkDeal(facts, copied)).toEqual(refused("share-invalid", "proofs.1"))
  })

  it("refuses keys that all dealers together made equal, opposite or twice another", () => {
    const [first, , ...others] = log.keys
    const related = [first!, first!.negate(), first!.double(), first!.double().negate()]
    for (const key of related) {
      for (const pair of [
        [first!, key],
        [key, first!],
      ]) {
        const verdict = checkKeys({ keys: [...pair, ...others], trusteeKeys: [] })
        expect(verdict).toMatchObject({ ok: false, reason: "point-refused" })
      }
    }
    expect(checkKeys({ keys: [first!, first!.double().add(first!), ...others], trusteeKeys: [] }).ok).toBe(
      true,
    )
  })

  it("lets no ceremony of colluding dealers reach its confirms", () => {
    const colluding = makeTrustees(3, 2, 4, randomBytes).map((trustee) => {
      const [first, , ...rest] = trustee.polynomials
      return { ...trustee, polynomials: [first!, first!, ...rest] }
    })
    const small = { ...facts, t: 2, n: 3 }
    const encryption = colluding.map(({ encryption: e }) => BASE8.multiply(e))
    const all = colluding.map((dealer) => dealBody(small, dealer, encryption, randomBytes))
    expect(all.every((deal) => checkDeal(small, deal).ok)).toBe(true)
    expect(checkKeys(deriveKeys(all))).toEqual(refused("point-refused", "keys.0"))
  })
})

describe("A8: a rogue trustee", () => {
  const x = { index: 5, encryption: 77n }

  it("cannot prove a key that cancels the others'", () => {
    // A = X - sum of the others' A: whoever chose it does not know its logarithm, so only a foreign proof is at hand.
    const sum = deriveKeys(deals.slice(1)).keys[0]!
    const rogue = changed(({ A }) => (A[0]![0] = encodePoint(BASE8.multiply(77n).subtract(sum))))
    expect(checkDeal(facts, rogue)).toEqual(refused("share-invalid", "proofs.0"))
  })

  it("cannot use a proof made for another index, another key or another ceremony", () => {
    const body = trusteeKeyBody(facts, x, randomBytes)
    expect(checkTrusteeKey(facts, body).ok).toBe(true)
    expect(checkTrusteeKey(facts, { ...body, trustee: 4 })).toEqual(refused("share-invalid", "proof"))
    const elsewhere = { ...facts, ceremonyId: "ab".repeat(32) }
    expect(checkTrusteeKey(elsewhere, body)).toEqual(refused("share-invalid", "proof"))
    expect(checkTrusteeKey({ ...facts, t: 2 }, body)).toEqual(refused("share-invalid", "proof"))
    const swapped = changed(({ A, proofs }) => {
      ;[A[0], A[1]] = [A[1]!, A[0]!]
      ;[proofs[0], proofs[1]] = [proofs[1]!, proofs[0]!]
    })
    expect(checkDeal(facts, swapped)).toEqual(refused("share-invalid", "proofs.0"))
  })
})

describe("A9: a rushing dealer", () => {
  it("cannot show another deal than the one it had fixed", () => {
    const commitment = computeDealCommitment(deals[0]!)
    const body = [hexToBytes(facts.ceremonyId), u8(1), jcsPart(deals[0]!)]
    expect(commitment).toBe(bytesToHex(taggedHash("sotto/dkg-commit/1", ...body)))
    expect(checkDealCommitment(deals[0]!, commitment).ok).toBe(true)
    const other = changed((deal) => (deal.salt = "00".repeat(32)))
    expect(checkDealCommitment(other, commitment)).toEqual(refused("commit-mismatch", "commitment"))
    // At the door as well: trustee 1 signs a deal that is good in itself.
    const { log: door } = makeElection({ upTo: "commits" })
    const second = election.deal(trustees[0]!)
    const entry = election.signed("dkg-deal", second)
    expect(checkDeal(facts, second).ok).toBe(true)
    expect(door.check(entry, encodeEntry(entry))).toEqual(refused("commit-mismatch", "commitment"))
  })
})

describe("A10: a bad share, a false complaint", () => {
  const [dealer, victim] = [trustees[0]!, trustees[1]!]
  const good = deals[0]!
  const bad = election.deal(dealer, (k, j, share) =>
    k === 2 && j === 3 ? (share + 1n) % SUBGROUP_ORDER : share,
  )
  const tooLarge = election.deal(dealer, (k, j, share) =>
    k === 2 && j === 0 ? share + SUBGROUP_ORDER : share,
  )
  const judge = (deal: DealBody, body: ElectionBodies["dkg-complaint"]) =>
    judgeComplaint(facts, deal, trusteeKeys[1]!, body)

  it("names the dealer of a bad share, and the complainer where the share is good", () => {
    expect(judge(bad, complaint(bad, 2, victim.encryption))).toEqual(named("dealer-faulty", 1))
    expect(judge(tooLarge, complaint(tooLarge, 2, victim.encryption))).toEqual(named("dealer-faulty", 1))
    expect(judge(good, complaint(good, 2, victim.encryption))).toEqual(named("complaint-false", 2))
  })

  it("lets the victim alone see it: everyone else finds nothing wrong with the deal", () => {
    expect(checkDeal(facts, bad).ok).toBe(true)
    expect(openBox(facts, bad, 2, unpad(bad, 2, victim.encryption))).toBeNull()
    expect(openBox(facts, bad, 3, unpad(bad, 3, trustees[2]!.encryption))).not.toBeNull()
    expect(openBox(facts, good, 2, unpad(good, 2, victim.encryption))).not.toBeNull()
  })

  it("takes no complaint with an invented pad point, for another dealer or by another trustee", () => {
    const honest = complaint(bad, 2, victim.encryption)
    const invented = complaint(bad, 2, 12345n)
    expect(judge(good, invented)).toEqual(refused("share-invalid", "proof"))
    expect(judge(deals[1]!, { ...honest, dealer: 2 })).toEqual(refused("share-invalid", "proof"))
    const byAnother = judgeComplaint(facts, bad, trusteeKeys[2]!, { ...honest, trustee: 3 })
    expect(byAnother).toEqual(refused("share-invalid", "proof"))
    expect(judge(bad, { ...honest, Z: ORDER_TWO })).toEqual(refused("point-refused", "Z"))
  })
})

describe("A13: other spellings of a number", () => {
  it("are refused before anything is computed", () => {
    const entry = election.of("dkg-deal")[0]!.entry as EntryOf<"dkg-deal">
    const z = (BigInt(deals[0]!.proofs[0]!.z) + SUBGROUP_ORDER).toString() as Scalar
    const x = (BigInt(deals[0]!.A[0]![0]![0]) + R).toString() as Fr
    const forms = [
      changed(({ proofs }) => (proofs[0]!.z = z)),
      changed(({ A }) => (A[0]![0] = [x, A[0]![0]![1]])),
      changed(({ A }) => (A[0]![0] = [`0${A[0]![0]![0]}` as Fr, A[0]![0]![1]])),
    ]
    for (const body of forms) {
      const spelt = { ...entry, body }
      expect(codeOf(() => encodeEntry(spelt))).toBe("field-element-not-canonical")
    }
  })
})

describe("A17: a copied box key", () => {
  it("is refused with another dealer's U and with a multiple of it", () => {
    const [theirs] = deals[1]!.boxes
    const copied = changed(({ boxes }) => (boxes[0] = { ...theirs! }))
    expect(checkDeal(facts, copied)).toEqual(refused("share-invalid", "boxes.0"))
    const U = encodePoint(BASE8.multiply(5n))
    const multiple = changed(({ boxes }) => (boxes[0] = { ...theirs!, U }))
    expect(checkDeal(facts, multiple)).toEqual(refused("share-invalid", "boxes.0"))
    const moved = changed(({ boxes }) => ([boxes[0], boxes[1]] = [boxes[1]!, boxes[0]!]))
    expect(checkDeal(facts, moved)).toEqual(refused("share-invalid", "boxes.0"))
  })
})

describe("a deal", () => {
  it("has K' rows of t points, K' proofs and n boxes of K' shares", () => {
    expect(checkDeal(facts, deals[0]!).ok).toBe(true)
    const places: [string, (deal: DealBody) => void][] = [
      ["A", ({ A }) => A.push(A[0]!)],
      ["A", ({ A }) => A[2]!.pop()],
      ["proofs", ({ proofs }) => proofs.push(proofs[0]!)],
      ["boxes", ({ boxes }) => boxes.pop()],
      ["boxes.1", ({ boxes }) => (boxes[1]!.box += "00".repeat(32))],
    ]
    for (const [at, change] of places)
      expect(checkDeal(facts, changed(change))).toEqual(refused("share-invalid", at))
  })
})

describe("A21: who may be blamed", () => {
  it("is who a complaint in the log names; only silence needs no evidence, and proves nothing", () => {
    const other = new SmallElection({ upTo: "deals", seed: "blame" })
    const door = other.log
    const said = (reason: "dealer-faulty" | "complaint-false" | "silent", trustee: number) => {
      const entry = other.signed("ceremony-aborted", { ceremonyId: door.ceremonyId, reason, trustee })
      return door.check(entry, encodeEntry(entry))
    }
    expect(said("silent", 4).ok).toBe(true)
    expect(said("dealer-faulty", 1)).toEqual(refused("phase-refused", "reason"))
    const [deal] = other.of("dkg-deal").map(({ entry }) => (entry as EntryOf<"dkg-deal">).body)
    const body = complaint(deal!, 2, other.trustees[1]!.encryption, other.facts.ceremonyId)
    const entry = other.signed("dkg-complaint", body)
    expect(door.check(entry, encodeEntry(entry)).ok).toBe(true)
    door.append(entry, encodeEntry(entry))
    expect(door.complaintVerdicts).toEqual([{ reason: "complaint-false", trustee: 2 }])
    expect(said("complaint-false", 2).ok).toBe(true)
    expect(said("complaint-false", 1)).toEqual(refused("phase-refused", "reason"))
    expect(said("dealer-faulty", 1)).toEqual(refused("phase-refused", "reason"))
  })
})

/** The pad point of a box as its owner computes it. */
function unpad(deal: DealBody, trustee: number, encryption: bigint) {
  return proveOf(deal, trustee, encryption).delta
}

function proveOf(deal: DealBody, trustee: number, encryption: bigint, ceremonyId = facts.ceremonyId) {
  const context = {
    kind: "dkg-complaint",
    ceremonyId: hexToBytes(ceremonyId),
    dealer: deal.trustee,
    trustee,
  } as const
  return proveShare(context, encryption, pointOf(deal.boxes[trustee - 1]!.U), randomBytes)
}

function complaint(
  deal: DealBody,
  trustee: number,
  encryption: bigint,
  ceremonyId = facts.ceremonyId,
): ElectionBodies["dkg-complaint"] {
  const { delta, A1, A2, z } = proveOf(deal, trustee, encryption, ceremonyId)
  const proof = { A1: encodePoint(A1), A2: encodePoint(A2), z: z.toString() as Scalar }
  return { ceremonyId, trustee, dealer: deal.trustee, Z: encodePoint(delta), proof }
}

const refused = (reason: string, at: string) => ({ ok: false, reason, at })
const named = (reason: string, trustee: number) => ({ ok: true, value: { reason, trustee } })

function keyText(name: string, type: number, publicKey: Uint8Array): string {
  const typed = Uint8Array.of(type, ...publicKey)
  const id = sha256(Uint8Array.of(...new TextEncoder().encode(`${name}\n`), ...typed)).slice(0, 4)
  return `${name}+${bytesToHex(id)}+${encodeBase64(typed)}`
}
