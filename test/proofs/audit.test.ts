// The audit of elections that hold: what it accepts, what it warns of, and what its report depends on.
import { describe, expect, it } from "vitest"
import { audit } from "../../src/parties/verifier/audit.ts"
import { AUDIT_STEPS } from "../../src/parties/verifier/audit-steps/outcome.ts"
import { openProofJudge } from "../../src/parties/verifier/audit-steps/proof-judge.ts"
import type { JudgeTimes } from "../../src/parties/verifier/audit-steps/proof-judge.ts"
import { parseVerificationKey, prepareVerificationKey } from "../../src/proofs/groth16/verification-key.ts"
import { encodeFr } from "../../src/protocol/primitives/field.ts"
import { encodeResult } from "../../src/protocol/election/tally.ts"
import { canonicalBytes } from "../../src/protocol/wire/canonical-json.ts"
import { makeSigningKey } from "../../src/protocol/primitives/note-key.ts"
import { auditTools, reportOf } from "../support/audit-tools.ts"
import { MAIN_ORIGIN, policyText } from "../support/bundle-keys.ts"
import { copyParts, sampleBundle, sealFiles, zipFiles, zipOf } from "../support/bundle-sample.ts"
import type { BundleParts, SampleBundle } from "../support/bundle-sample.ts"
import { circuitForge } from "../support/circuit-forge.ts"
import { indexOf } from "../support/mutate-entries.ts"
import { seededBytes } from "../support/seeded-bytes.ts"

const named = await sampleBundle({ census: "named", quorum: "cosigned" })
const gated = await sampleBundle({ census: "gated", quorum: "none" })
const zip = zipOf(named)

const auditOf = async (bytes: Uint8Array, { policy }: SampleBundle, ...more: [object?, object?]) =>
  audit(bytes, auditTools(policy, ...more))
const changed = (sample: SampleBundle, change: (parts: BundleParts) => void): Uint8Array => {
  const parts = copyParts(sample.parts)
  change(parts)
  return zipOf(sample, parts)
}

describe("the audit of a valid election", () => {
  it("accepts a named census under a quorum, and says what the election came to", async () => {
    const { report } = await auditOf(zip, named)
    expect(reportOf(report)).toMatchObject({
      type: "sotto/audit-report/1",
      electionId: named.parts.electionId,
      verdict: "valid",
      step: 14,
      code: "",
      figures: {
        accepted: 14,
        censusSize: 12,
        challenged: 1,
        counted: 12,
        counts: [4, 4, 4],
        entries: named.parts.entries.length,
        sharesValid: 3,
        superseded: 2,
        totalWeight: 12,
        trustees: [1, 2],
      },
      warnings: ["development-keys"],
    })
  })

  it("accepts a gated census without cosigners, and warns of what rests on the service's word", async () => {
    const { report } = await auditOf(zipOf(gated), gated)
    const { verdict, warnings } = reportOf(report)
    expect({ verdict, warnings }).toEqual({
      verdict: "valid",
      warnings: ["at-close-late", "development-keys", "quorum-none"],
    })
  })

  it("reports every step in order, from its beginning to its end", async () => {
    const told: [number, number, number][] = []
    await auditOf(zip, named, {}, { onProgress: (...step: [number, number, number]) => told.push(step) })
    expect([...new Set(told.map(([step]) => step))]).toEqual(AUDIT_STEPS.map((_, i) => i + 1))
    expect(told.every(([, done, total]) => done <= total)).toBe(true)
    expect(told.filter(([step]) => step === 8).at(-1)).toEqual([8, 15, 15])
  })
})

describe("the report", () => {
  it("is the same each time, in batches, one by one and with a second opinion", async () => {
    const { report } = await auditOf(zip, named)
    const compared: JudgeTimes[] = []
    let time = 0
    const now = () => (time += 5)
    for (const judge of [
      {},
      { compare: { now, onTimes: (times: JudgeTimes) => void compared.push(times) } },
      { secondOpinion: true },
    ]) {
      expect((await auditOf(zip, named, judge)).report).toEqual(report)
    }
    expect(compared).toEqual([{ proofs: 15, batchedMs: 5, singlyMs: 5 }])
  }, 120_000)

  it("names the digest of the zip: the same files packed otherwise are another bundle with the same verdict", async () => {
    const stored = zipFiles(named.parts.electionId, sealFiles(named, named.parts), false)
    const [one, other] = [
      reportOf((await auditOf(zip, named)).report),
      reportOf((await auditOf(stored, named)).report),
    ]
    expect(other).toEqual({ ...one, bundleSha256: expect.not.stringMatching(one.bundleSha256) as string })
  })

  it("says nothing of an election whose container does not hold", async () => {
    const { report } = await auditOf(new TextEncoder().encode("no zip"), named)
    expect(reportOf(report)).toMatchObject({ electionId: "", step: 1, figures: {}, warnings: [] })
  })
})

