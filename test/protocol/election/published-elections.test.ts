// Two elections that others ran and published, checked by our equality, interpolation and commitments over their groups:
// Helios, benadida/helios-server:helios/fixtures/legacy-data.json, in $SOTTO_DATA/helios/, and the sample of ElectionGuard
// with two of five guardians missing, Election-Tech-Initiative/electionguard:data/0.95.0/sample/minimal/ (its two folders)
// in $SOTTO_DATA/electionguard/.
import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { verifyEqualLogs } from "../../../src/protocol/primitives/chaum-pedersen.ts"
import type { Group } from "../../../src/protocol/primitives/group.ts"
import {
  evaluateCommitments,
  interpolateAtZero,
  lagrangeAtZero,
} from "../../../src/protocol/primitives/secret-sharing.ts"
import { modularGroup } from "../../support/modular-group.ts"

const DATA = process.env["SOTTO_DATA"] ?? "../shared/data"
const HELIOS = join(DATA, "helios/legacy-data.json")
const RECORD = join(DATA, "electionguard/election_record")
const isRequired = (process.env["SOTTO_REQUIRE"] ?? "").split(",").includes("elections")
for (const source of [HELIOS, RECORD]) {
  if (existsSync(source)) continue
  if (isRequired) throw new Error(`no ${source}, and SOTTO_REQUIRE wants it`)
  console.warn(`SKIPPED: no ${source}; set SOTTO_DATA to check a published election`)
}

const readJson = (path: string): any => JSON.parse(readFileSync(path, "utf8"))

describe.skipIf(!existsSync(HELIOS))("Helios: one trustee, three answers", () => {
  let group: Group<bigint>
  let key: bigint
  let answers: { alpha: bigint; beta: bigint; factor: bigint; proof: any; count: number }[]
  beforeAll(() => {
    const rows = readJson(HELIOS) as { model: string; fields: any }[]
    const fieldsOf = (model: string): any => rows.find((row) => row.model === model)?.fields
    const election = fieldsOf("helios.election")
    const trustee = fieldsOf("helios.trustee")
    const { p, q, g, y } = JSON.parse(election.public_key) as Record<"p" | "q" | "g" | "y", string>
    group = modularGroup(BigInt(p), BigInt(q), BigInt(g))
    key = BigInt(y)
    const [counts] = JSON.parse(election.result) as number[][]
    const [factors] = JSON.parse(trustee.decryption_factors) as string[][]
    const [proofs] = JSON.parse(trustee.decryption_proofs) as any[][]
    const [tally] = JSON.parse(election.encrypted_tally).tally as { alpha: string; beta: string }[][]
    answers = tally!.map(({ alpha, beta }, i) => ({
      alpha: BigInt(alpha),
      beta: BigInt(beta),
      factor: BigInt(factors![i]!),
      proof: proofs![i],
      count: counts![i]!,
    }))
  })

  const isProved = ({ alpha, factor, proof }: (typeof answers)[0], image = factor): boolean =>
    verifyEqualLogs(
      group,
      { key, base: alpha, image },
      { A1: BigInt(proof.commitment.A), A2: BigInt(proof.commitment.B), z: BigInt(proof.response) },
      // benadida/helios-server#34: the commitments and nothing else.
      BigInt(`0x${createHash("sha1").update(`${proof.commitment.A},${proof.commitment.B}`).digest("hex")}`),
    )

  it("every decryption factor is proved, and no other is", () => {
    expect(answers).toHaveLength(3)
    for (const answer of answers) {
      expect(isProved(answer)).toBe(true)
      expect(isProved(answer, group.add(answer.factor, group.generator))).toBe(false)
    }
  })

  it("the factors open the sums to the published result", () => {
    for (const { beta, factor, count } of answers) {
      const opened = group.add(beta, group.negate(factor))
      expect(group.equals(opened, group.multiply(group.generator, BigInt(count)))).toBe(true)
    }
    expect(answers.map(({ count }) => count)).toEqual([0, 1, 0])
  })
})

