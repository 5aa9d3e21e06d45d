import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { buildCircuits, updateCircuits } from "../../../scripts/build/build-circuits.ts"
import { loadCircuit, loadVerificationKey, locateCircuit } from "../../../src/cli/circuit-artifacts.ts"
import {
  copyTinyProject,
  makeTinyProject,
  type TinyBuild,
  type TinyProject,
} from "../../support/tiny-project.ts"

let pristine: TinyProject
let project: TinyProject
let built: string
beforeAll(async () => {
  pristine = makeTinyProject()
  await updateCircuits(pristine.build())
})
afterAll(() => pristine.remove())
beforeEach(async () => {
  project = copyTinyProject(pristine)
  built = join(project.cache, (await locateCircuit("tiny", places())).entry.sourcesSha256)
})
afterEach(() => project.remove())

const places = () => ({ packageRoot: project.root, cache: project.cache })
const inCircuits = (...path: string[]) => join(project.root, "circuits", ...path)
const cached = (file: string) => join(built, `tiny.${file}`)
const UNCHANGED = ["skip compile tiny", "skip keys tiny"]

async function build(): Promise<readonly string[]> {
  const run = project.build()
  await buildCircuits(run)
  return run.stages
}

function edit(path: string, change: (text: string) => string): void {
  const before = readFileSync(path, "utf8")
  writeFileSync(path, change(before))
  expect(readFileSync(path, "utf8")).not.toBe(before)
}

function flipByte(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[at < 0 ? bytes.length + at : at]! ^= 1
  writeFileSync(path, bytes)
}

describe("a build", () => {
  test("with a full cache does nothing", async () => {
    expect(await build()).toEqual(UNCHANGED)
  })

  test("of an empty cache makes the pinned bytes, wherever the cache is", async () => {
    const elsewhere = makeTinyProject()
    try {
      const run: TinyBuild = { ...project.build(), cache: join(elsewhere.root, "deep", "er", "cache") }
      await buildCircuits(run)
      await expect(loadCircuit("tiny", { ...places(), cache: run.cache })).resolves.toBeDefined()
    } finally {
      elsewhere.remove()
    }
  })

  test("leaves the artifacts in the cache and none of circom's JavaScript", () => {
    expect(readdirSync(built).sort()).toEqual(["tiny.r1cs", "tiny.sym", "tiny.wasm", "tiny.zkey"])
    expect(readdirSync(project.cache)).toEqual([built.slice(project.cache.length + 1)])
  })

  test("removes what a killed build left half done", async () => {
    rmSync(cached("zkey"))
    rmSync(cached("wasm"))
    writeFileSync(`${cached("zkey")}.0a0b.part`, "half")
    writeFileSync(`${built}.lock`, `${DEAD_PID} 00`)
    expect(await build()).toEqual(["compile tiny", "keys tiny"])
    expect((await loadCircuit("tiny", places())).entry.id).toBe("tiny")
  })
})

const DEAD_PID = 2 ** 22 + 1 // above Linux's largest pid

describe("a cached file with a wrong digest is made again once:", () => {
  test.each(["r1cs", "wasm"])("%s", async (file) => {
    const good = readFileSync(cached(file))
    flipByte(cached(file), -1)
    expect(await build()).toEqual(["compile tiny", "skip keys tiny"])
    expect(readFileSync(cached(file)).equals(good)).toBe(true)
    expect(await build()).toEqual(UNCHANGED)
  })

  test.each([0, 500, -1])("zkey, byte %i", async (at) => {
    const good = readFileSync(cached("zkey"))
    flipByte(cached("zkey"), at)
    expect(await build()).toEqual(["skip compile tiny", "keys tiny"])
    expect(readFileSync(cached("zkey")).equals(good)).toBe(true)
  })

  test("a symbol file that names other signals", async () => {
    edit(cached("sym"), (text) => text.replace("main.weights[0]", "main.heights[0]"))
    expect(await build()).toEqual(["compile tiny", "skip keys tiny"])
  })
})

describe("a build stops", () => {
  test("when the committed verification key was changed, and does not replace it", async () => {
    edit(inCircuits("keys", "tiny.vkey.json"), (text) => text.replace(/"1"/, '"2"'))
    const changed = readFileSync(inCircuits("keys", "tiny.vkey.json"), "utf8")
    await expect(build()).rejects.toMatchObject({ code: "verification-key-changed" })
    expect(readFileSync(inCircuits("keys", "tiny.vkey.json"), "utf8")).toBe(changed)
  })

  test.each(["", "null", "[1.5]"])("when the committed verification key is %j", async (text) => {
    writeFileSync(inCircuits("keys", "tiny.vkey.json"), text)
    await expect(build()).rejects.toMatchObject({ code: "verification-key-changed" })
  })

  test("when there is no committed verification key", async () => {
    rmSync(inCircuits("keys", "tiny.vkey.json"))
    await expect(build()).rejects.toMatchObject({ code: "verification-key-changed" })
  })

  test.each(["circuits.json", "tiny.circom", "lib/cube.circom"])("when %s was changed", async (file) => {
    edit(inCircuits(file), (text) => (file.endsWith("json") ? text.replace("[2]", "[3]") : `${text}\n`))
    await expect(build()).rejects.toMatchObject({ code: "circuit-changed" })
  })

  test("when an included file is missing", async () => {
    rmSync(inCircuits("lib", "cube.circom"))
    await expect(build()).rejects.toMatchObject({ code: "sources-malformed" })
  })

  test("when circuits.json holds what is no table of circuits", async () => {
    edit(inCircuits("circuits.json"), (text) => text.replace("tiny.circom", "../tiny.circom"))
    await expect(build()).rejects.toMatchObject({
      code: expect.stringMatching("circuit-changed|sources-malformed"),
    })
  })

  test("when circom refuses the sources, with the compiler's words", async () => {
    edit(inCircuits("tiny.circom"), (text) => text.replace("a * b", "a * b * c"))
    await expect(updateCircuits(project.build())).rejects.toMatchObject({
      code: "compile-failed",
      message: expect.stringContaining("Non quadratic"),
    })
  })
})

