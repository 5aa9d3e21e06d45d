// Hash ambiguity is excluded by counting: every Poseidon call of ours, in the circuits and in src/, its tag and its arity.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { TAG } from "../../src/protocol/primitives/poseidon.ts"
import { CIRCUIT_FOLDERS, PROJECT_ROOT } from "../support/circuit-compile.ts"

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
  tagVoterCommitment: [2001, 2],
  tagBallotNullifier: [2002, 3],
  tagCensusLeaf: [2003, 3],
}
/** Hashed outside the circuits only. */
const REQUEST = ["request", [1008, 8]] as const
const code = CIRCUIT_FOLDERS.flatMap((folder) =>
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
  expect(calls).toHaveLength(13)
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

describe("in src/", () => {
  const texts = readdirSync(join(PROJECT_ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith("primitives/poseidon.ts"))
    .map((path) => readFileSync(join(PROJECT_ROOT, "src", path), "utf8").replace(/\/\/.*$/gm, ""))
  const hashed = texts.flatMap((text) =>
    [...text.matchAll(/\bposeidon\(/g)].map(({ index }) => argumentsAt(text, index + "poseidon(".length)),
  )
  const tags = new Map([
    ...Object.entries(TAGS).map(
      ([name, row]) => [name.charAt(3).toLowerCase() + name.slice(4), row] as const,
    ),
    REQUEST,
  ])

  test("the tags are those of the circuits, and one for requests", () => {
    const values = Object.fromEntries([...tags].map(([name, [value]]) => [name, BigInt(value)]))
    expect(TAG).toEqual(values)
  })

  test("each tagged call has the arity of its tag, and every tag is hashed", () => {
    const tagged = hashed.filter(([first = ""]) => first.startsWith("TAG."))
    for (const inputs of tagged) {
      const name = inputs[0]?.slice("TAG.".length) ?? ""
      expect([name, inputs.length]).toEqual([name, tags.get(name)?.[1]])
    }
    expect(new Set(tagged.map(([first]) => first?.slice("TAG.".length)))).toEqual(new Set(tags.keys()))
  })

  test("the only untagged calls are four children, the attributes, and the five inputs of EdDSA-Poseidon", () => {
    const untagged = hashed.filter(([first = ""]) => !first.startsWith("TAG."))
    const isNode = (inputs: readonly string[]): boolean =>
      inputs.length === 4 || /^\.\.\.children(?:Of\(.*\))?$/.test(inputs.join())
    const others = untagged.filter((inputs) => !isNode(inputs)).map((inputs) => inputs.join())
    expect(others.toSorted()).toEqual([
      "...attrs",
      "r8.x,r8.y,key.x,key.y,message",
      "r8[0],r8[1],x,y,message",
    ])
  })
})

/** The arguments of a call whose bracket was opened before `start`, commas inside brackets left alone. */
function argumentsAt(text: string, start: number): string[] {
  const found = [""]
  let depth = 1
  for (let at = start; depth > 0; at++) {
    const character = text[at]
    if (character === undefined) throw new Error("a call of poseidon has no end")
    if ("([{".includes(character)) depth++
    if (")]}".includes(character)) depth--
    if (character === "," && depth === 1) found.push("")
    else if (depth > 0 && !/\s/.test(character)) found.push((found.pop() ?? "") + character)
  }
  return found.filter((each) => each !== "")
}
