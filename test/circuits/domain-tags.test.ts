// Hash ambiguity is excluded by counting: every Poseidon call of ours, its tag and its arity.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { PROJECT_ROOT } from "../support/circuit-compile.ts"

const CIRCUITS = join(PROJECT_ROOT, "circuits")
const TAGS: Record<string, readonly [value: number, arity: number]> = {
  tagHolder: [1001, 3],
  tagCredential: [1002, 8],
  tagIssuer: [1003, 5],
  tagNullifier: [1004, 5],
  tagLink: [1005, 3],
  tagStatusWord: [1006, 2],
  tagCredentialLink: [1007, 5],
  tagValueSet: [1009, 2],
}
const code = ["lib", "credential"].flatMap((folder) =>
  readdirSync(join(CIRCUITS, folder)).map((name) => {
    const text = readFileSync(join(CIRCUITS, folder, name), "utf8").replace(/\/\/.*$/gm, "")
    return { file: `${folder}/${name}`, text }
  }),
)
const calls = code.flatMap(({ file, text }) =>
  [...text.matchAll(/Poseidon\(([^)]*)\)\((\[[^\]]*\]|[^)]*)\)/g)].map(([, arity = "", inputs = ""]) => {
    const tag = /^\[(tag\w+)\(\)/.exec(inputs)?.[1]
    return {
      file,
      tag,
      arity: Number(arity),
      given: inputs.startsWith("[") ? inputs.split(",").length : undefined,
    }
  }),
)

test("reads every Poseidon call: none hides from the pattern", () => {
  const mentions = code.flatMap(({ text }) => [...text.matchAll(/\bPoseidon\w*\(/g)]) // EdDSAPoseidonVerifier is another word
  expect(calls).toHaveLength(mentions.length)
  expect(calls).toHaveLength(10)
})

test("each tag has its value and one arity, and no two tags are equal", () => {
  const declared = [
    ...(code.find(({ file }) => file === "lib/domain-tags.circom")?.text ?? "").matchAll(
      /function (\w+)\(\) \{ return (\d+); \}/g,
    ),
  ]
  expect(declared.map(([, name, value]) => [name, Number(value)])).toEqual(
    Object.entries(TAGS).map(([name, [value]]) => [name, value]),
  )
  expect(new Set(Object.values(TAGS).map(([value]) => value)).size).toBe(declared.length)
})

test("each call has the arity of its tag, and each tag is hashed in one place", () => {
  const tagged = calls.filter(({ tag }) => tag !== undefined)
  for (const { tag = "", arity, given } of tagged)
    expect([tag, arity, given]).toEqual([tag, TAGS[tag]?.[1], TAGS[tag]?.[1]])
  expect(tagged.map(({ tag }) => tag).toSorted()).toEqual(Object.keys(TAGS).toSorted())
})

test("the only untagged calls are the tree node of arity 4 and the attribute root of arity 16", () => {
  const untagged = calls.filter(({ tag }) => tag === undefined).map(({ file, arity }) => [file, arity])
  expect(untagged.toSorted()).toEqual([
    ["credential/presentation.circom", 16],
    ["lib/merkle-path.circom", 4],
  ])
  expect(Object.values(TAGS).map(([, arity]) => arity)).not.toContain(4)
  expect(Object.values(TAGS).map(([, arity]) => arity)).not.toContain(16)
})
