import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { buildTypeScript } from "../../../scripts/build/build-typescript.ts"
import { findToolchain } from "../../../scripts/build/toolchain.ts"
import { recordStages } from "../../support/tiny-project.ts"

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sotto-typescript-"))
  mkdirSync(join(root, "src", "inner"), { recursive: true })
  write("package.json", '{"type":"module"}')
  write(
    "tsconfig.json",
    '{"compilerOptions":{"strict":true,"module":"nodenext","types":[],"lib":["es5"],"skipLibCheck":true,"noEmit":true}}',
  )
  write(
    "tsconfig.build.json",
    '{"extends":"./tsconfig.json","compilerOptions":{"noEmit":false,"rootDir":"src"},"include":["src"]}',
  )
  write("src/inner/one.ts", "export const one: number = 1\n")
})
afterEach(() => rmSync(root, { recursive: true }))

const write = (name: string, text: string) => writeFileSync(join(root, name), text)
const dist = (name: string) => join(root, "dist", name)

async function build(): Promise<string[]> {
  const stages: string[] = []
  const progress = recordStages(stages)
  await buildTypeScript({ root, cache: join(root, "cache"), tools: findToolchain(), progress })
  return stages
}

test("compiles again after a change of sources, configuration or output, and only then", async () => {
  write("src/two.ts", "export const two = 2\n")
  expect(await build()).toEqual(["TypeScript"])
  expect(readFileSync(dist("inner/one.js"), "utf8")).toContain("one = 1")
  expect(await build()).toEqual(["skip TypeScript"])

  rmSync(join(root, "src", "two.ts"))
  expect(await build()).toEqual(["TypeScript"])
  expect(existsSync(dist("two.js"))).toBe(false)

  write("package.json", '{"type":"module","version":"1.0.0"}')
  writeFileSync(dist("inner/one.js"), "tampered")
  expect(await build()).toEqual(["TypeScript"])
  expect(readFileSync(dist("inner/one.js"), "utf8")).not.toBe("tampered")
})

test("a type error stops the build and leaves the former output", async () => {
  await build()
  write("src/inner/one.ts", 'export const one: number = "1"\n')
  await expect(build()).rejects.toMatchObject({
    code: "typescript-failed",
    message: expect.stringContaining("src/inner/one.ts"),
  })
  expect(readFileSync(dist("inner/one.js"), "utf8")).toContain("one = 1")
})