describe.skipIf(!existsSync(RECORD))("ElectionGuard: three of five guardians decrypt for all", () => {
  type Hex = { readonly data: string }
  type Proof = Record<"pad" | "data" | "challenge" | "response", Hex>
  const number = ({ data }: Hex): bigint => BigInt(`0x${data}`)
  let group: Group<bigint>
  let context: any
  let guardians: any[]
  let selections: any[]
  beforeAll(() => {
    const constants = readFileSync(join(RECORD, "constants.json"), "utf8") // its integers exceed what JSON.parse keeps
    const constant = (name: string): bigint => BigInt(new RegExp(`"${name}": ([0-9]+)`).exec(constants)![1]!)
    group = modularGroup(constant("large_prime"), constant("small_prime"), constant("generator"))
    context = readJson(join(RECORD, "context.json"))
    guardians = [1, 2, 3, 4, 5].map((i) => readJson(join(RECORD, `guardians/guardian_${i}.json`)))
    const [contest] = Object.values(readJson(join(RECORD, "tally.json")).contests as Record<string, any>)
    selections = Object.values(contest.selections as Record<string, any>)
  })

  const isProved = (message: { pad: Hex; data: Hex }, key: bigint, share: Hex, proof: Proof): boolean => {
    const hashed = [
      context.crypto_extended_base_hash,
      message.pad,
      message.data,
      proof.pad,
      proof.data,
      share,
    ]
    const text = `|${hashed.map(({ data }: Hex) => `${data}|`).join("")}`
    const e = BigInt(`0x${createHash("sha256").update(text).digest("hex")}`) % group.order
    const claim = { key, base: number(message.pad), image: number(share) }
    const ours = { A1: number(proof.pad), A2: number(proof.data), z: number(proof.response) }
    return e === number(proof.challenge) && verifyEqualLogs(group, claim, ours, e)
  }
  const commitmentsOf = (guardian: any): bigint[] => guardian.election_commitments.map(number)

  it("the common key is the sum of the guardians' keys", () => {
    const sum = guardians.reduce(
      (total, { election_public_key }) => group.add(total, number(election_public_key)),
      1n,
    )
    expect(sum).toBe(number(context.elgamal_public_key))
  })

  it("our factors for 1, 2, 3 are the published coefficients", () => {
    const published = readJson(join(RECORD, "coefficients.json")).coefficients.map(number)
    expect(lagrangeAtZero([1, 2, 3], 5, group.order)).toEqual(published)
  })

  it("every share is proved under its guardian's key, or under one that the commitments of the missing give", () => {
    let [own, recovered] = [0, 0]
    for (const { message, shares } of selections) {
      for (const { guardian_id: id, share, proof, recovered_parts: parts } of shares) {
        const guardian = guardians[Number(id) - 1]
        if (proof !== null) {
          expect(isProved(message, number(guardian.election_public_key), share, proof)).toBe(true)
          expect(isProved(message, number(guardian.election_public_key), message.data, proof)).toBe(false)
          own++
          continue
        }
        for (const part of Object.values<any>(parts)) {
          const key = evaluateCommitments(group, commitmentsOf(guardian), Number(part.guardian_id))
          expect(key).toBe(number(part.recovery_key))
          expect(isProved(message, key, part.share, part.proof)).toBe(true)
          recovered++
        }
      }
    }
    expect([own, recovered]).toEqual([6, 12])
  })

  it("interpolating the parts gives the missing shares, and all shares the published counts", () => {
    for (const { message, shares, value, tally } of selections) {
      let total = group.identity
      for (const { share, recovered_parts: parts } of shares) {
        total = group.add(total, number(share))
        if (parts === null) continue
        const points = Object.values<any>(parts).map((part) => ({
          index: Number(part.guardian_id),
          point: number(part.share),
        }))
        expect(interpolateAtZero(group, points, 5)).toBe(number(share))
      }
      const opened = group.add(number(message.data), group.negate(total))
      expect(opened).toBe(number(value))
      expect(opened).toBe(group.multiply(group.generator, BigInt(tally)))
    }
    expect(selections.map(({ tally }) => tally)).toEqual([2, 1])
  })
})