describe("a build stops when artifacts.json was manipulated:", () => {
  type ManifestEntry = Record<string, string> &
    Record<"zkey" | "wasm" | "r1cs", { sha256: string; bytes: number }> & {
      constraints: number
      inputs: unknown[]
    }
  const HEX = "0".repeat(64)
  const manipulations: [name: string, change: (entry: ManifestEntry) => void, code: string][] = [
    ["zkey digest", (entry) => (entry.zkey.sha256 = HEX), "artifact-refused"],
    ["wasm digest", (entry) => (entry.wasm.sha256 = HEX), "artifact-refused"],
    ["r1cs length", (entry) => entry.r1cs.bytes++, "artifact-refused"],
    ["constraint count", (entry) => entry.constraints++, "artifact-refused"],
    ["order of inputs", (entry) => entry.inputs.reverse(), "artifact-refused"],
    ["signals digest", (entry) => (entry["signalsSha256"] = HEX), "artifact-refused"],
    ["ceremony", (entry) => (entry["ceremony"] = "2027-spring"), "artifact-refused"],
    ["vkey digest", (entry) => (entry["vkeySha256"] = HEX), "verification-key-changed"],
    ["sources digest", (entry) => (entry["sourcesSha256"] = HEX), "circuit-changed"],
  ]
  test.each(manipulations)("%s", async (_, change, code) => {
    edit(inCircuits("artifacts.json"), (text) => {
      const manifest = JSON.parse(text)
      change(manifest.circuits.tiny)
      return JSON.stringify(manifest)
    })
    await expect(build()).rejects.toMatchObject({ code })
  })

  test("compiler version", async () => {
    edit(inCircuits("artifacts.json"), (text) => text.replace(/"circom2":"[^"]*"/, '"circom2":"0.0.1"'))
    await expect(build()).rejects.toMatchObject({ code: "circuit-changed" })
  })

  test("no manifest at all", async () => {
    rmSync(inCircuits("artifacts.json"))
    await expect(build()).rejects.toMatchObject({ code: "circuit-changed" })
  })
})

test("an update records a deliberate change, and reuses nothing it finds", async () => {
  flipByte(cached("zkey"), -1)
  edit(inCircuits("tiny.circom"), (text) => text.replace("product + cube", "product + 3 * cube"))
  const run = project.build()
  await updateCircuits(run)
  expect(run.stages).toEqual(["compile tiny", "keys tiny"])
  expect(await build()).toEqual(UNCHANGED)
  const again = project.build()
  await updateCircuits(again)
  expect(again.stages).toEqual(["compile tiny", "keys tiny"])
})

test("an update is refused in continuous integration", () => {
  const script = join(import.meta.dirname, "../../../scripts/build.ts")
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", script, "--update"], {
    env: { ...process.env, CI: "true", SOTTO_CACHE: project.cache },
    encoding: "utf8",
  })
  expect(stderr).toContain("update-refused")
  expect(status).toBe(1)
})

test("two builds at once build once", async () => {
  rmSync(built, { recursive: true })
  const stages = (await Promise.all([build(), build(), build()])).flat().sort()
  expect(stages).toEqual(["compile tiny", "keys tiny", ...UNCHANGED, ...UNCHANGED].sort())
})

describe("whoever runs with the artifacts", () => {
  test("gets them by circuit id, with the committed key", async () => {
    const { wasm, zkey, vkey } = await loadCircuit("tiny", places())
    expect([wasm, zkey].every((bytes) => bytes.length > 1000)).toBe(true)
    expect((await loadVerificationKey("tiny", places())).key).toEqual(vkey)
  })

  test.each(["wasm", "zkey"])("is refused a %s with a flipped byte, by name", async (file) => {
    flipByte(cached(file), 100)
    await expect(loadCircuit("tiny", places())).rejects.toMatchObject({
      code: "artifact-refused",
      message: expect.stringMatching(`${file} of tiny`),
    })
  })

  test("is refused a verification key with a flipped digit", async () => {
    edit(inCircuits("keys", "tiny.vkey.json"), (text) =>
      text.replace(/\d(?=",")/, (digit) => String(9 - Number(digit))),
    )
    await expect(loadVerificationKey("tiny", places())).rejects.toMatchObject({
      code: "verification-key-refused",
    })
  })

  test("is refused a circuit that the manifest does not know or the cache does not hold", async () => {
    await expect(locateCircuit("other", places())).rejects.toMatchObject({ code: "artifact-refused" })
    rmSync(cached("zkey"))
    await expect(loadCircuit("tiny", places())).rejects.toMatchObject({
      code: "artifact-refused",
      message: "the zkey of tiny is missing: run npm run build",
    })
  })
})
