// The tables of attacks say which test shows what: every test they name exists, and no attack has none.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { expect, test } from "vitest"

const ROOT = resolve(import.meta.dirname, "../..")
const ATTACKS = 26 // on the credential side, numbered as in the specification
/** On elections: how many of each letter. */
const OF_ELECTIONS = { A: 21, B: 15, C: 7, D: 22, E: 1 }
/** In place of tests, where there is none yet. */
const OPEN = "open"

interface Row {
  readonly id: string
  readonly attack: string
  readonly tests: string
  readonly named: readonly string[]
}

const all = readFileSync(join(ROOT, "test/README.md"), "utf8")
  .split("\n")
  .flatMap((line): Row[] => {
    const [, id, attack = "", tests = ""] = /^\| ([A-E]?\d+) +\| (.+?) +\| (.+?) +\|$/.exec(line) ?? []
    const named = [...tests.matchAll(/`([^`]+)`/g)].map(([, path]) => `test/${path ?? ""}.test.ts`)
    return id === undefined ? [] : [{ id, attack, tests: tests.trim(), named }]
  })
const isOfElections = ({ id }: Row): boolean => /^[A-E]/.test(id)
const elections = all.filter(isOfElections)
const rows = all.filter((row) => !isOfElections(row))

test("every attack has a row, and every row a test that exists", () => {
  expect(rows.map(({ id }) => Number(id))).toEqual(Array.from({ length: ATTACKS }, (_, i) => i + 1))
  for (const { named, attack } of rows) expect(named.length, attack).toBeGreaterThan(0)
  for (const path of all.flatMap(({ named }) => named)) expect(existsSync(join(ROOT, path)), path).toBe(true)
})

test("every attack on elections has a row, which names its tests or says that there is none", () => {
  const ids = Object.entries(OF_ELECTIONS).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, i) => `${letter}${i + 1}`),
  )
  expect(elections.map(({ id }) => id)).toEqual(ids)
  for (const { id, tests, named } of elections)
    expect([id, named.length > 0 || tests === OPEN]).toEqual([id, true])
})

test("a file of attacks on elections says which rows it holds", () => {
  for (const { id, named } of elections) {
    for (const path of named.filter((one) => one.startsWith("test/attacks/election-"))) {
      const said = new RegExp(`\\b${id}\\b`).test(readFileSync(join(ROOT, path), "utf8"))
      expect([path, id, said]).toEqual([path, id, true])
    }
  }
})

test("every file of attacks is named by a row, and the tests that the README names exist", () => {
  const named = new Set(all.flatMap((row) => row.named))
  const files = readdirSync(join(ROOT, "test/attacks")).map((name) => `test/attacks/${name}`)
  expect(files.filter((path) => !named.has(path))).toEqual([])
  const readme = readFileSync(join(ROOT, "README.md"), "utf8")
  const linked = [...readme.matchAll(/`(test\/[^`]+\.test\.ts)`/g)].map(([, path]) => path ?? "")
  expect(linked.length).toBeGreaterThan(10)
  expect(linked.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})
