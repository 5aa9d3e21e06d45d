// Rule folders of the layout of eu-digital-green-certificates/dgc-business-rules-testdata, brought together per country:
// a list of rules with cases, and value sets by the name that cases give. Attacker-controlled: anybody may hand one over.
import { bytesToUtf8 } from "../../protocol/primitives/bytes.ts"
import type { CertificateType, Rule } from "./rule.ts"
import { RulesError } from "./rules-error.ts"
import type { RuleFileCode } from "./rules-error.ts"

/** One case as its publisher wrote it. */
export interface RuleCase {
  /** Empty when it has none. */
  readonly name: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly external: Readonly<Record<string, unknown>>
  /** A name in the folder's value sets. */
  readonly valueSets: string
  readonly expected: boolean
}

/** A rule with its cases. */
export interface RuleWithCases {
  readonly rule: Rule
  readonly cases: readonly RuleCase[]
}

/** Collections of value sets by name, each codes by value set id. */
export type ValueSetCollections = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

/** A country's rules are some ten kilobytes. */
const MAX_FILE_BYTES = 4 * 1024 * 1024
/** Deeper than any rule a person could have written. */
const MAX_DEPTH = 100
const MAX_RULES = 1000
const MAX_CASES = 2000

const MAX_TEXT = 4000
const MAX_CODES = 4096

/**
 * Reads one file of rules. Logic and payloads are bounded in size and depth and otherwise left as they are.
 * @param bytes - attacker-controlled, JSON
 * @throws RulesError `too-large`, `malformed-json`, `malformed-rules`
 */
export function parseRuleFile(bytes: Uint8Array): readonly RuleWithCases[] {
  const at = pathIn("malformed-rules")
  return at.list(read(bytes, at), "$", MAX_RULES).map((item, i) => {
    const path = `$[${i}]`
    const entry = at.object(item, path)
    const cases = at.list(entry["cases"], `${path}.cases`, MAX_CASES)
    return {
      rule: readRule(at, entry["rule"], `${path}.rule`),
      cases: cases.map((one, j) => readCase(at, one, `${path}.cases[${j}]`)),
    }
  })
}

/** Reads a folder's value sets. @throws RulesError `too-large`, `malformed-json`, `malformed-value-sets` */
export function parseValueSetFile(bytes: Uint8Array): ValueSetCollections {
  const at = pathIn("malformed-value-sets")
  const members = (value: unknown, path: string): readonly (readonly [string, unknown, string])[] =>
    Object.entries(at.object(value, path)).map(([name, member]) => [
      name,
      member,
      `${path}.${name.slice(0, 60)}`,
    ])
  return Object.fromEntries(
    members(read(bytes, at), "$").map(([collection, sets, path]) => [
      collection,
      Object.fromEntries(
        members(sets, path).map(([id, codes, place]) => [
          id,
          at.list(codes, place, MAX_CODES).map((code, i) => at.text(code, `${place}[${i}]`)),
        ]),
      ),
    ]),
  )
}

function readRule(at: Place, value: unknown, path: string): Rule {
  const given = at.object(value, path)
  const type = TYPES.find((one) => one === given["CertificateType"])
  if (type === undefined) throw at.fault(`${path}.CertificateType`)
  if (!Object.hasOwn(given, "Logic")) throw at.fault(`${path}.Logic`)
  const identifier = at.text(given["Identifier"], `${path}.Identifier`)
  if (identifier === "") throw at.fault(`${path}.Identifier`)
  const descriptions = at.list(given["Description"] ?? [], `${path}.Description`, 50).map((one, i) => {
    const { lang, desc } = at.object(one, `${path}.Description[${i}]`)
    return { lang, desc: at.text(desc, `${path}.Description[${i}].desc`) }
  })
  const english = descriptions.find(({ lang }) => lang === "en") ?? descriptions[0]
  return {
    identifier,
    version: at.text(given["Version"] ?? "1", `${path}.Version`),
    country: at.text(given["Country"] ?? "", `${path}.Country`),
    certificateType: type,
    description: english?.desc ?? "",
    logic: given["Logic"],
  }
}

const TYPES: readonly CertificateType[] = ["General", "Vaccination", "Test", "Recovery"]

function readCase(at: Place, value: unknown, path: string): RuleCase {
  const given = at.object(value, path)
  const { expected } = given
  if (typeof expected !== "boolean") throw at.fault(`${path}.expected`)
  return {
    name: at.text(given["name"] ?? "", `${path}.name`),
    payload: at.object(given["payload"], `${path}.payload`),
    external: at.object(given["external"] ?? {}, `${path}.external`),
    valueSets: at.text(given["valueSets"] ?? "", `${path}.valueSets`),
    expected,
  }
}

interface Place {
  readonly code: RuleFileCode
  readonly fault: (path: string) => RulesError
  readonly object: (value: unknown, path: string) => Readonly<Record<string, unknown>>
  readonly list: (value: unknown, path: string, most: number) => readonly unknown[]
  readonly text: (value: unknown, path: string) => string
}

function pathIn(code: RuleFileCode): Place {
  const fault = (path: string): RulesError => new RulesError(code, `malformed at ${path}`)
  return {
    code,
    fault,
    object: (value, path) => {
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw fault(path)
      return value as Readonly<Record<string, unknown>>
    },
    list: (value, path, most) => {
      if (!Array.isArray(value) || value.length > most) throw fault(path)
      return value as readonly unknown[]
    },
    text: (value, path) => {
      if (typeof value !== "string" || value.length > MAX_TEXT || !value.isWellFormed()) throw fault(path)
      return value
    },
  }
}

function read(bytes: Uint8Array, { code }: Place): unknown {
  if (bytes.byteLength > MAX_FILE_BYTES) {
    throw new RulesError("too-large", `expected at most ${MAX_FILE_BYTES} bytes`)
  }
  const value = parseJson(bytes)
  if (isDeeper(value, MAX_DEPTH)) throw new RulesError(code, `deeper than ${MAX_DEPTH}`)
  return value
}

// Rules and payloads of these folders hold null, which the strict reader of our own documents refuses.
function parseJson(bytes: Uint8Array): unknown {
  const source = bytesToUtf8(bytes)
  if (source === null) throw new RulesError("malformed-json", "not plain UTF-8")
  try {
    return JSON.parse(source) as unknown
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new RulesError("malformed-json", "not JSON", { cause })
  }
}

// Level by level: a value that is too deep must not be walked by recursion to find out.
function isDeeper(value: unknown, depth: number): boolean {
  const membersOf = (one: unknown): readonly unknown[] =>
    typeof one === "object" && one !== null ? (Object.values(one) as readonly unknown[]) : []
  let level: readonly unknown[] = [value]
  for (let i = 0; i <= depth; i++) {
    level = level.flatMap(membersOf)
    if (level.length === 0) return false
  }
  return true
}
