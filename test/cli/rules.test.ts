// `sotto rules check` over made folders: any folder of the layout gives a table, a wrong one a code.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { rulesCommand } from "../../src/cli/rules.ts"
import { runVerb } from "../support/run-verb.ts"

const root = mkdtempSync(join(tmpdir(), "sotto-rules-"))
afterAll(() => rmSync(root, { recursive: true }))

function folderOf(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(root, "f-"))
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content))
  }
  return folder
}

const run = (...args: readonly string[]) => runVerb(rulesCommand(), ...args)
const check = (...args: readonly string[]) => run("check", ...args)

const rule = (Identifier: string, Logic: unknown) => ({
  ...{ Identifier, Version: "1.0.0", Country: "XX", CertificateType: "Vaccination", Logic },
})
const oneCase = (event: object, expected: boolean) => ({
  ...{ name: null, payload: { v: [event] }, external: {}, valueSets: "0123456789ab", expected },
})
const doses = rule("VR-XX-0001", { ">": [{ var: "payload.v.0.dn" }, 1] })
const listed = rule("VR-XX-0002", {
  in: [{ var: "payload.v.0.mp" }, { var: "external.valueSets.vaccines-covid-19-names" }],
})
const text = rule("VR-XX-0003", { "===": [{ var: "payload.v.0.is" }, "\u001b[31mred"] })
const FOLDER = {
  "XX.json": [
    { rule: doses, cases: [oneCase({ dn: 1 }, false), oneCase({ dn: 2 }, true), oneCase({}, false)] },
    { rule: listed, cases: [oneCase({ mp: "EU/1/20/1528" }, true), oneCase({ mp: "other" }, false)] },
    { rule: text, cases: [oneCase({ is: "a" }, false)] },
  ],
  "YY.json": [],
  "value-sets.json": { "0123456789ab": { "vaccines-covid-19-names": ["EU/1/20/1528"] } },
  "README.md": "# not a rule",
}

it("reports every rule and every case, with names and reasons for all that is not simply agreed", async () => {
  const { code, text: printed } = await check(folderOf(FOLDER), "--json")
  const report = JSON.parse(printed)
  expect(code).toBe(0)
  expect(report.totals).toEqual({
    ...{ rules: 3, translated: 2, constant: 0, cases: 6, agreed: 4, disagreed: 0, notTranslated: 1 },
    excluded: { "field-missing": 1, "not-translated": 1 },
  })
  expect(report.disagreed).toEqual([])
  expect(report.notTranslated).toEqual([
    {
      ...{ file: "XX.json", rule: "VR-XX-0003", kinds: ["v"], reason: "text-compared" },
      detail: "member is is compared with a text",
    },
  ])
  expect(report.files.map(({ file, rules }: { file: string; rules: number }) => [file, rules])).toEqual([
    ["XX.json", 3],
    ["YY.json", 0],
  ])
  expect(report.excludedCases).toEqual([
    expect.objectContaining({ rule: "VR-XX-0001", case: 2, reason: "field-missing" }),
    expect.objectContaining({ rule: "VR-XX-0003", case: 0, reason: "not-translated" }),
  ])
})

it("exits 1 and names the case when one disagrees with what can be proved", async () => {
  const [first] = FOLDER["XX.json"]
  const wrong = {
    ...FOLDER,
    "XX.json": [{ ...first, cases: [oneCase({ dn: 1 }, true), oneCase({ dn: 2 }, true)] }],
  }
  const { code, text: printed } = await check(folderOf(wrong), "--json")
  expect(code).toBe(1)
  expect(JSON.parse(printed)).toMatchObject({
    totals: { agreed: 1, disagreed: 1 },
    disagreed: [{ file: "XX.json", rule: "VR-XX-0001", case: 0, name: "", expected: true }],
  })
})

it("leaves out by name what needs a list that the folder lacks", async () => {
  const { "value-sets.json": _, ...without } = FOLDER
  const { code, text: printed } = await check(folderOf(without), "--json")
  expect(code).toBe(0)
  const { totals, notTranslated } = JSON.parse(printed)
  expect(totals.excluded).toMatchObject({ "value-sets-missing": 2 })
  expect(notTranslated.map(({ rule: name, reason }: Record<string, string>) => `${name} ${reason}`)).toEqual([
    "VR-XX-0002 value-sets-missing",
    "VR-XX-0003 text-compared",
  ])
})

it("prints a table that no name in a file can write over", async () => {
  const named = rule("VR\u001b[2J\u202eX", { nonsense: [1] })
  const { text: printed } = await check(
    folderOf({ "XX.json": [{ rule: named, cases: [oneCase({}, true)] }] }),
  )
  expect(printed).toMatch(
    /^file +rules +translated +constant +cases +agreed +disagreed +excluded\nXX\.json +1 +0 /,
  )
  expect(printed).toContain("operator-unknown: nonsense")
  expect(printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
})

it.each([
  ["malformed-json: XX.json: not JSON", { "XX.json": "[" }],
  ["malformed-rules: XX.json: malformed at $", { "XX.json": {} }],
  ["malformed-rules: XX.json: malformed at $[0].rule", { "XX.json": [{ cases: [] }] }],
  ["malformed-value-sets: value-sets.json: malformed at $", { "XX.json": [], "value-sets.json": [] }],
  ["file-missing: no rule files", { "value-sets.json": {} }],
  ["file-missing: no rule files", {}],
])("refuses a folder: %s", async (message, files) => {
  const { code, text: printed } = await check(folderOf(files))
  expect(code).toBe(-1)
  expect(printed).toContain(message)
})

it("refuses a folder that is none, and counts that are none", async () => {
  expect((await check(join(root, "absent"))).text).toMatch(/^file-missing: /)
  for (const count of ["0", "-1", "x", "10001", "1e3"]) {
    expect((await check(folderOf(FOLDER), `--proofs=${count}`)).text).toMatch(/^option-invalid: /)
  }
})

it("prints one statement for a country's rules, and names in it the rules that have none", async () => {
  const { text: printed } = await run("translate", folderOf(FOLDER), "--country", "XX", "--kind", "v")
  expect(JSON.parse(printed)).toMatchObject({
    statement: {
      ...{ id: "eu-xx-vaccination/1", schema: "immunization/1", omits: ["VR-XX-0003"] },
      where: { all: [{ field: "doseNumber", atLeast: 2 }, { field: "vaccine" }] },
    },
    ...{ valueSets: [], includes: ["VR-XX-0001", "VR-XX-0002"], time: "none" },
    omitted: [{ rule: "VR-XX-0003", reason: "text-compared" }],
  })
  const one = await run(
    "translate",
    folderOf(FOLDER),
    ...["--country", "XX", "--kind", "v", "--rule", "VR-XX-0001"],
  )
  expect(JSON.parse(one.text).statement.where).toEqual({ field: "doseNumber", atLeast: 2 })
})

it.each([
  [["--country", "ZZ", "--kind", "v"], "option-invalid: no such rules"],
  [["--country", "XX", "--kind", "x"], "option-invalid: --kind"],
  [["--country", "XX", "--kind", "v", "--at", "noon"], "option-invalid: --at"],
  [["--country", "XX", "--kind", "v", "--value-sets", "other"], "option-invalid: --value-sets"],
])("refuses to translate %j", async (args, message) => {
  expect((await run("translate", folderOf(FOLDER), ...args)).text).toContain(message)
})
