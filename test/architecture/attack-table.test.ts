// The tables of attacks say which test shows what: every test they name exists, and no attack has none.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { expect, test } from "vitest"

const ROOT = resolve(import.meta.dirname, "../..")
const ATTACKS = 26 // on the credential side, numbered as in the specification

const rows = readFileSync(join(ROOT, "test/README.md"), "utf8")
  .split("\n")
  .flatMap((line) => {
    const [, number, attack = "", tests = ""] = /^\| (\d+) +\| (.+?) +\| (.+?) +\|$/.exec(line) ?? []
    const named = [...tests.matchAll(/`([^`]+)`/g)].map(([, path]) => `test/${path ?? ""}.test.ts`)
    return number === undefined ? [] : [{ number: Number(number), attack, named }]
  })

test("every attack has a row, and every row a test that exists", () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: ATTACKS }, (_, i) => i + 1))
  for (const { named, attack } of rows) {
    expect(named.length, attack).toBeGreaterThan(0)
    for (const path of named) expect(existsSync(join(ROOT, path)), path).toBe(true)
  }
})

test("every file of attacks is named by a row, and the tests that the README names exist", () => {
  const named = new Set(rows.flatMap((row) => row.named))
  const files = readdirSync(join(ROOT, "test/attacks")).map((name) => `test/attacks/${name}`)
  expect(files.filter((path) => !named.has(path))).toEqual([])
  const readme = readFileSync(join(ROOT, "README.md"), "utf8")
  const linked = [...readme.matchAll(/`(test\/[^`]+\.test\.ts)`/g)].map(([, path]) => path ?? "")
  expect(linked.length).toBeGreaterThan(10)
  expect(linked.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})
