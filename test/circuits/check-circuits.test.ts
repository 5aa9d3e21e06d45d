import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { describe, expect, test } from "vitest"
import { checkCircuitSource } from "../../scripts/check-circuits.ts"
import { CIRCUIT_FOLDERS, PROJECT_ROOT } from "../support/circuit-compile.ts"

const PATH = "circuits/credential/age-gate.circom"
const CLEAN = `// AgeGate: the holder is of age.
// Public : limit     Private: age     Output: isOld
// Params : BITS 8.
// Caller : binds age to a credential.
// Rules  : (1) age fits BITS   (2) the inverse is pinned
// Source : a test.
pragma circom 2.1.6;

include "../lib/range-check.circom";

template AgeGate(BITS) {
    assert(BITS >= 1 && BITS <= 253);
    signal input limit, age;
    signal output isOld;
    signal bits[BITS] <== Num2Bits(BITS)(age); // (1)
    signal inverse <-- 1 / age;
    inverse * age === 1; // (2)
    isOld <== AtMost(BITS)(limit, age); // (2)
}
`
const CIRCUITS = join(PROJECT_ROOT, "circuits")
const files = CIRCUIT_FOLDERS.flatMap((folder) =>
  readdirSync(join(CIRCUITS, folder)).map(
    (name) => [`circuits/${folder}/${name}`, readFileSync(join(CIRCUITS, folder, name), "utf8")] as const,
  ),
)

test("passes a clean file", () => {
  expect(checkCircuitSource(PATH, CLEAN)).toEqual([])
})

test.each(files)("passes %s", (path, text) => {
  expect(checkCircuitSource(path, text)).toEqual([])
})

test("no file of ours holds a hint: every witness is a function of its inputs", () => {
  for (const [path, text] of files) expect(/<--|-->/.test(text), path).toBe(false)
})

test("the README names every file that circomspect passes over: those with an anonymous component in a loop", () => {
  // Inside a loop our files are indented twice.
  const blind = files.filter(([, text]) =>
    /^ {8,}.*\b[A-Z]\w*\([^)]*\)\(/m.test(text.replace(/\/\/.*$/gm, "")),
  )
  const readme = readFileSync(join(CIRCUITS, "README.md"), "utf8")
  const named = /anonymous\s+component in a loop: ([^.]*) have/.exec(readme)?.[1] ?? ""
  expect([...named.matchAll(/`([\w-]+)`/g)].map(([, name]) => name).toSorted()).toEqual(
    blind.map(([path]) => basename(path, ".circom")).toSorted(),
  )
})

describe("finds", () => {
  test.each([
    [
      "an assert over a signal",
      "assert(BITS >= 1 && BITS <= 253);",
      "assert(BITS <= 253 && age > 17);",
      "assert over",
    ],
    ["a hint that nothing pins", "inverse * age === 1; // (2)", "", "hint inverse is pinned by no ==="],
    [
      "a hint pinned only under another name",
      "inverse * age === 1;",
      "inverse2 * age === 1;",
      "hint inverse",
    ],
    ["a hint to the right", "signal inverse <-- 1 / age;", "1 / age --> other;", "hint other"],
    ["254 bits", "Num2Bits(BITS)(age)", "Num2Bits(254)(age)", "Num2Bits(254) has two solutions"],
    ["a width without a bound", "assert(BITS >= 1 && BITS <= 253);", "", "Num2Bits(BITS) has no assert"],
    [
      "a width with a lower bound only",
      "assert(BITS >= 1 && BITS <= 253);",
      "assert(BITS >= 1);",
      "no assert",
    ],
    [
      "circomlib outside lib",
      "../lib/range-check.circom",
      "../../node_modules/circomlib/circuits/bitify.circom",
      "only circuits/lib/",
    ],
    [
      "an include from elsewhere",
      "../lib/range-check.circom",
      "../../other/range-check.circom",
      "its own folder or ../lib/",
    ],
    ["a comparator", "AtMost(BITS)(limit, age)", "LessThan(BITS)([limit, age])", "compares by order"],
    ["a missing header line", "// Caller : binds age to a credential.\n", "", "header line 4"],
    ["a first line without a sentence", "// AgeGate: the holder is of age.", "// age gate", "header line 1"],
    [
      "a listed rule that stands nowhere",
      "(2) the inverse is pinned",
      "(2) the inverse is pinned   (3) more",
      "rule (3) is on no",
    ],
    [
      "a rule that is not listed",
      "isOld <== AtMost(BITS)(limit, age); // (2)",
      "isOld <== AtMost(BITS)(limit, age); // (9)",
      "rule (9) is not",
    ],
    ["a tab", "    signal output", "\tsignal output", "tab or trailing space"],
    [
      "a template named unlike its file",
      "template AgeGate(",
      "template Gate(",
      "the template of this file is AgeGate",
    ],
    [
      "a parameter in lower case",
      "template AgeGate(BITS)",
      "template AgeGate(BITS, extra)",
      "parameter extra",
    ],
    ["a signal in upper case", "signal input limit", "signal input LIMIT", "signal LIMIT"],
    ["another language version", "pragma circom 2.1.6;", "pragma circom 2.0.0;", "pragma"],
  ])("%s", (_, from, to, message) => {
    const planted = CLEAN.replace(from, () => to)
    expect(planted).not.toBe(CLEAN)
    expect(checkCircuitSource(PATH, planted).join("\n")).toContain(message)
  })

  test("nothing in a comment", () => {
    const commented = CLEAN.replace(
      "signal output isOld;",
      "signal output isOld; // never LessThan(8), assert(age) or Num2Bits(254)",
    )
    expect(checkCircuitSource(PATH, commented)).toEqual([])
  })

  test("a comparator in lib, but for its one home", () => {
    const compares = CLEAN.replace("AtMost(BITS)(limit, age)", "LessThan(BITS)([limit, age])")
    expect(checkCircuitSource("circuits/lib/age-gate.circom", compares)).toHaveLength(1)
    expect(checkCircuitSource("circuits/lib/range-check.circom", compares)).toEqual([])
  })
})