describe("what is no mutation", () => {
  it.each<[string, (parts: BundleParts) => void, string[]]>([
    ["sealing again without a change", () => undefined, []],
    [
      "leaving out what voters brought and the anchor of the tally",
      ({ files, anchors }) => {
        for (const path of files.keys()) if (/^(?:receipts|promises)\//.test(path)) files.delete(path)
        anchors.delete("tally")
      },
      [],
    ],
    [
      "shares of trustees in another order",
      ({ entries }) => {
        const first = indexOf(named, "decryption-share")
        entries.splice(first, 2, entries[first + 1]!, entries[first]!)
      },
      [],
    ],
    [
      "a false share when the tally does without it",
      ({ entries, files, anchors }) => {
        const { election } = named
        const body = { ...election.decryptionShare(1), closeHash: "0".repeat(64) }
        entries[indexOf(named, "decryption-share")] = canonicalBytes(
          election.signed("decryption-share", body),
        )
        const { result, bytes, resultSha256 } = encodeResult(election.log, [2, 3], [4, 4, 4])
        const { electionId, closeHash } = result
        const tally = { electionId, closeHash, trustees: [2, 3], counts: [4, 4, 4], resultSha256 }
        entries[entries.length - 1] = canonicalBytes(election.signed("tally", tally))
        files.set("result.json", bytes)
        anchors.set("tally", { digest: resultSha256 })
      },
      ["share-invalid-1"],
    ],
    [
      "a log/at-close that came late",
      (parts) => {
        const late = named.closesAt + 1000
        parts.atClose = { size: parts.atClose!.size, times: [late - 500, late, null] }
      },
      ["at-close-late"],
    ],
  ])("%s", async (_, change, warnings) => {
    const { verdict, warnings: given } = reportOf((await auditOf(changed(named, change), named)).report)
    expect({ verdict, given }).toEqual({ verdict: "valid", given: [...warnings, "development-keys"].sort() })
  })
})

describe("what the auditor decides", () => {
  it("B10: a development key is refused unless asked for", async () => {
    const { report } = await auditOf(zip, named, {}, { allowDevelopmentKeys: false })
    expect(reportOf(report)).toMatchObject({ step: 7, code: "circuit-invalid" })
  })

  it("B10: so is a development key under which people enrolled, before any ballot is looked at", async () => {
    const { report } = await auditOf(zipOf(gated), gated, {}, { allowDevelopmentKeys: false })
    expect(reportOf(report)).toMatchObject({ step: 4, code: "census-invalid" })
  })

  it("D12: more bytes than allowed are refused before they are inflated", async () => {
    const { report } = await auditOf(zip, named, {}, { maxBytes: 10_000 })
    expect(reportOf(report)).toMatchObject({ step: 1, code: "container-invalid" })
  })

  it("a policy of other logs, or of more cosigners, believes nothing of it", async () => {
    const stranger = makeSigningKey(MAIN_ORIGIN, new Uint8Array(32).fill(9))
    for (const policy of [
      policyText(stranger, "cosigned"),
      named.policy.replace("2 c1 c2 c3", "all c1 c2 c3"),
    ]) {
      const { report } = await audit(zip, auditTools(policy))
      expect(reportOf(report)).toMatchObject({ step: 2, code: "log-invalid" })
    }
  })

  it("a second verifier that disagrees is a fault and no verdict", async () => {
    const { forge, vkey, entry } = await circuitForge("ballot8")
    const signals = Array.from({ length: entry.publicSignals }, (_, i) => encodeFr(BigInt(i)))
    const claims = [{ signals, proof: forge([signals])[0]! }]
    const key = await parseVerificationKey(vkey, entry)
    const prepared = await prepareVerificationKey(key)
    const judge = openProofJudge({ randomBytes: seededBytes("judge"), secondOpinion: true })
    expect(await judge.firstRefused(prepared, claims, () => undefined)).toBeNull()
    // The first verifier reads the prepared points, the second the key itself: one of them reads another key.
    const [first, second, ...rest] = key.json.IC
    const other = { ...key, json: { ...key.json, IC: [second!, first!, ...rest] } }
    const judged = judge.firstRefused({ ...prepared, key: other }, claims, () => undefined)
    await expect(judged).rejects.toMatchObject({ code: "verifiers-disagree" })
  })
})
