import { beforeAll, describe, expect, test } from "vitest"
import { openArtifacts, parseArtifactManifest } from "../../../src/proofs/groth16/artifacts.ts"
import type { ArtifactSource } from "../../../src/proofs/groth16/artifacts.ts"
import { openProofFixture } from "../../support/proof-fixture.ts"
import type { ProofFixture } from "../../support/proof-fixture.ts"

let fixture: ProofFixture

beforeAll(async () => {
  fixture = await openProofFixture()
})

function sourceOf(changed: Partial<Record<"wasm" | "zkey" | "vkey", Uint8Array>> = {}): ArtifactSource {
  const files = { wasm: fixture.wasm, zkey: fixture.zkey, vkey: fixture.vkey, ...changed }
  return (file) => Promise.resolve(files[file])
}

describe("opening artifacts", () => {
  test("gives the pinned files", async () => {
    const artifacts = await openArtifacts(fixture.entry, sourceOf())
    expect(artifacts.zkey).toEqual(fixture.zkey)
    expect(artifacts.vkey.sha256).toBe(fixture.entry.vkeySha256)
  })

  test("takes files that lie in shared memory", async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(fixture.zkey.byteLength))
    shared.set(fixture.zkey)
    await expect(openArtifacts(fixture.entry, sourceOf({ zkey: shared }))).resolves.toBeDefined()
  })

  // A byte of the header, of the coefficients and of each point section: a hostile key can break hiding too.
  test.each(["wasm", "zkey"] as const)(
    "refuses a flipped byte anywhere in the %s, naming the file",
    async (file) => {
      const good = fixture[file]
      for (let at = 0; at < good.length; at += Math.floor(good.length / 40)) {
        const bytes = good.slice()
        bytes[at] = (bytes[at] ?? 0) ^ 1
        await expect(openArtifacts(fixture.entry, sourceOf({ [file]: bytes }))).rejects.toMatchObject({
          code: "artifact-refused",
          message: `the ${file} of presentation is not the pinned one`,
        })
      }
    },
  )

  test("refuses a file cut short or prolonged", async () => {
    for (const zkey of [fixture.zkey.slice(0, -1), new Uint8Array([...fixture.zkey, 0]), new Uint8Array(0)]) {
      await expect(openArtifacts(fixture.entry, sourceOf({ zkey }))).rejects.toMatchObject({
        code: "artifact-refused",
      })
    }
  })

  test("refuses a verification key that is not the pinned one", async () => {
    const vkey = fixture.vkey.slice()
    vkey[20] = (vkey[20] ?? 0) ^ 1
    await expect(openArtifacts(fixture.entry, sourceOf({ vkey }))).rejects.toMatchObject({
      code: "verification-key-refused",
    })
  })
})

describe("reading the manifest", () => {
  const manifest = (): Record<string, unknown> => ({
    v: 1,
    circom2: "0.2.23",
    circomlib: "2.0.5",
    flags: ["--O2"],
    circuits: { presentation: fixture.entry },
  })

  test("gives every entry as it stands", () => {
    expect(parseArtifactManifest(JSON.parse(JSON.stringify(manifest())))).toEqual(manifest())
  })

  test.each([
    ["another version", () => ({ ...manifest(), v: 2 })],
    ["no circuits", () => ({ ...manifest(), circuits: undefined })],
    ["a digest in capitals", () => entryWith({ vkeySha256: fixture.entry.vkeySha256.toUpperCase() })],
    ["a short digest", () => entryWith({ zkey: { bytes: 1, sha256: "00" } })],
    ["a negative count", () => entryWith({ wires: -1 })],
    ["an entry under another id", () => entryWith({ id: "other" })],
    ["an input without size", () => entryWith({ inputs: [["product"]] })],
    ["null", () => null],
  ])("refuses %s", (_, make) => {
    expect(() => parseArtifactManifest(make())).toThrow(expect.objectContaining({ code: "artifact-refused" }))
  })

  const entryWith = (change: object): unknown => ({
    ...manifest(),
    circuits: { presentation: { ...fixture.entry, ...change } },
  })
})
