import { createHash, randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { groth16, wtns, zKey } from "snarkjs"
import { updateCircuits } from "../../../scripts/build/build-circuits.ts"
import { deriveDevelopmentTrapdoor } from "../../../src/proofs/ceremony/development-trapdoor.ts"
import { makeDevelopmentKey, type KeyProgress } from "../../../src/proofs/ceremony/dev-keys.ts"
import { openForge } from "../../../src/proofs/ceremony/forge-proof.ts"
import { isDevelopmentKey } from "../../../src/proofs/ceremony/is-development-key.ts"
import { computeLagrangeBasis } from "../../../src/proofs/ceremony/lagrange.ts"
import { parseR1cs } from "../../../src/proofs/ceremony/r1cs.ts"
import { power, rootOfUnity } from "../../../src/proofs/ceremony/scalar-field.ts"
import { readVerificationKey } from "../../../src/proofs/ceremony/zkey-verification-key.ts"
import { parseArtifactManifest } from "../../../src/proofs/groth16/artifacts.ts"
import type { ArtifactEntry } from "../../../src/proofs/groth16/artifacts.ts"
import { toSnarkjsProof } from "../../../src/proofs/groth16/snarkjs-proof.ts"
import { R } from "../../../src/protocol/primitives/field.ts"
import { makeTinyProject, TINY_INPUT, TINY_SIGNALS, type TinyProject } from "../../support/tiny-project.ts"

let project: TinyProject
let entry: ArtifactEntry
let r1cs: Uint8Array
let wasm: Uint8Array
let zkey: Uint8Array
beforeAll(async () => {
  project = makeTinyProject()
  await updateCircuits(project.build())
  const manifest = parseArtifactManifest(
    JSON.parse(readFileSync(join(project.root, "circuits/artifacts.json"), "utf8")),
  )
  entry = manifest.circuits["tiny"]!
  const read = (kind: string) =>
    new Uint8Array(readFileSync(join(project.cache, entry.sourcesSha256, `tiny.${kind}`)))
  ;[r1cs, wasm, zkey] = [read("r1cs"), read("wasm"), read("zkey")]
})
afterAll(() => project.remove())

/** snarkjs starts threads unless it finds a curve; the oracle runs once in this process, so it gets one here. */
async function proveWithSnarkjs(key: Uint8Array) {
  const witness = { type: "mem" as const }
  await wtns.calculate(TINY_INPUT, wasm, witness)
  return groth16.prove(key, witness as never, undefined, { singleThread: true })
}

async function snarkjsAccepts(key: Uint8Array, signals: readonly string[], proof: unknown): Promise<boolean> {
  return groth16.verify(readVerificationKey(key), [...signals], proof as never)
}

afterAll(async () => {
  await (globalThis as { curve_bn128?: { terminate(): Promise<void> } | null }).curve_bn128?.terminate()
})

describe("a development key", () => {
  test("has the same bytes in two runs", async () => {
    expect(Buffer.from(await makeDevelopmentKey("tiny", r1cs)).equals(zkey)).toBe(true)
  })

  test("is one under which snarkjs proves, and verifies no other signals", async () => {
    const { proof, publicSignals } = await proveWithSnarkjs(zkey)
    expect(publicSignals).toEqual(TINY_SIGNALS)
    expect(await snarkjsAccepts(zkey, TINY_SIGNALS, proof)).toBe(true)
    expect(await snarkjsAccepts(zkey, ["33", "2", "1", "4"], proof)).toBe(false)
    expect(await snarkjsAccepts(zkey, ["32", "2", "4", "1"], proof)).toBe(false)
  })

  test("contains the verification key that snarkjs reads out of it", async () => {
    const { vk_alphabeta_12: _, ...exported } = (await zKey.exportVerificationKey(zkey)) as Record<
      string,
      unknown
    >
    expect(readVerificationKey(zkey)).toEqual(exported)
  })

  test("is bound to the circuit's id and to every byte of its constraint file", async () => {
    const otherId = readVerificationKey(await makeDevelopmentKey("tiny2", r1cs))
    const changed = r1cs.slice()
    changed[changed.length - 1]! ^= 1 // the last byte of the wire-to-label map: the constraints are the same
    const otherFile = readVerificationKey(await makeDevelopmentKey("tiny", changed))
    const alphas = [readVerificationKey(zkey), otherId, otherFile].map((key) => key.vk_alpha_1[0])
    expect(new Set(alphas).size).toBe(3)
    const { proof } = await proveWithSnarkjs(zkey)
    expect(await snarkjsAccepts(await makeDevelopmentKey("tiny", changed), TINY_SIGNALS, proof)).toBe(false)
  })

  test("is made with progress that ends each stage at its total, in order", async () => {
    const steps: KeyProgress[] = []
    await makeDevelopmentKey("tiny", r1cs, (step) => steps.push(step))
    const stages = steps.map(({ stage }) => stage).filter((stage, i, all) => stage !== all[i - 1])
    expect(stages).toEqual(["lagrange", "commit-a", "commit-b", "commit-c", "write"])
    for (const stage of ["commit-a", "commit-b", "commit-c"]) {
      const last = steps.findLast((step) => step.stage === stage)!
      expect(last.done).toBe(last.total)
    }
  })
})

describe("isDevelopmentKey", () => {
  test("recognises the key whatever the manifest calls its ceremony", () => {
    expect(
      isDevelopmentKey(readVerificationKey(zkey), { ...entry, ceremony: "2027-spring" } as ArtifactEntry),
    ).toBe(true)
  })

  test("says no to a key with another delta, and to one of another circuit", () => {
    const key = readVerificationKey(zkey)
    expect(isDevelopmentKey({ ...key, vk_delta_2: key.vk_beta_2 }, entry)).toBe(false)
    expect(isDevelopmentKey({ ...key, vk_beta_2: key.vk_delta_2 }, entry)).toBe(false)
    expect(isDevelopmentKey({ ...key, vk_alpha_1: key.IC[0]! }, entry)).toBe(false)
    expect(isDevelopmentKey(key, { ...entry, id: "other" })).toBe(false)
    expect(isDevelopmentKey(key, { ...entry, r1cs: entry.wasm })).toBe(false)
  })
})

describe("the published trapdoor", () => {
  test("forges a proof of false signals that the verifier accepts", async () => {
    const forge = await openForge("tiny", r1cs, readVerificationKey(zkey), randomBytes)
    const signals = ["12345", "0", (R - 1n).toString(), "7"]
    const proof = toSnarkjsProof(forge([signals])[0]!)
    expect(await snarkjsAccepts(zkey, signals, proof)).toBe(true)
    expect(await snarkjsAccepts(zkey, ["12346", ...signals.slice(1)], proof)).toBe(false)
    expect(() => forge([signals.slice(1)])).toThrow(RangeError)
  })

  test("makes many proofs in one go, no two alike, in the order of their signals", async () => {
    const forge = await openForge("tiny", r1cs, readVerificationKey(zkey), randomBytes)
    const lists = Array.from({ length: 1100 }, (_, i) => ["1", "2", "3", String(i)]) // more than one chunk
    const proofs = forge(lists)
    expect(new Set(proofs.map(({ a }) => a.join())).size).toBe(1100)
    for (const i of [0, 1023, 1024, 1099]) {
      expect(await snarkjsAccepts(zkey, lists[i]!, toSnarkjsProof(proofs[i]!))).toBe(true)
      expect(await snarkjsAccepts(zkey, lists[i - 1] ?? lists[1]!, toSnarkjsProof(proofs[i]!))).toBe(false)
    }
    expect(forge([])).toEqual([])
  })

  test("opens no other key than the one the seed gives for the circuit", async () => {
    const key = readVerificationKey(zkey)
    const refused = expect.objectContaining({ code: "not-a-development-key" })
    const edits = [
      { vk_delta_2: key.vk_beta_2 },
      { vk_gamma_2: key.vk_beta_2 },
      { vk_alpha_1: key.IC[0]! },
      { IC: [...key.IC].reverse() },
      { IC: key.IC.slice(0, -1), nPublic: key.nPublic - 1 },
    ]
    for (const edit of edits) {
      await expect(openForge("tiny", r1cs, { ...key, ...edit }, randomBytes)).rejects.toEqual(refused)
    }
    await expect(openForge("other", r1cs, key, randomBytes)).rejects.toEqual(refused)
  })

  test("follows the published formula", () => {
    const digest = createHash("sha256").update("any").digest()
    const text = Buffer.concat([Buffer.from("sotto/dev-keys/v1\0tau\0tiny\0"), digest, Buffer.of(0)])
    const expected = BigInt(`0x${createHash("sha512").update(text).digest("hex")}`) % R
    expect(deriveDevelopmentTrapdoor("tiny", digest, 4).tau).toBe(expected)
  })
})

test("the Lagrange basis interpolates: powers of the roots come out as powers of the point", () => {
  const point = 123456789n
  const basis = computeLagrangeBasis(point, 3)
  const root = rootOfUnity(3)
  for (let degree = 0; degree < 8; degree++) {
    const sum = basis.reduce((total, value, j) => total + value * power(root, BigInt(j * degree)), 0n) % R
    expect(sum).toBe(power(point, BigInt(degree)))
  }
})

describe("refuses", () => {
  test("a constraint file of another format, or cut short", () => {
    expect(() => parseR1cs(zkey)).toThrow(expect.objectContaining({ code: "r1cs-malformed" }))
    expect(() => parseR1cs(r1cs.subarray(0, r1cs.length - 1))).toThrow(
      expect.objectContaining({ code: "r1cs-malformed" }),
    )
    expect(() => parseR1cs(new Uint8Array(3))).toThrow(expect.objectContaining({ code: "r1cs-malformed" }))
  })

  test("a proving key of another format, cut short, or with infinity for a point", () => {
    const malformed = expect.objectContaining({ code: "zkey-malformed" })
    expect(() => readVerificationKey(r1cs)).toThrow(malformed)
    expect(() => readVerificationKey(zkey.subarray(0, 900))).toThrow(malformed)
    expect(() => readVerificationKey(zkey.subarray(0, 11))).toThrow(malformed)
    const infinite = zkey.slice()
    infinite.fill(0, 12 + 16 + 12 + 84, 12 + 16 + 12 + 84 + 64) // alpha
    expect(() => readVerificationKey(infinite)).toThrow(malformed)
  })
})
